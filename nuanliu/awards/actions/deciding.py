"""From an accepted list to approved awards: signed, attached to a plan, proposed by two, decided by a meeting."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from nuanliu.approvals import actions as approvals
from nuanliu.approvals.actions import Meeting
from nuanliu.approvals.models import ApprovalRound, CollectiveDecision
from nuanliu.approvals.states import RoundState
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.actions.locking import locked_roster
from nuanliu.awards.matching import conflicts_of
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import create_temp, drop_temp, rows_of
from nuanliu.base.statistics import refresh_statistics
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import refuse_if
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.queries import plan_content
from nuanliu.ledger.states import PlanState

SUBJECT = "use_plan"


@audited
def sign_roster(roster: Roster, *, by: Actor, on: date) -> Roster:
    """The responsible person signs an accepted list (R-066); never who handled it (R-067).

    Refused: `permission.denied`, `roster.signed_by_handler`, `roster.state`, `roster.signed`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "sign_roster", roster)
    own = roster.handler_id == by.user_id
    refuse_if(
        own, "roster.signed_by_handler", "经办人不能同时作为负责人签字，请由另一名负责人签字（实施办法附件）"
    )
    if roster.responsible_id == by.user_id:
        unchanged()
        return roster
    refuse_if(roster.responsible_id is not None, "roster.signed", "名册已由另一名负责人签字")
    refuse_if(roster.state != RosterState.ACCEPTED, "roster.state", "名册还没有接收任何一行，不能签字")
    roster.responsible_id, roster.signed_on = by.user_id, on
    roster.save(update_fields=["responsible", "signed_on"])
    record(
        by,
        roster,
        after={"responsible": by.user_id, "signed_on": on, "content": roster.content_hex},
    )
    return roster


