"""Who may do what with lists and awards."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

HANDLING = {Role.HANDLER, Role.CENTRE_OFFICER}
OFFICERS = {Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER}
DECIDING = {Role.LEADER, Role.COUNCIL_MEMBER}
READING = HANDLING | OFFICERS | DECIDING | {Role.RESPONSIBLE, Role.CASHIER, Role.RELEASER, Role.AUDITOR}

POLICY = Policy({
    "import_roster": HANDLING | {Role.RESPONSIBLE},
    "map_heading": HANDLING,
    "correct_row": HANDLING,
    "accept_rows": HANDLING,
    "withdraw_roster": HANDLING | {Role.RESPONSIBLE},
    "sign_roster": {Role.RESPONSIBLE},
    "attach_roster": HANDLING | OFFICERS,
    "propose_plan": OFFICERS,
    "decide_plan": DECIDING,
    "cancel_award": HANDLING | OFFICERS,
    "confirm_account": {Role.RELEASER, Role.FINANCE_OFFICER},
    "record_handout": HANDLING | {Role.RESPONSIBLE},
    "record_recusal": HANDLING | OFFICERS | DECIDING | {Role.RESPONSIBLE},
    "request_cash_exception": HANDLING,
    "approve_cash_exception": OFFICERS | DECIDING | {Role.RESPONSIBLE},
    "sign_cash_receipt": HANDLING | {Role.CASHIER},
    "change_states": {Role.CASHIER, Role.RELEASER} | HANDLING | {Role.RESPONSIBLE},
    "read": READING,
    "sample": {Role.AUDITOR},
    "oversee": OFFICERS | {Role.LEADER, Role.RESPONSIBLE, Role.AUDITOR},
    "reveal": HANDLING | {Role.CASHIER, Role.RELEASER},
})  # fmt: skip
