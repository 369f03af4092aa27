"""Sources of money, kinds of accounts and transfers, and the life of a use plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceClass(models.TextChoices):
    """The seven sources of the Measures, Art. 4; fiscal money is split by level, as Annex 1 asks."""

    CENTRAL_FINANCE = "central_finance", _("central finance")
    LOCAL_FINANCE = "local_finance", _("local finance")
    WELFARE_LOTTERY = "welfare_lottery", _("welfare lottery fund")
    SUPERIOR_SUBSIDY = "superior_subsidy", _("subsidy of the superior union")
    ADMINISTRATION = "administration", _("administrative appropriation")
    UNION_BUDGET = "union_budget", _("union budget")
    SOCIAL_DONATION = "social_donation", _("social donation")
    OTHER = "other", _("other lawful source")


class AccountKind(models.TextChoices):
    SOURCE = "source", _("source")
    HOLDING = "holding", _("holding")
    GIVEN = "given", _("given")


class TransferKind(models.TextChoices):
    RECEIVE = "receive", _("receive")
    ALLOCATE = "allocate", _("allocate")
    RESERVE = "reserve", _("reserve")
    POST = "post", _("post")
    VOID = "void", _("void")
    EXPIRE = "expire", _("expire")
    REVERSE = "reverse", _("reverse")


# What resolves an earlier transfer: a reservation, or for `reverse` a receipt, an allocation or a posting.
RESOLVING_KINDS = [TransferKind.POST, TransferKind.VOID, TransferKind.EXPIRE, TransferKind.REVERSE]
REVERSIBLE_KINDS = [TransferKind.RECEIVE, TransferKind.ALLOCATE, TransferKind.POST]
# What can bring money into a fund or take such money back.
INCOMING_KINDS = [TransferKind.RECEIVE, TransferKind.ALLOCATE, TransferKind.REVERSE]


class PlanState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CLOSED = "closed", _("closed")


PLAN_TRANSITIONS: dict[str, set[str]] = {
    PlanState.DRAFT: {PlanState.PROPOSED, PlanState.WITHDRAWN},
    PlanState.PROPOSED: {PlanState.APPROVED, PlanState.REJECTED, PlanState.WITHDRAWN},
    PlanState.APPROVED: {PlanState.CLOSED},
    PlanState.REJECTED: {PlanState.DRAFT, PlanState.WITHDRAWN},
    PlanState.WITHDRAWN: set(),
    PlanState.CLOSED: set(),
}
