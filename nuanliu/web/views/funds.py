"""Funds: what came in, what is set aside, what was given, what is left."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.ledger.models import Fund
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import StatementLine, balance_of, reversed_among, statement_of
from nuanliu.ledger.states import TransferKind
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Tag
from nuanliu.web.acts import act
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import record_or_404
from nuanliu.web.tables.funds import FUNDS


@page(POLICY, "view")
def funds(request: DeskRequest) -> HttpResponse:
    """All funds of the union and below with their balances."""
    may_open = POLICY.may(request.actor, "open_fund")
    return show(request, FUNDS, template="web/funds.html", may_open=may_open)


@page(POLICY, "view")
def fund(request: DeskRequest, key: UUID) -> HttpResponse:
    """One fund: its restrictions, its balance, and what moved."""
    found = record_or_404(Fund, key, "organization", "purpose", "campaign")
    before = number_or_404(request.GET.get("after")) or None
    shown = page_of(statement_of(found, before=before, limit=SIZE + 1), "transfer_id")
    by = request.actor
    may_reverse = POLICY.may(by, "reverse", found) and by.legal_person == found.legal_person
    context = {
        "fund": found,
        "balance": balance_of(found),
        "page": shown,
        "rows": _rows(shown.rows, may_reverse=may_reverse),
        "acts": [
            act(
                by,
                POLICY,
                name,
                found,
                label=label,
                address=reverse(route, args=[found.pk]),
                is_link=True,
                is_main=name == "receive",
                needs=[
                    (by.legal_person == found.legal_person, _("The fund belongs to another legal person."))
                ],
            )
            for name, label, route in (
                ("receive", _("Book what arrived"), "fund-receive"),
                ("allocate", _("Allocate down"), "fund-allocate"),
            )
        ],
        "history_kind": "ledger.fund",
        "history_key": found.pk,
        "tag": Tag.objects.filter(pk=found.required_tag).first() if found.required_tag else None,
        "region": Organization.objects.filter(path=found.region_path).first() if found.region_path else None,
    }
    return render(request, "web/fund.html", context)


def _rows(lines: list[StatementLine], *, may_reverse: bool) -> list[dict[str, Any]]:
    """The lines in words, each with whether this fund's keeper can take it back."""
    kinds, reversed_ = dict(TransferKind.choices), reversed_among(line.transfer_id for line in lines)
    return [
        {
            "line": line,
            "kind": kinds.get(line.kind, line.kind),
            "reversed": line.transfer_id in reversed_,
            "may_reverse": may_reverse and line.transfer_id not in reversed_ and _is_own(line),
        }
        for line in lines
    ]


def _is_own(line: StatementLine) -> bool:
    """What came in from outside, or was given down: an allocation is taken back by who gave it."""
    given_down = line.kind == TransferKind.ALLOCATE and line.held_change_fen < 0
    return line.kind == TransferKind.RECEIVE or given_down
