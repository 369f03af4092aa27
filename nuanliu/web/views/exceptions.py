"""Leave that is asked for, campaign by campaign: to step back from a recipient, and to hand out cash."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.awards import actions
from nuanliu.awards.models import CashException
from nuanliu.awards.permissions import POLICY
from nuanliu.evidence.actions import archive
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.programmes.models import Campaign
from nuanliu.web.acts import act, steps
from nuanliu.web.forms import CashForm, FileForm, OnForm, RecusalForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.queries import business_day, campaign_or_404, colleagues, recipients, unions_for
from nuanliu.web.tables.exceptions import CASH, CASH_STATES, RECUSALS

CASH_RECEIPT = "cash_receipt"


def _campaign(request: DeskRequest, key: UUID) -> Campaign:
    return campaign_or_404(request.actor, key)


# --- to step back ---


@page(POLICY, "read")
def recusals(request: DeskRequest, key: UUID) -> HttpResponse:
    """Who stepped back from whom in a campaign."""
    campaign = _campaign(request, key)
    return _recusals(request, campaign, RecusalForm(colleagues=colleagues(request.actor)))


@page(POLICY, "record_recusal", WRITING)
def recuse(request: DeskRequest, key: UUID) -> HttpResponse:
    """Record that somebody of the union steps back; another person than that one does it."""
    campaign, by = _campaign(request, key), request.actor
    form = RecusalForm(request.POST, colleagues=colleagues(by))
    if not form.is_valid():
        return _recusals(request, campaign, form)
    wanted = form.cleaned_data
    actions.record_recusal(
        Organization.objects.get(pk=by.organization_id),
        campaign,
        user_id=wanted["user"].pk,
        identity_number=wanted["identity_number"],
        replaced_by=wanted["replaced_by"].pk,
        reason=wanted["reason"],
        on=business_day(campaign),
        by=by,
    )
    messages.success(request, _("The recusal is recorded."))
    return redirect("recusals", key)


def _recusals(request: DeskRequest, campaign: Campaign, form: RecusalForm) -> HttpResponse:
    return show(
        request,
        RECUSALS,
        within={"campaign": campaign.pk},
        template="web/recusals.html",
        status=422 if form.is_bound else 200,
        campaign=campaign,
        form=form,
        may_record=POLICY.may(request.actor, "record_recusal"),
    )


# --- to hand out cash ---


@page(POLICY, "read")
def cash(request: DeskRequest, key: UUID) -> HttpResponse:
    """For whom cash was asked for in a campaign, and how far each is."""
    campaign, by = _campaign(request, key), request.actor
    form = CashForm(unions=unions_for(by), initial={"organization": by.organization_id})
    return _cash(request, campaign, form)


@page(POLICY, "request_cash_exception", WRITING)
def request_cash(request: DeskRequest, key: UUID) -> HttpResponse:
    """Ask for leave to hand out cash to one person."""
    campaign = _campaign(request, key)
    form = CashForm(request.POST, unions=unions_for(request.actor))
    if not form.is_valid():
        return _cash(request, campaign, form)
    wanted = form.cleaned_data
    asked = actions.request_cash_exception(
        wanted["organization"],
        campaign,
        identity_number=wanted["identity_number"],
        reason=wanted["reason"],
        on=business_day(campaign),
        by=request.actor,
    )
    messages.success(request, _("Cash is asked for; another person approves it."))
    return redirect("cash-exception", asked.pk)


def _cash(request: DeskRequest, campaign: Campaign, form: CashForm) -> HttpResponse:
    return show(
        request,
        CASH,
        within={"campaign": campaign.pk},
        template="web/cash.html",
        status=422 if form.is_bound else 200,
        campaign=campaign,
        form=form,
        may_request=POLICY.may(request.actor, "request_cash_exception"),
    )


def _state(exception: CashException) -> tuple[str, Any]:
    """The colour's state and the word."""
    standing = "done" if exception.signature_file_id else "approved" if exception.approved_by_id else "asked"
    return standing, CASH_STATES[standing]


def _exception(key: UUID) -> CashException:
    everything = CashException.objects.select_related(
        "campaign", "requested_by", "approved_by", "signature_file"
    )
    return get_object_or_404(everything, pk=key)


@page(POLICY, "read")
def cash_exception(request: DeskRequest, key: UUID) -> HttpResponse:
    """One request: who asked and why, who approved, whether the recipient signed, and what comes next."""
    found, by = _exception(key), request.actor
    on = business_day(found.campaign)
    context = {
        "exception": found,
        "name": recipients([found]).get(bytes(found.identity_digest), ""),
        "state": _state(found),
        "steps": steps(
            [_("Asked for"), _("Approved"), _("Receipt signed")],
            1 + bool(found.approved_by_id) + bool(found.signature_file_id),
        ),
        "acts": [
            act(
                by,
                POLICY,
                "approve_cash_exception",
                found,
                label=_("Approve"),
                address=reverse("cash-approve", args=[key]),
                form=OnForm(initial={"on": on}),
                is_main=True,
                needs=[
                    (not found.approved_by_id, _("It is approved already.")),
                    (found.requested_by_id != by.user_id, _("Waits for another person than who asked.")),
                ],
            ),
            act(
                by,
                POLICY,
                "sign_cash_receipt",
                found,
                label=_("Keep the receipt"),
                address=reverse("cash-receipt", args=[key]),
                form=FileForm(),
                is_main=bool(found.approved_by_id),
                help=_("The scanned receipt with the recipient's signature; it is archived as proof."),
                needs=[
                    (bool(found.approved_by_id), _("Another person approves it first.")),
                    (not found.signature_file_id, _("The receipt is kept already.")),
                ],
            ),
        ],
        "history_kind": "awards.cashexception",
        "history_key": found.pk,
    }
    return render(request, "web/cash_exception.html", context)


@page(POLICY, "approve_cash_exception", WRITING)
def approve_cash(request: DeskRequest, key: UUID) -> HttpResponse:
    """Another person than who asked approves."""
    found, form = _exception(key), OnForm(request.POST)
    if form.is_valid():
        actions.approve_cash_exception(found, on=form.cleaned_data["on"], by=request.actor)
        messages.success(request, _("Cash is approved; the recipient's signed receipt comes next."))
    else:
        messages.error(request, _("Give the date of the approval."))
    return redirect("cash-exception", key)


@page(POLICY, "sign_cash_receipt", WRITING)
def sign_receipt(request: DeskRequest, key: UUID) -> HttpResponse:
    """Keep the receipt that the recipient signed."""
    found, form = _exception(key), FileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the scanned receipt."))
        return redirect("cash-exception", key)
    file = form.cleaned_data["file"]
    kept = archive(
        file.read(),
        name=file.name,
        kind=CASH_RECEIPT,
        media_type=file.content_type,
        organization_path=found.organization_path,
        organization_id=by_path(found.organization_path).pk,
        by=request.actor,
    )
    actions.sign_cash_receipt(found, signature_file=kept, by=request.actor)
    messages.success(request, _("The signed receipt is kept."))
    return redirect("cash-exception", key)
