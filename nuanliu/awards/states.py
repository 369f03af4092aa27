"""The lives of a roster, its rows, and an award."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RosterState(models.TextChoices):
    RECEIVED = "received", _("received")
    CHECKED = "checked", _("checked")
    ACCEPTED = "accepted", _("accepted")
    ATTACHED = "attached", _("attached to a plan")
    DECIDED = "decided", _("decided")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RowState(models.TextChoices):
    """A row is accepted when an award has it as its basis: writing that into each row costs more than the award."""

    OPEN = "open", _("open")
    REPLACED = "replaced", _("replaced by a corrected list")


class AwardState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    IN_PAYMENT = "in_payment", _("in payment")
    IN_HANDOUT = "in_handout", _("being handed out")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class AwardForm(models.TextChoices):
    CASH = "cash", _("cash")
    GOODS = "goods", _("goods")
    BOTH = "both", _("cash and goods")


class Basis(models.TextChoices):
    ROSTER_ROW = "roster_row", _("roster row")


ROSTER_TRANSITIONS: dict[str, set[str]] = {
    RosterState.RECEIVED: {RosterState.CHECKED, RosterState.REFUSED, RosterState.WITHDRAWN},
    RosterState.CHECKED: {RosterState.ACCEPTED, RosterState.REFUSED, RosterState.WITHDRAWN},
    RosterState.ACCEPTED: {RosterState.ATTACHED, RosterState.WITHDRAWN},
    RosterState.ATTACHED: {RosterState.DECIDED, RosterState.ACCEPTED},
    RosterState.DECIDED: set(),
    RosterState.REFUSED: set(),
    RosterState.WITHDRAWN: set(),
}

AWARD_TRANSITIONS: dict[str, set[str]] = {
    AwardState.PROPOSED: {AwardState.APPROVED, AwardState.CANCELLED},
    AwardState.APPROVED: {AwardState.IN_PAYMENT, AwardState.IN_HANDOUT, AwardState.CANCELLED},
    AwardState.IN_PAYMENT: {AwardState.DELIVERED, AwardState.FAILED, AwardState.APPROVED},
    AwardState.IN_HANDOUT: {AwardState.DELIVERED, AwardState.FAILED},
    AwardState.FAILED: {AwardState.APPROVED, AwardState.CANCELLED},
    AwardState.DELIVERED: set(),
    AwardState.CANCELLED: set(),
}

# Awards in these states need no plan and fund yet, or any more.
UNPLANNED_STATES = (AwardState.PROPOSED, AwardState.CANCELLED)
