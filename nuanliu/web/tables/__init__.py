"""Every list of records, a module for each room; importing the package makes them known to exports and workers."""

from nuanliu.web.tables import (
    awards,
    banks,
    campaigns,
    funds,
    payments,
    people,
    plans,
    returns,
    rosters,
    unions,
    users,
)

__all__ = [
    "awards",
    "banks",
    "campaigns",
    "funds",
    "payments",
    "people",
    "plans",
    "returns",
    "rosters",
    "unions",
    "users",
]
