"""What came back from the bank: never lost from sight, each with its next step."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuanliu.payments import actions
from nuanliu.payments.models import AccountCorrection, PaymentOrder
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import failures as failures_of
from nuanliu.payments.states import Outcome
from nuanliu.web.forms import AccountForm, OnForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.paging import SIZE, number_or_404, page_of

NEXT_STEPS = {
    "correct": gettext_lazy("correct the account"),
    "verify": gettext_lazy("have another person verify the correction"),
    "reissue": gettext_lazy("pay anew"),
    "wait": gettext_lazy("wait for the bank"),
    "build": gettext_lazy("build a batch again"),
    "": gettext_lazy("nothing to do"),
}


@page(POLICY, "view")
def failures(request: DeskRequest) -> HttpResponse:
    """The board of failed payments, with what has to be done about each."""
    found = failures_of(
        request.actor.organization_path, after=number_or_404(request.GET.get("after")), limit=SIZE + 1
    )
    page_shown = page_of(found, "order_id")
    outcomes = dict(Outcome.choices)
    rows = [
        {
            "failure": row,
            "step": NEXT_STEPS.get(row.next_step, row.next_step),
            "outcome": outcomes.get(row.outcome, row.outcome),
        }
        for row in page_shown.rows
    ]
    can = {act: POLICY.may(request.actor, act) for act in ("correct", "verify", "reissue")}
    return render(
        request, "web/failures.html", {"rows": rows, "page": page_shown, "can": can, "on_form": OnForm()}
    )


@page(POLICY, "correct", FORM)
def correct(request: DeskRequest, key: int) -> HttpResponse:
    """Say to which account it should have gone."""
    order = get_object_or_404(PaymentOrder.objects.select_related("batch"), pk=key)
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
    correction = get_object_or_404(AccountCorrection.objects.select_related("order", "corrected_by"), pk=key)
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
    chosen = [number_or_404(key) for key in request.POST.getlist("order")]
    form = OnForm(request.POST)
    if not chosen or not form.is_valid():
        messages.error(request, _("Choose the payments and give the payment date."))
        return redirect("failures")
    orders = list(PaymentOrder.objects.filter(pk__in=chosen))
    batches = actions.reissue(
        orders, business_date=form.cleaned_data["on"], by=request.actor, reason=request.POST.get("reason", "")
    )
    told = ngettext("%(count)s batch was built anew.", "%(count)s batches were built anew.", len(batches))
    messages.success(request, told % {"count": len(batches)})
    return redirect("batch", batches[0].pk) if batches else redirect("failures")
