"""The roles that a post can carry, and what of an account is set back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    HANDLER = "handler", _("handler")
    RESPONSIBLE = "responsible", _("responsible person")
    RIGHTS_OFFICER = "rights_officer", _("rights officer")
    FINANCE_OFFICER = "finance_officer", _("finance officer")
    LEADER = "leader", _("leader")
    CASHIER = "cashier", _("cashier")
    RELEASER = "releaser", _("payment releaser")
    CENTRE_OFFICER = "centre_officer", _("centre officer")
    LIAISON = "liaison", _("station liaison")
    KEEPER = "keeper", _("warehouse keeper")
    FOUNDATION_OFFICER = "foundation_officer", _("foundation officer")
    FOUNDATION_FINANCE = "foundation_finance", _("foundation finance")
    COUNCIL_MEMBER = "council_member", _("council member")
    AUDITOR = "auditor", _("auditor")
    SECURITY_ADMINISTRATOR = "security_administrator", _("security administrator")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("system administrator")
    WORKER = "worker", _("worker")
    DONOR = "donor", _("donor")


class ResetKind(models.TextChoices):
    PASSWORD = "password", _("password")
    SECOND_FACTOR = "second_factor", _("second factor")
