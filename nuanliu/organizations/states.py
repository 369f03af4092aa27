"""Levels, kinds and legal persons of organizations."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    NATIONAL = "national", _("national")
    MUNICIPAL = "municipal", _("municipal")
    DISTRICT = "district", _("district")
    INDUSTRY = "industry", _("bureau or industry")
    GRASSROOTS = "grassroots", _("grassroots")


class Kind(models.TextChoices):
    UNION = "union", _("union")
    AID_CENTRE = "aid_centre", _("aid centre")
    STATION = "station", _("service station")
    FOUNDATION = "foundation", _("foundation")


class LegalPerson(models.TextChoices):
    UNION = "union", _("union")
    FOUNDATION = "foundation", _("foundation")
