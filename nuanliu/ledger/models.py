"""Funds and what binds them, accounts, transfers with one debit and one credit, and the plans that release money."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.ledger.states import (
    INCOMING_KINDS,
    RESOLVING_KINDS,
    AccountKind,
    PlanState,
    SourceClass,
    TransferKind,
)
from nuanliu.organizations.models import Organization
from nuanliu.organizations.states import LegalPerson
from nuanliu.programmes.models import Campaign, Purpose


class Fund(Keyed, Recorded):
    """Money of one source held by one legal person, with everything that restricts its use; never changed later."""

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
    member_welfare = models.BooleanField(
        default=False, help_text="gifts to members: never warmth money (R-085)"
    )

    class Meta:
        indexes = [models.Index(fields=["organization_path", "id"], name="fund_by_path")]
        constraints = [
            UniqueConstraint(fields=["organization", "name"], name="fund_named_once"),
            CheckConstraint(
                condition=~Q(source_class=SourceClass.OTHER) | ~Q(legal_basis=""),
                name="fund_legal_basis_stated",
            ),
            CheckConstraint(
                condition=~Q(source_class=SourceClass.SOCIAL_DONATION) | ~Q(donor_intent=""),
                name="fund_donor_intent_stated",
            ),
            CheckConstraint(condition=Q(source_class__in=SourceClass.values), name="fund_source_known"),
            CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_from__lte=F("valid_to")),
                name="fund_term_in_order",
            ),
            CheckConstraint(
                condition=Q(allowed_categories=None) | Q(allowed_categories__len__gt=0),
                name="fund_categories_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Account(Numbered):
    """One side of the ledger, opened and kept by the database. A limited one never owes more than was posted to it."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="accounts")
    organization_path = OrganizationPathField()
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices)
    kind = models.CharField(max_length=8, choices=AccountKind.choices)
    limited = models.BooleanField(default=True)
    debits_posted_fen = models.BigIntegerField(default=0)
    credits_posted_fen = models.BigIntegerField(default=0)
    debits_pending_fen = models.BigIntegerField(default=0)
    credits_pending_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["fund", "kind"], name="account_once_per_fund"),
            CheckConstraint(
                condition=Q(kind=AccountKind.SOURCE, limited=False)
                | Q(kind__in=[AccountKind.HOLDING, AccountKind.GIVEN], limited=True),
                name="account_limit_by_kind",
            ),
            CheckConstraint(
                condition=Q(
                    debits_posted_fen__gte=0,
                    credits_posted_fen__gte=0,
                    debits_pending_fen__gte=0,
                    credits_pending_fen__gte=0,
                ),
                name="account_sums_not_negative",
            ),
            CheckConstraint(
                condition=Q(limited=False)
                | Q(credits_posted_fen__gte=F("debits_posted_fen") + F("debits_pending_fen")),
                name="account_within_limit",
            ),
        ]


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

    class Meta:
        indexes = [models.Index(fields=["organization_path", "id"], name="plan_by_path")]
        constraints = [
            CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            CheckConstraint(
                condition=Q(state__in=[PlanState.APPROVED, PlanState.CLOSED], decided_on__isnull=False)
                | (~Q(state__in=[PlanState.APPROVED, PlanState.CLOSED]) & Q(decided_on=None)),
                name="plan_decided_on_a_day",
            ),
            CheckConstraint(
                condition=Q(state__in=[PlanState.DRAFT, PlanState.WITHDRAWN])
                | Q(content_digest__isnull=False),
                name="plan_frozen_by_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class UsePlanLine(Keyed):
    """So much of one fund for these categories."""

    plan = models.ForeignKey(UsePlan, models.PROTECT, related_name="lines")
    ordinal = models.PositiveSmallIntegerField(default=0)
    organization_path = OrganizationPathField()
    fund = models.ForeignKey(Fund, models.PROTECT)
    categories = ArrayField(models.CharField(max_length=4))
    amount_fen = models.BigIntegerField()
    reserved_fen = models.BigIntegerField(
        default=0, help_text="kept by the ledger's trigger; never above amount_fen"
    )

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(amount_fen__gt=0), name="plan_line_amount_positive"),
            CheckConstraint(condition=Q(categories__len__gt=0), name="plan_line_names_categories"),
            CheckConstraint(
                condition=Q(reserved_fen__gte=0, reserved_fen__lte=F("amount_fen")),
                name="plan_line_within_sum",
            ),
        ]


class Transfer(Numbered, Recorded):
    """One debit, one credit, one positive amount; never changed. A correction is a new one that points at the old."""

    # The trigger proves accounts, plan line and resolved transfer for a whole statement at once; a foreign key would
    # prove them again row by row, and takes longer than everything else together.
    organization_path = OrganizationPathField(help_text="of the lower of the two unions, so that both see it")
    kind = models.CharField(max_length=8, choices=TransferKind.choices)
    debit_account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit_account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_fen = models.BigIntegerField()
    resolves = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    plan_line = models.ForeignKey(UsePlanLine, models.PROTECT, null=True, db_index=False, db_constraint=False)
    subject_kind = models.CharField(max_length=20, blank=True, db_default="")
    subject_id = models.BigIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(
        null=True, help_text="of a reservation: the n-th for its subject; the one before must have come back"
    )
    occurred_on = models.DateField()
    evidence = models.CharField(max_length=200, blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="")
    idempotency_key = models.CharField(max_length=80, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["debit_account", "id"], name="transfer_by_debit"),
            models.Index(
                fields=["credit_account", "id"],
                name="transfer_by_credit",
                condition=Q(kind__in=INCOMING_KINDS),
            ),
            models.Index(
                fields=["organization_path", "occurred_on"],
                name="transfer_incoming",
                condition=Q(kind__in=INCOMING_KINDS),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["resolves"], name="transfer_resolved_once", condition=Q(resolves__isnull=False)
            ),
            UniqueConstraint(
                fields=["subject_kind", "subject_id", "attempt"],
                name="transfer_reserved_once",
                condition=Q(kind=TransferKind.RESERVE),
            ),
            UniqueConstraint(
                fields=["organization_path", "idempotency_key"],
                name="transfer_idempotent",
                condition=Q(idempotency_key__isnull=False),
            ),
            CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_amount_positive"),
            CheckConstraint(condition=~Q(debit_account=F("credit_account")), name="transfer_two_accounts"),
            CheckConstraint(condition=Q(kind__in=TransferKind.values), name="transfer_kind_known"),
            CheckConstraint(
                condition=Q(kind__in=RESOLVING_KINDS, resolves__isnull=False)
                | (~Q(kind__in=RESOLVING_KINDS) & Q(resolves=None)),
                name="transfer_resolves_by_kind",
            ),
            CheckConstraint(
                condition=Q(
                    kind=TransferKind.RESERVE,
                    attempt__gt=0,
                    attempt__isnull=False,
                    plan_line__isnull=False,
                    subject_id__isnull=False,
                )
                | (~Q(kind=TransferKind.RESERVE) & Q(attempt=None)),
                name="transfer_reserve_names_line",
            ),
            CheckConstraint(
                condition=~Q(kind__in=[TransferKind.RECEIVE, TransferKind.ALLOCATE]) | Q(plan_line=None),
                name="transfer_line_by_kind",
            ),
            CheckConstraint(
                condition=~Q(kind=TransferKind.REVERSE) | ~Q(reason=""), name="transfer_reverse_has_reason"
            ),
        ]
