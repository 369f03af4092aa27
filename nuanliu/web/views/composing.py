"""The composer: lists on the left, funds on the right, and what each fund has left after this plan."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from nuanliu.access.states import Role
from nuanliu.awards import actions as awards
from nuanliu.awards.models import Roster
from nuanliu.base.scope import Scope
from nuanliu.kernel.errors import Refused
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan, UsePlanLine
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import AskedFacts, UsableFund, funds_for_plan, shares
from nuanliu.ledger.states import PlanState
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.web.dossiers import AskingList, asking_lists, purposes_and_categories
from nuanliu.web.findings import told_whole
from nuanliu.web.forms import PlanForm, ProposalForm
from nuanliu.web.forms_plans import FundEntry, entries_of, entries_posted, entries_proposed
from nuanliu.web.guards import FORM, DeskRequest, page
from nuanliu.web.queries import CategoryTotal, business_day, campaign_or_404

COUNT = "count"
# The draft's lines, fetched with it.
DRAFTED = ArraySubquery(
    UsePlanLine.objects.filter(plan=OuterRef("pk"))
    .order_by("ordinal")
    .values(json=JSONObject(fund="fund_id", amount_fen="amount_fen", categories="categories"))
)
PROPOSERS = (Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_FINANCE)


@page(POLICY, "draft_plan", FORM)
def plan_new(request: DeskRequest, key: UUID) -> HttpResponse:
    """Draft a plan for a campaign: from each fund so much for these categories."""
    campaign = campaign_or_404(request.actor, key)
    return _compose(request, campaign, None)


@page(POLICY, "draft_plan", FORM)
def plan_compose(request: DeskRequest, key: UUID) -> HttpResponse:
    """Go on with a draft: other amounts, more lists."""
    related = ("organization", "campaign", "campaign__organization", "purpose")
    plan = get_object_or_404(UsePlan.objects.select_related(*related).annotate(drafted=DRAFTED), pk=key)
    if plan.state != PlanState.DRAFT:
        return redirect("plan", plan.pk)
    return _compose(request, plan.campaign, plan)


def _compose(request: DeskRequest, campaign: Campaign, plan: UsePlan | None) -> HttpResponse:
    organization = plan.organization if plan else _own_union(request)
    purposes, categories = purposes_and_categories()
    scope = Scope.for_path(request.actor.organization_path)
    lists = asking_lists(campaign.pk, scope.path_low, scope.path_high, plan.pk if plan else None)
    chosen = _chosen(request, lists)
    form = _form(request, campaign, plan, purposes)
    funds = funds_for_plan(organization, campaign, _purpose(form, purposes))
    entries = _entries(request, plan, funds, chosen)
    keeping = request.method == "POST" and request.POST.get("act") != COUNT
    error = "" if any(entry.amount for entry in entries) else _("Give an amount to at least one fund.")
    if keeping and form.is_valid() and not error and not any(entry.error for entry in entries):
        return redirect("plan", _keep(request, organization, campaign, plan, form, entries, chosen).pk)
    context = {
        "campaign": campaign,
        "plan": plan,
        "form": form,
        "error": error if keeping else "",
        "lists": [{"list": one, "chosen": one in chosen} for one in lists],
        "proposal_form": ProposalForm(initial={"on": business_day(campaign)}),
        **_counted(entries, chosen, categories, dict(purposes)),
        **_proposing(request, plan, lists, entries, chosen),
    }
    return render(request, "web/plan_new.html", context, status=422 if keeping else 200)


def _own_union(request: DeskRequest) -> Organization:
    post = next(post for post in request.posts if post.pk == request.actor.post_id)
    return post.organization


def _form(
    request: DeskRequest, campaign: Campaign, plan: UsePlan | None, purposes: list[tuple[str, str]]
) -> PlanForm:
    if plan:
        return PlanForm(purposes=purposes, data={"title": plan.title, "purpose": plan.purpose_id})
    proposed = {
        "title": _("%(campaign)s: use of funds") % {"campaign": campaign.name},
        "purpose": "WARMTH_VISIT",
    }
    return PlanForm(request.POST or None, purposes=purposes, initial=proposed)


def _purpose(form: PlanForm, purposes: list[tuple[str, str]]) -> str:
    wanted = form["purpose"].value()
    return str(wanted if wanted in dict(purposes) else purposes[0][0])


def _chosen(request: DeskRequest, lists: Sequence[AskingList]) -> list[AskingList]:
    """What lies in the plan, and what is ticked; at first all that is signed."""
    ticked = set(request.POST.getlist("list"))
    first = request.method != "POST"
    return [one for one in lists if one.attached or (one.signed and (first or one.id in ticked))]


def _entries(
    request: DeskRequest, plan: UsePlan | None, funds: list[UsableFund], chosen: list[AskingList]
) -> list[FundEntry]:
    if request.method == "POST":
        return entries_posted(funds, request.POST)
    if plan:
        return entries_of(funds, plan.drafted)  # type: ignore[attr-defined]
    asked = sorted({code for one in chosen for code, *_ in one.asked}, key=lambda code: int(code[1:]))
    return entries_proposed(funds, asked, sum(one.sum_fen for one in chosen))


def _counted(
    entries: list[FundEntry],
    chosen: list[AskingList],
    categories: list[tuple[str, str]],
    purposes: dict[str, str],
) -> dict[str, Any]:
    """Sums by category, what each fund pays of them, and what is not covered."""
    facts = [AskedFacts(code, one.fund, cash + goods) for one in chosen for code, _, cash, goods in one.asked]
    open_entries = [entry for entry in entries if entry.amount]
    drawn, uncovered, missing = shares([entry.facts for entry in open_entries], facts)
    for entry, drawn_fen, missing_fen in zip(open_entries, drawn, missing, strict=True):
        entry.drawn_fen, entry.missing_fen = drawn_fen, missing_fen
    asked = [total for total in (_total(code, label, chosen) for code, label in categories) if total.awards]
    asked_fen = sum(total.cash_fen + total.goods_fen for total in asked)
    lacking = sum(uncovered.values()) + sum(missing)
    return {
        "entries": [_shown(entry, categories, purposes) for entry in entries],
        "asked": asked,
        "asked_fen": asked_fen,
        "planned_fen": sum(entry.amount_fen for entry in entries),
        "lacking_fen": lacking,
        "uncovered": uncovered,
    }


def _total(code: str, label: str, chosen: list[AskingList]) -> CategoryTotal:
    own = [one for asking in chosen for one in asking.asked if one[0] == code]
    awards, cash_fen, goods_fen = (
        (sum(sums) for sums in zip(*(one[1:] for one in own), strict=True)) if own else (0, 0, 0)
    )
    return CategoryTotal(code, label, awards, cash_fen, goods_fen)


def _shown(entry: FundEntry, categories: list[tuple[str, str]], purposes: dict[str, str]) -> dict[str, Any]:
    reached = entry.usable.categories
    return {
        "entry": entry,
        "fund": entry.fund,
        "balance": entry.usable.balance,
        "obstacles": [
            told_whole(replace(found, message=_worded(found.message, purposes)))
            for found in entry.usable.obstacles
        ],
        "limited": reached is not None,
        "categories": [
            {"code": code, "label": label, "checked": code in entry.categories}
            for code, label in categories
            if reached is None or code in reached
        ],
    }


def _worded(message: str, purposes: dict[str, str]) -> str:
    """A finding with the purposes' names in the place of their keys."""
    for code, label in purposes.items():
        message = message.replace(f"“{code}”", f"“{label}”")
    return message


