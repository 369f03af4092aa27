"""Lists as received, what was found in them, and the awards that follow: who is given what, from which money."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from nuanliu.access.models import User
from nuanliu.awards.states import UNPLANNED_STATES, AwardForm, AwardState, Basis, RosterState, RowState
from nuanliu.base.crypto.fields import SealedField
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
    days_late = models.PositiveIntegerField(
        default=0, help_text="from the early closing of its campaign to the day it came; the database counts"
    )
    content_digest = models.BinaryField(
        max_length=32, null=True, help_text="over the accepted rows; a plan freezes it"
    )

    class Meta:
        indexes = [
            Index(fields=["organization_path", "-id"], name="roster_by_path"),
            # Few lists: those that came after the closing of their campaign.
            Index(fields=["id"], condition=Q(days_late__gt=0), name="roster_late"),
        ]
        constraints = [
            # Two people answer for a roster.
            CheckConstraint(condition=~Q(responsible=F("handler")), name="roster_two_signatures"),
            CheckConstraint(
                condition=Q(responsible=None, signed_on=None)
                | Q(responsible__isnull=False, signed_on__isnull=False),
                name="roster_signed_by_somebody",
            ),
            UniqueConstraint(
                fields=["organization", "campaign", "submission_digest"],
                condition=~Q(state=RosterState.WITHDRAWN),
                name="roster_submitted_once",
            ),
        ]

    @property
    def content_hex(self) -> str:
        """The digest over what was accepted, as a plan freezes it; empty before."""
        return bytes(self.content_digest or b"").hex()


class RosterSheet(Keyed):
    """One table found in one sheet of one file, with the headings as received and what they were taken for."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="sheets")
    organization_path = OrganizationPathField()
    ordinal = models.PositiveSmallIntegerField()
    file = models.ForeignKey(EvidenceFile, models.PROTECT)
    sheet = models.CharField(max_length=120)
    headings = models.JSONField(
        default=list, help_text="[[heading as received, field or null], …] in column order"
    )
    heading_row = models.IntegerField(default=0)
    header = models.JSONField(
        default=dict,
        help_text="reporting unit, reporter, phone, date, as received; the places of the columns; the lines above",
    )

    class Meta:
        constraints = [UniqueConstraint(fields=["roster", "ordinal"], name="sheet_once_in_roster")]


