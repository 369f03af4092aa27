"""Who does the work of a union: the cast in 嘉定, and people of the same roles wherever a list comes from."""

from dataclasses import dataclass, replace
from datetime import date

from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import JIADING, MEMBERS, Member, create_cast, engage
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import ancestors
from nuanliu.organizations.states import Level

FIRST_DAY = date(2020, 1, 1)
"""From this day the demonstration's posts are held; lists of earlier years have nobody to act on them."""

DEPARTMENTS = tuple(
    member for member in MEMBERS if member.organization == JIADING and member.role != Role.LIAISON
)


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of one union by role."""

    organization: Organization
    people: tuple[Actor, ...]

    def actors(self, role: Role) -> list[Actor]:
        """All who hold the role."""
        return [actor for actor in self.people if actor.role == role]

    def actor(self, role: Role) -> Actor:
        """The first who holds the role."""
        return self.actors(role)[0]

    @property
    def reporter(self) -> str:
        """Who stands on papers as 填报人."""
        return self.actor(Role.HANDLER).user_name


def staff_for(sender: Organization) -> Staff:
    """Who acts on a list of `sender`: a union without departments is served by its superior's."""
    with scoped(Scope.for_path("/")):
        holder = _with_departments(sender)
        create_cast(FIRST_DAY)
        return Staff(holder, tuple(engage(member, holder, FIRST_DAY) for member in _members(holder)))


def _with_departments(sender: Organization) -> Organization:
    lineage = [sender, *ancestors(sender)]
    return next((union for union in lineage if union.level != Level.GRASSROOTS), sender)


def _members(holder: Organization) -> list[Member]:
    if holder.path == JIADING:
        return list(DEPARTMENTS)
    suffix = holder.path.strip("/").replace("/", "-").lower()
    return [
        replace(member, username=f"{member.username}-{suffix}", organization=holder.path)
        for member in DEPARTMENTS
    ]
