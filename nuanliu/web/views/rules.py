"""What binds everybody: programmes and campaigns, prohibited goods, the register of rules."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.organizations.models import Organization
from nuanliu.programmes import actions
from nuanliu.programmes.models import Campaign, ProhibitedGoods, RuleDocument, Tag
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import keeps_registers, reference_categories
from nuanliu.returns.queries import annex1_form
from nuanliu.web.acts import act, steps
from nuanliu.web.forms_rules import CampaignForm, ChangeForm, EndForm, ProgrammeForm, WordForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page, signed_in
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import programmes_for


@signed_in()
def programmes(request: DeskRequest) -> HttpResponse:
    """The programmes that concern the union with their campaigns, the latest first."""
    by = request.actor
    context = {
        "page": newest_first(programmes_for(by), request.GET.get("after")),
        "may_open": POLICY.may(by, "open_programme"),
        "may_open_campaign": POLICY.may(by, "open_campaign"),
    }
    return render(request, "web/programmes.html", context)


@page(POLICY, "open_programme", FORM)
def programme_new(request: DeskRequest) -> HttpResponse:
    """Open a programme of the union for a year."""
    form = ProgrammeForm(request.POST or None, initial={"year": timezone.localdate().year})
    if form.is_valid():
        actions.open_programme(_own_union(request), **form.cleaned_data, by=request.actor)
        messages.success(request, _("The programme is open. Open its campaigns as the notices come."))
        return redirect("programmes")
    return render(request, "web/programme_new.html", {"form": form}, status=422 if form.is_bound else 200)


@page(POLICY, "open_campaign", FORM)
def campaign_new(request: DeskRequest) -> HttpResponse:
    """Open a window of a programme as a notice sets it."""
    known = programmes_for(request.actor)
    form = CampaignForm(
        request.POST or None, programmes=known, initial={"programme": request.GET.get("programme")}
    )
    if form.is_valid():
        wanted = dict(form.cleaned_data)
        opened = actions.open_campaign(
            wanted.pop("programme"), organization=_own_union(request), **wanted, by=request.actor
        )
        messages.success(request, _("The campaign is open."))
        return redirect("campaign", opened.pk)
    context = {"form": form, "programmes": known.exists()}
    return render(request, "web/campaign_new.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "change_campaign")
def campaign_settings(request: DeskRequest, key: UUID) -> HttpResponse:
    """Notice, dates and service month of a campaign: what may still change, and closing it before its end."""
    return _settings(request, _campaign(request, key))


@page(POLICY, "change_campaign", WRITING)
def campaign_change(request: DeskRequest, key: UUID) -> HttpResponse:
    """Put notice, dates or service month right."""
    found = _campaign(request, key)
    form = ChangeForm(request.POST, prefix="change", has_begun=_has_begun(found))
    if not form.is_valid():
        return _settings(request, found, change=form)
    actions.change_campaign(found, on=timezone.localdate(), **form.cleaned_data, by=request.actor)
    messages.success(request, _("The campaign is put right."))
    return redirect("campaign-settings", key)


@page(POLICY, "close_campaign", WRITING)
def campaign_close(request: DeskRequest, key: UUID) -> HttpResponse:
    """Close a campaign before its end."""
    found, form = _campaign(request, key), EndForm(request.POST, prefix="close")
    if not form.is_valid():
        return _settings(request, found, close=form)
    actions.close_campaign(found, **form.cleaned_data, by=request.actor)
    messages.success(request, _("The campaign is closed."))
    return redirect("campaign-settings", key)


def _settings(request: DeskRequest, found: Campaign, **bound: Any) -> HttpResponse:
    by, today, begun = request.actor, timezone.localdate(), _has_begun(found)
    fields = {name: getattr(found, name) for name in actions.CHANGEABLE}
    change = bound.get("change") or ChangeForm(initial=fields, prefix="change", has_begun=begun)
    close = bound.get("close") or EndForm(initial={"on": min(today, found.ends_on)}, prefix="close")
    standing = (found.closed_on is None, _("The campaign is closed."))
    context = {
        "campaign": found,
        "has_begun": begun,
        "steps": steps(
            [_("Opened"), _("Under way"), _("Ended")],
            _step_of(found, today),
        ),
        "acts": [
            act(by, POLICY, "change_campaign", found, label=_("Put right"), form=change, needs=[standing],
                address=reverse("campaign-change", args=[found.pk])),
            act(by, POLICY, "close_campaign", found, label=_("Close before its end"), form=close, danger=True,
                address=reverse("campaign-close", args=[found.pk]),
                needs=[standing, (today <= found.ends_on, _("It has come to its end by itself."))],
                help=_("What was begun goes its way: plans are decided, payments made. Nothing new is begun.")),
        ],
        "history_kind": "programmes.campaign",
        "history_key": found.pk,
    }  # fmt: skip
    return render(request, "web/campaign_settings.html", context, status=422 if bound else 200)


def _step_of(found: Campaign, today: date) -> int:
    last = found.closed_on or found.ends_on
    return 3 if today > last else 1 if today >= found.starts_on else 0


def _has_begun(found: Campaign) -> bool:
    return found.starts_on <= timezone.localdate()


def _campaign(request: DeskRequest, key: UUID) -> Campaign:
    within = POLICY.visible_to(
        request.actor, Campaign.objects.select_related("organization", "programme", "basis")
    )
    return get_object_or_404(within, pk=key)


@signed_in()
def categories(request: DeskRequest) -> HttpResponse:
    """The statistics categories and key groups: wordings, source, and the cells of Annex 1 into which they go."""
    table = annex1_form()
    rows = [
        {"category": category, "cells": [table.row(f"{letter}{category.ordinal}") for letter in "CD"]}
        for category in reference_categories()
    ]
    return render(request, "web/categories.html", {"rows": rows, "tags": Tag.objects.order_by("code")})


def _own_union(request: DeskRequest) -> Organization:
    return get_object_or_404(Organization, pk=request.actor.organization_id)


@signed_in()
def goods(request: DeskRequest) -> HttpResponse:
    """The words for goods that no warmth money may buy, those in force first."""
    return _goods(request, WordForm(initial={"on": timezone.localdate()}))


@page(POLICY, "prohibit_goods", WRITING)
def goods_add(request: DeskRequest) -> HttpResponse:
    """Put a word on the list."""
    form = WordForm(request.POST)
    if not form.is_valid():
        return _goods(request, form)
    actions.prohibit_goods(**form.cleaned_data, by=request.actor)
    messages.success(request, _("“%(word)s” is on the list.") % {"word": form.cleaned_data["word"]})
    return redirect("goods")


@page(POLICY, "prohibit_goods", WRITING)
def goods_end(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a word off the list after a day; lists of earlier days are still judged by it."""
    if not keeps_registers(request.actor.organization_id):
        raise Http404
    entry, form = get_object_or_404(ProhibitedGoods, pk=key), EndForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data
        actions.permit_goods(entry, last_day=wanted["on"], reason=wanted["reason"], by=request.actor)
        messages.success(request, _("“%(word)s” leaves the list.") % {"word": entry.word})
    else:
        messages.error(request, _("Taking a word off the list needs its last day and the reason."))
    return redirect("goods")


def _goods(request: DeskRequest, form: WordForm) -> HttpResponse:
    may_keep = POLICY.may(request.actor, "prohibit_goods") and keeps_registers(request.actor.organization_id)
    context: dict[str, Any] = {
        "standing": ProhibitedGoods.objects.filter(valid_to=None).order_by("word"),
        "ended": ProhibitedGoods.objects.exclude(valid_to=None).order_by("-valid_to", "word"),
        "form": form,
        "today": timezone.localdate(),
        "may_keep": may_keep,
    }
    return render(request, "web/goods.html", context, status=422 if form.is_bound else 200)


@signed_in()
def rules(request: DeskRequest) -> HttpResponse:
    """The register of rules, the latest first; what was replaced stays."""
    known = RuleDocument.objects.select_related("replaced_by").order_by("-effective_from", "number")
    return render(request, "web/rules.html", {"rules": known})