@audited
def attach_roster(roster: Roster, plan: UsePlan, *, by: Actor) -> Roster:
    """Put a signed list under a plan that is still a draft; from then on its content is frozen.

    Refused: `permission.denied`, `roster.unsigned`, `roster.state`, `plan.not_draft`, `plan.other_campaign`,
    `plan.category_outside` (R-055), `plan.too_small`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "attach_roster", roster)
    if roster.state == RosterState.ATTACHED and roster.plan_id == plan.pk:
        unchanged()
        return roster
    refuse_if(
        roster.state != RosterState.ACCEPTED, "roster.state", "只有已接收、尚未列入方案的名册可以列入使用方案"
    )
    refuse_if(
        roster.responsible_id is None, "roster.unsigned", "名册还没有负责人签字，请先签字（实施办法附件）"
    )
    plan = UsePlan.objects.select_for_update().get(pk=plan.pk)
    refuse_if(plan.state != PlanState.DRAFT, "plan.not_draft", "使用方案已经提出或决定，不能再列入名册")
    _check_plan(roster, plan)
    roster.state, roster.plan = RosterState.ATTACHED, plan
    roster.save(update_fields=["state", "plan"])
    record(by, roster, after={"state": "attached", "plan": plan.pk, "amount_fen": roster.accepted_fen})
    return roster


def _check_plan(roster: Roster, plan: UsePlan) -> None:
    same = plan.campaign_id == roster.campaign_id and roster.organization_path.startswith(
        plan.organization_path
    )
    refuse_if(not same, "plan.other_campaign", "使用方案属于另一活动或另一组织")
    covered = {code for line in plan.lines.all() for code in line.categories}
    given = set(
        Award.objects.filter(roster=roster, live=True).values_list("category_id", flat=True).distinct()
    )
    outside = "、".join(sorted(given - covered))
    refuse_if(
        outside,
        "plan.category_outside",
        f"使用方案不含{outside}类，不得随意扩大资金使用范围（实施办法第十六条）",
    )
    attached = Roster.objects.filter(plan=plan).aggregate(fen=Sum("accepted_fen"))["fen"] or 0
    planned = sum(line.amount_fen for line in plan.lines.all())
    refuse_if(
        attached + roster.accepted_fen > planned, "plan.too_small", "名册金额超出使用方案，请先调整方案金额"
    )


@audited
def detach_roster(roster: Roster, *, by: Actor, reason: str) -> Roster:
    """Take a list out of a plan that has not been decided, so that it can be corrected; it must be signed again."""
    roster = locked_roster(roster)
    POLICY.require(by, "attach_roster", roster)
    if roster.state == RosterState.ACCEPTED:
        unchanged()
        return roster
    refuse_if(roster.state != RosterState.ATTACHED, "roster.state", "名册不在任何未决定的使用方案中")
    refuse_if(
        roster.plan is not None and roster.plan.state == PlanState.PROPOSED,
        "plan.not_draft",
        "使用方案正在审批，请先撤回审批",
    )
    before = {"plan": roster.plan_id}
    roster.state, roster.plan, roster.responsible, roster.signed_on = RosterState.ACCEPTED, None, None, None
    roster.save(update_fields=["state", "plan", "responsible", "signed_on"])
    record(by, roster, before=before, after={"state": "accepted"}, reason=reason)
    return roster


def content_digest(plan: UsePlan) -> bytes:
    """What a decision decides: the plan with its lines, and every award of its lists (R-103)."""
    rosters = Roster.objects.filter(plan=plan).order_by("id").only("content_digest", "accepted_fen")
    return sha256_of(
        {
            "plan": plan_content(plan),
            "rosters": [[str(roster.pk), roster.content_hex, roster.accepted_fen] for roster in rosters],
        }
    )


@audited
def propose_plan(plan: UsePlan, *, by: Actor, on: date, opinion: str = "") -> ApprovalRound:
    """One of the two departments signs the proposal (R-033); with the second signature the plan is proposed.

    Refused: `permission.denied`, `plan.no_roster` (R-103), `plan.conflict_of_interest` (R-056), and what approvals and
    ledger refuse.
    """
    plan = UsePlan.objects.select_for_update().get(pk=plan.pk)
    POLICY.require(by, "propose_plan", plan)
    refuse_if(not plan.rosters.exists(), "plan.no_roster", "使用方案还没有列入慰问名册，先定对象和标准再审批")
    _refuse_conflicts(plan, [by.user_id])
    digest = content_digest(plan)
    opened = approvals.open_round(
        subject_kind=SUBJECT,
        subject_id=plan.pk,
        subject_digest=digest,
        case_key=plan.case_key,
        legal_person=plan.legal_person,
        organization_id=plan.organization_id,
        organization_path=plan.organization_path,
        by=by,
    )
    signed = approvals.propose(opened, by=by, on=on, opinion=opinion)
    if signed.state == RoundState.PROPOSED and plan.state == PlanState.DRAFT:
        ledger.mark_proposed(plan, content_digest=digest, by=by)
    record(by, plan, after={"round": signed.pk, "state": str(signed.state), "content": digest.hex()})
    return signed


@audited
def decide_plan(plan: UsePlan, meeting: Meeting, *, by: Actor) -> CollectiveDecision:
    """The leaders decide together (R-034). Approved: plan, awards and reservations change in one transaction.

    The same meeting twice changes nothing. Refused: `permission.denied`, `plan.not_proposed`,
    `plan.conflict_of_interest` (R-056), and what approvals and ledger refuse.
    """
    plan = UsePlan.objects.select_for_update().get(pk=plan.pk)
    POLICY.require(by, "decide_plan", plan)
    held = CollectiveDecision.objects.filter(
        round__subject_id=plan.pk, round__subject_kind=SUBJECT, meeting_number=meeting.number.strip()
    ).first()
    if held is not None:
        unchanged()
        return held
    refuse_if(
        plan.state != PlanState.PROPOSED,
        "plan.not_proposed",
        "使用方案还没有由权益保障和财务部门共同提出，或已经决定",
    )
    _refuse_conflicts(plan, [ballot.user_id for ballot in meeting.ballots])
    proposed = ApprovalRound.objects.get(subject_kind=SUBJECT, subject_id=plan.pk, state=RoundState.PROPOSED)
    digest = content_digest(plan)
    decision = approvals.decide(proposed, meeting, subject_digest=digest, by=by)
    if decision.outcome == RoundState.APPROVED:
        booked = _approve(plan, digest, meeting.held_on, by)
        after = {"state": "approved", "awards": booked.count, "amount_fen": booked.amount_fen}
    else:
        ledger.mark_rejected(plan, by=by, reason=f"集体研究未通过：{meeting.number}")
        after = {"state": "rejected"}
    record(by, plan, after={**after, "meeting": meeting.number, "content": digest.hex()})
    return decision


def _refuse_conflicts(plan: UsePlan, user_ids: Iterable[UUID]) -> None:
    """No one who proposes or decides, nor a relative, is among the recipients without a recorded recusal."""
    handlers = plan.rosters.values_list("handler_id", "responsible_id")
    users = {*user_ids, *(user for pair in handlers for user in pair if user)}
    digests = list(conflicts_of(users, plan.campaign))
    if not digests:
        return
    found = rows_of(
        "SELECT count(*) FROM awards_award award JOIN people_person person ON person.id = award.person_id"
        " JOIN awards_roster roster ON roster.id = award.roster_id"
        " WHERE roster.plan_id = %s AND award.live AND person.identity_digest = ANY(%s)",
        [plan.pk, digests],
    )[0][0]
    refuse_if(
        found,
        "plan.conflict_of_interest",
        f"名册中有{found}人是经办、提出或表决人员本人或其亲属，须先办理回避（实施办法第十六条）",
    )


REQUESTS = {"award_id": "bigint", "plan_line_id": "uuid", "amount_fen": "bigint"}

# Each category stands in one line of a fund; where several funds pay a category, the roster's own fund goes first.
CHOSEN = """
CREATE TEMPORARY TABLE awards_chosen ON COMMIT DROP AS
SELECT award.id, line.id AS line_id, line.fund_id, award.cash_fen + award.goods_fen AS amount_fen
FROM awards_award award
JOIN awards_roster roster ON roster.id = award.roster_id
JOIN LATERAL (
    SELECT l.id, l.fund_id FROM ledger_useplanline l
    WHERE l.plan_id = roster.plan_id AND award.category_id = ANY (l.categories)
    ORDER BY l.fund_id IS DISTINCT FROM roster.fund_id, l.id LIMIT 1
) AS line ON true
WHERE roster.plan_id = %s AND award.live AND award.state = 'proposed'
ORDER BY award.id
"""
APPROVE = """
UPDATE awards_award award SET state = 'approved', plan_id = %s, fund_id = chosen.fund_id
FROM pg_temp.awards_chosen chosen WHERE chosen.id = award.id
"""


def _approve(plan: UsePlan, digest: bytes, on: date, by: Actor) -> ledger.Booked:
    ledger.mark_approved(plan, content_digest=digest, on=on, by=by)
    with connection.cursor() as cursor:
        drop_temp(cursor, "awards_chosen")
        cursor.execute(CHOSEN, [plan.pk])
        cursor.execute("ANALYZE pg_temp.awards_chosen")
        cursor.execute(APPROVE, [plan.pk])
        create_temp(cursor, "ledger_reservation_requests", REQUESTS)
        cursor.execute(
            "INSERT INTO pg_temp.ledger_reservation_requests SELECT id, line_id, amount_fen FROM pg_temp.awards_chosen"
        )
    booked = ledger.reserve_many(by=by, on=on)
    Roster.objects.filter(plan=plan, state=RosterState.ATTACHED).update(state=RosterState.DECIDED)
    refresh_statistics(booked.count, "awards_award")
    return booked
