"""Programmes, their campaigns, and the standards that they give by."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.programmes.models import Campaign, Programme, Standard
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import in_force_among
from nuanliu.programmes.states import StandardState, Trigger
from nuanliu.web.listings.filters import Choice, Span
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.queries import campaigns_for, programmes_for, standards_for


def _programme_choices(by: Actor) -> list[tuple[str, str]]:
    known = programmes_for(by).prefetch_related(None)[:50]
    return [(str(one.pk), f"{one.year} {one.name}") for one in known]


def _campaigns_named(rows: QuerySet[Campaign], text: str) -> QuerySet[Campaign]:
    return rows.filter(name__contains=text) | rows.filter(notice_number__contains=text)


CAMPAIGNS: Listing[Campaign] = Listing(
    name="campaigns",
    title=_("Campaigns"),
    policy=POLICY,
    act="read",
    rows=lambda by: campaigns_for(by).order_by(),
    address=lambda row: reverse("campaign", args=[row.pk]),
    columns=(
        Column("name", _("Campaign"), "name", sort="name"),
        Column("organization", _("Union"), "organization.name", sort="organization__name"),
        Column("starts_on", _("From"), "starts_on", Kind.DAY, sort="starts_on"),
        Column("ends_on", _("To"), "ends_on", Kind.DAY, sort="ends_on"),
        Column("notice", _("Notice"), lambda row: row.notice_number or row.basis.number),
        Column("due", _("Reports due"), "reports_due_on", Kind.DAY, sort="reports_due_on"),
        Column("programme", _("Programme"), "programme.name", shown=False),
        Column("closed_on", _("Closed on"), "closed_on", Kind.DAY, sort="closed_on", shown=False),
    ),
    filters=(
        Choice("programme", _("Programme"), _programme_choices, column="programme_id"),
        Span("start", _("From"), "starts_on"),
    ),
    search=_campaigns_named,
    search_label=_("Name or number of the notice"),
    order="-starts_on",
    empty=_("No campaign yet. A rights officer opens one when the notice has come."),
)


def _campaigns_told(row: Programme) -> str:
    return "、".join(one.name for one in row.campaigns.all())


def _windows_of(row: Programme) -> str:
    """The campaigns of a programme, on their own page."""
    return f"{reverse('campaigns')}?programme={row.pk}"


PROGRAMMES: Listing[Programme] = Listing(
    name="programmes",
    title=_("Programmes"),
    policy=POLICY,
    act="read",
    rows=lambda by: programmes_for(by).order_by(),
    address=_windows_of,
    columns=(
        Column("name", _("Programme"), "name", sort="name"),
        Column("year", _("Year"), lambda row: str(row.year), sort="year"),
        Column("organization", _("Union"), "organization.name", sort="organization__name"),
        Column("trigger", _("Occasion"), "get_trigger_display"),
        Column("basis", _("Basis"), "basis.number", sort="basis__number"),
        Column("campaigns", _("Campaigns"), _campaigns_told),
        Column("recorded_at", _("Recorded"), "recorded_at", Kind.MOMENT, sort="recorded_at", shown=False),
    ),
    filters=(Choice("trigger", _("Occasion"), Trigger.choices),),
    search=lambda rows, text: rows.filter(name__contains=text),
    search_label=_("Name of the programme"),
    empty=_("No programme yet. A rights officer opens one for the year; campaigns are its windows."),
)


def _standards(by: Actor) -> QuerySet[Standard]:
    return standards_for(by).order_by()


def _as_of_today(rows: list[Standard]) -> list[Standard]:
    """Each with whether it may be used today."""
    usable = in_force_among(rows, timezone.localdate())
    for row in rows:
        row.today = "approved" if row.pk in usable else ""  # type: ignore[attr-defined]
    return rows


STANDARDS: Listing[Standard] = Listing(
    name="standards",
    title=_("Standards"),
    policy=POLICY,
    act="read",
    rows=_standards,
    address=lambda row: reverse("standard", args=[row.pk]),
    columns=(
        Column("document", _("Standard"), "document", sort="document"),
        Column("organization", _("Union"), "organization.name", sort="organization__name"),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column(
            "today",
            _("Today"),
            "today",
            Kind.STATE,
            word=lambda row: _("in force") if row.today else _("not in force"),
        ),
        Column("valid_from", _("Valid from"), "valid_from", Kind.DAY, sort="valid_from"),
        Column("valid_to", _("Valid to"), "valid_to", Kind.DAY, sort="valid_to"),
        Column("adopted_on", _("Adopted on"), "adopted_on", Kind.DAY, sort="adopted_on"),
        Column("filed_with", _("Filed with"), lambda row: row.filed_with.name if row.filed_with else "—"),
    ),
    tabs=Choice("state", _("State"), StandardState.choices),
    search=lambda rows, text: rows.filter(document__contains=text),
    search_label=_("Title"),
    prepared=_as_of_today,
    empty=_(
        "No standard yet. Hand in a standard file, or draft one; without a standard no list can be accepted."
    ),
)