class RosterRow(Numbered):
    """One row as received (sealed) and as read. The keys of person and account are set beforehand, so that
    accepting is one INSERT … SELECT and the sealed values are bound to the rows they end in."""

    # A list belongs to one roster: its statement trigger looks once where a foreign key would look at every row.
    roster = models.ForeignKey(
        Roster, models.PROTECT, related_name="rows", db_index=False, db_constraint=False
    )
    organization_path = OrganizationPathField()
    sheet_ordinal = models.PositiveSmallIntegerField()
    row_number = models.IntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.OPEN)
    blocked = models.BooleanField(default=False, help_text="carries an error")
    raw_sealed = SealedField()
    name = models.CharField(max_length=60, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    employer = models.CharField(max_length=160, blank=True)
    category_code = models.CharField(max_length=4, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    cash_fen = models.BigIntegerField(default=0)
    goods_fen = models.BigIntegerField(default=0)
    goods = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    bank = models.CharField(max_length=120, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    gender = models.CharField(max_length=1, blank=True)
    identity_digest = models.BinaryField(max_length=32, null=True)
    identity_tail_digest = models.BinaryField(max_length=32, null=True)
    account_digest = models.BinaryField(max_length=32, null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    account_tail = models.CharField(max_length=4, blank=True)
    person_key = models.UUIDField(null=True)
    account_key = models.UUIDField(null=True)
    identity_sealed = SealedField(null=True, sealed_for="people_person.identity_sealed")
    account_sealed = SealedField(null=True, sealed_for="people_bankaccount.number_sealed")
    phone_sealed = SealedField(null=True, sealed_for="people_person.phone_sealed")

    class Meta:
        # A list is drawn in the order of its sheets, also where a row was read anew later.
        indexes = [Index(fields=["roster", "sheet_ordinal", "row_number"], name="row_by_place")]


class RosterFinding(Numbered):
    """What was found, where, under which rule. Only a warning can be acknowledged."""

    roster = models.ForeignKey(
        Roster, models.PROTECT, related_name="findings", db_index=False, db_constraint=False
    )
    organization_path = OrganizationPathField()
    sheet_ordinal = models.PositiveSmallIntegerField()
    row_number = models.IntegerField(default=0)
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    message = models.TextField()
    rule = models.CharField(max_length=120, blank=True)
    expected = models.CharField(
        max_length=40, blank=True, help_text="what the cell should say, where the check knows it"
    )
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [Index(fields=["roster", "sheet_ordinal", "row_number", "id"], name="finding_by_place")]
        constraints = [
            CheckConstraint(
                condition=Q(acknowledged_by=None) | Q(severity="warning"), name="only_warnings_acknowledged"
            ),
        ]


class Correction(Keyed, Recorded):
    """A new value beside the raw cell, with actor and reason; the cell as received stays."""

    row = models.ForeignKey(RosterRow, models.PROTECT, related_name="corrections")
    organization_path = OrganizationPathField()
    field = models.CharField(max_length=40)
    value_sealed = SealedField()
    user = models.ForeignKey(User, models.PROTECT)
    reason = models.TextField()
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="undone_by",
        help_text="taken back by this counter-entry",
    )

    class Meta:
        constraints = [CheckConstraint(condition=~Q(reason=""), name="row_correction_has_reason")]


class HeadingMapping(Keyed, Recorded):
    """What one sender means by a heading; asked once, remembered."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=40, help_text="a field, or 'ignore'")
    user = models.ForeignKey(User, models.PROTECT)

    class Meta:
        constraints = [UniqueConstraint(fields=["organization", "heading"], name="heading_mapped_once")]


class Recusal(Keyed, Recorded):
    """A handler or approver steps back from one recipient (R-056); another user recorded it."""

    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    identity_digest = models.BinaryField(max_length=32)
    replaced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["campaign", "user", "identity_digest"], name="recused_once"),
            CheckConstraint(condition=~Q(user=F("replaced_by")), name="recusal_replaced_by_another"),
            CheckConstraint(condition=~Q(reason=""), name="recusal_has_reason"),
        ]


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

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["campaign", "identity_digest", "organization_path"], name="cash_excepted_once"
            ),
            CheckConstraint(condition=~Q(requested_by=F("approved_by")), name="cash_exception_two_people"),
            CheckConstraint(condition=~Q(reason=""), name="cash_exception_has_reason"),
            CheckConstraint(
                condition=Q(approved_by=None, approved_on=None)
                | Q(approved_by__isnull=False, approved_on__isnull=False),
                name="cash_exception_approved_on_a_day",
            ),
        ]


class Award(Numbered, Recorded):
    """Campaign × person × exactly one category: what, from which fund, under which plan and standard, on which basis.

    The keys have no check of each row: `awards_judge_arrivals`, once a statement, does what nine foreign keys would,
    and what no foreign key can (sql/awards.sql).
    """

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, db_constraint=False)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False, db_constraint=False)
    roster = models.ForeignKey(
        Roster, models.PROTECT, null=True, related_name="awards", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, db_index=False, db_constraint=False)
    household = models.ForeignKey(Household, models.PROTECT, null=True, db_index=False, db_constraint=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False, db_constraint=False)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    form = models.CharField(max_length=6, choices=AwardForm.choices)
    cash_fen = models.BigIntegerField(default=0)
    goods_fen = models.BigIntegerField(default=0)
    goods = models.CharField(max_length=200, blank=True)
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, db_index=False, db_constraint=False)
    plan = models.ForeignKey(UsePlan, models.PROTECT, null=True, db_index=False, db_constraint=False)
    standard = models.ForeignKey(Standard, models.PROTECT, db_index=False, db_constraint=False)
    cash_exception = models.ForeignKey(
        CashException, models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    basis = models.CharField(max_length=12, choices=Basis.choices)
    basis_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=AwardState.choices, default=AwardState.PROPOSED)
    live = models.BooleanField(
        default=True, help_text="not cancelled; apart from state, so that updates stay on the page"
    )
    business_date = models.DateField()
    delivered_on = models.DateField(null=True)

    class Meta:
        # Neither holds a column that a payment changes, so that those updates stay on the page. Official tables read
        # a union's awards and one category of a city's by the first, the few that carry a tag by the second.
        indexes = [
            Index(fields=["organization_path", "category", "id"], name="award_by_union"),
            Index(
                fields=["organization_path", "category", "id"],
                condition=~Q(tags=[]),
                name="award_tagged_by_union",
            ),
            # Few rows: what was given in cash by way of exception.
            Index(
                fields=["cash_exception"],
                condition=Q(cash_exception__isnull=False),
                name="award_by_cash_exception",
            ),
        ]
        constraints = [
            # Also how the awards of a roster are read, in the order of its rows.
            UniqueConstraint(fields=["roster", "basis_id"], name="award_once_from_row"),
            UniqueConstraint(
                fields=["campaign", "person", "category"],
                condition=Q(live=True),
                name="award_once_in_category",
            ),
            UniqueConstraint(
                fields=["campaign", "household", "category"],
                condition=Q(live=True, household__isnull=False),
                name="award_once_in_household",
            ),
            CheckConstraint(
                condition=Q(cash_fen__gte=0, goods_fen__gte=0) & ~Q(cash_fen=0, goods_fen=0),
                name="award_positive",
            ),
            CheckConstraint(
                condition=Q(form=AwardForm.CASH, cash_fen__gt=0, goods_fen=0)
                | Q(form=AwardForm.GOODS, cash_fen=0, goods_fen__gt=0)
                | Q(form=AwardForm.BOTH, cash_fen__gt=0, goods_fen__gt=0),
                name="award_form_fits",
            ),
            # Cash goes to the person's own account, unless an exception was approved.
            CheckConstraint(
                condition=Q(cash_fen=0) | Q(account__isnull=False) | Q(cash_exception__isnull=False),
                name="award_cash_to_account",
            ),
            # Nothing is given that no plan and fund stand behind.
            CheckConstraint(
                condition=Q(state__in=UNPLANNED_STATES) | Q(plan__isnull=False, fund__isnull=False),
                name="award_planned_before_given",
            ),
            CheckConstraint(
                condition=(Q(live=True) & ~Q(state=AwardState.CANCELLED))
                | Q(live=False, state=AwardState.CANCELLED),
                name="award_live_unless_cancelled",
            ),
            CheckConstraint(
                condition=Q(state=AwardState.DELIVERED, delivered_on__isnull=False)
                | (~Q(state=AwardState.DELIVERED) & Q(delivered_on=None)),
                name="award_delivered_on_a_day",
            ),
        ]


class AccountConfirmation(Keyed, Recorded):
    """The account that an award goes to in the place of the one decided upon, confirmed with the person by somebody
    else than who gave it (R-044, R-054); without one the account of an award stays as it was decided."""

    organization_path = OrganizationPathField()
    award = models.ForeignKey(Award, models.PROTECT, related_name="confirmations", db_constraint=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, db_index=False)
    given_by_id = models.UUIDField(null=True, help_text="who made the account the active one")
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    confirmed_on = models.DateField()
    reason = models.TextField(help_text="how it was confirmed with the person")

    class Meta:
        constraints = [
            # NULL <> x is no answer: where the installation gave it, anybody entitled may confirm.
            CheckConstraint(condition=~Q(confirmed_by=F("given_by_id")), name="account_confirmed_by_another"),
            CheckConstraint(condition=Q(reason__regex=r"\S"), name="account_confirmation_has_reason"),
        ]