def _proposing(
    request: DeskRequest,
    plan: UsePlan | None,
    lists: list[AskingList],
    entries: list[FundEntry],
    chosen: list[AskingList],
) -> dict[str, Any]:
    """Whether the draft can be signed now, and what is in the way."""
    return {
        "hindrance": hindrance(plan, lists, entries, chosen),
        "may_propose": request.actor.role in PROPOSERS,
    }


def hindrance(
    plan: UsePlan | None, lists: list[AskingList], entries: list[FundEntry], chosen: list[AskingList]
) -> str:
    """Why a draft cannot be proposed yet; '' when it can. The actions judge again."""
    short = [entry for entry in entries if entry.amount and entry.after_fen < 0]
    attached = [one for one in lists if one.attached]
    drawn, uncovered, missing = shares(
        [entry.facts for entry in entries if entry.amount],
        [AskedFacts(code, one.fund, cash + goods) for one in attached for code, _, cash, goods in one.asked],
    )
    if plan is None:
        return _("Keep the draft first.")
    if short:
        return _("%(fund)s has %(amount)s yuan less than this plan takes from it.") % {
            "fund": short[0].fund.name,
            "amount": yuan_text(-short[0].after_fen),
        }
    if not attached:
        return _("No list is attached yet. Tick signed lists and keep the draft.")
    if uncovered:
        return _("No fund is named for %(codes)s.") % {"codes": "、".join(sorted(uncovered))}
    if any(missing):
        return _("The lists ask %(amount)s yuan more than the funds give.") % {
            "amount": yuan_text(sum(missing))
        }
    return ""


def _keep(
    request: DeskRequest,
    organization: Organization,
    campaign: Campaign,
    plan: UsePlan | None,
    form: PlanForm,
    entries: list[FundEntry],
    chosen: list[AskingList],
) -> UsePlan:
    lines = [(entry.fund, entry.categories, entry.amount_fen) for entry in entries if entry.amount]
    if plan:
        plan = ledger.replace_lines(plan, lines, by=request.actor)
    else:
        plan = ledger.draft_plan(organization, campaign, **form.cleaned_data, lines=lines, by=request.actor)
    messages.success(request, _("The draft is kept."))
    _attach(request, plan, [one for one in chosen if not one.attached])
    return plan


def _attach(request: DeskRequest, plan: UsePlan, chosen: list[AskingList]) -> None:
    """Attach what fits; what does not is said, and the draft stays."""
    rosters = Roster.objects.in_bulk([UUID(one.id) for one in chosen])
    for one in chosen:
        try:
            with transaction.atomic():
                awards.attach_roster(rosters[UUID(one.id)], plan, by=request.actor)
        except Refused as refusal:
            told = _("%(list)s is not attached: %(why)s") % {"list": one.organization, "why": refusal.message}
            messages.warning(request, told)
