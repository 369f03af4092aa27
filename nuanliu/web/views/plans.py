"""Use plans: composed with the balances before one's eyes, proposed by two departments."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from nuanliu.access.states import Role
from nuanliu.approvals.queries import latest_round, missing_roles
from nuanliu.awards import actions as awards
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.base.jobs import ask
from nuanliu.kernel.money import MoneyError, parse_yuan
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import balances_of, lines_of, plans_of
from nuanliu.ledger.states import PlanState
from nuanliu.organizations.models import Organization
from nuanliu.payments import jobs
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.payments.queries import batches_of
from nuanliu.programmes.models import Purpose
from nuanliu.programmes.queries import categories
from nuanliu.web.forms import PlanForm, ProposalForm, ReasonForm, UnusedForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.paging import Page, newest_first
from nuanliu.web.queries import (
    FundBalance,
    below,
    business_day,
    campaigns_for,
    own_funds,
    totals_by_category,
    with_sums,
)

USE_PLAN = "use_plan"
PROPOSERS = (Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_FINANCE)


@page(POLICY, "view")
def plans(request: DeskRequest) -> HttpResponse:
    """All plans in scope, the newest first."""
    found = newest_first(plans_of(request.actor.organization_path), request.GET.get("after"))
    return render(request, "web/plans.html", {"page": Page(with_sums(found.rows), found.next)})


@page(POLICY, "draft_plan", FORM)
def plan_new(request: DeskRequest, key: UUID) -> HttpResponse:
    """Draft a plan for a campaign: from each fund so much for these categories."""
    campaign = get_object_or_404(campaigns_for(request.actor), pk=key)
    funds = own_funds(request.actor, campaign)
    purposes = [
        (purpose.code, purpose.label) for purpose in Purpose.objects.filter(allowed=True).order_by("code")
    ]
    proposed = {
        "title": _("%(campaign)s: use of funds") % {"campaign": campaign.name},
        "purpose": funds[0].fund.purpose_id if funds else None,
    }
    form = PlanForm(request.POST or None, purposes=purposes, initial=proposed)
    lines, errors = _lines(request, funds) if request.method == "POST" else ([], {})
    if form.is_valid() and not errors:
        plan = ledger.draft_plan(
            get_object_or_404(Organization, pk=request.actor.organization_id),
            campaign,
            title=form.cleaned_data["title"],
            purpose=form.cleaned_data["purpose"],
            lines=lines,
            by=request.actor,
        )
        messages.success(request, _("The plan is drafted. Attach the signed lists, then propose it."))
        return redirect("plan", plan.pk)
    waiting = Roster.objects.filter(
        below(request.actor.organization_path), campaign=campaign, state=RosterState.ACCEPTED
    )
    asked = totals_by_category(Award.objects.filter(roster__in=waiting, live=True))
    context = {
        "campaign": campaign,
        "form": form,
        "funds": [_composed(entry, request, errors, asked) for entry in funds],
        "asked": asked,
        "asked_fen": sum(total.cash_fen + total.goods_fen for total in asked),
    }
    return render(request, "web/plan_new.html", context, status=422 if form.is_bound else 200)


def _lines(
    request: DeskRequest, funds: list[FundBalance]
) -> tuple[list[tuple[Any, list[str], int]], dict[str, str]]:
    """The lines as posted, and what could not be read of each fund's."""
    lines, errors = [], {}
    for entry in funds:
        key = str(entry.fund.pk)
        amount, chosen = (
            request.POST.get(f"amount-{key}", "").strip(),
            request.POST.getlist(f"categories-{key}"),
        )
        if not amount:
            continue
        try:
            lines.append((entry.fund, chosen, parse_yuan(amount)))
        except MoneyError as error:
            errors[key] = str(error)
        if not chosen:
            errors[key] = _("Name the categories that this money is for.")
    if not lines and not errors:
        errors[""] = _("Give an amount to at least one fund.")
    return lines, errors


def _composed(
    entry: FundBalance, request: DeskRequest, errors: dict[str, str], asked: list[Any]
) -> dict[str, Any]:
    key = str(entry.fund.pk)
    wanted = {total.code for total in asked}
    allowed = entry.fund.allowed_categories
    return {
        "fund": entry.fund,
        "balance": entry.balance,
        "amount": request.POST.get(f"amount-{key}", ""),
        "error": errors.get(key, ""),
        "categories": [
            {
                "category": category,
                "checked": category.code
                in (request.POST.getlist(f"categories-{key}") if request.POST else wanted),
            }
            for category in categories()
            if allowed is None or category.code in allowed
        ],
    }


@page(POLICY, "view")
def plan(request: DeskRequest, key: UUID) -> HttpResponse:
    """One plan: money before and after, lists, signatures, and what can be done now."""
    found = _plan(key)
    by = request.actor
    round_ = latest_round(USE_PLAN, found.pk)
    proposals = list(round_.proposals.select_related("user").order_by("recorded_at")) if round_ else []
    return render(
        request,
        "web/plan.html",
        {
            "plan": found,
            **money(found),
            "rosters": list(found.rosters.select_related("organization").order_by("pk")),
            "totals": totals_by_category(Award.objects.filter(roster__plan=found, live=True)),
            "round": round_,
            "proposals": [
                {"proposal": proposal, "role": Role(proposal.role).label} for proposal in proposals
            ],
            "missing": [Role(role).label for role in missing_roles(round_)] if round_ else [],
            "batches": batches_of(found.organization_path, plan=found.pk) if PAYMENTS.may(by, "view") else [],
            "may_propose": found.state == PlanState.DRAFT
            and by.role in PROPOSERS
            and by.role not in {p.role for p in proposals},
            "may_withdraw": found.state in (PlanState.DRAFT, PlanState.PROPOSED)
            and POLICY.may(by, "propose_plan", found),
            "may_reopen": found.state == PlanState.REJECTED and POLICY.may(by, "draft_plan", found),
            "may_decide": found.state == PlanState.PROPOSED and AWARDS.may(by, "decide_plan", found),
            "may_build": found.state == PlanState.APPROVED and PAYMENTS.may(by, "build", found),
            "to_pay": Award.objects.filter(plan=found, state=AwardState.APPROVED, cash_fen__gt=0).count(),
            "may_expire": found.state == PlanState.APPROVED and POLICY.may(by, "expire", found),
            "unused_form": UnusedForm(initial={"on": business_day(found.campaign)}, prefix="unused"),
            "proposal_form": ProposalForm(initial={"on": business_day(found.campaign)}),
            "reason_form": ReasonForm(prefix="withdraw"),
        },
    )


def _plan(key: UUID) -> UsePlan:
    return get_object_or_404(UsePlan.objects.select_related("organization", "campaign", "purpose"), pk=key)


def money(found: UsePlan) -> dict[str, Any]:
    """The plan's lines, each with its fund's balance before and after, and the sum."""
    lines = lines_of(found)
    balances = balances_of({line.fund_id for line in lines})
    counted = found.state in (PlanState.PROPOSED, PlanState.APPROVED)
    shown = []
    for line in lines:
        free = balances[line.fund_id].free_fen
        # A proposed plan already counts on its funds: what is free without it is what was free before it.
        before = free + (line.amount_fen if counted else 0)
        shown.append({"line": line, "before_fen": before, "after_fen": before - line.amount_fen})
    return {"lines": shown, "amount_fen": sum(line.amount_fen for line in lines)}


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
