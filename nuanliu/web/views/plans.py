"""Use plans: composed with the balances before one's eyes, proposed by two departments."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from nuanliu.access.states import Role
from nuanliu.approvals.queries import RoundRecorded, rounds_recorded
from nuanliu.approvals.states import RoundState
from nuanliu.awards import actions as awards
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.jobs import ask
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import PlanMoney, plan_money
from nuanliu.ledger.states import PlanState
from nuanliu.payments import jobs
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.payments.queries import batches_of
from nuanliu.web.acts import Step, steps
from nuanliu.web.dossiers import Dossier, dossier_of, payable_of, sums_of
from nuanliu.web.forms import ProposalForm, ReasonForm, UnusedForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.onward import after_plan
from nuanliu.web.queries import business_day
from nuanliu.web.tables.plans import PLANS
from nuanliu.web.views.composing import PROPOSERS

USE_PLAN = "use_plan"


@page(POLICY, "view")
def plans(request: DeskRequest) -> HttpResponse:
    """All plans in scope, the newest first."""
    return show(request, PLANS)


@page(POLICY, "view")
def plan(request: DeskRequest, key: UUID) -> HttpResponse:
    """One plan: money before and after, lists, signatures, the decision, and what can be done now."""
    found = _plan(key)
    round_, earlier = _rounds(found)
    dossier = dossier_of(found)
    decided = found.state in (PlanState.APPROVED, PlanState.CLOSED)
    shown = _paid(request, found) if decided else money(found)
    context = {
        "plan": found,
        "dossier": dossier,
        "round": round_,
        "earlier_rounds": earlier,
        "steps": _steps(found, bool(dossier.lists), round_),
        **shown,
        **_acts(request, found, dossier, round_),
        "onward": after_plan(
            found,
            request.actor.role,
            list(round_.missing) if round_ else [],
            waiting=shown["sums"].waiting if decided else 0,
            open_batches=len(shown["batches"]) if decided else 0,
        ),
        "hindrance": _hindrance(dossier, shown["short"]) if found.state == PlanState.DRAFT else "",
        "unused_form": UnusedForm(initial={"on": business_day(found.campaign)}, prefix="unused"),
        "proposal_form": ProposalForm(initial={"on": business_day(found.campaign)}),
        "reason_form": ReasonForm(prefix="withdraw"),
    }
    return render(request, "web/plan.html", context)


def _rounds(found: UsePlan) -> tuple[RoundRecorded | None, list[RoundRecorded]]:
    """The round that the plan is in, and those before: a draft taken up again has no signature yet."""
    rounds = rounds_recorded(USE_PLAN, found.pk)
    if found.state == PlanState.DRAFT and rounds and rounds[-1].state != RoundState.OPEN:
        return None, rounds
    return (rounds[-1], rounds[:-1]) if rounds else (None, [])


def _plan(key: UUID) -> UsePlan:
    return get_object_or_404(UsePlan.objects.select_related("organization", "campaign", "purpose"), pk=key)


def money(found: UsePlan) -> dict[str, Any]:
    """The plan's lines, each with its fund's balance before and after, and the sum."""
    lines = plan_money(found)
    return {
        "lines": lines,
        "amount_fen": sum(line.amount_fen for line in lines),
        "short": [line for line in lines if line.after_fen < 0],
    }


def _paid(request: DeskRequest, found: UsePlan) -> dict[str, Any]:
    """How far a decided plan's money is: by fund, and its batches."""
    funds = payable_of(found.pk)
    sums = sums_of(funds)
    may = PAYMENTS.may(request.actor, "view")
    return {
        "funds": funds,
        "sums": sums,
        "amount_fen": sums.planned_fen,
        "batches": batches_of(found.organization_path, plan=found.pk) if may else [],
    }


