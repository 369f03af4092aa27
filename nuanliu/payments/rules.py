"""What a bank's words mean, and what comes next for an order. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nuanliu.kernel.text import normalize_label
from nuanliu.payments.states import ACCOUNT_OUTCOMES, OrderState, Outcome

CODE_AND_WORDS = re.compile(r"([0-9A-Z]{3,8})[:.,|/\-]?(.+)")


def words_key(words: str) -> str:
    """Words as they are compared: case, width, spaces and punctuation unified."""
    return normalize_label(words).strip("()")


def outcome_of(words: str, meanings: Mapping[str, str]) -> str | None:
    """The outcome that words stand for, None for words nobody has explained.

    `meanings` is keyed by `words_key`. Whole words only: 未成功 is no 成功. A code and words after it must not
    contradict each other.
    """
    key = words_key(words)
    if key in meanings:
        return meanings[key]
    parts = CODE_AND_WORDS.fullmatch(key)
    found = {meanings.get(part) for part in parts.groups()} - {None} if parts else set()
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What decides about the next step of an order that has no happy end yet."""

    state: str
    outcome: str = ""
    corrected: bool = False
    verified: bool = False
    batch_cancelled: bool = False


def next_step(order: OrderFacts) -> str:
    """What has to be done about an order: `correct`, `verify`, `reissue`, `build`, `wait`, or '' when nothing."""
    if order.state in (OrderState.BUILT, OrderState.SENT):
        return "wait"
    if order.state == OrderState.PAID:
        return ""
    if order.state == OrderState.VOID and order.batch_cancelled:
        return "build"
    if order.state == OrderState.VOID or order.outcome in ACCOUNT_OUTCOMES:
        return _after_account_failure(order)
    return "reissue"


# The groups of the failures board, the most pressing first.
CARES = ("verify", "reissue", "build", "correct", "ask", "return")


def care_of(order: OrderFacts, *, deceased: bool) -> str:
    """Whose care a failed order needs: its next step, `ask` where only the person knows another account, `return`
    where nobody can be paid any more and the money goes back by cancelling the award."""
    if deceased:
        return "return"
    step = next_step(order)
    gone = order.outcome in (Outcome.CLOSED, Outcome.LOCKED)
    return "ask" if step == "correct" and gone else step


def is_late(due_on: date | None, settled_on: date | None, on: date) -> bool:
    """Whether money came, or is still to come, after its day (R-236); the day itself is in time."""
    return due_on is not None and (settled_on or on) > due_on


def needs_correction(outcome: str) -> bool:
    """Whether another try needs a verified account first; otherwise a reason will do."""
    return outcome in ACCOUNT_OUTCOMES


def _after_account_failure(order: OrderFacts) -> str:
    if not order.corrected:
        return "correct"
    if not order.verified:
        return "verify"
    return "build" if order.state == OrderState.VOID else "reissue"
