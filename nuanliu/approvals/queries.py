"""Where a round stands, what was decided, and who is waited for."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from nuanliu.approvals.models import ApprovalRound, CollectiveDecision
from nuanliu.approvals.rules import DECIDING_ROLE, PROPOSING_ROLES, QUORUM
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.base.actor import Actor

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
