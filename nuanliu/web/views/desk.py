"""The workbench: what waits for this post, where the money is, how far the campaign has come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.access.states import Role
from nuanliu.approvals.models import ApprovalRound
from nuanliu.approvals.queries import worklist_for
from nuanliu.approvals.states import RoundState
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.base.actor import Actor
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.ledger.states import PlanState
from nuanliu.payments.models import AccountCorrection, PaymentBatch, PaymentOrder
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.returns.models import Return
from nuanliu.returns.states import ReturnState
from nuanliu.web.guards import DeskRequest, signed_in
from nuanliu.web.queries import below, campaigns_for, funds_with_balances, progress_of

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits: what, since when, and where it is done."""

    title: str
    what: Promise | str
    since: Any
    address: str


def _rosters(by: Actor, condition: Q) -> QuerySet[Roster]:
    return (
        Roster.objects.filter(below(by.organization_path), condition)
        .select_related("organization")
        .order_by("pk")
    )


def _lists_to_put_right(by: Actor) -> list[Task]:
    found = _rosters(by, Q(state=RosterState.CHECKED, handler_id=by.user_id))[:SHOWN]
    return [_task(one.organization.name, _("List to put right and accept"), one, "roster") for one in found]


def _lists_to_sign(by: Actor) -> list[Task]:
    waiting = Q(state=RosterState.ACCEPTED, signed_on=None, organization_id=by.organization_id) & ~Q(
        handler_id=by.user_id
    )
    return [
        _task(one.organization.name, _("List to sign"), one, "roster")
        for one in _rosters(by, waiting)[:SHOWN]
    ]


def _lists_to_attach(by: Actor) -> list[Task]:
    waiting = Q(state=RosterState.ACCEPTED, signed_on__isnull=False)
    return [
        _task(one.organization.name, _("Signed list without a plan"), one, "roster")
        for one in _rosters(by, waiting)[:SHOWN]
    ]


def _plans_to_propose(by: Actor) -> list[Task]:
    drafts = UsePlan.objects.filter(organization_id=by.organization_id, state=PlanState.DRAFT).order_by("pk")
    signed = ApprovalRound.objects.filter(state=RoundState.OPEN, proposals__role=by.role).values("subject_id")
    with_lists = Roster.objects.filter(plan__isnull=False).values("plan")
    found = drafts.filter(pk__in=with_lists).exclude(pk__in=signed)[:SHOWN]
    return [_task(one.title, _("Use plan to propose"), one, "plan") for one in found]


def _plans_to_decide(by: Actor) -> list[Task]:
    keys = worklist_for(by).values("subject_id")
    found = UsePlan.objects.filter(pk__in=keys).order_by("pk")[:SHOWN]
    return [_task(one.title, _("Use plan for the meeting"), one, "decide") for one in found]


def _plans_to_pay(by: Actor) -> list[Task]:
    waiting = Award.objects.filter(
        state=AwardState.APPROVED, cash_fen__gt=0, plan__state=PlanState.APPROVED
    ).values("plan")
    found = UsePlan.objects.filter(below(by.organization_path), pk__in=waiting).order_by("pk")[:SHOWN]
    return [_task(one.title, _("Decided, not in payment yet"), one, "batch-new") for one in found]


def _failed_payments(by: Actor) -> list[Task]:
    dead = PaymentOrder.objects.filter(
        below(by.organization_path), live=False, state=OrderState.FAILED, award__state=AwardState.FAILED
    )
    counted = dead.aggregate(count=Count("pk"), since=Min("settled_on"))
    if not counted["count"]:
        return []
    return [Task(str(counted["count"]), _("Payments that came back"), counted["since"], reverse("failures"))]


def _batches(by: Actor) -> list[Task]:
    words = {
        BatchState.BUILT: _("Batch to release"),
        BatchState.RELEASED: _("Bank file to send"),
        BatchState.SENT: _("Waits for the bank's reply"),
        BatchState.RECONCILED: _("Receipt to archive, then close"),
    }
    found = PaymentBatch.objects.filter(below(by.organization_path), state__in=list(words)).order_by("pk")[
        :SHOWN
    ]
    return [_task(one.number, words[BatchState(one.state)], one, "batch") for one in found]


def _corrections_to_verify(by: Actor) -> list[Task]:
    found = AccountCorrection.objects.filter(below(by.organization_path), verified_by=None).exclude(
        corrected_by_id=by.user_id
    )
    return [
        _task(f"{one.holder_name} ****{one.number_tail}", _("Corrected account to verify"), one, "verify")
        for one in found.order_by("pk")[:SHOWN]
    ]


def _returns_to_sign(by: Actor) -> list[Task]:
    found = Return.objects.filter(
        organization_id=by.organization_id, state__in=[ReturnState.DRAFT, ReturnState.SIGNED]
    )
    words = {ReturnState.DRAFT: _("Annex 1 to sign"), ReturnState.SIGNED: _("Annex 1 to send up")}
    found = found.select_related("campaign").order_by("pk")[:SHOWN]
    return [
        _task(f"{one.campaign} · {one.version}", words[ReturnState(one.state)], one, "return")
        for one in found
    ]


def _returns_to_judge(by: Actor) -> list[Task]:
    found = Return.objects.filter(below(by.organization_path), state=ReturnState.SUBMITTED).exclude(
        organization_id=by.organization_id
    )
    found = found.select_related("organization").order_by("pk")[:SHOWN]
    return [_task(one.organization.name, _("Annex 1 to accept or send back"), one, "return") for one in found]


def _task(title: str, what: Promise, subject: Any, route: str) -> Task:
    return Task(title, what, getattr(subject, "recorded_at", None), reverse(route, args=[subject.pk]))


# What waits for whom. Three reads at most for each role, so that the page stays quick.
WAITING: dict[str, tuple[Callable[[Actor], list[Task]], ...]] = {
    Role.HANDLER: (_lists_to_put_right, _failed_payments),
    Role.RESPONSIBLE: (_lists_to_sign, _returns_to_sign),
    Role.RIGHTS_OFFICER: (_plans_to_propose, _lists_to_attach, _returns_to_judge),
    Role.FINANCE_OFFICER: (_plans_to_propose, _corrections_to_verify),
    Role.LEADER: (_plans_to_decide,),
    Role.COUNCIL_MEMBER: (_plans_to_decide,),
    Role.CASHIER: (_plans_to_pay, _failed_payments),
    Role.RELEASER: (_batches, _corrections_to_verify),
    Role.CENTRE_OFFICER: (_returns_to_judge,),
}


@signed_in()
def desk(request: DeskRequest) -> HttpResponse:
    """The start page of every post."""
    by = request.actor
    campaign = campaigns_for(by).first()
    context = {
        "tasks": [task for find in WAITING.get(by.role, ()) for task in find(by)],
        "campaign": campaign,
        "may_oversee": AWARDS.may(by, "oversee"),
        "progress": progress_of(campaign, by.organization_path) if campaign else {},
        "funds": [one for one in funds_with_balances(by.organization_path) if one.balance.received_fen][
            :SHOWN
        ]
        if LEDGER.may(by, "view")
        else [],
    }
    return render(request, "web/desk.html", context)
