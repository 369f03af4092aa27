"""Every verb of the ledger: funds and what moves between them, use plans, reservations and how they end."""

from nuanliu.ledger.actions.funds import allocate, open_fund, receive, reverse
from nuanliu.ledger.actions.plans import (
    close_plan,
    draft_plan,
    mark_approved,
    mark_proposed,
    mark_rejected,
    reopen_plan,
    replace_lines,
    withdraw_plan,
)
from nuanliu.ledger.actions.reservations import Booked, expire_reservations, reserve_many, settle_many

__all__ = [
    "Booked",
    "allocate",
    "close_plan",
    "draft_plan",
    "expire_reservations",
    "mark_approved",
    "mark_proposed",
    "mark_rejected",
    "open_fund",
    "receive",
    "reopen_plan",
    "replace_lines",
    "reserve_many",
    "reverse",
    "settle_many",
    "withdraw_plan",
]
