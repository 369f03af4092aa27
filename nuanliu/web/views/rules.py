"""What binds everybody: programmes and campaigns, prohibited goods, the register of rules."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.organizations.models import Organization
from nuanliu.programmes import actions
from nuanliu.programmes.models import ProhibitedGoods, RuleDocument, Tag
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import keeps_registers, reference_categories
from nuanliu.returns.queries import annex1_form
from nuanliu.web.forms_rules import CampaignForm, EndForm, ProgrammeForm, WordForm
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
