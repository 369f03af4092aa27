"""The life of an official table."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReturnState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SIGNED = "signed", _("signed")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned for correction")
    ACCEPTED = "accepted", _("accepted")


# What the superior has said its word on.
JUDGED_STATES = [ReturnState.RETURNED, ReturnState.ACCEPTED]
# What has gone up.
SENT_STATES = [ReturnState.SUBMITTED, *JUDGED_STATES]

TRANSITIONS: dict[str, set[str]] = {
    ReturnState.DRAFT: {ReturnState.SIGNED},
    ReturnState.SIGNED: {ReturnState.SUBMITTED},
    ReturnState.SUBMITTED: {ReturnState.RETURNED, ReturnState.ACCEPTED},
    ReturnState.RETURNED: set(),
    ReturnState.ACCEPTED: set(),
}
