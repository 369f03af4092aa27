"""Who may lead a round through its steps. Whether a signature or vote counts is checked by the step itself."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

PROPOSERS = {Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_FINANCE}
DECIDERS = {Role.LEADER, Role.COUNCIL_MEMBER}

POLICY = Policy({
    "open": PROPOSERS,
    "propose": PROPOSERS,
    "decide": DECIDERS,
    "withdraw": PROPOSERS | DECIDERS,
    "read": PROPOSERS | DECIDERS | {Role.RESPONSIBLE, Role.HANDLER, Role.AUDITOR},
})  # fmt: skip
