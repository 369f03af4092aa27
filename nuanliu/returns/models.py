"""Official tables: definition × organization × period × version, with each cell's derived and entered part."""

from django.db import models

from nuanliu.access.models import User
from nuanliu.base.models import Keyed, OrganizationPathField, Recorded
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.states import ReturnState


class Return(Keyed, Recorded):
    """One version of one table of one union, as of one day. Signed, it never changes."""

    form = models.CharField(max_length=60)
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    version = models.PositiveSmallIntegerField(default=1)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=ReturnState.choices, default=ReturnState.DRAFT)
    reporter = models.CharField(max_length=60, blank=True)
    reporter_phone = models.CharField(max_length=40, blank=True)
    content_digest = models.BinaryField(max_length=32, null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField(null=True)
    return_reason = models.TextField(blank=True)


class ReturnCell(Keyed):
    """One cell in the smallest unit (fen, persons): what the stream says plus what was entered by hand."""

    table = models.ForeignKey(Return, models.PROTECT, related_name="cells")
    organization_path = OrganizationPathField()
    code = models.CharField(max_length=6)
    derived = models.BigIntegerField(null=True)
    entered = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True)


class EnteredValue(Keyed, Recorded):
    """A value typed for a row whose source the stream does not hold, with its reason; the newest counts."""

    form = models.CharField(max_length=60)
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    code = models.CharField(max_length=6)
    value = models.BigIntegerField()
    entered_on = models.DateField()
    reason = models.TextField()
    entered_by = models.ForeignKey(User, models.PROTECT)
