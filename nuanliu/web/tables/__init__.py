"""Every list of records, a module for each room; importing the package makes them known to exports and workers."""

from nuanliu.web.tables import awards, payments, people, plans, returns, rosters, unions

__all__ = ["awards", "payments", "people", "plans", "returns", "rosters", "unions"]
