"""The leaders' page: everything a decision needs on one screen, the doubtful first."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from nuanliu.access.queries import holders
from nuanliu.access.states import Role
from nuanliu.approvals.actions import BallotCast, Meeting
from nuanliu.approvals.queries import DECIDING_ROLE, latest_round
from nuanliu.approvals.states import Ballot
from nuanliu.awards import actions
from nuanliu.awards.models import Award
from nuanliu.awards.permissions import POLICY
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.states import PlanState
from nuanliu.web.forms import MeetingForm
from nuanliu.web.guards import FORM, DeskRequest, page
from nuanliu.web.queries import business_day, exceptions_of, totals_by_category
from nuanliu.web.views.plans import USE_PLAN, money

MINUTES = "minutes"


@page(POLICY, "decide_plan", FORM)
def decide(request: DeskRequest, key: UUID) -> HttpResponse:
    """Read, and record what the meeting decided."""
    plan = get_object_or_404(UsePlan.objects.select_related("organization", "campaign", "purpose"), pk=key)
    form = MeetingForm(
        request.POST or None, request.FILES or None, initial={"held_on": business_day(plan.campaign)}
    )
    if form.is_valid():
        decision = actions.decide_plan(plan, _meeting(request, plan, form), by=request.actor)
        messages.success(
            request, _("The decision is recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()}
        )
        return redirect("plan", plan.pk)
    round_ = latest_round(USE_PLAN, plan.pk)
    context = {
        "plan": plan,
        **money(plan),
        "totals": totals_by_category(Award.objects.filter(roster__plan=plan, live=True)),
        "rosters": list(plan.rosters.select_related("organization", "handler", "responsible").order_by("pk")),
        "exceptions": exceptions_of(plan),
        "proposals": _proposals(round_),
        "leaders": _leaders(request, plan),
        "form": form,
        "open": plan.state == PlanState.PROPOSED,
    }
    return render(request, "web/decision.html", context, status=422 if form.is_bound else 200)


def _meeting(request: DeskRequest, plan: UsePlan, form: MeetingForm) -> Meeting:
    wanted = form.cleaned_data
    ballots = tuple(
        BallotCast(leader["user"].pk, leader["ballot"], leader["dissent"])
        for leader in _leaders(request, plan)
        if leader["ballot"] in Ballot.values
    )
    return Meeting(
        wanted["number"],
        wanted["held_on"],
        wanted["minutes"],
        ballots,
        _minutes(request, plan, wanted["minutes_file"]),
    )


def _minutes(request: DeskRequest, plan: UsePlan, file: Any) -> EvidenceFile | None:
    return file and archive(
        file.read(),
        name=file.name,
        kind=MINUTES,
        media_type=file.content_type,
        organization_path=plan.organization_path,
        organization_id=plan.organization_id,
        by=request.actor,
    )


def _leaders(request: DeskRequest, plan: UsePlan) -> list[dict[str, Any]]:
    """Who may vote, each with what the form says so far."""
    role = DECIDING_ROLE[plan.legal_person]
    return [
        {
            "user": user,
            "ballot": request.POST.get(f"ballot-{user.pk}", ""),
            "dissent": request.POST.get(f"dissent-{user.pk}", ""),
        }
        for user in holders(plan.organization_path, role, business_day(plan.campaign))
    ]


def _proposals(round_: Any) -> list[dict[str, Any]]:
    if round_ is None:
        return []
    signed = round_.proposals.select_related("user").order_by("recorded_at")
    return [{"proposal": proposal, "role": Role(proposal.role).label} for proposal in signed]
