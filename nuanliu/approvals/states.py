"""The life of an approval round, and how a leader can vote."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    OPEN = "open", _("being proposed")
    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Ballot(models.TextChoices):
    FOR = "for", _("for")
    AGAINST = "against", _("against")
    ABSTAIN = "abstain", _("abstains")


TRANSITIONS: dict[str, set[str]] = {
    RoundState.OPEN: {RoundState.PROPOSED, RoundState.WITHDRAWN},
    RoundState.PROPOSED: {RoundState.APPROVED, RoundState.REJECTED, RoundState.WITHDRAWN},
    RoundState.APPROVED: set(),
    RoundState.REJECTED: set(),
    RoundState.WITHDRAWN: set(),
}
