"""How a standard comes into force, and the kinds of rules and programmes."""

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


class RuleKind(models.TextChoices):
    NATIONAL = "national", _("national measures")
    LOCAL = "local", _("local measures")
    NOTICE = "notice", _("notice of a campaign")


class Trigger(models.TextChoices):
    KEY_DATE = "key_date", _("key date")
    HARDSHIP = "hardship", _("hardship event")


STANDARD_TRANSITIONS: dict[str, set[str]] = {
    StandardState.DRAFT: {StandardState.ADOPTED, StandardState.WITHDRAWN},
    StandardState.ADOPTED: {StandardState.FILED, StandardState.WITHDRAWN},
    StandardState.FILED: {StandardState.WITHDRAWN},
    StandardState.WITHDRAWN: set(),
}
