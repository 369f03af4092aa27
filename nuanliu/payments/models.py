"""From an approved award to the person's own card, and the bank's word that it arrived."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from nuanliu.access.models import User
from nuanliu.awards.models import Award
from nuanliu.base.crypto.fields import SealedField
from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.organizations.models import Organization
from nuanliu.payments.states import (
    DEAD_ORDER_STATES,
    FAILED_OUTCOMES,
    RELEASED_STATES,
    BatchState,
    OrderState,
    Outcome,
)
from nuanliu.people.models import BankAccount


class BankProfile(Keyed, Recorded):
    """How one bank wants its file, as data: columns, constants, encoding, unit, totals, row limit, file name.

    Shipped profiles belong to nobody (path ''). One that an officer describes serves that union and those below it,
    once somebody else has confirmed it: who describes a file could otherwise send it where he likes.
    """

    organization_path = OrganizationPathField(default="", blank=True)
    key = models.CharField(max_length=40, unique=True)
    bank = models.CharField(max_length=120)
    layout = models.JSONField()
    reply_layout = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    described_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(confirmed_by=F("described_by")), name="profile_two_persons"),
            CheckConstraint(
                condition=Q(organization_path="") | Q(active=False) | Q(confirmed_by__isnull=False),
                name="profile_confirmed_before_use",
            ),
        ]

    def __str__(self) -> str:
        return self.bank


class ReplyWording(Keyed, Recorded):
    """What a bank's words mean: of one profile or of all, for one union and those below it or for everybody."""

    organization_path = OrganizationPathField(default="", blank=True)
    profile = models.ForeignKey(BankProfile, models.PROTECT, null=True, related_name="wordings")
    words = models.CharField(max_length=120)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organization_path", "profile", "words"], name="wording_once", nulls_distinct=False
            ),
            CheckConstraint(condition=Q(outcome__in=Outcome.values), name="wording_outcome_known"),
        ]


