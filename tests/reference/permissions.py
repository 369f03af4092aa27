"""docs/reference/permissions.md: every policy as acts and roles."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role
from tests.reference.house import modules
from tests.reference.markdown import code, section, table
from tests.reference.markdown import page as whole

INTRODUCTION = (
    "Each package's `permissions.py` holds one literal `POLICY`: which roles may do which act, on rows of their own"
    " organization and below. That two acts need two persons is checked by the acts and by the database."
)


def policies() -> dict[str, Policy]:
    """Package to its policy."""
    return {package: module.POLICY for package, module in modules("permissions")}


def page() -> str:
    return whole("Permissions", INTRODUCTION, *(_policy(*item) for item in policies().items()), _by_role())


def _policy(package: str, policy: Policy) -> str:
    rows = [(code(act), ", ".join(_in_order(roles))) for act, roles in policy.roles.items()]
    return section(package, table(["act", "roles"], rows))


def _by_role() -> str:
    rows = [(code(role.value), ", ".join(_acts_of(role)) or "nothing") for role in Role]
    return section("By role", table(["role", "may"], rows))


def _acts_of(role: Role) -> list[str]:
    return [
        f"{package}.{act}"
        for package, policy in policies().items()
        for act, roles in policy.roles.items()
        if role in roles
    ]


def _in_order(roles: frozenset[Role]) -> list[str]:
    return ["everybody"] if roles == frozenset(Role) else [role.value for role in Role if role in roles]
