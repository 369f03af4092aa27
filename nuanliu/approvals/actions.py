"""Open a round, propose by two departments, decide in a minuted meeting, withdraw (S2 Art. 10; R-033, R-034, R-195).

Each control here stands once more in sql/approvals.sql; here it speaks to people, there it holds.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from nuanliu.access.models import Post
from nuanliu.access.queries import posts_of
from nuanliu.approvals.models import ApprovalRound, CollectiveDecision, Proposal, Vote
from nuanliu.approvals.permissions import POLICY
from nuanliu.approvals.rules import DECIDING_ROLE, PROPOSING_ROLES, QUORUM, outcome_of
from nuanliu.approvals.states import TRANSITIONS, Ballot, RoundState
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import Refused, refuse_if

LIVE = (RoundState.OPEN, RoundState.PROPOSED)


@dataclass(frozen=True, slots=True)
class BallotCast:
    """What one leader who was present said."""

    user_id: UUID
    ballot: str = Ballot.FOR
    dissent: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """The meeting as minuted: number, day, minutes, and one ballot for each leader present."""

    number: str
    held_on: date
    minutes: str
    ballots: tuple[BallotCast, ...]
    minutes_file: EvidenceFile | None = None


@audited
def open_round(
    *,
    subject_kind: str,
    subject_id: UUID,
    subject_digest: bytes,
    case_key: str,
    legal_person: str,
    organization_id: UUID,
    organization_path: str,
    by: Actor,
) -> ApprovalRound:
    """Begin to have one content approved; `subject_digest` (32 bytes) is what will be proposed and decided.

    The same content while a round is live returns that round. Refused `approvals.round_live` when another content of
    the subject is before a round, `approvals.already_approved` when this content has been approved.
    """
    approval_round = ApprovalRound(
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_digest=subject_digest,
        case_key=case_key.strip() or str(subject_id),
        legal_person=legal_person,
        organization_id=organization_id,
        organization_path=organization_path,
    )
    POLICY.require(by, "open", approval_round)
    live = _known_round(approval_round)
    if live:
        unchanged()
        return live
    approval_round.save(force_insert=True)
    record(
        by,
        approval_round,
        after={"state": approval_round.state, "subject": str(subject_id), "digest": subject_digest.hex()},
    )
    return approval_round


@audited
def propose(approval_round: ApprovalRound, *, by: Actor, on: date, opinion: str = "") -> ApprovalRound:
    """Sign for one's department. The second department's signature makes the round proposed (R-033).

    The same signature twice changes nothing. Refused: `approvals.proposing_role`, `approvals.same_person`,
    `approvals.role_signed`, `approvals.round_state`, `approvals.two_legal_persons`.
    """
    approval_round = _locked(approval_round, by, "propose")
    proposals = list(approval_round.proposals.all())
    if any((proposal.user_id, proposal.role) == (by.user_id, by.role) for proposal in proposals):
        unchanged()
        return approval_round
    _check_state(approval_round, RoundState.OPEN, "不能再提出")
    _check_proposer(approval_round, proposals, by, on)
    before = {"state": approval_round.state, "proposals": len(proposals)}
    Proposal.objects.create(
        round=approval_round,
        organization_path=approval_round.organization_path,
        role=by.role,
        user_id=by.user_id,
        proposed_on=on,
        opinion=opinion,
    )
    if len(proposals) + 1 == len(PROPOSING_ROLES[approval_round.legal_person]):
        _move(approval_round, RoundState.PROPOSED)
    record(
        by,
        approval_round,
        before=before,
        after={"state": approval_round.state, "role": by.role, "on": on.isoformat()},
    )
    return approval_round


@audited
def decide(
    approval_round: ApprovalRound, meeting: Meeting, *, subject_digest: bytes, by: Actor
) -> CollectiveDecision:
    """Record the collective decision (R-034). `subject_digest` is the content as it is now.

    The outcome is computed: approved when more than half of those present are for it. Recorded by a leader who was
    present. The same meeting twice changes nothing. Refused, beside wrong states: `approvals.content_changed`,
    `approvals.minutes_missing`, `approvals.quorum`, `approvals.proposer_votes`, `approvals.no_leader`,
    `approvals.recorder_absent`, `approvals.before_proposal`, `approvals.two_legal_persons`.
    """
    approval_round = _locked(approval_round, by, "decide")
    decided = CollectiveDecision.objects.filter(
        round=approval_round, meeting_number=meeting.number.strip()
    ).first()
    if decided:
        unchanged()
        return decided
    _check_state(approval_round, RoundState.PROPOSED, "不能表决")
    _check_content(approval_round, subject_digest)
    _check_meeting(approval_round, meeting, by)
    decision = _written(approval_round, meeting, by)
    _move(approval_round, RoundState(decision.outcome))
    record(
        by,
        approval_round,
        before={"state": RoundState.PROPOSED},
        after={
            "state": approval_round.state,
            "meeting": decision.meeting_number,
            "held_on": meeting.held_on.isoformat(),
            "present": len(meeting.ballots),
        },
    )
    return decision


@audited
def withdraw(approval_round: ApprovalRound, *, by: Actor, reason: str) -> ApprovalRound:
    """Take a round back before it is decided, as one must to change the content."""
    approval_round = _locked(approval_round, by, "withdraw")
    if approval_round.state == RoundState.WITHDRAWN:
        unchanged()
        return approval_round
    refuse_if(not reason.strip(), "approvals.reason_missing", "撤回须写明理由")
    refuse_if(
        RoundState.WITHDRAWN not in TRANSITIONS[RoundState(approval_round.state)],
        "approvals.round_state",
        "已有集体决定，不能撤回；如需变更，请另行提出方案",
    )
    before = {"state": approval_round.state}
    approval_round.withdrawal_reason = reason
    _move(approval_round, RoundState.WITHDRAWN)
    record(by, approval_round, before=before, after={"state": approval_round.state}, reason=reason)
    return approval_round


def _known_round(approval_round: ApprovalRound) -> ApprovalRound | None:
    rounds = ApprovalRound.objects.filter(
        subject_kind=approval_round.subject_kind, subject_id=approval_round.subject_id
    )
    live = rounds.filter(state__in=LIVE).first()
    if live:
        changed = bytes(live.subject_digest) != approval_round.subject_digest
        refuse_if(changed, "approvals.round_live", "该方案的另一版内容正在审批，请先撤回，再提出新的内容")
        return live
    approved = rounds.filter(state=RoundState.APPROVED, subject_digest=approval_round.subject_digest).exists()
    refuse_if(approved, "approvals.already_approved", "该方案已经集体研究通过，不需再次审批")
    return None


def _locked(approval_round: ApprovalRound, by: Actor, act: str) -> ApprovalRound:
    locked = ApprovalRound.objects.select_for_update().get(pk=approval_round.pk)
    POLICY.require(by, act, locked)
    return locked


def _check_state(approval_round: ApprovalRound, needed: RoundState, consequence: str) -> None:
    label = RoundState(approval_round.state).label
    refuse_if(
        approval_round.state != needed, "approvals.round_state", f"该轮审批的状态为“{label}”，{consequence}"
    )


def _check_proposer(approval_round: ApprovalRound, proposals: list[Proposal], by: Actor, on: date) -> None:
    role, user_id = by.role, by.user_id
    proper = (
        role in PROPOSING_ROLES[approval_round.legal_person]
        and by.organization_id == approval_round.organization_id
    )
    proper = proper and any(post.role == role for post in _posts_in(approval_round, user_id, on))
    refuse_if(
        not proper, "approvals.proposing_role", "方案由同级权益保障部门会同财务部门提出（实施办法第十条）"
    )
    refuse_if(
        any(proposal.user_id == user_id for proposal in proposals),
        "approvals.same_person",
        "权益保障部门与财务部门须由两人分别签署，您已代表另一部门签署",
    )
    signed = any(proposal.role == role for proposal in proposals)
    refuse_if(signed, "approvals.role_signed", "本部门已有人签署")
    _check_one_legal_person(approval_round, [user_id])


def _check_content(approval_round: ApprovalRound, subject_digest: bytes) -> None:
    refuse_if(
        bytes(approval_round.subject_digest) != subject_digest,
        "approvals.content_changed",
        "内容在提出之后被改动，与两部门签署的不一致；请撤回后重新提出",
    )


def _check_meeting(approval_round: ApprovalRound, meeting: Meeting, by: Actor) -> None:
    voters = [cast.user_id for cast in meeting.ballots]
    minuted = meeting.number.strip() and meeting.minutes.strip()
    refuse_if(not minuted, "approvals.minutes_missing", "集体研究须有会议编号和会议纪要（实施办法第十条）")
    refuse_if(len(set(voters)) < QUORUM, "approvals.quorum", f"集体研究至少须有 {QUORUM} 位领导到会")
    refuse_if(len(set(voters)) < len(voters), "approvals.voted_twice", "同一人只能投一票")
    refuse_if(by.user_id not in voters, "approvals.recorder_absent", "集体决定由到会领导录入")
    _check_voters(approval_round, meeting, set(voters))
    _check_one_legal_person(approval_round, voters)


def _check_voters(approval_round: ApprovalRound, meeting: Meeting, voters: set[UUID]) -> None:
    proposals = list(approval_round.proposals.all())
    proposed_on = max(proposal.proposed_on for proposal in proposals)
    refuse_if(meeting.held_on < proposed_on, "approvals.before_proposal", "会议日期早于方案提出日期，请核对")
    proposers = {proposal.user_id for proposal in proposals}
    refuse_if(voters & proposers, "approvals.proposer_votes", "提出方案的人不参加表决")
    role = DECIDING_ROLE[approval_round.legal_person]
    for user_id in voters:
        posts = _posts_in(approval_round, user_id, meeting.held_on)
        refuse_if(
            all(post.role != role for post in posts),
            "approvals.no_leader",
            "表决人在会议当日不是本单位的领导（理事），不能参加集体研究",
        )


def _posts_in(approval_round: ApprovalRound, user_id: UUID, on: date) -> list[Post]:
    return [post for post in posts_of(user_id, on) if post.organization_id == approval_round.organization_id]


def _check_one_legal_person(approval_round: ApprovalRound, user_ids: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT approvals_acted_for_other_legal_person(%s, %s, %s)",
            [approval_round.case_key, approval_round.legal_person, user_ids],
        )
        if cursor.fetchone()[0]:
            raise Refused(
                "approvals.two_legal_persons",
                "同一事项，同一人不得既为工会又为基金会签署或表决；请由其他人参加",
            )


def _written(approval_round: ApprovalRound, meeting: Meeting, by: Actor) -> CollectiveDecision:
    decision = CollectiveDecision.objects.create(
        round=approval_round,
        organization_path=approval_round.organization_path,
        subject_digest=approval_round.subject_digest,
        meeting_number=meeting.number.strip(),
        held_on=meeting.held_on,
        minutes=meeting.minutes,
        minutes_file=meeting.minutes_file,
        outcome=outcome_of([cast.ballot for cast in meeting.ballots]),
        recorded_by_id=by.user_id,
    )
    Vote.objects.bulk_create(
        Vote(
            decision=decision,
            organization_path=approval_round.organization_path,
            user_id=cast.user_id,
            ballot=cast.ballot,
            dissent=cast.dissent,
        )
        for cast in meeting.ballots
    )
    return decision


def _move(approval_round: ApprovalRound, state: RoundState) -> None:
    approval_round.state = state
    approval_round.save(update_fields=["state", "withdrawal_reason"])
