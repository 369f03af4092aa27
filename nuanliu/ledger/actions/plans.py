"""Use plans: drafted line by line, frozen when proposed, carried by the approvals that the awards package runs."""

from collections.abc import Iterable, Sequence
from datetime import date

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.keys import uuid7
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import Finding
from nuanliu.ledger.actions.funds import require_legal_person
from nuanliu.ledger.models import Fund, UsePlan, UsePlanLine
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import fund_facts, plan_content, shortfalls
from nuanliu.ledger.refusals import refused_by_database
from nuanliu.ledger.rules import WITHIN_MEANS, UseFacts, fund_findings
from nuanliu.ledger.states import PLAN_TRANSITIONS, PlanState
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Purpose

type Line = tuple[Fund, Iterable[str], int]


@audited
def draft_plan(
    organization: Organization,
    campaign: Campaign,
    *,
    title: str,
    purpose: Purpose | str,
    lines: Sequence[Line],
    by: Actor,
    case_key: str | None = None,
) -> UsePlan:
    """Draft who is to get what from which fund: lines of (fund, categories, amount_fen) (R-032).

    Given a `case_key`, the same content again returns the draft that is there; without one the plan is its own case.
    Refused: `plan.fund_restricted` with a finding for each restriction that a line would break, `plan.category_twice`.
    """
    key = uuid7()
    plan = UsePlan(
        id=key,
        organization=organization,
        organization_path=organization.path,
        legal_person=organization.legal_person,
        campaign=campaign,
        year=campaign.programme.year,
        title=title.strip(),
        purpose_id=getattr(purpose, "pk", purpose),
        case_key=case_key or str(key),
        created_by_id=by.user_id,
    )
    POLICY.require(by, "draft_plan", plan)
    require_legal_person(by, plan.legal_person)
    if existing := _same_draft(plan, lines):
        unchanged()
        return existing
    with refused_by_database():
        plan.save(force_insert=True)
    _write_lines(plan, lines)
    record(by, plan, after=_summary(plan))
    return plan


@audited
def replace_lines(plan: UsePlan, lines: Sequence[Line], *, by: Actor) -> UsePlan:
    """Put other lines in the place of a draft's lines; the same lines change nothing."""
    plan = _locked(plan, by, "draft_plan")
    refuse_if(plan.state != PlanState.DRAFT, "plan.frozen", "方案提出后资金安排不得改动；请撤回后重新提出。")
    if _content(lines) == plan_content(plan)["lines"]:
        unchanged()
        return plan
    before = _summary(plan)
    plan.lines.all().delete()
    _write_lines(plan, lines)
    record(by, plan, before=before, after=_summary(plan))
    return plan


@audited
def mark_proposed(plan: UsePlan, *, content_digest: bytes, by: Actor) -> UsePlan:
    """Freeze the plan under the digest that the approval round carries; its sums now count on the funds (R-031)."""
    plan = _locked(plan, by, "propose_plan")
    if plan.state == PlanState.PROPOSED and bytes(plan.content_digest or b"") == content_digest:
        unchanged()
        return plan
    refuse_if(len(content_digest) != 32, "plan.content_changed", "方案内容摘要须为32字节的SHA-256。")
    _require_covered(plan)
    _move(plan, PlanState.PROPOSED, by, content_digest=content_digest)
    return plan


@audited
def mark_approved(plan: UsePlan, *, content_digest: bytes, on: date, by: Actor) -> UsePlan:
    """Make the plan executable, decided `on` that day; the database asks for this digest's approved round (R-034)."""
    plan = _locked(plan, by, "decide_plan")
    changed = bytes(plan.content_digest or b"") != content_digest
    refuse_if(changed, "plan.content_changed", "方案内容在提出之后有改动，与集体研究的内容不一致。")
    if plan.state == PlanState.APPROVED and plan.decided_on == on:
        unchanged()
        return plan
    _move(plan, PlanState.APPROVED, by, decided_on=on)
    return plan


@audited
def mark_rejected(plan: UsePlan, *, by: Actor, reason: str) -> UsePlan:
    """The meeting has not passed it; its sums no longer count on the funds."""
    plan = _locked(plan, by, "decide_plan")
    if plan.state == PlanState.REJECTED:
        unchanged()
        return plan
    _move(plan, PlanState.REJECTED, by, reason=reason)
    return plan


@audited
def reopen_plan(plan: UsePlan, *, by: Actor) -> UsePlan:
    """Take a rejected plan up again as a draft, to be changed and proposed under another digest."""
    plan = _locked(plan, by, "draft_plan")
    if plan.state == PlanState.DRAFT:
        unchanged()
        return plan
    _move(plan, PlanState.DRAFT, by, content_digest=None)
    return plan


