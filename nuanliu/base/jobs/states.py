"""The life of long work as people see it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    ASKED = "asked", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


TRANSITIONS: dict[str, set[str]] = {
    JobState.ASKED: {JobState.RUNNING, JobState.CANCELLED},
    JobState.RUNNING: {JobState.RUNNING, JobState.DONE, JobState.REFUSED, JobState.FAILED},
    JobState.DONE: set(),
    JobState.REFUSED: {JobState.ASKED},
    JobState.FAILED: {JobState.RUNNING, JobState.ASKED},
    JobState.CANCELLED: set(),
}
