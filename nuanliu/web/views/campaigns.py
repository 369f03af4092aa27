"""Campaigns: the window, the notice, the standard in force, what has come in, and what can be done with one."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.desk.queries import progress_of
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.ledger.queries import plans_of
from nuanliu.organizations.models import Organization
from nuanliu.programmes import actions
from nuanliu.programmes.models import Campaign
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import lines_in_force
from nuanliu.returns.permissions import POLICY as RETURNS
from nuanliu.web.acts import Act, Step, act, steps
from nuanliu.web.forms_lists import ListsForm
from nuanliu.web.forms_rules import ChangeForm, EndForm
from nuanliu.web.guards import WRITING, DeskRequest, page, signed_in
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import business_day, campaign_or_404, campaigns_known, unions_for, with_sums
from nuanliu.web.tables.campaigns import CAMPAIGNS

SHOWN = 8
HAND_IN = "act-import_roster"


@signed_in()
def campaigns(request: DeskRequest) -> HttpResponse:
    """All campaigns that concern the union, the latest first."""
    may_open = POLICY.may(request.actor, "open_campaign")
    return show(request, CAMPAIGNS, template="web/campaigns.html", may_open=may_open)


@page(AWARDS, "import_roster")
def hand_in(request: DeskRequest) -> HttpResponse:
    """To where a list is handed in: the latest campaign; to all of them where there is none."""
    latest = next(iter(campaigns_known(request.actor, 1)), None)
    return redirect(f"{reverse('campaign', args=[latest.pk])}#{HAND_IN}" if latest else "campaigns")


@signed_in()
def campaign(request: DeskRequest, key: UUID) -> HttpResponse:
    """One campaign: facts, standard, progress, lists and plans; a list is dropped here."""
    return _shown(request, campaign_or_404(request.actor, key))


def _shown(request: DeskRequest, found: Campaign, **bound: Any) -> HttpResponse:
    """The page; a form that was refused comes back as it was filled."""
    by = request.actor
    sees_plans = LEDGER.may(by, "view")
    standard, lines = lines_in_force(Organization(path=by.organization_path), business_day(found))
    context = {
        "campaign": found,
        "standard": standard,
        "lines": list(lines.items()),
        "progress": progress_of(found, by.organization_path),
        "rosters": newest_first(
            Roster.objects.filter(campaign=found).select_related("organization"), None, SHOWN
        ),
        "plans": with_sums(plans_of(by.organization_path).filter(campaign=found), SHOWN)
        if sees_plans
        else [],
        "may_see_plans": sees_plans,
        "may_read": AWARDS.may(by, "read"),
        "may_oversee": AWARDS.may(by, "oversee"),
        "may_see_annex": RETURNS.may(by, "view"),
        "steps": _steps(found),
        "acts": _acts(by, found, bound),
        "history_kind": "programmes.campaign",
        "history_key": found.pk,
    }
    return render(request, "web/campaign.html", context, status=422 if bound else 200)


def _steps(found: Campaign) -> list[Step]:
    """A campaign lives by its window, not by states."""
    today, last = timezone.localdate(), _last_day(found)
    reached = 3 if today > last else 1 if today >= found.starts_on else 0
    opened, under_way, ended = steps([_("Opened"), _("Under way"), _("Ended")], reached)
    return [
        opened,
        Step(under_way.label, under_way.state, found.starts_on),
        Step(ended.label, ended.state, last),
    ]


def _last_day(found: Campaign) -> date:
    return found.closed_on or found.ends_on


def _acts(by: Actor, found: Campaign, bound: dict[str, Any]) -> list[Act]:
    """What a union does in a campaign, and what the union that opened it does with it."""
    closed = found.closed_on
    late = _("Closed on %(day)s: lists of a later day are not taken.") % {"day": closed} if closed else ""
    may_import = AWARDS.may(by, "import_roster")
    return [
        act(
            by, AWARDS, "import_roster", None, label=_("Hand in a list"), is_main=may_import, help=late,
            address=reverse("drop", args=[found.pk]), drawn="web/parts/act_drop.html", form=_lists_form(by, found),
        ),
        act(
            by, LEDGER, "draft_plan", None, label=_("Draft a use plan"), is_link=True, is_main=not may_import,
            address=reverse("plan-new", args=[found.pk]),
        ),
        *_settings(by, found, bound),
    ]  # fmt: skip


def _lists_form(by: Actor, found: Campaign) -> ListsForm:
    day = business_day(found)
    return ListsForm(
        unions=unions_for(by), initial={"organization": by.organization_id, "business_date": day}
    )


def _settings(by: Actor, found: Campaign, bound: dict[str, Any]) -> list[Act]:
    today = timezone.localdate()
    standing = (found.closed_on is None, _("The campaign is closed."))
    fields = {name: getattr(found, name) for name in actions.CHANGEABLE}
    change = bound.get("change") or ChangeForm(initial=fields, prefix="change", has_begun=_has_begun(found))
    close = bound.get("close") or EndForm(initial={"on": min(today, found.ends_on)}, prefix="close")
    return [
        act(
            by, POLICY, "change_campaign", found, label=_("Put notice and dates right"), form=change, needs=[standing],
            address=reverse("campaign-change", args=[found.pk]),
            help=_("The campaign has begun: its window stays, for what was given is judged by it. Notice, service "
                   "month and deadlines may still be put right.") if _has_begun(found) else "",
        ),
        act(
            by, POLICY, "close_campaign", found, label=_("Close before its end"), form=close, danger=True,
            address=reverse("campaign-close", args=[found.pk]),
            needs=[standing, (today <= found.ends_on, _("It has come to its end by itself."))],
            help=_("What was begun goes its way: plans are decided, payments made. Nothing new is begun."),
        ),
    ]  # fmt: skip


def _has_begun(found: Campaign) -> bool:
    return found.starts_on <= timezone.localdate()


@page(POLICY, "change_campaign", WRITING)
def change(request: DeskRequest, key: UUID) -> HttpResponse:
    """Put notice, dates or service month right."""
    found = _own(request, key)
    form = ChangeForm(request.POST, prefix="change", has_begun=_has_begun(found))
    if not form.is_valid():
        return _shown(request, found, change=form)
    actions.change_campaign(found, on=timezone.localdate(), **form.cleaned_data, by=request.actor)
    messages.success(request, _("The campaign is put right."))
    return redirect("campaign", key)


@page(POLICY, "close_campaign", WRITING)
def close(request: DeskRequest, key: UUID) -> HttpResponse:
    """Close a campaign before its end."""
    found, form = _own(request, key), EndForm(request.POST, prefix="close")
    if not form.is_valid():
        return _shown(request, found, close=form)
    actions.close_campaign(found, **form.cleaned_data, by=request.actor)
    messages.success(request, _("The campaign is closed."))
    return redirect("campaign", key)


def _own(request: DeskRequest, key: UUID) -> Campaign:
    within = POLICY.visible_to(
        request.actor, Campaign.objects.select_related("organization", "programme", "basis")
    )
    return get_object_or_404(within, pk=key)