class PayerAccount(Keyed, Recorded):
    """The account a union pays from, for banks that want it in the file."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    profile = models.ForeignKey(BankProfile, models.PROTECT)
    holder_name = models.CharField(max_length=120)
    bank = models.CharField(max_length=120)
    number_sealed = SealedField()
    number_tail = models.CharField(max_length=4)
    active = models.BooleanField(default=True)
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organization", "profile"], condition=Q(active=True), name="payer_account_once"
            ),
        ]


class PaymentBatch(Keyed, Recorded):
    """Orders that go to the bank in one file: declared count and sum, built by one person, released by another."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    number = models.CharField(max_length=40, unique=True)
    plan = models.ForeignKey(UsePlan, models.PROTECT)
    fund = models.ForeignKey(Fund, models.PROTECT)
    profile = models.ForeignKey(BankProfile, models.PROTECT)
    business_date = models.DateField()
    due_on = models.DateField(null=True, help_text="paid later is late (R-236)")
    declared_count = models.IntegerField()
    declared_fen = models.BigIntegerField()
    released_count = models.IntegerField(
        null=True, help_text="orders in the bank file; void ones are left out"
    )
    released_fen = models.BigIntegerField(null=True)
    release_number = models.BigIntegerField(null=True, help_text="the n-th release of this installation")
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.BUILT)
    orders_digest = models.BinaryField(
        max_length=32,
        null=True,
        help_text="over the frozen payees; set once, with the orders; release binds it",
    )
    built_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True, related_name="+")
    file_sha256 = models.BinaryField(max_length=32, null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            Index(fields=["organization_path", "id"], name="batch_by_path"),
            Index(fields=["plan", "id"], name="batch_by_plan"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            CheckConstraint(
                condition=Q(declared_count__gt=0, declared_fen__gt=0), name="batch_declares_something"
            ),
            # who builds does not release. NULL <> x is no answer, so an unreleased batch passes.
            CheckConstraint(condition=~Q(released_by=F("built_by")), name="batch_released_by_another"),
            CheckConstraint(
                condition=~Q(state__in=RELEASED_STATES)
                | Q(
                    released_by__isnull=False,
                    released_at__isnull=False,
                    file__isnull=False,
                    file_sha256__isnull=False,
                    released_count__gt=0,
                    released_count__isnull=False,
                    release_number__isnull=False,
                    orders_digest__isnull=False,
                ),
                name="batch_released_whole",
            ),
            CheckConstraint(
                condition=~Q(state__in=[BatchState.SENT, BatchState.RECONCILED, BatchState.CLOSED])
                | Q(sent_at__isnull=False),
                name="batch_sent_at_a_time",
            ),
            UniqueConstraint(fields=["release_number"], name="batch_release_once"),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentOrder(Numbered):
    """One award, one amount, one account as it was when the batch was built.

    The keys have no check of each row: `payments_judge_new_orders`, once a statement, does that and more.
    """

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="orders", db_index=False, db_constraint=False
    )
    organization_path = OrganizationPathField()
    ordinal = models.IntegerField()
    award = models.ForeignKey(
        Award, models.PROTECT, related_name="orders", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(BankAccount, models.PROTECT, db_index=False, db_constraint=False)
    amount_fen = models.BigIntegerField()
    payee_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=120, blank=True)
    account_digest = models.BinaryField(max_length=32)
    number_tail = models.CharField(max_length=4)
    idempotency_key = models.CharField(max_length=40, unique=True)
    reservation_id = models.BigIntegerField(help_text="the ledger's reservation that pays it")
    state = models.CharField(max_length=6, choices=OrderState.choices, default=OrderState.BUILT)
    live = models.BooleanField(
        default=True, help_text="neither failed nor void; apart from state, so that updates stay on the page"
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True, db_default="")
    bank_words = models.CharField(max_length=120, blank=True, db_default="")
    bank_reference = models.CharField(max_length=60, blank=True, db_default="")
    settled_on = models.DateField(null=True)

    class Meta:
        indexes = [
            # What needs somebody's care, and the history of one award: few rows each.
            Index(fields=["organization_path", "id"], name="order_dead_by_path", condition=Q(live=False)),
            Index(fields=["award"], name="order_dead_by_award", condition=Q(live=False)),
        ]
        constraints = [
            # No award is paid twice: one order that may still be paid, or was.
            UniqueConstraint(fields=["award"], condition=Q(live=True), name="order_once_for_award"),
            UniqueConstraint(fields=["batch", "ordinal"], name="order_place_in_batch"),
            CheckConstraint(condition=Q(amount_fen__gt=0), name="order_amount_positive"),
            CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_known"),
            CheckConstraint(
                condition=Q(live=False, state__in=DEAD_ORDER_STATES)
                | (Q(live=True) & ~Q(state__in=DEAD_ORDER_STATES)),
                name="order_live_until_failed",
            ),
            CheckConstraint(
                condition=Q(state=OrderState.PAID, outcome=Outcome.PAID, settled_on__isnull=False)
                | Q(state=OrderState.FAILED, outcome__in=FAILED_OUTCOMES, settled_on__isnull=False)
                | Q(
                    state__in=[OrderState.BUILT, OrderState.SENT, OrderState.VOID],
                    outcome__in=["", Outcome.UNKNOWN],
                    settled_on=None,
                ),
                name="order_outcome_by_state",
            ),
        ]


class ReplyFile(Keyed, Recorded):
    """A reply as received. The same content counts once."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="replies")
    organization_path = OrganizationPathField()
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    sha256 = models.BinaryField(max_length=32)
    received_by = models.ForeignKey(User, models.PROTECT)
    row_count = models.IntegerField(default=0)
    applied_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["batch", "sha256"], name="reply_once"),
            CheckConstraint(
                condition=Q(applied_count__gte=0, applied_count__lte=F("row_count")),
                name="reply_applies_rows",
            ),
        ]


class ReplyFinding(Numbered):
    """A reply row that could not be applied as it stands, and why."""

    reply_file = models.ForeignKey(ReplyFile, models.PROTECT, related_name="findings")
    organization_path = OrganizationPathField()
    row_number = models.IntegerField()
    code = models.CharField(max_length=40)
    message = models.TextField()


class AccountCorrection(Keyed, Recorded):
    """A failed order's account, corrected by one person and verified by another; only then may it be paid again.

    Until it is verified the number lies here, sealed, and the person's account stays what it was.
    """

    organization_path = OrganizationPathField()
    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="corrections")
    account = models.ForeignKey(
        BankAccount, models.PROTECT, null=True, help_text="the account to pay to, once verified"
    )
    holder_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=120, blank=True)
    number_sealed = SealedField()
    number_digest = models.BinaryField(max_length=32)
    number_tail = models.CharField(max_length=4)
    reason = models.TextField()
    corrected_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verified_on = models.DateField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=~Q(verified_by=F("corrected_by")), name="correction_verified_by_another"
            ),
            CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
            CheckConstraint(
                condition=Q(verified_by=None, verified_on=None, account=None)
                | Q(verified_by__isnull=False, verified_on__isnull=False, account__isnull=False),
                name="correction_verified_whole",
            ),
            UniqueConstraint(
                fields=["order"], condition=Q(verified_by__isnull=False), name="correction_verified_once"
            ),
        ]


class Receipt(Keyed, Recorded):
    """Proof archived by digest: the bank's receipt for a batch, or the signed roster of what was handed out (R-037)."""

    organization_path = OrganizationPathField()
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, null=True, related_name="receipts")
    roster_id = models.UUIDField(null=True)
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    kind = models.CharField(max_length=20)
    archived_by = models.ForeignKey(User, models.PROTECT)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["batch", "file"], name="receipt_once"),
            CheckConstraint(
                condition=Q(batch__isnull=False, roster_id=None) | Q(batch=None, roster_id__isnull=False),
                name="receipt_of_one_thing",
            ),
        ]
