"""How a standard comes into force, and how long a campaign takes entries."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StandardState(models.TextChoices):
    DRAFT = "draft", _("draft")
    ADOPTED = "adopted", _("adopted")
    FILED = "filed", _("filed above")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Per(models.TextChoices):
    PERSON = "person", _("per person")
    HOUSEHOLD = "household", _("per household")


class Trigger(models.TextChoices):
    KEY_DATE = "key_date", _("key date")
    HARDSHIP = "hardship", _("hardship event")


STANDARD_TRANSITIONS: dict[str, set[str]] = {
    StandardState.DRAFT: {StandardState.ADOPTED, StandardState.WITHDRAWN},
    StandardState.ADOPTED: {StandardState.FILED, StandardState.WITHDRAWN},
    StandardState.FILED: {StandardState.WITHDRAWN},
    StandardState.WITHDRAWN: set(),
}
