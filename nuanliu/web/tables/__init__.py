"""Every list of records, a module for each room; importing the package makes them known to exports and workers."""

from nuanliu.web.tables import (
    awards,
    banks,
    campaigns,
    exceptions,
    funds,
    payments,
    people,
    plans,
    returns,
    rosters,
    rules,
    unions,
    users,
    work,
)

__all__ = [
    "awards",
    "banks",
    "campaigns",
    "exceptions",
    "funds",
    "payments",
    "people",
    "plans",
    "returns",
    "rosters",
    "rules",
    "unions",
    "users",
    "work",
]
