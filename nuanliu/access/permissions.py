"""Who may do what, and who may see which rows, from one definition.

Each package's permissions.py holds one literal `POLICY`: act → roles. The role answers "this kind of act", the
organization's path answers "on this row": an actor acts at its own organization and below. The database scope is the
second lock behind this one.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.rules import REGISTRARS


class Policy:
    """Acts and the roles that may do them. An act that is not in the table is a programmer's mistake: KeyError."""

    def __init__(self, roles: Mapping[str, frozenset[Role] | set[Role]]) -> None:
        self.roles = {act: frozenset(allowed) for act, allowed in roles.items()}

    def may(self, by: Actor, act: str, obj: object = None) -> bool:
        """Whether the actor's role does this act, and on this row: one of its organization or below."""
        return by.role in self.roles[act] and (
            obj is None or _path_of(obj) in Scope.for_path(by.organization_path)
        )

    def require(self, by: Actor, act: str, obj: object = None) -> None:
        """Refused (`permission.denied`) unless `may`."""
        if not self.may(by, act, obj):
            raise Refused(
                "permission.denied", f"{by.user_name}的岗位无权进行此操作，或对象不在其组织范围内。"
            )

    def visible_to[Row: Model](
        self, by: Actor, queryset: QuerySet[Row], *, path_field: str = "organization_path"
    ) -> QuerySet[Row]:
        """The rows of the actor's organization and below; `path_field` may lead over keys."""
        scope = Scope.for_path(by.organization_path)
        return queryset.filter(**{f"{path_field}__gte": scope.path_low, f"{path_field}__lt": scope.path_high})


def _path_of(obj: Any) -> str:
    return str(obj.organization_path)


ADMINISTRATORS = {Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR}

POLICY = Policy({
    "create_user": ADMINISTRATORS,
    "reset_account": ADMINISTRATORS,
    "end_sessions": ADMINISTRATORS,
    "deactivate_user": {Role.SECURITY_ADMINISTRATOR},
    "grant_post": {Role.SECURITY_ADMINISTRATOR},
    "confirm_post": ADMINISTRATORS,
    "end_post": ADMINISTRATORS,
    "register_organization": {Role(role) for role in REGISTRARS},
    "read_log": {Role.AUDITOR},
    "see_posts": {*ADMINISTRATORS, Role.AUDITOR},
    "declare_relative": set(Role),
})  # fmt: skip
