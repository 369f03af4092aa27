"""Payments: a batch built, released by another, sent, answered, closed with proof."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanliu.awards.models import Award
from nuanliu.awards.states import AwardState
from nuanliu.evidence.actions import archive
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.errors import Refused
from nuanliu.ledger.models import UsePlan
from nuanliu.payments import actions
from nuanliu.payments.models import BankProfile, PaymentBatch
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import orders_of, profiles_for, replies_of, totals_of
from nuanliu.payments.states import OrderState
from nuanliu.web.downloads import attachment
from nuanliu.web.forms import BatchForm, FileForm, ReasonForm, ReplyForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import PayeeFault, business_day, payee_faults
from nuanliu.web.tables.payments import BATCHES

BANK_RECEIPT = "bank_receipt"
PAYEE_FAULTS = "payments.payee_faults"
ACTS = ("release", "send", "cancel", "reply", "archive_receipt", "close")


@page(POLICY, "view")
def batches(request: DeskRequest) -> HttpResponse:
    """All batches in scope with their totals, the newest first."""
    return show(request, BATCHES)


@page(POLICY, "build", FORM)
def batch_new(request: DeskRequest, key: UUID) -> HttpResponse:
    """Build the batches of a decided plan in a bank's format."""
    plan = get_object_or_404(UsePlan.objects.select_related("campaign", "organization"), pk=key)
    profiles = profiles_for(plan.organization_path)
    form = BatchForm(
        request.POST or None,
        profiles=[(str(profile.pk), profile.bank) for profile in profiles],
        initial={
            "business_date": business_day(plan.campaign),
            "profile": next((p.pk for p in profiles if p.key == "nuanliu_standard"), None),
        },
    )
    without = [number_or_404(award) for award in request.POST.getlist("without")]
    built, faults = _build(request, plan, form, without) if form.is_valid() else ([], [])
    if form.is_valid() and not faults:
        told = ngettext("%(count)s batch was built.", "%(count)s batches were built.", len(built))
        messages.success(request, told % {"count": len(built)})
        return redirect("batch", built[0].pk) if built else redirect("plan", plan.pk)
    waiting = Award.objects.filter(plan=plan, state=AwardState.APPROVED, cash_fen__gt=0).count()
    context = {"plan": plan, "form": form, "waiting": waiting, "faults": faults, "without": without}
    return render(request, "web/batch_new.html", context, status=422 if form.is_bound else 200)


def _build(
    request: DeskRequest, plan: UsePlan, form: BatchForm, without: list[int]
) -> tuple[list[PaymentBatch], list[PayeeFault]]:
    """The batches built, or the payees for whom none can be."""
    wanted = form.cleaned_data
    try:
        built = actions.build_batches(
            plan,
            profile=BankProfile.objects.get(pk=wanted["profile"]),
            business_date=wanted["business_date"],
            due_on=wanted["due_on"],
            by=request.actor,
            without=without,
        )
    except Refused as refusal:
        if refusal.code != PAYEE_FAULTS:
            raise
        return [], payee_faults(refusal.findings)
    return built, []


@page(POLICY, "view")
def batch(request: DeskRequest, key: UUID) -> HttpResponse:
    """One batch: totals against the plan, orders, replies, receipts, and what can be done now."""
    found = _batch(key)
    state = request.GET.get("state", "")
    after = number_or_404(request.GET.get("after"))
    orders = orders_of(found, after=after, state=state if state in OrderState.values else "", limit=SIZE + 1)
    return render(
        request,
        "web/batch.html",
        {
            "batch": found,
            "totals": totals_of(found),
            "page": page_of(list(orders), "ordinal"),
            "order_states": OrderState.choices,
            "state": state,
            "replies": list(replies_of(found).prefetch_related("findings")),
            "receipts": list(found.receipts.select_related("file", "archived_by")),
            "can": {act: POLICY.may(request.actor, act, found) for act in ACTS},
            "is_builder": found.built_by_id == request.actor.user_id,
            "reply_form": ReplyForm(initial={"on": found.business_date}, prefix="reply"),
            "receipt_form": FileForm(prefix="receipt"),
            "reason_form": ReasonForm(prefix="cancel"),
        },
    )


def _batch(key: UUID) -> PaymentBatch:
    related = ("organization", "plan", "fund", "profile", "built_by", "released_by", "file")
    return get_object_or_404(PaymentBatch.objects.select_related(*related), pk=key)


@page(POLICY, "release", WRITING, again=True)
def release(request: DeskRequest, key: UUID) -> HttpResponse:
    """Compare with what was built, and make the bank file."""
    actions.release_batch(_batch(key), by=request.actor)
    messages.success(request, _("The batch is released; the bank file is ready."))
    return redirect("batch", key)


@page(POLICY, "send", WRITING, again=True)
def send(request: DeskRequest, key: UUID) -> HttpResponse:
    """The bank has the file."""
    actions.mark_sent(_batch(key), by=request.actor)
    messages.success(request, _("The batch is sent; its outcome is unknown until the bank answers."))
    return redirect("batch", key)


@page(POLICY, "cancel", WRITING)
def cancel(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a batch back before it is sent."""
    found, form = _batch(key), ReasonForm(request.POST, prefix="cancel")
    if form.is_valid():
        actions.cancel_batch(found, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The batch is cancelled."))
    else:
        messages.error(request, _("Cancelling a batch needs a reason."))
    return redirect("batch", key)


@page(POLICY, "send", again=True)
def bank_file(request: DeskRequest, key: UUID) -> HttpResponse:
    """The bank file as archived."""
    found = _batch(key)
    if found.file is None:
        raise Http404
    return attachment(content_of(found.file), found.file.name, found.file.media_type)


@page(POLICY, "reply", WRITING)
def reply(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take the bank's answer, row by row."""
    found, form = _batch(key), ReplyForm(request.POST, request.FILES, prefix="reply")
    if not form.is_valid():
        messages.error(request, _("Choose the bank's reply and give the date."))
        return redirect("batch", key)
    file = form.cleaned_data["file"]
    result = actions.record_replies(
        found, name=file.name, content=file.read(), by=request.actor, on=form.cleaned_data["on"]
    )
    if result.replayed:
        messages.info(request, _("This reply was taken before; nothing was changed."))
    else:
        told = _("The reply is taken: %(paid)s paid, %(failed)s failed, %(open)s open.")
        messages.success(request, told % {"paid": result.paid, "failed": result.failed, "open": result.open})
    return redirect("batch", key)


@page(POLICY, "archive_receipt", WRITING)
def receipt(request: DeskRequest, key: UUID) -> HttpResponse:
    """Archive the bank's receipt."""
    found = _batch(key)
    form = FileForm(request.POST, request.FILES, prefix="receipt")
    if not form.is_valid():
        messages.error(request, _("Choose the bank's receipt."))
        return redirect("batch", key)
    file = form.cleaned_data["file"]
    kept = archive(
        file.read(),
        name=file.name,
        kind=BANK_RECEIPT,
        media_type=file.content_type,
        organization_path=found.organization_path,
        organization_id=found.organization_id,
        by=request.actor,
    )
    actions.archive_receipt(found, file=kept, by=request.actor)
    messages.success(request, _("The receipt is archived."))
    return redirect("batch", key)


@page(POLICY, "close", WRITING)
def close(request: DeskRequest, key: UUID) -> HttpResponse:
    """All outcomes known, the proof archived: done."""
    actions.close_batch(_batch(key), by=request.actor)
    messages.success(request, _("The batch is closed."))
    return redirect("batch", key)
