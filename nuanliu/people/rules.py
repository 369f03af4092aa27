"""What a reveal is, and when reveals are more than a day's work needs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# More reveals by one person on one day than this are shown to the auditor.
REVEALS_A_DAY = 20


class Field(models.TextChoices):
    """What can be revealed of a person, one at a time."""

    IDENTITY = "identity", _("identity number")
    PHONE = "phone", _("phone")
    ACCOUNT = "account", _("account number")


class Ground(models.TextChoices):
    """What somebody needs a full value for."""

    PAPERS = "papers", _("to compare it with papers")
    PAYMENT = "payment", _("the bank sent a payment back")
    CONTACT = "contact", _("to reach the person about aid")
    COMPLAINT = "complaint", _("a complaint or an inspection")
    OTHER = "other", _("another reason, told below")


def holds(text: str, value: str) -> bool:
    """Whether a text gives away a value, or the greater part of its digits."""
    digits = "".join(sign for sign in text if sign.isalnum())
    return bool(value) and (
        value in digits or any(value[start : start + 8] in digits for start in range(len(value) - 7))
    )
