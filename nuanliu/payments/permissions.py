"""Who may pay. That builder and releaser, corrector and verifier are two persons (R-044) is checked by the acts."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

_PAYERS = {Role.CASHIER, Role.RELEASER}
_FINANCE = {Role.FINANCE_OFFICER, Role.FOUNDATION_FINANCE}

POLICY = Policy({
    "build": {Role.CASHIER},
    "reserve_again": {Role.CASHIER},
    "release": {Role.RELEASER},
    "send": _PAYERS,
    "cancel": _PAYERS,
    "reply": {Role.RELEASER},
    "correct": {Role.CASHIER, Role.HANDLER},
    "verify": {Role.RELEASER, *_FINANCE},
    "reissue": {Role.CASHIER},
    "archive_receipt": _PAYERS,
    "close": {Role.RELEASER},
    "describe_profile": {Role.CASHIER, *_FINANCE},
    "confirm_profile": {Role.RELEASER, *_FINANCE},
    "map_wording": {Role.RELEASER, *_FINANCE},
    "register_payer": _FINANCE,
    "accept_restored": {Role.RESPONSIBLE},
    "view": {
        *_PAYERS,
        *_FINANCE,
        Role.HANDLER,
        Role.RESPONSIBLE,
        Role.RIGHTS_OFFICER,
        Role.LEADER,
        Role.AUDITOR,
        Role.COUNCIL_MEMBER,
        Role.FOUNDATION_OFFICER,
    },
})  # fmt: skip
