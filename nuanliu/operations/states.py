"""How a part of the installation is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Light(models.TextChoices):
    GREEN = "green", _("in order")
    AMBER = "amber", _("look after it")
    RED = "red", _("act now")
    GREY = "grey", _("not known")
