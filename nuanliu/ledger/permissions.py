"""Who may move money and plan it. Asking, deciding and paying are different people (R-044)."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

_FINANCE = {Role.FINANCE_OFFICER, Role.FOUNDATION_FINANCE}
_PROPOSERS = _FINANCE | {Role.RIGHTS_OFFICER, Role.FOUNDATION_OFFICER}
_DECIDERS = {Role.LEADER, Role.COUNCIL_MEMBER}
_PAYERS = {Role.CASHIER, Role.RELEASER}

POLICY = Policy(
    {
        "view": _PROPOSERS | _DECIDERS | _PAYERS | {Role.RESPONSIBLE, Role.CENTRE_OFFICER, Role.AUDITOR},
        "open_fund": _FINANCE,
        "receive": _FINANCE,
        "allocate": {Role.FINANCE_OFFICER},
        "reverse": _FINANCE,
        "draft_plan": _PROPOSERS,
        "propose_plan": _PROPOSERS,
        "decide_plan": _DECIDERS,
        "close_plan": _PROPOSERS,
        # A reservation rests on an approved plan: made at the decision, and again by the payers after a failure.
        "reserve": _DECIDERS | _PAYERS,
        "expire": _FINANCE,
        # The bank's answer is taken by who releases, a hand-out is proved by who holds the signed list.
        "settle": _PROPOSERS | {Role.RELEASER, Role.HANDLER, Role.RESPONSIBLE, Role.KEEPER, Role.LIAISON},
    }
)
