"""Who may record what of persons."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

POLICY = Policy({
    "record_death": {Role.HANDLER, Role.CENTRE_OFFICER, Role.RIGHTS_OFFICER},
    "change_account": {Role.HANDLER, Role.CENTRE_OFFICER, Role.CASHIER, Role.RELEASER, Role.FINANCE_OFFICER},
    "form_household": {Role.HANDLER, Role.CENTRE_OFFICER},
    # Finding people by name or number, masked. A look-up by number leaves a row in the log.
    "look_up": {
        Role.HANDLER, Role.CENTRE_OFFICER, Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.RESPONSIBLE, Role.CASHIER,
        Role.RELEASER, Role.AUDITOR,
    },
    "reveal": {Role.HANDLER, Role.CENTRE_OFFICER, Role.CASHIER, Role.RELEASER},
})  # fmt: skip
