"""Use plans: composed with the balances before one's eyes, proposed by two departments."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.approvals.queries import RoundRecorded, rounds_recorded
from nuanliu.approvals.states import RoundState
from nuanliu.awards import actions as awards
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import ask
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import PlanMoney, plan_money
from nuanliu.ledger.states import PLAN_TRANSITIONS, PlanState
from nuanliu.payments import jobs
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.payments.queries import batches_of
from nuanliu.web.acts import Act, Step, act, life
from nuanliu.web.dossiers import Dossier, dossier_of, payable_of, sums_of
from nuanliu.web.forms import ProposalForm, ReasonForm, UnusedForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.onward import after_plan
from nuanliu.web.queries import business_day, record_or_404
from nuanliu.web.tables.plans import PLANS

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
        "steps": _steps(found, bool(dossier.lists)),
        **shown,
        "acts": _acts(
            request.actor, found, round_,
            hindrance=_hindrance(dossier, shown["short"]) if found.state == PlanState.DRAFT else "",
            waiting=shown["sums"].waiting if decided else 0,
        ),
        "onward": after_plan(
            found,
            request.actor.role,
            list(round_.missing) if round_ else [],
            waiting=shown["sums"].waiting if decided else 0,
            open_batches=len(shown["batches"]) if decided else 0,
        ),
        "history_kind": "ledger.useplan",
        "history_key": found.pk,
    }  # fmt: skip
    return render(request, "web/plan.html", context)


def _rounds(found: UsePlan) -> tuple[RoundRecorded | None, list[RoundRecorded]]:
    """The round that the plan is in, and those before: a draft taken up again has no signature yet."""
    rounds = rounds_recorded(USE_PLAN, found.pk)
    if found.state == PlanState.DRAFT and rounds and rounds[-1].state != RoundState.OPEN:
        return None, rounds
    return (rounds[-1], rounds[:-1]) if rounds else (None, [])


def _plan(key: UUID) -> UsePlan:
    return record_or_404(UsePlan, key, "organization", "campaign", "purpose")


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


def _steps(found: UsePlan, has_lists: bool) -> list[Step]:
    """The steps across the top: drafted, lists attached, signed by two, decided, closed."""
    road = {
        PlanState.DRAFT: _("drafted"),
        PlanState.PROPOSED: _("proposed by two departments"),
        PlanState.APPROVED: _("decided together"),
        PlanState.CLOSED: _("closed"),
    }
    off = str(found.get_state_display()) if found.state not in road else ""
    attached = (_("lists attached"), has_lists)
    return life(PLAN_TRANSITIONS, road, found.state, between={PlanState.DRAFT: attached}, left=off)


def _acts(
    by: Actor, found: UsePlan, round_: RoundRecorded | None, *, hindrance: str, waiting: int
) -> list[Act]:
    """What can be done with the plan now, in the order of its life, and why not the rest."""
    return [
        *_proposing(by, found, round_, hindrance),
        *_carrying_out(by, found, waiting),
        act(
            by, POLICY, "propose_plan", found, label=_("Withdraw the plan"), key="withdraw", danger=True,
            address=reverse("plan-withdraw", args=[found.pk]), form=ReasonForm(prefix="withdraw"),
            needs=[(PlanState.WITHDRAWN in PLAN_TRANSITIONS[PlanState(found.state)], _state_words(found))],
        ),
    ]  # fmt: skip


def _state_words(found: UsePlan) -> str:
    """Why a plan that has left its draft is not changed any more."""
    return {
        PlanState.DRAFT: _("It is proposed by two departments first."),
        PlanState.PROPOSED: _("It is under approval: withdraw it, or wait for the decision."),
        PlanState.REJECTED: _("It was not passed: take it up again first."),
        PlanState.WITHDRAWN: _("The plan is withdrawn."),
        PlanState.CLOSED: _("The plan is closed."),
    }.get(PlanState(found.state), _("It is decided upon."))


def _proposing(by: Actor, found: UsePlan, round_: RoundRecorded | None, hindrance: str) -> list[Act]:
    drafting = (found.state == PlanState.DRAFT, _state_words(found))
    signed = {one.role for one in round_.signatures} if round_ and found.state == PlanState.DRAFT else set()
    following = PLAN_TRANSITIONS[PlanState(found.state)]
    return [
        act(
            by, POLICY, "draft_plan", found, label=_("Go on composing"), is_link=True, is_main=bool(hindrance),
            address=reverse("plan-compose", args=[found.pk]), needs=[drafting],
        ),
        act(
            by, AWARDS, "propose_plan", found, label=_("Sign for my department"), is_main=True,
            address=reverse("propose", args=[found.pk]),
            form=ProposalForm(initial={"on": business_day(found.campaign)}),
            needs=[drafting, (by.role not in signed, _("Your department has signed.")), (not hindrance, hindrance)],
        ),
        act(
            by, POLICY, "draft_plan", found, label=_("Take up again as a draft"), key="reopen", is_main=True,
            address=reverse("plan-reopen", args=[found.pk]),
            help=_("Change amounts or lists, then both departments sign anew and the leaders decide again. "
                   "The decision of today stays on record."),
            needs=[(PlanState.DRAFT in following, _("Only a plan that was not passed is taken up again."))],
        ),
        act(
            by, AWARDS, "decide_plan", found, label=_("To the decision"), is_link=True, is_main=True,
            address=reverse("decide", args=[found.pk]),
            needs=[(PlanState.APPROVED in following, _state_words(found))],
        ),
    ]  # fmt: skip


def _carrying_out(by: Actor, found: UsePlan, waiting: int) -> list[Act]:
    is_over = found.state in (PlanState.WITHDRAWN, PlanState.CLOSED)
    words = _state_words(found) if is_over else _("It is decided upon first.")
    approved = (found.state == PlanState.APPROVED, words)
    return [
        act(
            by, PAYMENTS, "build", found, label=_("Build payment batches"), is_link=True, is_main=True,
            address=reverse("batch-new", args=[found.pk]),
            needs=[approved, (waiting > 0, _("Nothing waits to be paid."))],
        ),
        act(
            by, POLICY, "expire", found, label=_("Release money not used"), needs=[approved],
            address=reverse("plan-unused", args=[found.pk]),
            form=UnusedForm(initial={"on": business_day(found.campaign)}, prefix="unused"),
            help=_("What is on its way to a bank stays set aside."),
        ),
    ]  # fmt: skip


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