@audited
def withdraw_plan(plan: UsePlan, *, by: Actor, reason: str) -> UsePlan:
    """Give a plan up for good before it is decided."""
    plan = _locked(plan, by, "propose_plan")
    if plan.state == PlanState.WITHDRAWN:
        unchanged()
        return plan
    _move(plan, PlanState.WITHDRAWN, by, reason=reason)
    return plan


@audited
def close_plan(plan: UsePlan, *, by: Actor, reason: str = "") -> UsePlan:
    """End an approved plan: what it has not reserved is free again; what it has reserved runs its course."""
    plan = _locked(plan, by, "close_plan")
    if plan.state == PlanState.CLOSED:
        unchanged()
        return plan
    _move(plan, PlanState.CLOSED, by, reason=reason)
    return plan


def _locked(plan: UsePlan, by: Actor, act: str) -> UsePlan:
    locked = UsePlan.objects.select_for_update().get(pk=plan.pk)
    POLICY.require(by, act, locked)
    require_legal_person(by, locked.legal_person)
    return locked


def _move(plan: UsePlan, state: str, by: Actor, *, reason: str = "", **columns: object) -> None:
    before = PlanState(plan.state)
    illegal = state not in PLAN_TRANSITIONS[before]
    refuse_if(illegal, "plan.state", f"方案的状态为“{before.label}”，不能转为“{PlanState(state).label}”。")
    for name, value in {"state": state, **columns}.items():
        setattr(plan, name, value)
    with refused_by_database():
        plan.save(update_fields=["state", *columns])
    record(by, plan, before={"state": before.value}, after=_summary(plan), reason=reason)


def _same_draft(plan: UsePlan, lines: Sequence[Line]) -> UsePlan | None:
    drafts = UsePlan.objects.filter(
        organization=plan.organization, case_key=plan.case_key, state=PlanState.DRAFT
    )
    wanted = plan_content(plan) | {"lines": _content(lines)}
    return next((draft for draft in drafts if plan_content(draft) | {"plan": plan.pk} == wanted), None)


def _content(lines: Sequence[Line]) -> list[tuple[str, list[str], int]]:
    return sorted(
        (str(fund.pk), sorted(set(categories)), amount_fen) for fund, categories, amount_fen in lines
    )


def _write_lines(plan: UsePlan, lines: Sequence[Line]) -> None:
    drafted = [
        UsePlanLine(
            plan=plan,
            ordinal=ordinal,
            organization_path=plan.organization_path,
            fund=fund,
            categories=sorted(set(categories)),
            amount_fen=amount_fen,
        )
        for ordinal, (fund, categories, amount_fen) in enumerate(lines, start=1)
    ]
    _require_allowed(plan, drafted)
    with refused_by_database():
        UsePlanLine.objects.bulk_create(drafted)


def _require_allowed(plan: UsePlan, lines: Sequence[UsePlanLine]) -> None:
    findings = tuple(found for line in lines for found in _line_findings(plan, line))
    if findings:
        raise Refused("plan.fund_restricted", "；".join(found.message for found in findings[:3]), findings)
    named = [(line.fund_id, category) for line in lines for category in line.categories]
    twice = len(set(named)) < len(named)
    refuse_if(twice, "plan.category_twice", "同一资金的同一类别只能列一行，请合并。")


def _line_findings(plan: UsePlan, line: UsePlanLine) -> tuple[Finding, ...]:
    use = UseFacts(
        legal_person=plan.legal_person,
        organization_path=plan.organization_path,
        purpose=plan.purpose_id,
        campaign=plan.campaign_id,
        categories=frozenset(line.categories),
    )
    return fund_findings(fund_facts(line.fund), use)


def _require_covered(plan: UsePlan) -> None:
    """Planned, committed and paid stay within what each fund holds (R-031)."""
    refuse_if(not plan.lines.exists(), "plan.empty", "方案没有列明资金和对象。")
    if findings := shortfalls(plan):
        raise Refused("plan.insufficient", f"{findings[0].message}（{WITHIN_MEANS}）", findings)


def _summary(plan: UsePlan) -> dict[str, object]:
    lines = list(plan.lines.all())
    return {
        "state": plan.state,
        "lines": len(lines),
        "amount_fen": sum(line.amount_fen for line in lines),
        "digest": bytes(plan.content_digest).hex() if plan.content_digest else None,
        "decided_on": plan.decided_on.isoformat() if plan.decided_on else None,
    }
