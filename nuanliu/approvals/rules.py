"""Who proposes, who decides, and what the votes amount to. Pure."""

from collections.abc import Collection

from nuanliu.access.states import Role
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.organizations.states import LegalPerson

# S2 Art. 10: 权益保障部门会同财务部门提出方案, 经同级工会领导集体研究. The foundation has its own offices and council.
PROPOSING_ROLES: dict[str, tuple[Role, Role]] = {
    LegalPerson.UNION: (Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER),
    LegalPerson.FOUNDATION: (Role.FOUNDATION_OFFICER, Role.FOUNDATION_FINANCE),
}
DECIDING_ROLE: dict[str, Role] = {
    LegalPerson.UNION: Role.LEADER,
    LegalPerson.FOUNDATION: Role.COUNCIL_MEMBER,
}
# Fewer than three is no collective: a majority of two is one person's word.
QUORUM = 3


def outcome_of(ballots: Collection[str]) -> RoundState:
    """Approved when more than half of those present are for it; who abstains was present."""
    in_favour = sum(ballot == Ballot.FOR for ballot in ballots)
    return RoundState.APPROVED if 2 * in_favour > len(ballots) else RoundState.REJECTED
