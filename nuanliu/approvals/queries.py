"""Where a round stands, what was decided, and who is waited for."""

from dataclasses import dataclass
from datetime import date, datetime
from json import loads
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from nuanliu.approvals.models import ApprovalRound, CollectiveDecision
from nuanliu.approvals.rules import DECIDING_ROLE, PROPOSING_ROLES, QUORUM
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of

__all__ = ["DECIDING_ROLE", "PROPOSING_ROLES", "QUORUM", "Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a meeting voted. Present are all who cast a ballot, abstentions included."""

    present: int
    in_favour: int
    against: int
    abstaining: int


def latest_round(subject_kind: str, subject_id: UUID) -> ApprovalRound | None:
    """The last try to have this subject approved."""
    return rounds_of(subject_kind, subject_id).last()


def rounds_of(subject_kind: str, subject_id: UUID) -> QuerySet[ApprovalRound]:
    """All tries, oldest first."""
    return ApprovalRound.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("id")


def is_approved(subject_kind: str, subject_id: UUID, subject_digest: bytes) -> bool:
    """Whether exactly this content was approved by a collective decision."""
    approved = rounds_of(subject_kind, subject_id).filter(state=RoundState.APPROVED)
    return approved.filter(subject_digest=subject_digest).exists()


def tally_of(decision: CollectiveDecision) -> Tally:
    """The votes of a decision, counted."""
    ballots = list(decision.votes.values_list("ballot", flat=True))
    count = ballots.count
    return Tally(len(ballots), count(Ballot.FOR), count(Ballot.AGAINST), count(Ballot.ABSTAIN))


@dataclass(frozen=True, slots=True)
class Signature:
    """A department's signature under a proposal."""

    role: str
    name: str
    user_id: str
    on: date
    opinion: str


@dataclass(frozen=True, slots=True)
class BallotRecorded:
    """What one leader said in the meeting, word for word."""

    name: str
    user_id: str
    ballot: str
    dissent: str


@dataclass(frozen=True, slots=True)
class DecisionRecorded:
    """The meeting as it was recorded."""

    outcome: str
    number: str
    held_on: date
    minutes: str
    file_id: str | None
    file_name: str
    digest: str
    recorded_by: str
    recorded_at: datetime
    ballots: tuple[BallotRecorded, ...]


@dataclass(frozen=True, slots=True)
class RoundRecorded:
    """One try to have a content approved: who proposed it, who is waited for, what was decided."""

    id: str
    state: str
    digest: str
    signatures: tuple[Signature, ...]
    missing: tuple[str, ...]
    withdrawal_reason: str
    decision: DecisionRecorded | None


_ROUNDS = """
SELECT round.id::text, round.state, encode(round.subject_digest, 'hex'), round.legal_person, round.withdrawal_reason,
    coalesce((SELECT jsonb_agg(jsonb_build_array(p.role, who.display_name, who.id, p.proposed_on, p.opinion)
                               ORDER BY p.recorded_at)
              FROM approvals_proposal p JOIN access_user who ON who.id = p.user_id WHERE p.round_id = round.id), '[]'),
    (SELECT jsonb_build_array(d.outcome, d.meeting_number, d.held_on, d.minutes, file.id, coalesce(file.name, ''),
                              encode(d.subject_digest, 'hex'), writer.display_name, d.recorded_at,
        coalesce((SELECT jsonb_agg(jsonb_build_array(who.display_name, who.id, v.ballot, v.dissent) ORDER BY v.id)
                  FROM approvals_vote v JOIN access_user who ON who.id = v.user_id WHERE v.decision_id = d.id), '[]'))
     FROM approvals_collectivedecision d JOIN access_user writer ON writer.id = d.recorded_by_id
     LEFT JOIN evidence_evidencefile file ON file.id = d.minutes_file_id
     WHERE d.round_id = round.id)
FROM approvals_approvalround round
WHERE round.subject_kind = %s AND round.subject_id = %s
ORDER BY round.id
"""


def rounds_recorded(subject_kind: str, subject_id: UUID) -> list[RoundRecorded]:
    """All tries with signatures, ballots and minutes, oldest first, in one query."""
    return [_round(*row) for row in rows_of(_ROUNDS, [subject_kind, subject_id])]


def _round(
    key: str, state: str, digest: str, legal_person: str, reason: str, signed: Any, decided: Any
) -> RoundRecorded:
    signed, decided = _loaded(signed), _loaded(decided)
    signatures = tuple(
        Signature(role, name, user, date.fromisoformat(on), said) for role, name, user, on, said in signed
    )
    roles = {signature.role for signature in signatures}
    missing = tuple(role for role in PROPOSING_ROLES[legal_person] if role not in roles)
    return RoundRecorded(key, state, digest, signatures, missing, reason, decided and _decision(*decided))


def _decision(
    outcome: str, number: str, held_on: str, minutes: str, file: str | None, name: str, digest: str, writer: str,
    recorded_at: str, ballots: list[list[str]],
) -> DecisionRecorded:  # fmt: skip
    return DecisionRecorded(
        outcome,
        number,
        date.fromisoformat(held_on),
        minutes,
        file,
        name,
        digest,
        writer,
        datetime.fromisoformat(recorded_at),
        tuple(BallotRecorded(*ballot) for ballot in ballots),
    )


def _loaded(value: Any) -> Any:
    """JSON of the database as Python has it."""
    return loads(value) if isinstance(value, str) else value


def missing_roles(approval_round: ApprovalRound) -> list[str]:
    """The proposing departments that have not signed yet, in order."""
    signed = set(approval_round.proposals.values_list("role", flat=True))
    return [role for role in PROPOSING_ROLES[approval_round.legal_person] if role not in signed]


def worklist_for(by: Actor) -> QuerySet[ApprovalRound]:
    """Rounds of the actor's organization that wait for this actor's signature or meeting."""
    rounds = ApprovalRound.objects.filter(organization_id=by.organization_id).order_by("id")
    if by.role == DECIDING_ROLE[by.legal_person]:
        return rounds.filter(state=RoundState.PROPOSED)
    if by.role in PROPOSING_ROLES[by.legal_person]:
        signed = rounds.filter(proposals__role=by.role) | rounds.filter(proposals__user_id=by.user_id)
        return rounds.filter(state=RoundState.OPEN).exclude(pk__in=signed.values("pk"))
    return rounds.none()
