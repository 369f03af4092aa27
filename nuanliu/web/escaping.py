"""Texts for tables that Python writes: escaped as Django escapes them."""

from html import escape


def escaped(text: str) -> str:
    """A text for HTML; names, sums and numbers are of letters and digits alone, and need no second look."""
    return text if text.isalnum() else escape(text)
