"""Payments: a batch built, released by another, sent, answered, closed with proof."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanliu.base.worded import records
from nuanliu.evidence.actions import archive
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.errors import Refused
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger.models import UsePlan
from nuanliu.payments import actions
from nuanliu.payments.models import BankProfile, PaymentBatch, Receipt
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import (
    BatchTotals,
    orders_of,
    profiles_for,
    replies_of,
    totals_of,
    unpayable_of,
)
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.returns.permissions import POLICY as RETURNS
from nuanliu.web.acts import Act, Needs, Step, act
from nuanliu.web.dossiers import payable_of, sums_of
from nuanliu.web.downloads import attachment
from nuanliu.web.forms import BatchForm, FileForm, ReasonForm, ReplyForm
from nuanliu.web.forms_money import RenewalForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.onward import after_batch
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import PayeeFault, business_day, payee_faults, record_or_404
from nuanliu.web.tables.payments import BATCHES

BANK_RECEIPT = "bank_receipt"
PAYEE_FAULTS = "payments.payee_faults"
SHOWN = 100


@page(POLICY, "view")
def batches(request: DeskRequest) -> HttpResponse:
    """All batches in scope with their totals, the newest first."""
    return show(request, BATCHES)


@page(POLICY, "build", FORM)
def batch_new(request: DeskRequest, key: UUID) -> HttpResponse:
    """Build the batches of a decided plan in a bank's format: what can be paid, what not and why."""
    plan = _plan(key)
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
    funds = payable_of(plan.pk)
    context = {
        "plan": plan,
        "form": form,
        "funds": funds,
        "sums": sums_of(funds),
        "faults": faults,
        "without": without,
    }
    return render(request, "web/batch_new.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "build")
def unpayable(request: DeskRequest, key: UUID) -> HttpResponse:
    """Whom a batch built now would refuse, each with what to do."""
    plan = _plan(key)
    rows = unpayable_of(plan, limit=SHOWN + 1)
    context = {
        "plan": plan,
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "expired": [row for row in rows[:SHOWN] if row.fault == "payee.not_reserved"],
        "form": RenewalForm(initial={"on": business_day(plan.campaign)}, prefix="renew"),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "web/parts/unpayable.html" if part else "web/unpayable.html", context)


@page(POLICY, "reserve_again", WRITING, again=True)
def renew(request: DeskRequest, key: UUID) -> HttpResponse:
    """Set money aside once more for awards whose reservation has expired; the decision stands."""
    plan, form = _plan(key), RenewalForm(request.POST, prefix="renew")
    if not form.is_valid():
        messages.error(request, _("Give the date and the reason."))
        return redirect("batch-unpayable", key)
    chosen = [number_or_404(award) for award in request.POST.getlist("award")]
    wanted = form.cleaned_data
    booked = actions.reserve_again(
        plan, on=wanted["on"], reason=wanted["reason"], only=chosen or None, by=request.actor
    )
    if booked.count:
        told = ngettext(
            "Money is set aside again for %(count)s award: %(amount)s yuan.",
            "Money is set aside again for %(count)s awards: %(amount)s yuan.",
            booked.count,
        )
        messages.success(request, told % {"count": booked.count, "amount": yuan_text(booked.amount_fen)})
    else:
        messages.info(request, _("No reservation of these has expired; nothing was set aside."))
    return redirect("batch-new", key)


def _plan(key: UUID) -> UsePlan:
    return record_or_404(UsePlan, key, "campaign", "organization")


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
    """One batch: its steps, totals against the plan, orders, replies, receipts, and what can be done now."""
    found = _batch(key)
    state = request.GET.get("state", "")
    after = number_or_404(request.GET.get("after"))
    orders = orders_of(found, after=after, state=state if state in OrderState.values else "", limit=SIZE + 1)
    totals = totals_of(found)
    receipts = records(found.receipts.select_related("file", "archived_by"))
    context = {
        "batch": found,
        "totals": totals,
        "page": page_of(records(orders), "ordinal"),
        "tabs": _tabs(totals),
        "state": state,
        "replies": records(replies_of(found)),
        "receipts": receipts,
        "steps": _steps(found, totals, receipts),
        "acts": _acts(request, found, totals, receipts),
        "onward": after_batch(
            found,
            totals,
            has_receipt=bool(receipts),
            sees_returns=RETURNS.may(request.actor, "view"),
        ),
        "answered_here": found.state in (BatchState.SENT, BatchState.RECONCILED),
        "history_kind": "payments.paymentbatch",
        "history_key": found.pk,
    }
    return render(request, "web/batch.html", context)


def _batch(key: UUID) -> PaymentBatch:
    related = ("organization", "plan", "fund", "profile", "built_by", "released_by", "file")
    return record_or_404(PaymentBatch, key, *related)


def _tabs(totals: BatchTotals) -> list[dict[str, Any]]:
    """The orders by state with their counts, those that are there."""
    building = totals.state == BatchState.BUILT
    counts = {
        (
            OrderState.BUILT if building or totals.state == BatchState.RELEASED else OrderState.SENT
        ): totals.open,
        OrderState.PAID: totals.paid,
        OrderState.FAILED: totals.failed,
        OrderState.VOID: totals.void,
    }
    return [
        {"value": state, "label": state.label, "count": count} for state, count in counts.items() if count
    ]


def _steps(found: PaymentBatch, totals: BatchTotals, receipts: list[Receipt]) -> list[Step]:
    """Built › released › sent › answered › receipt › closed, each with its day and person where known."""
    reached = [
        (_("built"), True, found.recorded_at, found.built_by.display_name),
        (_("released by another"), found.released_at is not None, found.released_at,
         found.released_by.display_name if found.released_by else ""),
        (_("sent to the bank"), found.sent_at is not None, found.sent_at, ""),
        (_("answered"), found.sent_at is not None and not totals.open, None, ""),
        (_("receipt archived"), bool(receipts), receipts[0].recorded_at if receipts else None, ""),
        (_("closed with proof"), found.state == BatchState.CLOSED, None, ""),
    ]  # fmt: skip
    now = next((place for place, step in enumerate(reached) if not step[1]), len(reached))
    stopped = found.state == BatchState.CANCELLED
    return [
        Step(
            label,
            "done" if done else ("stopped" if stopped else "now") if place == now else "",
            when if done else None,
            who if done else "",
        )
        for place, (label, done, when, who) in enumerate(reached)
    ]


def _acts(
    request: DeskRequest, found: PaymentBatch, totals: BatchTotals, receipts: list[Receipt]
) -> list[Act]:
    """What can be done with the batch now, the next step first, and why not the rest."""
    by, state = request.actor, found.state

    def one(name: str, label: str, route: str, needs: Needs, **told: Any) -> Act:
        return act(
            by, POLICY, name, found, label=label, address=reverse(route, args=[found.pk]), needs=needs, **told
        )

    released = state in (BatchState.RELEASED, BatchState.SENT, BatchState.RECONCILED, BatchState.CLOSED)
    live = state not in (BatchState.CANCELLED, BatchState.CLOSED)
    cancelling = POLICY.may(by, "release", found) or state == BatchState.BUILT
    return [
        one(
            "release", _("Release"), "batch-release",
            [(state == BatchState.BUILT, _("Only a batch that is built and not cancelled is released, once.")),
             (found.built_by_id != by.user_id, _("You built it: another person releases it."))],
            is_main=True, help=_("Compared with what was built; then the bank file is made."),
        ),
        one(
            "send", _("Download the bank file"), "batch-file",
            [(released, _("The file is made when another person releases the batch."))],
            help=_("Each download is noted with your name."),
        ),
        one(
            "send", _("The bank has the file"), "batch-send",
            [(state == BatchState.RELEASED, _("Only a released batch is sent, once."))],
            is_main=True, help=_("From now on the outcome is unknown until the bank answers."),
        ),
        one(
            "reply", _("Take the reply"), "batch-reply",
            [(found.sent_at is not None, _("The bank answers what it was sent.")),
             (live, _("The batch is closed."))],
            form=ReplyForm(initial={"on": found.business_date}, prefix="reply"),
            is_main=state == BatchState.SENT,
        ),
        one(
            "archive_receipt", _("Archive the bank's receipt"), "batch-receipt",
            [(released, _("There is no receipt before the batch is released.")), (live, _("The batch is closed."))],
            form=FileForm(prefix="receipt"), is_main=state == BatchState.RECONCILED and not receipts,
        ),
        one(
            "close", _("Close"), "batch-close",
            [(state != BatchState.CLOSED, _("The batch is closed.")),
             (state == BatchState.RECONCILED, _("It closes when no outcome is open.")),
             (bool(receipts), _("Closes once the bank's receipt is archived."))],
            is_main=True,
        ),
        one(
            "cancel", _("Cancel the batch"), "batch-cancel",
            [(state in (BatchState.BUILT, BatchState.RELEASED), _("What was sent cannot be taken back.")),
             (cancelling, _("A released batch is taken back by a releaser."))],
            form=ReasonForm(prefix="cancel"), danger=True,
        ),
    ]  # fmt: skip


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


@page(POLICY, "send", WRITING, again=True)
def bank_file(request: DeskRequest, key: UUID) -> HttpResponse:
    """The bank file as archived; who took it is noted."""
    file = actions.take_bank_file(_batch(key), by=request.actor)
    return attachment(content_of(file), file.name, file.media_type)


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
