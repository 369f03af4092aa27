"""Money comes in and goes down: a fund is opened, receives, allocates to lower unions, and takes back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.kernel.money import yuan_text
from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund, Transfer
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import balance_of, is_reversed, takers_of, terms_below
from nuanliu.ledger.states import TransferKind
from nuanliu.web.forms_money import AllocationForm, FundForm, MoneyForm, ReversalForm
from nuanliu.web.guards import FORM, DeskRequest, page
from nuanliu.web.queries import business_day, campaigns_for, record_or_404, unions_for

# A posting comes back with its award, through the failed payments.
TAKEN_BACK_HERE = (TransferKind.RECEIVE, TransferKind.ALLOCATE)


@page(POLICY, "open_fund", FORM)
def fund_new(request: DeskRequest) -> HttpResponse:
    """Open a fund with its restrictions; `like` names a fund of the union whose money it is to take."""
    by, above = request.actor, _above(request)
    proposed = terms_below(above) if above else {"organization": by.organization_id}
    form = FundForm(
        request.POST or None, unions=unions_for(by), campaigns=campaigns_for(by), initial=proposed
    )
    if form.is_valid():
        opened = actions.open_fund(**_terms(form), by=by)
        messages.success(request, _("The fund is open. Book what arrives."))
        return redirect("fund", opened.pk)
    context = {"form": form, "above": above}
    return render(request, "web/fund_new.html", context, status=422 if form.is_bound else 200)


def _above(request: DeskRequest) -> Fund | None:
    try:
        wanted = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    return record_or_404(Fund, wanted)


def _terms(form: FundForm) -> dict[str, Any]:
    wanted = dict(form.cleaned_data)
    ticked = [category.code for category in wanted["allowed_categories"]]
    return wanted | {
        "allowed_categories": ticked or None,
        "required_tag": wanted["required_tag"].code if wanted["required_tag"] else "",
        "region_path": wanted["region_path"].path if wanted["region_path"] else "",
    }


def _day_for(fund: Fund) -> date:
    """The day that a form proposes: money of a campaign counts in the campaign."""
    return business_day(fund.campaign) if fund.campaign else timezone.localdate()


@page(POLICY, "receive", FORM, again=True)
def receive(request: DeskRequest, key: UUID) -> HttpResponse:
    """Book money that has arrived; the same form sent twice books once."""
    fund = _fund(key)
    form = MoneyForm(request.POST or None, initial={"on": _day_for(fund)})
    if form.is_valid():
        wanted = form.cleaned_data
        actions.receive(
            fund,
            wanted["amount_fen"],
            on=wanted["on"],
            evidence=wanted["evidence"],
            by=request.actor,
            idempotency_key=str(wanted["token"]),
        )
        told = _("%(amount)s yuan have come in.") % {"amount": yuan_text(wanted["amount_fen"])}
        messages.success(request, told)
        return redirect("fund", fund.pk)
    context = {"fund": fund, "balance": balance_of(fund), "form": form}
    return render(request, "web/receive.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "allocate", FORM, again=True)
def allocate(request: DeskRequest, key: UUID) -> HttpResponse:
    """Pass money down to a fund of a lower union that is bound alike."""
    fund = _fund(key)
    takers = takers_of(fund)
    form = AllocationForm(request.POST or None, takers=takers, initial={"on": _day_for(fund)})
    if form.is_valid():
        wanted = form.cleaned_data
        actions.allocate(
            fund,
            wanted["taker"],
            wanted["amount_fen"],
            on=wanted["on"],
            evidence=wanted["evidence"],
            by=request.actor,
            idempotency_key=str(wanted["token"]),
        )
        told = _("%(amount)s yuan have gone down.") % {"amount": yuan_text(wanted["amount_fen"])}
        messages.success(request, told)
        return redirect("fund", fund.pk)
    context = {
        "fund": fund,
        "balance": balance_of(fund),
        "takers": takers,
        "form": form,
        "may_open": POLICY.may(request.actor, "open_fund"),
    }
    return render(request, "web/allocate.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "reverse", FORM, again=True)
def reverse(request: DeskRequest, key: UUID, number: int) -> HttpResponse:
    """Take a receipt or an allocation back by a counter-entry, with the reason."""
    fund = _fund(key)
    transfer = _transfer(fund, number)
    form = ReversalForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        wanted = form.cleaned_data
        actions.reverse(transfer, reason=wanted["reason"], on=wanted["on"], by=request.actor)
        messages.success(request, _("The entry is taken back; both stay in the statement."))
        return redirect("fund", fund.pk)
    context = {
        "fund": fund,
        "transfer": transfer,
        "kind": TransferKind(transfer.kind).label,
        "reversed": is_reversed(transfer),
        "form": form,
    }
    return render(request, "web/reverse.html", context, status=422 if form.is_bound else 200)


def _fund(key: UUID) -> Fund:
    return record_or_404(Fund, key, "organization", "purpose")


def _transfer(fund: Fund, number: int) -> Transfer:
    """The entry, when both its funds are in scope: who took is not who takes back what a higher union gave."""
    moved = Q(debit_account__fund=fund) | Q(credit_account__fund=fund)
    entries = Transfer.objects.filter(moved, kind__in=TAKEN_BACK_HERE)
    known = entries.select_related("debit_account__fund", "credit_account__fund")
    return get_object_or_404(known, pk=number)
