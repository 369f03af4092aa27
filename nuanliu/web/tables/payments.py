"""Payment batches."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.payments.models import PaymentBatch, PaymentOrder
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Span, Within
from nuanliu.web.listings.listing import Column, Kind, Listing


def _rows(by: Actor) -> QuerySet[PaymentBatch]:
    return PaymentBatch.objects.select_related("organization", "profile", "plan")


def _with_outcomes(batches: list[PaymentBatch]) -> list[PaymentBatch]:
    """Each batch with how many of its orders came to which end, in one query more."""
    orders = PaymentOrder.objects.filter(batch__in=batches)
    counts: dict[object, dict[str, int]] = defaultdict(dict)
    for batch, state, count in orders.values_list("batch", "state").annotate(count=Count("pk")).order_by():
        counts[batch][state] = count
    for batch in batches:
        batch.outcomes = counts[batch.pk]  # type: ignore[attr-defined]
    return batches


def _outcome(*states: OrderState) -> Callable[[Any], int]:
    """How many orders of a row ended in one of the states."""
    return lambda batch: sum(batch.outcomes.get(state, 0) for state in states)


def _search(rows: QuerySet[PaymentBatch], text: str) -> QuerySet[PaymentBatch]:
    return rows.filter(Q(number__contains=text) | Q(plan__title__contains=text))


BATCHES: Listing[PaymentBatch] = Listing(
    name="batches",
    title=_("Payments"),
    policy=POLICY,
    act="view",
    rows=_rows,
    prepared=_with_outcomes,
    address=lambda row: reverse("batch", args=[row.pk]),
    columns=(
        Column("number", _("Batch"), "number", sort="number"),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("profile", _("Bank format"), "profile.bank"),
        Column("business_date", _("Payment date"), "business_date", Kind.DAY, sort="business_date"),
        Column("declared_count", _("Declared"), "declared_count", Kind.NUMBER, sort="declared_count"),
        Column("declared_fen", _("Yuan"), "declared_fen", Kind.YUAN, sort="declared_fen"),
        Column("paid", _("Paid"), _outcome(OrderState.PAID), Kind.NUMBER),
        Column("failed", _("Failed"), _outcome(OrderState.FAILED), Kind.NUMBER),
        Column("open", _("Outcome open"), _outcome(OrderState.BUILT, OrderState.SENT), Kind.NUMBER),
        Column("organization", _("Union"), "organization.name", shown=False),
        Column("plan", _("Plan"), "plan.title", shown=False),
        Column("recorded_at", _("Built"), "recorded_at", Kind.MOMENT, shown=False),
    ),
    tabs=Choice("state", _("State"), BatchState.choices),
    filters=(Span("day", _("Payment date"), "business_date"), Within("plan", "plan_id")),
    search=_search,
    search_label=_("Number or plan"),
    totals={"declared_count": Sum("declared_count"), "declared_fen": Sum("declared_fen")},
    empty=_("No batch yet. A decided plan is paid from its page."),
)
