"""Official tables: definition × organization × period × version, with each cell's derived and entered part."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from nuanliu.access.models import User
from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.rules import ENTERED_CODES
from nuanliu.returns.states import JUDGED_STATES, SENT_STATES, ReturnState


class Return(Keyed, Recorded):
    """One version of one table of one union, as of one day. Signed, it never changes."""

    form = models.CharField(max_length=60)
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    version = models.PositiveSmallIntegerField(default=1)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=ReturnState.choices, default=ReturnState.DRAFT)
    reporter = models.CharField(max_length=60)
    reporter_phone = models.CharField(max_length=40)
    filled_on = models.DateField()
    content_digest = models.BinaryField(max_length=32, help_text="over header and cells")
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField(null=True)
    submitted_on = models.DateField(
        null=True, help_text="lateness against the campaign's deadline counts to it"
    )
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    return_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organization", "campaign", "form", "version"], name="return_version_once"
            ),
            # The head of the form is part of it.
            CheckConstraint(condition=~Q(reporter="") & ~Q(reporter_phone=""), name="return_header_filled"),
            CheckConstraint(condition=~Q(signed_by=F("drafted_by")), name="return_two_signatures"),
            CheckConstraint(
                condition=Q(state=ReturnState.DRAFT, signed_by=None, signed_on=None)
                | (~Q(state=ReturnState.DRAFT) & Q(signed_by__isnull=False, signed_on__isnull=False)),
                name="return_signed_by_somebody",
            ),
            CheckConstraint(
                condition=Q(state__in=SENT_STATES, submitted_on__isnull=False)
                | (~Q(state__in=SENT_STATES) & Q(submitted_on=None)),
                name="return_sent_on_a_day",
            ),
            CheckConstraint(
                condition=Q(submitted_on=None) | Q(submitted_on__gte=F("signed_on")),
                name="return_sent_once_signed",
            ),
            CheckConstraint(
                condition=Q(state__in=JUDGED_STATES, judged_by__isnull=False)
                | (~Q(state__in=JUDGED_STATES) & Q(judged_by=None)),
                name="return_judged_by_somebody",
            ),
            CheckConstraint(
                condition=~Q(state=ReturnState.RETURNED) | ~Q(return_reason=""),
                name="return_sent_back_with_reason",
            ),
        ]


class ReturnCell(Keyed):
    """One cell in the smallest unit (fen, persons): what the stream says plus what was entered by hand."""

    table = models.ForeignKey(Return, models.PROTECT, related_name="cells")
    organization_path = OrganizationPathField()
    code = models.CharField(max_length=6)
    derived = models.BigIntegerField()
    entered = models.BigIntegerField(null=True, help_text="empty where nothing was typed")

    class Meta:
        constraints = [UniqueConstraint(fields=["table", "code"], name="return_cell_once")]


class EnteredValue(Keyed, Recorded):
    """A value typed for a row whose source the stream does not hold, with its reason; the newest of a union counts."""

    form = models.CharField(max_length=60)
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    code = models.CharField(max_length=6)
    ordinal = models.PositiveIntegerField(help_text="counts up for one union and row")
    value = models.BigIntegerField(null=True, help_text="empty takes the earlier value back")
    entered_on = models.DateField()
    reason = models.TextField()
    entered_by = models.ForeignKey(User, models.PROTECT)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organization", "campaign", "form", "code", "ordinal"], name="entered_in_order"
            ),
            CheckConstraint(condition=Q(code__in=sorted(ENTERED_CODES)), name="entered_where_not_derived"),
            CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="entered_not_negative"),
            CheckConstraint(condition=~Q(reason=""), name="entered_with_reason"),
        ]
        indexes = [
            Index(
                fields=["campaign", "form", "organization_path", "code", "-ordinal"],
                include=["entered_on", "id"],
                name="entered_newest",
            )
        ]


class StreamChange(Numbered):
    """Something that tables count has moved in a union: awards that reached people, money, a typed value.

    Written by triggers (sql/stream.sql) with the change itself, only added; nuanliu.returns.queries.kept reads it.
    """

    organization_path = OrganizationPathField()
    of_awards = models.BooleanField()

    class Meta:
        indexes = [
            Index(fields=["organization_path", "id"], include=["of_awards"], name="stream_change_by_path")
        ]
