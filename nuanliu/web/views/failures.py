"""What came back from the bank: never lost from sight, each with its next step."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuanliu.access.states import Role
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.payments import actions
from nuanliu.payments.models import AccountCorrection, PaymentOrder
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import (
    Attempt,
    Care,
    WaitingFailure,
    attempts_of,
    failure_cares,
    failure_totals,
    failures_board,
)
from nuanliu.web.forms import AccountForm, OnForm
from nuanliu.web.forms_money import ReissueForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import record_or_404

# What has to be done, and whose role does it.
CARES = {
    "verify": (gettext_lazy("verify the corrected account"), "verify"),
    "reissue": (gettext_lazy("pay anew"), "reissue"),
    "build": (gettext_lazy("build a batch again"), "build"),
    "correct": (gettext_lazy("correct the account"), "correct"),
    "ask": (gettext_lazy("ask the person for another account"), "correct"),
    "return": (gettext_lazy("return the money: cancel the award"), ""),
}
AT_ONCE = 5_000


@page(POLICY, "view")
def failures(request: DeskRequest) -> HttpResponse:
    """The board of failed payments by what has to be done, each with its history; none is lost from sight."""
    path = request.actor.organization_path
    groups, chosen = failure_cares(path), request.GET.get("care", "")
    facts = next((facts for care, facts in groups if care.care == chosen), None)
    after = number_or_404(request.GET.get("after"))
    shown = page_of(failures_board(path, facts=facts, after=after, limit=SIZE + 1), "order_id")
    attempts, today = attempts_of([row.award_id for row in shown.rows]), timezone.localdate()
    context = {
        "totals": failure_totals(path),
        "boards": [_board(care, chosen, today) for care, _facts in groups],
        "care": chosen if facts is not None else "",
        "rows": [_row(request, row, attempts.get(row.award_id, []), today) for row in shown.rows],
        "page": shown,
        "can": {act: POLICY.may(request.actor, act) for act in ("correct", "verify", "reissue")},
        "reissuable": next((care.count for care, _facts in groups if care.care == "reissue"), 0),
        "form": ReissueForm(initial={"on": today}),
    }
    return render(request, "web/failures.html", context)


def _board(care: Care, chosen: str, today: date) -> dict[str, Any]:
    label, act = CARES[care.care]
    return {
        "care": care,
        "label": label,
        "who": _who(act),
        "days": (today - care.oldest).days if care.oldest else 0,
        "here": care.care == chosen,
    }


def _who(act: str) -> str:
    roles = POLICY.roles[act] if act else AWARDS.roles["cancel_award"]
    return "、".join(sorted(str(Role(role).label) for role in roles))


def _row(request: DeskRequest, row: WaitingFailure, attempts: list[Attempt], today: date) -> dict[str, Any]:
    label, act = CARES[row.care]
    own = row.care == "verify" and row.corrected_by_id == request.actor.user_id
    return {
        "failure": row,
        "step": label,
        "who": _who(act),
        "days": (today - row.since).days,
        "attempts": attempts,
        "is_own": own,
        "may": not own and bool(act) and POLICY.may(request.actor, act),
    }


@page(POLICY, "correct", FORM)
def correct(request: DeskRequest, key: int) -> HttpResponse:
    """Say to which account it should have gone."""
    order = record_or_404(PaymentOrder, key, "batch")
    form = AccountForm(request.POST or None, initial={"holder_name": order.payee_name, "bank": order.bank})
    if form.is_valid():
        actions.correct_account(order, **form.cleaned_data, by=request.actor)
        messages.success(
            request, _("The correction is kept; another person verifies it before anything is paid.")
        )
        return redirect("failures")
    return render(
        request, "web/correct.html", {"order": order, "form": form}, status=422 if form.is_bound else 200
    )


@page(POLICY, "verify", FORM, again=True)
def verify(request: DeskRequest, key: UUID) -> HttpResponse:
    """Another person confirms the account with the payee."""
    correction = record_or_404(AccountCorrection, key, "order", "corrected_by")
    form = OnForm(request.POST or None, initial={"on": correction.order.settled_on})
    if form.is_valid():
        actions.verify_correction(correction, by=request.actor, on=form.cleaned_data["on"])
        messages.success(request, _("The account is verified; the payment can be made anew."))
        return redirect("failures")
    context = {
        "correction": correction,
        "form": form,
        "is_own": correction.corrected_by_id == request.actor.user_id,
    }
    return render(request, "web/verify.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "reissue", WRITING, again=True)
def reissue(request: DeskRequest) -> HttpResponse:
    """Pay the chosen ones anew, in new batches."""
    form = ReissueForm(request.POST)
    chosen = _all_ready(request) if request.POST.get("whole") else request.POST.getlist("order")
    if not chosen or not form.is_valid():
        messages.error(request, _("Choose the payments and give the payment date."))
        return redirect("failures")
    orders = list(PaymentOrder.objects.filter(pk__in=[number_or_404(str(key)) for key in chosen]))
    batches = actions.reissue(
        orders, business_date=form.cleaned_data["on"], by=request.actor, reason=form.cleaned_data["reason"]
    )
    told = ngettext("%(count)s batch was built anew.", "%(count)s batches were built anew.", len(batches))
    messages.success(request, told % {"count": len(batches)})
    return redirect("batch", batches[0].pk) if batches else redirect("failures")


def _all_ready(request: DeskRequest) -> list[int]:
    """Every order of the union and below that only waits to be paid anew, whatever page it stands on."""
    path = request.actor.organization_path
    facts = next((facts for care, facts in failure_cares(path) if care.care == "reissue"), None)
    ready = failures_board(path, facts=facts, limit=AT_ONCE) if facts else []
    return [row.order_id for row in ready]
