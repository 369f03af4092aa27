"""What waits for a post, by role: the records whose next step is an act of this role."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Concat, Left
from django.utils import timezone

from nuanliu.access.models import Post
from nuanliu.access.queries import awaiting_confirmation
from nuanliu.access.states import Role
from nuanliu.approvals.models import ApprovalRound, Proposal
from nuanliu.approvals.queries import worklist_for
from nuanliu.approvals.states import RoundState
from nuanliu.awards.models import Award, CashException, Roster
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import path_and_above
from nuanliu.desk.queries.columns import below
from nuanliu.ledger.models import UsePlan, UsePlanLine
from nuanliu.ledger.states import PlanState
from nuanliu.payments.models import AccountCorrection, BankProfile, PaymentBatch, PaymentOrder
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.programmes.models import Campaign
from nuanliu.returns.models import Return
from nuanliu.returns.states import ReturnState

# A decided plan is looked through award by award for so long; after that only where nothing of it was ever paid.
PAYING_DAYS = 92
FAILED_DAYS = 30

type Found = tuple[QuerySet[Any], dict[str, Any]]

LIST = {
    "title": "organization__name",
    "note": "campaign__name",
    "sender": "handler__display_name",
    "due": "campaign__ends_on",
    "amount_fen": "accepted_fen",
}


def _lists(by: Actor, *conditions: Q, **columns: Any) -> Found:
    return Roster.objects.filter(*conditions, **below(by)), {**LIST, "count": "rows_accepted", **columns}


def list_to_put_right(by: Actor) -> Found:
    return _lists(by, Q(state=RosterState.CHECKED, handler_id=by.user_id), count="rows_read", amount_fen=None)


def list_to_sign(by: Actor) -> Found:
    own = Q(state=RosterState.ACCEPTED, signed_on=None, organization_id=by.organization_id)
    return _lists(by, own, ~Q(handler_id=by.user_id))


def list_to_attach(by: Actor) -> Found:
    return _lists(by, Q(state=RosterState.ACCEPTED, signed_on__isnull=False), since="signed_on")


def _plans(found: QuerySet[UsePlan], **columns: Any) -> Found:
    amount = (
        UsePlanLine.objects.filter(plan=OuterRef("pk"))
        .order_by()
        .values("plan")
        .annotate(fen=Sum("amount_fen"))
    )
    people = (
        Roster.objects.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(n=Sum("rows_accepted"))
    )
    said = {
        "title": "title",
        "note": "organization__name",
        "due": "campaign__ends_on",
        "amount_fen": Subquery(amount.values("fen")),
        "count": Subquery(people.values("n")),
    }
    return found, {**said, **columns}


def plan_to_propose(by: Actor) -> Found:
    signed = ApprovalRound.objects.filter(state=RoundState.OPEN, proposals__role=by.role).values("subject_id")
    listed = Exists(Roster.objects.filter(plan=OuterRef("pk")))
    drafts = UsePlan.objects.filter(listed, organization_id=by.organization_id, state=PlanState.DRAFT)
    return _plans(drafts.exclude(pk__in=signed))


def plan_rejected(by: Actor) -> Found:
    return _plans(UsePlan.objects.filter(organization_id=by.organization_id, state=PlanState.REJECTED))


def plan_to_decide(by: Actor) -> Found:
    waiting = worklist_for(by)
    last = Proposal.objects.filter(round__subject_id=OuterRef("pk"), round__state=RoundState.PROPOSED)
    since = last.order_by().values("round").annotate(at=Max("recorded_at")).values("at")
    return _plans(UsePlan.objects.filter(pk__in=waiting.values("subject_id")), since=Subquery(since))


def plan_to_pay(by: Actor) -> Found:
    batches = PaymentBatch.objects.filter(plan=OuterRef("pk")).exclude(state=BatchState.CANCELLED)
    recent = Q(decided_on__gte=timezone.localdate() - timedelta(days=PAYING_DAYS))
    unpaid = Award.objects.filter(roster__plan=OuterRef("pk"), state=AwardState.APPROVED, cash_fen__gt=0)
    approved = UsePlan.objects.filter(organization_id=by.organization_id, state=PlanState.APPROVED)
    return _plans(approved.filter(recent | ~Exists(batches)).filter(Exists(unpaid)), since="decided_on")


def payments_came_back(by: Actor) -> Found:
    dead = PaymentOrder.objects.filter(
        live=False, state=OrderState.FAILED, award__state=AwardState.FAILED, **below(by)
    )
    columns = {
        "title": "batch__number",
        "state": Value("failed"),
        "since": Min("settled_on"),
        "count": Count("pk"),
        "amount_fen": Sum("amount_fen"),
    }
    return dead.values("batch_id", "batch__number"), {"key": "batch_id", **columns}


def _batches(by: Actor, state: str, **columns: Any) -> Found:
    said = {
        "title": "number",
        "note": "plan__title",
        "sender": "built_by__display_name",
        "due": "due_on",
        "count": "declared_count",
        "amount_fen": "declared_fen",
    }
    return PaymentBatch.objects.filter(state=state, **below(by)), {**said, **columns}


def batch_to_release(by: Actor) -> Found:
    found, columns = _batches(by, BatchState.BUILT)
    return found.exclude(built_by_id=by.user_id), columns


def batch_to_send(by: Actor) -> Found:
    return _batches(by, BatchState.RELEASED, since="released_at")


def batch_to_reconcile(by: Actor) -> Found:
    return _batches(by, BatchState.SENT, since="sent_at")


def batch_to_close(by: Actor) -> Found:
    return _batches(by, BatchState.RECONCILED, since="sent_at")


def account_to_verify(by: Actor) -> Found:
    open_ones = AccountCorrection.objects.filter(verified_by=None, **below(by)).exclude(
        corrected_by_id=by.user_id
    )
    columns = {
        "title": Concat(Left("holder_name", 1), Value("* ****"), "number_tail"),
        "note": "reason",
        "sender": "corrected_by__display_name",
        "state": Value(""),
        "amount_fen": "order__amount_fen",
    }
    return open_ones, columns


def bank_to_confirm(by: Actor) -> Found:
    described = BankProfile.objects.filter(
        active=False, confirmed_by=None, described_by__isnull=False, **below(by)
    )
    columns = {"title": "bank", "sender": "described_by__display_name", "state": Value("")}
    return described.exclude(described_by_id=by.user_id), columns


def cash_to_approve(by: Actor) -> Found:
    asked = CashException.objects.filter(approved_by=None, **below(by)).exclude(requested_by_id=by.user_id)
    return asked, _cash()


def cash_to_sign(by: Actor) -> Found:
    return CashException.objects.filter(
        approved_by__isnull=False, signature_file=None, **below(by)
    ), _cash() | {"since": "approved_on"}


def _cash() -> dict[str, Any]:
    return {
        "title": "campaign__name",
        "note": "reason",
        "sender": "requested_by__display_name",
        "due": "campaign__ends_on",
        "state": Value(""),
    }


RETURN = {
    "title": "organization__name",
    "note": "campaign__name",
    "sender": "drafted_by__display_name",
    "due": "campaign__reports_due_on",
}


def _own_returns(by: Actor, state: str, **columns: Any) -> Found:
    return Return.objects.filter(organization_id=by.organization_id, state=state), {**RETURN, **columns}


def return_to_sign(by: Actor) -> Found:
    return _own_returns(by, ReturnState.DRAFT)


def return_to_send(by: Actor) -> Found:
    return _own_returns(by, ReturnState.SIGNED, since="signed_on")


def return_sent_back(by: Actor) -> Found:
    found, columns = _own_returns(by, ReturnState.RETURNED, note="return_reason")
    newer = Return.objects.filter(
        organization=OuterRef("organization"), campaign=OuterRef("campaign"), form=OuterRef("form"),
        version__gt=OuterRef("version"),
    )  # fmt: skip
    return found.filter(~Exists(newer)), columns


def return_to_judge(by: Actor) -> Found:
    sent = Return.objects.filter(state=ReturnState.SUBMITTED, **below(by))
    return sent.exclude(organization_id=by.organization_id), {**RETURN, "since": "signed_on"}


def return_to_draft(by: Actor) -> Found:
    """Campaigns of unions above that ask for a table which this union has not begun."""
    begun = Return.objects.filter(campaign=OuterRef("pk"), organization_id=by.organization_id)
    asked = Campaign.objects.filter(
        organization_path__in=path_and_above(by.organization_path)[:-1],
        reports_due_on__isnull=False,
        starts_on__lte=timezone.localdate(),
    )
    columns = {"title": "name", "note": "organization__name", "due": "reports_due_on", "state": Value("")}
    return asked.filter(~Exists(begun)), columns


def post_to_confirm(by: Actor) -> Found:
    waiting: QuerySet[Post] = awaiting_confirmation().filter(**below(by)).order_by()
    columns = {
        "title": "user__display_name",
        "note": "organization__name",
        "sender": "granted_by__display_name",
        "state": "role",
    }
    return waiting.exclude(granted_by_id=by.user_id).exclude(user_id=by.user_id), columns


def job_failed(by: Actor) -> Found:
    since = timezone.make_aware(datetime.combine(timezone.localdate(), time()) - timedelta(days=FAILED_DAYS))
    failed = JobRun.objects.filter(state=JobState.FAILED, ended_at__gte=since, **below(by))
    return failed, {"title": "kind", "note": "message", "since": "ended_at"}


KINDS: dict[str, Callable[[Actor], Found]] = {
    found.__name__: found
    for found in (
        list_to_put_right, list_to_sign, list_to_attach, plan_to_propose, plan_rejected, plan_to_decide, plan_to_pay,
        payments_came_back, batch_to_release, batch_to_send, batch_to_reconcile, batch_to_close, account_to_verify,
        bank_to_confirm, cash_to_approve, cash_to_sign, return_to_sign, return_to_send, return_sent_back,
        return_to_judge, return_to_draft, post_to_confirm, job_failed,
    )
}  # fmt: skip

RIGHTS = ("plan_to_propose", "plan_rejected", "list_to_attach", "return_to_draft", "return_sent_back",
          "return_to_judge", "cash_to_approve")  # fmt: skip
WAITING: dict[str, tuple[str, ...]] = {
    Role.HANDLER: ("list_to_put_right", "payments_came_back", "cash_to_sign"),
    Role.RESPONSIBLE: ("list_to_sign", "return_to_sign", "return_to_send", "cash_to_approve"),
    Role.RIGHTS_OFFICER: RIGHTS,
    Role.FINANCE_OFFICER: ("plan_to_propose", "plan_rejected", "account_to_verify", "bank_to_confirm"),
    Role.LEADER: ("plan_to_decide", "cash_to_approve"),
    Role.COUNCIL_MEMBER: ("plan_to_decide",),
    Role.CASHIER: ("plan_to_pay", "payments_came_back", "cash_to_sign"),
    Role.RELEASER: ("batch_to_release", "batch_to_send", "batch_to_reconcile", "batch_to_close", "account_to_verify"),
    Role.CENTRE_OFFICER: ("list_to_put_right", "return_to_judge", "cash_to_sign"),
    Role.FOUNDATION_OFFICER: ("plan_to_propose", "plan_rejected"),
    Role.FOUNDATION_FINANCE: ("plan_to_propose", "plan_rejected", "account_to_verify"),
    Role.SECURITY_ADMINISTRATOR: ("post_to_confirm",),
    Role.SYSTEM_ADMINISTRATOR: ("post_to_confirm", "job_failed"),
    Role.AUDITOR: ("job_failed",),
}  # fmt: skip
