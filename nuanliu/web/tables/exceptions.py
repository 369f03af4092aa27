"""Leave in a campaign: who stepped back from whom, and to whom cash may be handed."""

from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.models import CashException, Recusal
from nuanliu.awards.permissions import POLICY
from nuanliu.base.actor import Actor
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Span, Within
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.queries import below, recipients

# How far a cash exception is.
CASH_STATES = {
    "asked": _("waits for approval"),
    "approved": _("approved, no receipt yet"),
    "done": _("receipt signed"),
}
NOT_NAMED = _("on no list yet")


def _with_recipients(rows: list[Any]) -> list[Any]:
    """Each with the masked name of whom it concerns, in one query for all."""
    names = recipients(rows)
    for row in rows:
        row.recipient = names.get(bytes(row.identity_digest), str(NOT_NAMED))
    return rows


def _recusals(by: Actor) -> QuerySet[Recusal]:
    return Recusal.objects.filter(below(by.organization_path)).select_related("user", "replaced_by")


def _recusals_of(rows: QuerySet[Recusal], text: str) -> QuerySet[Recusal]:
    return rows.filter(
        Q(user__display_name__contains=text)
        | Q(replaced_by__display_name__contains=text)
        | Q(reason__contains=text)
    )


RECUSALS: Listing[Recusal] = Listing(
    name="recusals",
    title=_("Recusals"),
    policy=POLICY,
    act="read",
    rows=_recusals,
    prepared=_with_recipients,
    columns=(
        Column("user", _("Who steps back"), "user.display_name", sort="user__display_name"),
        Column("recipient", _("Recipient"), "recipient"),
        Column(
            "replaced_by", _("Who takes over"), "replaced_by.display_name", sort="replaced_by__display_name"
        ),
        Column("reason", _("Reason"), "reason"),
        Column("recorded_at", _("Recorded"), "recorded_at", Kind.MOMENT, sort="recorded_at"),
    ),
    filters=(Span("recorded", _("Recorded"), "recorded_at__date"), Within("campaign", "campaign_id")),
    search=_recusals_of,
    search_label=_("Colleague or reason"),
    empty=_("Nobody has stepped back in this campaign."),
)


def _cash(by: Actor) -> QuerySet[CashException]:
    standing = Case(
        When(signature_file__isnull=False, then=Value("done")),
        When(approved_by__isnull=False, then=Value("approved")),
        default=Value("asked"),
        output_field=CharField(),
    )
    found = CashException.objects.filter(below(by.organization_path)).annotate(standing=standing)
    return found.select_related("requested_by", "approved_by")


CASH: Listing[CashException] = Listing(
    name="cash",
    title=_("Cash exceptions"),
    policy=POLICY,
    act="read",
    rows=_cash,
    prepared=_with_recipients,
    address=lambda row: reverse("cash-exception", args=[row.pk]),
    columns=(
        Column("recipient", _("Recipient"), "recipient"),
        Column("state", _("State"), "standing", Kind.STATE, word=lambda row: CASH_STATES[row.standing]),
        Column("reason", _("Reason"), "reason"),
        Column("requested_by", _("Asked by"), "requested_by.display_name", sort="requested_by__display_name"),
        Column("approved_by", _("Approved by"), "approved_by.display_name"),
        Column("approved_on", _("Approved on"), "approved_on", Kind.DAY, sort="approved_on"),
        Column("recorded_at", _("Asked"), "recorded_at", Kind.MOMENT, sort="recorded_at", shown=False),
    ),
    tabs=Choice("state", _("State"), list(CASH_STATES.items()), column="standing"),
    filters=(Span("approved", _("Approved on"), "approved_on"), Within("campaign", "campaign_id")),
    search=lambda rows, text: rows.filter(reason__contains=text),
    search_label=_("Reason"),
    empty=_("No cash was asked for in this campaign."),
)
