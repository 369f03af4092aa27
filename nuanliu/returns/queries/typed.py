"""What unions typed by hand: the newest value of each union and row counts, an empty one takes it back."""

from collections.abc import Sequence
from datetime import date

from nuanliu.base.scope import Scope
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1
from nuanliu.returns.models import EnteredValue


def values_entered(organization: Organization, campaign: Campaign) -> Sequence[EnteredValue]:
    """All that a union itself typed for a campaign, row by row, newest first; an empty value took one back."""
    found = EnteredValue.objects.filter(form=ANNEX1, organization=organization, campaign=campaign)
    return list(found.select_related("entered_by").order_by("code", "-ordinal"))


def own_values(organization: Organization, campaign: Campaign, as_of: date) -> list[EnteredValue]:
    """What stands by that day of what a union itself typed: of each row the newest, where it was not taken back."""
    return _standing(campaign, as_of, organization_path=organization.path)


def standing_values(path: str, campaign: Campaign, as_of: date) -> list[EnteredValue]:
    """The newest entered value of each union and code by that day, where it was not taken back."""
    scope = Scope.for_path(path)
    return _standing(
        campaign, as_of, organization_path__gte=scope.path_low, organization_path__lt=scope.path_high
    )


def _standing(campaign: Campaign, as_of: date, **of_unions: str) -> list[EnteredValue]:
    """The newest are found in an index; what they say is read of them alone, however often a union typed."""
    typed = EnteredValue.objects.filter(form=ANNEX1, campaign=campaign, entered_on__lte=as_of, **of_unions)
    newest = typed.order_by("organization_path", "code", "-ordinal").distinct("organization_path", "code")
    standing = EnteredValue.objects.filter(pk__in=newest.values("pk"), value__isnull=False)
    return list(standing.select_related("organization", "entered_by").order_by("organization_path", "code"))
