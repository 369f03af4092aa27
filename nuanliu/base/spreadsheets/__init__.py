"""Spreadsheets in and out: files as unions send them, and files as offices expect them."""
