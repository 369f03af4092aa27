"""The leaders' page: everything a decision needs on one screen, the doubtful first; afterwards the record of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from nuanliu.access.queries import holders
from nuanliu.approvals.actions import BallotCast, Meeting
from nuanliu.approvals.models import CollectiveDecision
from nuanliu.approvals.queries import DECIDING_ROLE, QUORUM, RoundRecorded, rounds_recorded
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.awards import actions
from nuanliu.awards.permissions import POLICY
from nuanliu.evidence.actions import archive, take_evidence
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.ledger.states import PlanState
from nuanliu.web.dossiers import Dossier, dossier_of
from nuanliu.web.downloads import attachment
from nuanliu.web.forms_plans import MinutedMeetingForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.queries import business_day, record_or_404
from nuanliu.web.views.plans import USE_PLAN, money

MINUTES = "minutes"


@page(POLICY, "decide_plan")
def decide(request: DeskRequest, key: UUID) -> HttpResponse:
    """Everything the leaders should know, and the ballots."""
    plan = _plan(key)
    form = MinutedMeetingForm(initial={"held_on": business_day(plan.campaign)})
    return _shown(request, plan, form, _leaders(request, plan) if plan.state == PlanState.PROPOSED else [])


@page(POLICY, "decide_plan", WRITING, again=True)
def record(request: DeskRequest, key: UUID) -> HttpResponse:
    """Record what the meeting decided; the second factor is asked for again."""
    plan = _plan(key)
    form, leaders = MinutedMeetingForm(request.POST, request.FILES), _leaders(request, plan)
    if form.is_valid() and not _silent(form, leaders):
        decision = actions.decide_plan(plan, _meeting(request, plan, form, leaders), by=request.actor)
        messages.success(
            request, _("The decision is recorded: %(outcome)s.") % {"outcome": decision.get_outcome_display()}
        )
        return redirect("plan", plan.pk)
    return _shown(request, plan, form, leaders)


def _plan(key: UUID) -> UsePlan:
    return record_or_404(UsePlan, key, "organization", "campaign", "purpose")


def _shown(
    request: DeskRequest, plan: UsePlan, form: MinutedMeetingForm, leaders: list[dict[str, Any]]
) -> HttpResponse:
    rounds = rounds_recorded(USE_PLAN, plan.pk)
    round_ = rounds[-1] if rounds else None
    dossier = dossier_of(plan)
    context = {
        "plan": plan,
        **money(plan),
        "dossier": dossier,
        "round": round_,
        "rejected_before": [one for one in rounds[:-1] if one.state == RoundState.REJECTED],
        "leaders": [_with_standing(leader, dossier, round_) for leader in leaders],
        "quorum": QUORUM,
        "form": form,
        "open": plan.state == PlanState.PROPOSED,
    }
    return render(request, "web/decision.html", context, status=422 if form.is_bound else 200)


def _silent(form: MinutedMeetingForm, leaders: list[dict[str, Any]]) -> bool:
    """Whether a vote against, or a plan not passed, comes without the words that its proposers need."""
    ballots = [leader["ballot"] for leader in leaders if leader["ballot"] in Ballot.values]
    for leader in leaders:
        if leader["ballot"] == Ballot.AGAINST and not leader["dissent"].strip():
            leader["error"] = _("A vote against is recorded with its reason, word for word.")
    rejected = bool(ballots) and 2 * ballots.count(Ballot.FOR) <= len(ballots)
    if rejected and not form.cleaned_data["rejection_reason"].strip():
        form.add_error(
            "rejection_reason", _("By these ballots the plan is not passed. Tell its proposers why.")
        )
    return bool(form.errors) or any(leader["error"] for leader in leaders)


def _meeting(
    request: DeskRequest, plan: UsePlan, form: MinutedMeetingForm, leaders: list[dict[str, Any]]
) -> Meeting:
    wanted = form.cleaned_data
    ballots = tuple(
        BallotCast(leader["user"].pk, leader["ballot"], leader["dissent"])
        for leader in leaders
        if leader["ballot"] in Ballot.values
    )
    reason = wanted["rejection_reason"].strip()
    # The minutes are what is kept for good: why a plan was not passed stands in them.
    minutes = f"{wanted['minutes'].rstrip()}\n未通过的理由：{reason}" if reason else wanted["minutes"]
    return Meeting(
        wanted["number"],
        wanted["held_on"],
        minutes,
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
            "error": "",
        }
        for user in holders(plan.organization_path, role, business_day(plan.campaign))
    ]


def _with_standing(leader: dict[str, Any], dossier: Dossier, round_: RoundRecorded | None) -> dict[str, Any]:
    """A leader beside what bears on the vote: has signed the proposal, has stepped back from a recipient."""
    key = str(leader["user"].pk)
    proposed = round_ is not None and key in {signature.user_id for signature in round_.signatures}
    return {**leader, "proposed": proposed, "recused": key in dossier.recused_ids}


@page(LEDGER, "view")
def minutes(request: DeskRequest, key: UUID, round_key: UUID) -> HttpResponse:
    """The minutes' file of one of a plan's decisions; who took it is noted."""
    decided = CollectiveDecision.objects.select_related("minutes_file")
    decision = get_object_or_404(
        decided, round=round_key, round__subject_kind=USE_PLAN, round__subject_id=key
    )
    file = decision.minutes_file
    if file is None:
        raise Http404
    take_evidence(file, by=request.actor)
    return attachment(content_of(file), file.name, file.media_type)
