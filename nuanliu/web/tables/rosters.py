"""Lists that unions have sent."""

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import RosterState
from nuanliu.base.actor import Actor
from nuanliu.programmes.models import Campaign
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Flag, Span
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.queries import campaigns_known


def campaign_choices(by: Actor) -> list[tuple[str, str]]:
    """The campaigns that concern an actor, the latest first."""
    return [(str(one.pk), str(one)) for one in campaigns_known(by, 50)]


def _rows(by: Actor) -> QuerySet[Roster]:
    return Roster.objects.select_related("organization", "campaign", "handler")


def _search(rows: QuerySet[Roster], text: str) -> QuerySet[Roster]:
    return rows.filter(Q(organization__name__contains=text) | Q(organization__short_name__contains=text))


def _address(row: Roster) -> str:
    return reverse("roster", args=[row.pk])


def _campaign_name(row: Roster) -> str:
    campaign: Campaign = row.campaign
    return campaign.name


ROSTERS: Listing[Roster] = Listing(
    name="rosters",
    title=_("Lists"),
    policy=POLICY,
    act="read",
    rows=_rows,
    address=_address,
    columns=(
        Column("organization", _("Sender"), "organization.name", sort="organization__name"),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("rows_read", _("Rows read"), "rows_read", Kind.NUMBER, sort="rows_read"),
        Column("rows_accepted", _("Accepted"), "rows_accepted", Kind.NUMBER, sort="rows_accepted"),
        Column("accepted_fen", _("Yuan"), "accepted_fen", Kind.YUAN, sort="accepted_fen"),
        Column("business_date", _("Business date"), "business_date", Kind.DAY, sort="business_date"),
        Column("recorded_at", _("Received"), "recorded_at", Kind.MOMENT, sort="recorded_at"),
        Column("days_late", _("Days late"), lambda row: row.days_late or None, Kind.NUMBER, sort="days_late"),
        Column("campaign", _("Campaign"), _campaign_name, shown=False),
        Column("handler", _("Handler"), "handler.display_name", shown=False),
        Column("signed_on", _("Signed on"), "signed_on", Kind.DAY, sort="signed_on", shown=False),
    ),
    tabs=Choice("state", _("State"), RosterState.choices),
    filters=(
        Choice("campaign", _("Campaign"), campaign_choices, column="campaign_id"),
        Span("day", _("Business date"), "business_date"),
        Flag("late", _("Came after the closing"), lambda rows: rows.filter(days_late__gt=0)),
    ),
    search=_search,
    search_label=_("Sender"),
    totals={
        "rows_read": Sum("rows_read"),
        "rows_accepted": Sum("rows_accepted"),
        "accepted_fen": Sum("accepted_fen"),
    },
    empty=_("No list yet. Open a campaign and drop the file as it lies on your desk."),
)
