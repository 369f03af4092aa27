"""Funds and what binds them, accounts, transfers with one debit and one credit, and the plans that release money."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.ledger.states import AccountKind, PlanState, SourceClass, TransferKind
from nuanliu.organizations.models import Organization
from nuanliu.organizations.states import LegalPerson
from nuanliu.programmes.models import Campaign, Purpose


class Fund(Keyed, Recorded):
    """Money of one source held by one legal person, with everything that restricts its use."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices)
    name = models.CharField(max_length=120)
    source_class = models.CharField(max_length=20, choices=SourceClass.choices)
    legal_basis = models.TextField(blank=True, help_text="required of other lawful sources (R-017)")
    donor_intent = models.TextField(blank=True, help_text="required of donated money (R-016)")
    purpose = models.ForeignKey(Purpose, models.PROTECT)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True)
    allowed_categories = ArrayField(models.CharField(max_length=4), null=True)
    required_tag = models.CharField(max_length=40, blank=True)
    region_path = OrganizationPathField(blank=True, help_text="only recipients of unions below this path")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    member_welfare = models.BooleanField(default=False, help_text="festival gifts to members: never warmth money (R-085)")

    def __str__(self) -> str:
        return self.name


class Account(Numbered):
    """One side of the ledger. A limited account never owes more than was posted to it."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="accounts")
    organization_path = OrganizationPathField()
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices)
    kind = models.CharField(max_length=8, choices=AccountKind.choices)
    limited = models.BooleanField(default=True)
    debits_posted_fen = models.BigIntegerField(default=0)
    credits_posted_fen = models.BigIntegerField(default=0)
    debits_pending_fen = models.BigIntegerField(default=0)
    credits_pending_fen = models.BigIntegerField(default=0)


class UsePlan(Keyed, Recorded):
    """Which money for whom: proposed by two departments, decided by leaders, then frozen by digest (R-031 to R-034)."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices)
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    purpose = models.ForeignKey(Purpose, models.PROTECT)
    case_key = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    content_digest = models.BinaryField(max_length=32, null=True)
    decided_on = models.DateField(null=True)
    created_by_id = models.UUIDField()

    def __str__(self) -> str:
        return self.title


class UsePlanLine(Keyed):
    """So much of one fund for these categories."""

    plan = models.ForeignKey(UsePlan, models.PROTECT, related_name="lines")
    organization_path = OrganizationPathField()
    fund = models.ForeignKey(Fund, models.PROTECT)
    categories = ArrayField(models.CharField(max_length=4))
    amount_fen = models.BigIntegerField()
    reserved_fen = models.BigIntegerField(default=0, help_text="kept by the ledger's trigger; never above amount_fen")


class Transfer(Numbered, Recorded):
    """One debit, one credit, one positive amount; never changed. Corrections are new transfers that point at the old."""

    organization_path = OrganizationPathField()
    kind = models.CharField(max_length=8, choices=TransferKind.choices)
    debit_account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    credit_account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    resolves = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    plan_line = models.ForeignKey(UsePlanLine, models.PROTECT, null=True, db_index=False)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.BigIntegerField(null=True)
    occurred_on = models.DateField()
    evidence = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    idempotency_key = models.CharField(max_length=80, null=True, unique=True)
