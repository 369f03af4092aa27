"""How a member of a household stands to its head."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Relation(models.TextChoices):
    """The groups of GB/T 4761-2008; the record keeps the code, 01 is the head."""

    HEAD = "01", _("head of the household")
    SPOUSE = "10", _("spouse")
    SON = "20", _("son")
    DAUGHTER = "30", _("daughter")
    GRANDCHILD = "40", _("grandchild")
    PARENT = "50", _("parent")
    GRANDPARENT = "60", _("grandparent")
    SIBLING = "70", _("brother or sister")
    OTHER = "99", _("other")
