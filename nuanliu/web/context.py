"""What every page of the frame needs: who looks, from which post, and where the rooms are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.access.models import Post
from nuanliu.access.permissions import POLICY as ACCESS
from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.operations.permissions import POLICY as OPERATIONS
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.people.permissions import POLICY as PEOPLE
from nuanliu.returns.permissions import POLICY as RETURNS
from nuanliu.web.presence import seconds_left

# "light" or "dark"; without it the page follows the system.
THEME_COOKIE = "theme"
# "folded" where somebody wants the whole width.
RAIL_COOKIE = "rail"


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the navigation, seen by those who may do the act."""

    label: Promise
    route: str
    views: tuple[str, ...]
    policy: Policy | None = None
    act: str = ""


GROUPS: tuple[tuple[Promise | str, tuple[Room, ...]], ...] = (
    ("", (Room(_("Workbench"), "desk", ("desk", "search", "notices")),)),
    (
        _("Aid"),
        (
            Room(_("Workers in need"), "people", ("person",), PEOPLE, "list"),
            Room(
                _("Warmth"),
                "campaigns",
                (
                    "campaign",
                    "programme",
                    "programmes",
                    "recusals",
                    "cash",
                    "oversight",
                    "concern",
                    "award",
                    "awards",
                ),
            ),
            Room(_("Lists"), "rosters", ("roster", "row", "drop"), AWARDS, "read"),
            Room(_("Use plans"), "plans", ("plan", "decision", "decide"), LEDGER, "view"),
        ),
    ),
    (
        _("Money and goods"),
        (
            Room(_("Funds"), "funds", ("fund",), LEDGER, "view"),
            Room(_("Paying out"), "batches", ("batch",), PAYMENTS, "view"),
            Room(_("Payments returned"), "failures", ("failure", "correct", "verify"), PAYMENTS, "view"),
            Room(_("Bank formats"), "banks", ("bank",), PAYMENTS, "view"),
        ),
    ),
    (
        _("Reports and files"),
        (
            Room(_("Annex 1"), "returns", ("return", "annex"), RETURNS, "view"),
            Room(_("Audit"), "audit", ("history",), ACCESS, "read_log"),
            Room(_("Jobs and files"), "jobs", ("job", "file")),
        ),
    ),
    (
        _("Rules"),
        (
            Room(_("Standards"), "standards", ("standard",)),
            Room(_("Categories"), "categories", ()),
            Room(_("Prohibited goods"), "goods", ()),
            Room(_("Register of rules"), "rules", ()),
        ),
    ),
    (
        _("Administration"),
        (
            Room(_("Users and posts"), "users", ("user", "post"), ACCESS, "see_posts"),
            Room(_("Unions"), "unions", ("union",), ACCESS, "register_organization"),
            Room(_("System"), "system", (), OPERATIONS, "see_system"),
        ),
    ),
)


def rooms() -> Iterator[Room]:
    """All rooms, in the order of the navigation."""
    return (room for _label, group in GROUPS for room in group)


def open_rooms(actor: Actor) -> list[Room]:
    """The rooms that an actor's role may enter."""
    return [room for room in rooms() if _is_open(room, actor)]


def room_of(route: str) -> Room | None:
    """The room in which a page stands, by the name of its route."""
    return next((room for room in rooms() if _stands_in(room, route)), None)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Actor, post, the navigation as this role sees it, and how the frame is worn."""
    worn = {
        "theme": request.COOKIES.get(THEME_COOKIE, ""),
        "rail": request.COOKIES.get(RAIL_COOKIE, ""),
    }
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "session_seconds": seconds_left(request), **worn}
    held: list[Post] = request.posts  # type: ignore[attr-defined]
    here = (request.resolver_match and request.resolver_match.url_name) or ""
    room = room_of(here)
    return {
        "actor": actor,
        "session_seconds": seconds_left(request),
        **worn,
        "post": next(post for post in held if post.pk == actor.post_id),
        "other_posts": [
            {"post": post, "role": Role(post.role).label} for post in held if post.pk != actor.post_id
        ],
        "role_label": Role(actor.role).label,
        "room": room.route if room else "",
        "navigation": [(label, found) for label, group in GROUPS if (found := _entries(group, actor, room))],
    }


def _is_open(room: Room, actor: Actor) -> bool:
    return room.policy is None or room.policy.may(actor, room.act)


def _stands_in(room: Room, route: str) -> bool:
    return route.split("-", maxsplit=1)[0] in (room.route, *room.views)


@cache
def _address(route: str) -> str:
    """Looked up once: a page names every room twice."""
    return reverse(route)


def _entries(group: tuple[Room, ...], actor: Actor, here: Room | None) -> list[dict[str, Any]]:
    return [
        {"label": room.label, "route": room.route, "address": _address(room.route), "here": room is here}
        for room in group
        if _is_open(room, actor)
    ]
