"""The lives of a payment batch and of one order, and what a bank's reply can say."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    BUILT = "built", _("built")
    RELEASED = "released", _("released")
    SENT = "sent", _("sent, outcome unknown")
    RECONCILED = "reconciled", _("reconciled")
    CLOSED = "closed", _("closed with proof")
    CANCELLED = "cancelled", _("cancelled")


class OrderState(models.TextChoices):
    BUILT = "built", _("built")
    SENT = "sent", _("sent, outcome unknown")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    VOID = "void", _("void")


class Outcome(models.TextChoices):
    PAID = "paid", _("paid")
    WRONG_ACCOUNT = "wrong_account", _("wrong account")
    WRONG_NAME = "wrong_name", _("name does not match the account")
    CLOSED = "closed", _("account closed")
    LOCKED = "locked", _("account locked")
    LIMIT = "limit", _("limit exceeded")
    BANK_BUSY = "bank_busy", _("bank busy")
    UNKNOWN = "unknown", _("unknown")


# What has a bank file; and what has left the house.
RELEASED_STATES = [BatchState.RELEASED, BatchState.SENT, BatchState.RECONCILED, BatchState.CLOSED]
DEAD_ORDER_STATES = [OrderState.FAILED, OrderState.VOID]
# The account must be corrected and verified before another try; the others may simply be tried again, with a reason.
ACCOUNT_OUTCOMES = [Outcome.WRONG_ACCOUNT, Outcome.WRONG_NAME, Outcome.CLOSED, Outcome.LOCKED]
PASSING_OUTCOMES = [Outcome.LIMIT, Outcome.BANK_BUSY]
FAILED_OUTCOMES = [*ACCOUNT_OUTCOMES, *PASSING_OUTCOMES]

BATCH_TRANSITIONS: dict[str, set[str]] = {
    BatchState.BUILT: {BatchState.RELEASED, BatchState.CANCELLED},
    BatchState.RELEASED: {BatchState.SENT, BatchState.CANCELLED},
    BatchState.SENT: {BatchState.RECONCILED},
    BatchState.RECONCILED: {BatchState.CLOSED},
    BatchState.CLOSED: set(),
    BatchState.CANCELLED: set(),
}

ORDER_TRANSITIONS: dict[str, set[str]] = {
    OrderState.BUILT: {OrderState.SENT, OrderState.VOID},
    OrderState.SENT: {OrderState.PAID, OrderState.FAILED},
    OrderState.PAID: set(),
    OrderState.FAILED: set(),
    OrderState.VOID: set(),
}
