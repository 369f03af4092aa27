"""From an approved award to the person's own card, and the bank's word that it arrived."""

from django.db import models

from nuanliu.access.models import User
from nuanliu.awards.models import Award
from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.organizations.models import Organization
from nuanliu.payments.states import BatchState, OrderState, Outcome
from nuanliu.people.models import BankAccount


class BankProfile(Keyed, Recorded):
    """How one bank wants its file, as data: columns, constants, encoding, unit, totals, row limit, file name."""

    key = models.CharField(max_length=40, unique=True)
    bank = models.CharField(max_length=120)
    layout = models.JSONField()
    reply_layout = models.JSONField(default=dict)
    active = models.BooleanField(default=True)


class ReplyWording(Keyed):
    """What a bank's words mean."""

    profile = models.ForeignKey(BankProfile, models.PROTECT, related_name="wordings")
    words = models.CharField(max_length=120)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)


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
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.BUILT)
    orders_digest = models.BinaryField(max_length=32, help_text="over the frozen payees; release binds it")
    built_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True, related_name="+")
    file_sha256 = models.BinaryField(max_length=32, null=True)
    sent_at = models.DateTimeField(null=True)


class PaymentOrder(Numbered):
    """One award, one amount, one account as it was when the batch was built."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="orders", db_index=False)
    organization_path = OrganizationPathField()
    ordinal = models.IntegerField()
    award = models.ForeignKey(Award, models.PROTECT, related_name="orders", db_index=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, db_index=False)
    amount_fen = models.BigIntegerField()
    payee_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=120, blank=True)
    account_digest = models.BinaryField(max_length=32)
    number_tail = models.CharField(max_length=4)
    idempotency_key = models.CharField(max_length=40, unique=True)
    reservation_id = models.BigIntegerField(help_text="the ledger's reservation that pays it")
    state = models.CharField(max_length=6, choices=OrderState.choices, default=OrderState.BUILT)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    bank_words = models.CharField(max_length=120, blank=True)
    bank_reference = models.CharField(max_length=60, blank=True)
    settled_on = models.DateField(null=True)


class ReplyFile(Keyed, Recorded):
    """A reply as received. The same content counts once."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="replies")
    organization_path = OrganizationPathField()
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    sha256 = models.BinaryField(max_length=32)
    received_by = models.ForeignKey(User, models.PROTECT)
    row_count = models.IntegerField(default=0)
    applied_count = models.IntegerField(default=0)


class ReplyFinding(Numbered):
    """A reply row that could not be applied as it stands, and why."""

    reply_file = models.ForeignKey(ReplyFile, models.PROTECT, related_name="findings")
    organization_path = OrganizationPathField()
    row_number = models.IntegerField()
    code = models.CharField(max_length=40)
    message = models.TextField()


class AccountCorrection(Keyed, Recorded):
    """A failed order's account, corrected by one person and verified by another; only then may it be paid again."""

    organization_path = OrganizationPathField()
    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="corrections")
    account = models.ForeignKey(BankAccount, models.PROTECT, help_text="the account to pay to from now on")
    reason = models.TextField()
    corrected_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verified_on = models.DateField(null=True)


class Receipt(Keyed, Recorded):
    """Proof archived by digest: the bank's receipt for a batch, or the signed roster for what was handed out (R-037)."""

    organization_path = OrganizationPathField()
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, null=True, related_name="receipts")
    roster_id = models.UUIDField(null=True)
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    kind = models.CharField(max_length=20)
    archived_by = models.ForeignKey(User, models.PROTECT)
