"""Lists as received, what was found in them, and the awards that follow: who is given what, from which money."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuanliu.access.models import User
from nuanliu.awards.states import AwardForm, AwardState, Basis, RosterState, RowState
from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.organizations.models import Organization
from nuanliu.people.models import BankAccount, Household, Person
from nuanliu.programmes.models import Campaign, Category, Standard


class Roster(Keyed, Recorded):
    """One submission of one sender: all files and sheets, in order, judged as a whole."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    standard = models.ForeignKey(Standard, models.PROTECT, null=True)
    fund = models.ForeignKey(Fund, models.PROTECT, null=True)
    plan = models.ForeignKey(UsePlan, models.PROTECT, null=True, related_name="rosters")
    submission_digest = models.BinaryField(max_length=32)
    business_date = models.DateField()
    state = models.CharField(max_length=12, choices=RosterState.choices, default=RosterState.RECEIVED)
    handler = models.ForeignKey(User, models.PROTECT, related_name="+")
    responsible = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField(null=True)
    signed_file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True, related_name="+")
    rows_read = models.IntegerField(default=0)
    rows_accepted = models.IntegerField(default=0)
    accepted_fen = models.BigIntegerField(default=0)
    content_digest = models.BinaryField(max_length=32, null=True, help_text="over the accepted rows; a plan freezes it")


class RosterSheet(Keyed):
    """One table found in one sheet of one file, with the headings as received and what they were taken for."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="sheets")
    organization_path = OrganizationPathField()
    ordinal = models.PositiveSmallIntegerField()
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    sheet = models.CharField(max_length=120)
    headings = models.JSONField(default=list, help_text="[[heading as received, field or null], …] in column order")
    heading_row = models.IntegerField(default=0)
    header = models.JSONField(default=dict, help_text="reporting unit, reporter, phone, date, as received")


class RosterRow(Numbered):
    """One row as received (sealed) and as read. The keys of person and account are set beforehand, so that
    accepting is one INSERT … SELECT and the sealed values are bound to the rows they end in."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="rows", db_index=False)
    organization_path = OrganizationPathField()
    sheet_ordinal = models.PositiveSmallIntegerField()
    row_number = models.IntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.OPEN)
    blocked = models.BooleanField(default=False, help_text="carries an error")
    raw_sealed = models.BinaryField()
    name = models.CharField(max_length=60, blank=True)
    employer = models.CharField(max_length=160, blank=True)
    category_code = models.CharField(max_length=4, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    cash_fen = models.BigIntegerField(default=0)
    goods_fen = models.BigIntegerField(default=0)
    goods = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    bank = models.CharField(max_length=120, blank=True)
    identity_digest = models.BinaryField(max_length=32, null=True)
    account_digest = models.BinaryField(max_length=32, null=True)
    person_key = models.UUIDField(null=True)
    account_key = models.UUIDField(null=True)
    identity_sealed = models.BinaryField(null=True)
    account_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)


class RosterFinding(Numbered):
    """What was found, where, under which rule. Only a warning can be acknowledged."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="findings", db_index=False)
    organization_path = OrganizationPathField()
    sheet_ordinal = models.PositiveSmallIntegerField()
    row_number = models.IntegerField(default=0)
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    message = models.TextField()
    rule = models.CharField(max_length=120, blank=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class Correction(Keyed, Recorded):
    """A new value beside the raw cell, with actor and reason; the cell as received stays."""

    row = models.ForeignKey(RosterRow, models.PROTECT, related_name="corrections")
    organization_path = OrganizationPathField()
    field = models.CharField(max_length=40)
    value_sealed = models.BinaryField()
    user = models.ForeignKey(User, models.PROTECT)
    reason = models.TextField()


class HeadingMapping(Keyed, Recorded):
    """What one sender means by a heading; asked once, remembered."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=40, help_text="a field, or 'ignore'")
    user = models.ForeignKey(User, models.PROTECT)


class Recusal(Keyed, Recorded):
    """A handler or approver steps back from one recipient (R-056); another user recorded it."""

    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    identity_digest = models.BinaryField(max_length=32)
    replaced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()


class CashException(Keyed, Recorded):
    """Leave to hand out cash to one person who has no account: reason, approver, and the signed receipt (R-036)."""

    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    identity_digest = models.BinaryField(max_length=32)
    reason = models.TextField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(null=True)
    signature_file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True)


class Award(Numbered, Recorded):
    """Campaign × person × exactly one category: what, from which fund, under which plan and standard, on which basis."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, null=True, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    form = models.CharField(max_length=6, choices=AwardForm.choices)
    cash_fen = models.BigIntegerField(default=0)
    goods_fen = models.BigIntegerField(default=0)
    goods = models.CharField(max_length=200, blank=True)
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, db_index=False)
    plan = models.ForeignKey(UsePlan, models.PROTECT, null=True, db_index=False)
    standard = models.ForeignKey(Standard, models.PROTECT, db_index=False)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    basis_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=AwardState.choices, default=AwardState.PROPOSED)
    live = models.BooleanField(default=True, help_text="not cancelled; kept apart from state so that updates stay on the page")
    business_date = models.DateField()
    delivered_on = models.DateField(null=True)
