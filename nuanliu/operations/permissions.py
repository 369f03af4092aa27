"""Who runs the installation: its system administrator, at the city's union or above; not one of a single district."""

from typing import override

from nuanliu.access.permissions import ADMINISTRATORS, Policy
from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.organizations.states import LegalPerson

# `/0/` and `/0/31/`: one installation serves a city.
HIGHEST_STEPS = 3


class InstallationPolicy(Policy):
    """A role that may do an act may do it only from the top: keys, backups and the log are of all unions at once."""

    @override
    def may(self, by: Actor, act: str, obj: object = None) -> bool:
        at_top = by.legal_person == LegalPerson.UNION and by.organization_path.count("/") <= HIGHEST_STEPS
        return at_top and super().may(by, act, obj)


POLICY = InstallationPolicy({
    "see_system": {*ADMINISTRATORS, Role.AUDITOR},
    "rotate_keys": {Role.SYSTEM_ADMINISTRATOR},
    "back_up": {Role.SYSTEM_ADMINISTRATOR},
    "verify_log": {*ADMINISTRATORS, Role.AUDITOR},
})  # fmt: skip

# Work of one's union: the action asks besides that it is one's own, or that one administers.
WORK = Policy({"see_work": set(Role), "repeat_job": set(Role), "cancel_job": set(Role)})
