"""The life of a requested file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    ASKED = "asked", _("asked")
    RUNNING = "running", _("running")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    DELETED = "deleted", _("deleted")


TRANSITIONS: dict[str, set[str]] = {
    RequestState.ASKED: {RequestState.RUNNING, RequestState.DELETED},
    RequestState.RUNNING: {RequestState.READY, RequestState.FAILED},
    RequestState.READY: {RequestState.DELETED},
    RequestState.FAILED: {RequestState.ASKED, RequestState.DELETED},
    RequestState.DELETED: set(),
}
