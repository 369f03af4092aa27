"""Who may archive evidence and ask for files."""

from nuanliu.access.permissions import ADMINISTRATORS, Policy
from nuanliu.access.states import Role

STAFF = {
    Role.HANDLER,
    Role.RESPONSIBLE,
    Role.RIGHTS_OFFICER,
    Role.FINANCE_OFFICER,
    Role.LEADER,
    Role.CASHIER,
    Role.RELEASER,
    Role.CENTRE_OFFICER,
    Role.LIAISON,
    Role.KEEPER,
    Role.FOUNDATION_OFFICER,
    Role.FOUNDATION_FINANCE,
    Role.COUNCIL_MEMBER,
}

POLICY = Policy({
    # Administrators keep the sheets of unions that they hand in.
    "archive": STAFF | ADMINISTRATORS,
    "read": STAFF | {Role.AUDITOR},
    "ask": STAFF | {Role.AUDITOR},
    "run": STAFF | {Role.AUDITOR},
    "delete": STAFF | {Role.AUDITOR},
    "sweep": {Role.SYSTEM_ADMINISTRATOR},
})  # fmt: skip
