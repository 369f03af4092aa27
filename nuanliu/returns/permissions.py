"""Who may enter, sign, submit and judge official tables."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

_READERS = {
    Role.HANDLER,
    Role.RESPONSIBLE,
    Role.RIGHTS_OFFICER,
    Role.FINANCE_OFFICER,
    Role.LEADER,
    Role.CENTRE_OFFICER,
    Role.AUDITOR,
}

POLICY = Policy(
    {
        "view": _READERS,
        "open_records": _READERS,
        "enter_value": {Role.HANDLER, Role.RIGHTS_OFFICER},
        "draft": {Role.HANDLER, Role.RIGHTS_OFFICER},
        "sign": {Role.RESPONSIBLE},
        "submit": {Role.RESPONSIBLE, Role.RIGHTS_OFFICER},
        "judge": {Role.RIGHTS_OFFICER, Role.CENTRE_OFFICER},
    }
)
