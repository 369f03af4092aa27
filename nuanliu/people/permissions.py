"""Who may record what of persons."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

POLICY = Policy({
    "record_death": {Role.HANDLER, Role.CENTRE_OFFICER, Role.RIGHTS_OFFICER},
    "change_account": {Role.HANDLER, Role.CENTRE_OFFICER, Role.CASHIER, Role.RELEASER, Role.FINANCE_OFFICER},
    "form_household": {Role.HANDLER, Role.CENTRE_OFFICER},
    "reveal": {Role.HANDLER, Role.CENTRE_OFFICER, Role.CASHIER, Role.RELEASER},
})  # fmt: skip
