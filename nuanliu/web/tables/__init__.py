"""Every list of records, a module for each room; importing the package makes them known to exports and workers."""

from nuanliu.web.tables import awards, payments, plans, rosters

__all__ = ["awards", "payments", "plans", "rosters"]
