"""Campaigns: the window, the notice, the standard in force, and what has come in."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.desk.queries import progress_of
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.ledger.queries import plans_of
from nuanliu.organizations.models import Organization
from nuanliu.programmes.permissions import POLICY as PROGRAMMES
from nuanliu.programmes.queries import lines_of, standard_in_force
from nuanliu.web.forms_lists import ListsForm
from nuanliu.web.guards import DeskRequest, page, signed_in
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import business_day, campaigns_for, unions_for, with_sums
from nuanliu.web.tables.campaigns import CAMPAIGNS


@signed_in()
def campaigns(request: DeskRequest) -> HttpResponse:
    """All campaigns that concern the union, the latest first."""
    may_open = PROGRAMMES.may(request.actor, "open_campaign")
    return show(request, CAMPAIGNS, template="web/campaigns.html", may_open=may_open)


@page(AWARDS, "import_roster")
def hand_in(request: DeskRequest) -> HttpResponse:
    """To where a list is handed in: the latest campaign; to all of them where there is none."""
    latest = campaigns_for(request.actor).first()
    return redirect(f"{reverse('campaign', args=[latest.pk])}#hand-in" if latest else "campaigns")


@signed_in()
def campaign(request: DeskRequest, key: UUID) -> HttpResponse:
    """One campaign: facts, standard, progress, lists and plans; a list is dropped here."""
    found = get_object_or_404(campaigns_for(request.actor), pk=key)
    by, day = request.actor, business_day(found)
    may_drop, sees_plans = AWARDS.may(by, "import_roster"), LEDGER.may(by, "view")
    standard = standard_in_force(Organization(path=by.organization_path), day)
    return render(
        request,
        "web/campaign.html",
        {
            "campaign": found,
            "standard": standard,
            "lines": list(lines_of(standard).items()) if standard else [],
            "progress": progress_of(found, by.organization_path),
            "rosters": newest_first(
                Roster.objects.filter(campaign=found).select_related("organization"), None, 8
            ),
            "plans": with_sums(plans_of(by.organization_path).filter(campaign=found), 8)
            if sees_plans
            else [],
            "form": ListsForm(
                unions=unions_for(by), initial={"organization": by.organization_id, "business_date": day}
            )
            if may_drop
            else None,
            "may_drop": may_drop,
            "may_read": AWARDS.may(by, "read"),
            "may_oversee": AWARDS.may(by, "oversee"),
            "may_plan": LEDGER.may(by, "draft_plan"),
            "may_see_plans": sees_plans,
        },
    )
