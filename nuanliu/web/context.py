"""What every page of the frame needs: who looks, from which post, and where the rooms are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
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
from nuanliu.web.addresses import reverse
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
            Room(_("Jobs and files"), "jobs", ("job", "file", "files")),
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
    return [room for room in rooms() if _is_open(room, actor.role)]


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
    room = _room_here((request.resolver_match and request.resolver_match.url_name) or "")
    return {
        "actor": actor,
        "session_seconds": seconds_left(request),
        **worn,
        "post": next(post for post in held if post.pk == actor.post_id),
        "other_posts": [
            {"post": post, "role": Role(post.role).label} for post in held if post.pk != actor.post_id
        ],
        "role_label": Role(actor.role).label,
        "room": room,
        "navigation": navigation(actor.role, room),
        "rooms_at_the_side": drawn_navigation(actor.role, room, get_language() or "", counted=True),
        "rooms_in_the_menu": drawn_navigation(actor.role, room, get_language() or "", counted=False),
    }


type Navigation = tuple[tuple[Promise | str, tuple[dict[str, Any], ...]], ...]


@cache
def navigation(role: str, here: str) -> Navigation:
    """The rooms that a role may enter, in their groups; `here` is the room of the page.

    It depends on role and room alone, so it is put together, and drawn, once for each.
    """
    return tuple((label, found) for label, group in GROUPS if (found := _entries(group, role, here)))


@cache
def drawn_navigation(role: str, here: str, language: str, *, counted: bool) -> SafeString:
    """The same as a page shows it in a language; `counted` leaves places for numbers, which a script fetches."""
    with override(language):
        return render_to_string(
            "web/parts/rooms.html", {"navigation": navigation(role, here), "counted": counted}
        )


@cache
def _room_here(route: str) -> str:
    room = room_of(route)
    return room.route if room else ""


def _is_open(room: Room, role: str) -> bool:
    return room.policy is None or role in room.policy.roles[room.act]


def _stands_in(room: Room, route: str) -> bool:
    return route.split("-", maxsplit=1)[0] in (room.route, *room.views)


def _entries(group: tuple[Room, ...], role: str, here: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"label": room.label, "route": room.route, "address": reverse(room.route), "here": room.route == here}
        for room in group
        if _is_open(room, role)
    )
