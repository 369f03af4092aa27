"""Use plans."""

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.states import PlanState
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.tables.rosters import campaign_choices


def _rows(by: Actor) -> QuerySet[UsePlan]:
    return UsePlan.objects.select_related("organization", "campaign").annotate(
        amount_fen=Coalesce(Sum("lines__amount_fen"), 0)
    )


def _search(rows: QuerySet[UsePlan], text: str) -> QuerySet[UsePlan]:
    return rows.filter(title__contains=text)


PLANS: Listing[UsePlan] = Listing(
    name="plans",
    title=_("Use plans"),
    policy=POLICY,
    act="view",
    rows=_rows,
    address=lambda row: reverse("plan", args=[row.pk]),
    columns=(
        Column("title", _("Plan"), "title", sort="title"),
        Column("organization", _("Union"), "organization.name"),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("amount", _("Yuan"), "amount_fen", Kind.YUAN, sort="amount_fen"),
        Column("decided_on", _("Decided on"), "decided_on", Kind.DAY, sort="decided_on"),
        Column("campaign", _("Campaign"), "campaign.name", shown=False),
        Column("recorded_at", _("Drafted"), "recorded_at", Kind.MOMENT, shown=False),
    ),
    tabs=Choice("state", _("State"), PlanState.choices),
    filters=(Choice("campaign", _("Campaign"), campaign_choices, column="campaign_id"),),
    search=_search,
    search_label=_("Title"),
    empty=_("No plan yet. It is drafted from a campaign."),
)
