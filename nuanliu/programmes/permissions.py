"""Who opens programmes and campaigns, who brings a standard into force, who keeps the lists of the city."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

LEADING = {Role.RIGHTS_OFFICER, Role.RESPONSIBLE, Role.LEADER, Role.FOUNDATION_OFFICER}

POLICY = Policy({
    # What binds everybody is read by everybody; the scope leaves what concerns the union.
    "read": set(Role),
    "open_programme": LEADING,
    "open_campaign": LEADING,
    "change_campaign": LEADING,
    "close_campaign": LEADING,
    "draft_standard": LEADING | {Role.HANDLER},
    "adopt_standard": LEADING,
    "file_standard": LEADING,
    "withdraw_standard": LEADING,
    "register_rule": {Role.RIGHTS_OFFICER},
    "prohibit_goods": {Role.RIGHTS_OFFICER},
})  # fmt: skip
