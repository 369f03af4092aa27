"""Funds: what came in, what is set aside, what was given, what is left."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from nuanliu.ledger.models import Fund
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import balance_of, statement_of
from nuanliu.ledger.states import TransferKind
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import funds_with_balances


@page(POLICY, "view")
def funds(request: DeskRequest) -> HttpResponse:
    """All funds of the union and below with their balances."""
    return render(request, "web/funds.html", {"funds": funds_with_balances(request.actor.organization_path)})


@page(POLICY, "view")
def fund(request: DeskRequest, key: UUID) -> HttpResponse:
    """One fund: its restrictions, its balance, and what moved."""
    found = get_object_or_404(Fund.objects.select_related("organization", "purpose", "campaign"), pk=key)
    before = number_or_404(request.GET.get("after")) or None
    shown = page_of(statement_of(found, before=before, limit=SIZE + 1), "transfer_id")
    kinds = dict(TransferKind.choices)
    context = {
        "fund": found,
        "balance": balance_of(found),
        "page": shown,
        "rows": [{"line": line, "kind": kinds.get(line.kind, line.kind)} for line in shown.rows],
    }
    return render(request, "web/fund.html", context)
