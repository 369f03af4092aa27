"""docs/reference/routes.md: every address, what its guard demands, and which role may open it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, URLResolver, get_resolver

from nuanliu.access.states import Role
from tests.reference.markdown import code, section, table
from tests.reference.markdown import page as whole
from tests.reference.permissions import policies

if TYPE_CHECKING:
    # Needs Django's settings, which the page is made before.
    from nuanliu.web.guards import Guard

INTRODUCTION = (
    "Each address with its guard: the act of a package's policy, or none where any post serves. ● opens, – is refused"
    " with 403 (404 where the address names a record). Which rows a role sees is the scope's; which state allows an"
    " act is the action's. “Again” asks for a second factor shown in the last ten minutes before it writes."
)
LETTERS = {role: role.value.replace("_", " ") for role in Role}


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    """Every address of the house, those of allauth included."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def guard_of(route: URLPattern) -> Guard | None:
    """What a route demands; nothing of those open to everybody."""
    return getattr(route.callback, "guard", None)


def may_open(guard: Guard, role: str) -> bool:
    """Whether a role passes the guard."""
    return guard.policy is None or role in guard.policy.roles[guard.act]


def page() -> str:
    guarded = [(route, guard) for route in routes() if (guard := guard_of(route))]
    public = sorted(_address(route) for route in routes() if guard_of(route) is None)
    anybody = [(route, guard) for route, guard in guarded if guard.policy is None]
    acts = [(route, guard) for route, guard in guarded if guard.policy]
    return whole(
        "Routes and roles",
        INTRODUCTION,
        section("Open to everybody", "\n".join(f"- {code(address)}" for address in public)),
        section(
            "Open to whoever has signed in", table(["address", "methods", "demands"], map(_any_row, anybody))
        ),
        section("By act", table(["address", "methods", "act", *(LETTERS.values())], map(_act_row, acts))),
    )


def _any_row(found: tuple[URLPattern, Guard]) -> list[str]:
    route, guard = found
    demands = ["a post"] if guard.at_a_post else []
    return [
        code(_address(route)),
        _methods(guard),
        ", ".join([*demands, *(["again"] if guard.again else [])]) or "–",
    ]


def _act_row(found: tuple[URLPattern, Guard]) -> list[str]:
    route, guard = found
    act = f"{_package(guard)}.{guard.act}" + (", again" if guard.again else "")
    return [
        code(_address(route)),
        _methods(guard),
        act,
        *("●" if may_open(guard, role) else "–" for role in Role),
    ]


def _package(guard: Guard) -> str:
    return next(package for package, policy in policies().items() if policy is guard.policy)


def _methods(guard: Guard) -> str:
    return ", ".join(method for method in guard.methods if method != "HEAD")


def _address(route: URLPattern) -> str:
    return "/" + str(route.pattern).removeprefix("^").removesuffix("$")
