"""Versions of official tables."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.returns.models import Return
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.states import ReturnState
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Within
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.tables.rosters import campaign_choices


def _rows(by: Actor) -> QuerySet[Return]:
    return Return.objects.select_related("organization", "campaign", "signed_by")


def _search(rows: QuerySet[Return], text: str) -> QuerySet[Return]:
    return rows.filter(organization__name__contains=text)


RETURNS: Listing[Return] = Listing(
    name="returns",
    title=_("Annex 1"),
    policy=POLICY,
    act="view",
    rows=_rows,
    address=lambda row: reverse("return", args=[row.pk]),
    columns=(
        Column("organization", _("Union"), "organization.name", sort="organization__name"),
        Column("version", _("Version"), "version", Kind.NUMBER),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("as_of", _("As of"), "as_of", Kind.DAY, sort="as_of"),
        Column("signed_by", _("Signed by"), lambda row: row.signed_by.display_name if row.signed_by else ""),
        Column("submitted_on", _("Sent on"), "submitted_on", Kind.DAY, sort="submitted_on"),
        Column("campaign", _("Campaign"), "campaign.name"),
        Column("return_reason", _("Why it came back"), "return_reason", shown=False),
    ),
    tabs=Choice("state", _("State"), ReturnState.choices),
    filters=(
        Choice("campaign", _("Campaign"), campaign_choices, column="campaign_id"),
        Within("organization", "organization_id"),
    ),
    search=_search,
    search_label=_("Union"),
    empty=_("No version yet. It is drafted from the living table."),
)
