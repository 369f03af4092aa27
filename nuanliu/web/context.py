"""What every page of the frame needs: who looks, from which post, and where the rooms are."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.access.permissions import POLICY as ACCESS
from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.people.permissions import POLICY as PEOPLE
from nuanliu.returns.permissions import POLICY as RETURNS


# "light" or "dark"; without it the page follows the system.
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the navigation, seen by those who may do the act."""

    label: Promise
    route: str
    views: tuple[str, ...]
    policy: Policy | None = None
    act: str = ""


GROUPS: tuple[tuple[Promise | str, tuple[Room, ...]], ...] = (
    ("", (Room(_("Workbench"), "desk", ("desk",)),)),
    (
        _("Warmth"),
        (
            Room(
                _("Campaigns"),
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
            Room(_("Lists"), "rosters", ("roster", "row"), AWARDS, "read"),
            Room(_("People on record"), "people", (), PEOPLE, "record_death"),
            Room(_("Use plans"), "plans", ("plan", "decision"), LEDGER, "view"),
        ),
    ),
    (
        _("Money"),
        (
            Room(_("Funds"), "funds", ("fund",), LEDGER, "view"),
            Room(_("Payments"), "batches", ("batch",), PAYMENTS, "view"),
            Room(_("Bank formats"), "banks", ("bank",), PAYMENTS, "view"),
            Room(_("Failed payments"), "failures", ("failure", "correction"), PAYMENTS, "view"),
        ),
    ),
    (
        _("Rules"),
        (
            Room(_("Standards"), "standards", ("standard",)),
            Room(_("Prohibited goods"), "goods", ()),
            Room(_("Register of rules"), "rules", ()),
        ),
    ),
    (
        _("Answers"),
        (
            Room(_("Annex 1"), "returns", ("return", "annex"), RETURNS, "view"),
            Room(_("Jobs and files"), "jobs", ("job", "file")),
        ),
    ),
    (
        _("Administration"),
        (
            Room(_("Users and posts"), "users", ("user",), ACCESS, "see_posts"),
            Room(_("Unions"), "unions", (), ACCESS, "register_organization"),
        ),
    ),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Actor, post, and the navigation as this role sees it."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "theme": theme}
    post = next(post for post in request.posts if post.pk == actor.post_id)  # type: ignore[attr-defined]
    here = (request.resolver_match and request.resolver_match.url_name) or ""
    return {
        "actor": actor,
        "theme": theme,
        "post": post,
        "role_label": Role(actor.role).label,
        "navigation": [
            (label, rooms) for label, group in GROUPS if (rooms := _open_rooms(group, actor, here))
        ],
    }


def _open_rooms(group: tuple[Room, ...], actor: Actor, here: str) -> list[dict[str, Any]]:
    return [
        {
            "label": room.label,
            "address": reverse(room.route),
            "here": here.split("-", maxsplit=1)[0] in (room.route, *room.views),
        }
        for room in group
        if room.policy is None or room.policy.may(actor, room.act)
    ]
