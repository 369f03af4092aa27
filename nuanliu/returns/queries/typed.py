"""What unions typed by hand: the newest value of each union and row counts, an empty one takes it back."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from django.db.models import Q

from nuanliu.base.scope import Scope
from nuanliu.base.worded import SOME_DAY, SOME_PATH, SOME_UUID, Worded
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
    return _standing(campaign, as_of, OF_ONE, {SOME_PATH: organization.path})


def standing_values(path: str, campaign: Campaign, as_of: date) -> list[EnteredValue]:
    """The newest entered value of each union and code by that day, where it was not taken back."""
    scope = Scope.for_path(path)
    return _standing(campaign, as_of, OF_ALL, {SOME_PATH: scope.path_low, SOME_END: scope.path_high})


# Stands in the statement for the end of what lies below a path.
SOME_END = "/-0"
OF_ONE = (("organization_path", SOME_PATH),)
OF_ALL = (("organization_path__gte", SOME_PATH), ("organization_path__lt", SOME_END))


def _standing(
    campaign: Campaign, as_of: date, where: tuple[tuple[str, str], ...], meant: dict[str, str]
) -> list[EnteredValue]:
    return _worded(where).records({SOME_UUID: campaign.pk, SOME_DAY: as_of, **meant})


@cache
def _worded(where: tuple[tuple[str, str], ...]) -> Worded[EnteredValue]:
    """The newest are found in an index; what they say is read of them alone, however often a union typed."""
    typed = EnteredValue.objects.filter(
        *map(Q, where), form=ANNEX1, campaign=SOME_UUID, entered_on__lte=SOME_DAY
    )
    newest = typed.order_by("organization_path", "code", "-ordinal").distinct("organization_path", "code")
    standing = EnteredValue.objects.filter(pk__in=newest.values("pk"), value__isnull=False)
    return Worded.of(
        standing.select_related("organization", "entered_by").order_by("organization_path", "code")
    )
