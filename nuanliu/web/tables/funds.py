"""Funds with what came in, what is set aside, what was given and what is left."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.ledger.models import Fund
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import Balance, balances_of, funds_of
from nuanliu.ledger.states import SourceClass
from nuanliu.web.listings.filters import Choice
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.tables.rosters import campaign_choices


def _rows(by: Actor) -> QuerySet[Fund]:
    return funds_of(by.organization_path).order_by()


def _with_balances(rows: list[Fund]) -> list[Fund]:
    held = balances_of(row.pk for row in rows)
    for row in rows:
        row.balance = held.get(row.pk, Balance())  # type: ignore[attr-defined]
    return rows


FUNDS: Listing[Fund] = Listing(
    name="funds",
    title=_("Funds"),
    policy=POLICY,
    act="view",
    rows=_rows,
    address=lambda row: reverse("fund", args=[row.pk]),
    columns=(
        Column("name", _("Fund"), "name", sort="name"),
        Column("organization", _("Union"), "organization.name", sort="organization__name"),
        Column("source", _("Source"), "get_source_class_display"),
        Column("received", _("Come in"), "balance.received_fen", Kind.YUAN),
        Column("reserved", _("Reserved"), "balance.reserved_fen", Kind.YUAN),
        Column("given", _("Given"), "balance.given_fen", Kind.YUAN),
        Column("available", _("Available"), "balance.available_fen", Kind.YUAN),
        Column("free", _("Free"), "balance.free_fen", Kind.YUAN),
        Column("purpose", _("Purpose"), "purpose.label", shown=False),
        Column("valid_to", _("Valid to"), "valid_to", Kind.DAY, sort="valid_to", shown=False),
    ),
    filters=(
        Choice("source", _("Source"), SourceClass.choices, column="source_class"),
        Choice("campaign", _("Campaign"), campaign_choices, column="campaign_id"),
    ),
    search=lambda rows, text: rows.filter(name__contains=text),
    search_label=_("Name of the fund"),
    prepared=_with_balances,
    empty=_("No fund yet. A finance officer opens one for each source of money."),
)
