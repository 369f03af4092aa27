"""What binds everybody: programmes and campaigns, prohibited goods, the register of rules."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.organizations.models import Organization
from nuanliu.programmes import actions
from nuanliu.programmes.models import Tag
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import keeps_registers, reference_categories
from nuanliu.returns.queries import annex1_form
from nuanliu.web.forms_rules import CampaignForm, EndForm, ProgrammeForm, WordForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page, signed_in
from nuanliu.web.listings import chosen, show
from nuanliu.web.queries import programmes_for, record_or_404
from nuanliu.web.tables.campaigns import PROGRAMMES
from nuanliu.web.tables.rules import GOODS, RULES


@signed_in()
def programmes(request: DeskRequest) -> HttpResponse:
    """The programmes of the union and of those above it, the latest first; each leads to its campaigns."""
    can = {act: POLICY.may(request.actor, act) for act in ("open_programme", "open_campaign")}
    return show(request, PROGRAMMES, template="web/programmes.html", can=can)


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
    return record_or_404(Organization, request.actor.organization_id)


@signed_in()
def goods(request: DeskRequest) -> HttpResponse:
    """The words for goods that no warmth money may buy."""
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
def goods_end(request: DeskRequest) -> HttpResponse:
    """Take the chosen words off the list after a day; lists of earlier days are still judged by them."""
    if not keeps_registers(request.actor.organization_id):
        raise Http404
    form, entries = EndForm(request.POST), list(chosen(request, GOODS).filter(valid_to=None))
    if not (entries and form.is_valid()):
        messages.error(request, _("Choose words that are on the list; give their last day and the reason."))
        return redirect("goods")
    wanted = form.cleaned_data
    for entry in entries:
        actions.permit_goods(entry, last_day=wanted["on"], reason=wanted["reason"], by=request.actor)
    words = "、".join(entry.word for entry in entries)
    messages.success(request, _("“%(word)s” leaves the list.") % {"word": words})
    return redirect("goods")


def _goods(request: DeskRequest, form: WordForm) -> HttpResponse:
    may_keep = POLICY.may(request.actor, "prohibit_goods") and keeps_registers(request.actor.organization_id)
    status = 422 if form.is_bound else 200
    return show(request, GOODS, template="web/goods.html", status=status, form=form, may_keep=may_keep)


@signed_in()
def rules(request: DeskRequest) -> HttpResponse:
    """The register of rules, the latest first; what was replaced stays."""
    return show(request, RULES)
