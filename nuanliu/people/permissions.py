"""Who may see persons, masked; who may record what of them; who may see one value in full."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

HANDLING = {Role.HANDLER, Role.CENTRE_OFFICER}
PAYING = {Role.CASHIER, Role.RELEASER}

POLICY = Policy({
    "list": HANDLING | {Role.RIGHTS_OFFICER, Role.RESPONSIBLE, Role.AUDITOR},
    "see": HANDLING | PAYING | {Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.RESPONSIBLE, Role.LEADER, Role.AUDITOR},
    "record_death": HANDLING | {Role.RIGHTS_OFFICER},
    "change_account": HANDLING | PAYING | {Role.FINANCE_OFFICER},
    "form_household": HANDLING,
    "reveal": HANDLING | PAYING,
    "reveal_identity": HANDLING,
    "reveal_phone": HANDLING,
    "reveal_account": HANDLING | PAYING,
    # Finding people by name or number, masked. A look-up by number leaves a row in the log.
    "look_up": {
        Role.HANDLER, Role.CENTRE_OFFICER, Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.RESPONSIBLE, Role.CASHIER,
        Role.RELEASER, Role.AUDITOR,
    },
})  # fmt: skip