def _steps(found: UsePlan, has_lists: bool, round_: RoundRecorded | None) -> list[Step]:
    """The steps across the top: drafted, lists attached, signed by two, decided, closed."""
    signed = len(round_.signatures) if round_ else 0
    done = (
        True,
        has_lists,
        found.state not in (PlanState.DRAFT, PlanState.WITHDRAWN) and signed > 1,
        found.state in (PlanState.APPROVED, PlanState.REJECTED, PlanState.CLOSED),
        found.state == PlanState.CLOSED,
    )
    names = (
        _("drafted"),
        _("lists attached"),
        _("proposed by two departments"),
        _("decided together"),
        _("closed"),
    )
    reached = done.index(False) if False in done else len(done)
    return steps(names, reached, stopped=found.state == PlanState.WITHDRAWN)


def _acts(
    request: DeskRequest, found: UsePlan, dossier: Dossier, round_: RoundRecorded | None
) -> dict[str, Any]:
    """What this person can do with the plan now, and why not the rest."""
    by, state = request.actor, found.state
    signed = (
        {signature.role for signature in round_.signatures} if round_ and state == PlanState.DRAFT else set()
    )
    return {
        "may_compose": state == PlanState.DRAFT and POLICY.may(by, "draft_plan", found),
        "may_propose": state == PlanState.DRAFT and by.role in PROPOSERS and by.role not in signed,
        "may_withdraw": state in (PlanState.DRAFT, PlanState.PROPOSED)
        and POLICY.may(by, "propose_plan", found),
        "may_reopen": state == PlanState.REJECTED and POLICY.may(by, "draft_plan", found),
        "may_decide": state == PlanState.PROPOSED and AWARDS.may(by, "decide_plan", found),
        "may_build": state == PlanState.APPROVED and PAYMENTS.may(by, "build", found),
        "may_expire": state == PlanState.APPROVED and POLICY.may(by, "expire", found),
        "missing": [Role(role).label for role in round_.missing] if round_ else [],
    }


def _hindrance(dossier: Dossier, short: list[PlanMoney]) -> str:
    """Why the draft cannot be signed yet, in the words of the first thing to do; '' when it can."""
    if not dossier.lists:
        return _("It can be proposed once a list is attached.")
    if short:
        return _("%(fund)s has %(amount)s yuan less than this plan takes from it.") % {
            "fund": short[0].fund,
            "amount": yuan_text(-short[0].after_fen),
        }
    return ""


@page(AWARDS, "propose_plan", WRITING)
def propose(request: DeskRequest, key: UUID) -> HttpResponse:
    """Sign for one's department."""
    found, form = _plan(key), ProposalForm(request.POST)
    if form.is_valid():
        awards.propose_plan(
            found, by=request.actor, on=form.cleaned_data["on"], opinion=form.cleaned_data["opinion"]
        )
        messages.success(request, _("You have signed for your department."))
    else:
        messages.error(request, _("Give the date of the signature."))
    return redirect("plan", key)


@page(POLICY, "propose_plan", WRITING)
def withdraw(request: DeskRequest, key: UUID) -> HttpResponse:
    """Give a plan up before it is decided, with the reason."""
    found, form = _plan(key), ReasonForm(request.POST, prefix="withdraw")
    if form.is_valid():
        ledger.withdraw_plan(found, by=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("The plan is withdrawn."))
    else:
        messages.error(request, _("Withdrawing a plan needs a reason."))
    return redirect("plan", key)


@page(POLICY, "draft_plan", WRITING)
def reopen(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a rejected plan up again."""
    ledger.reopen_plan(_plan(key), by=request.actor)
    messages.success(request, _("The plan is a draft again."))
    return redirect("plan", key)


@page(POLICY, "expire", WRITING)
def release_unused(request: DeskRequest, key: UUID) -> HttpResponse:
    """Have the money come back that was set aside and not used; what is on its way to a bank stays set aside."""
    found, form = _plan(key), UnusedForm(request.POST, prefix="unused")
    if not form.is_valid():
        messages.error(request, _("Give the date and the number of days."))
        return redirect("plan", key)
    wanted = form.cleaned_data
    job = ask(
        jobs.release_unused,
        by=request.actor,
        subject=("ledger.useplan", found.pk),
        plan=str(found.pk),
        on=wanted["on"].isoformat(),
        older_than_days=wanted["older_than_days"],
    )
    return redirect("job", job.pk)
