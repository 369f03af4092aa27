"""Accounts of the union and below, with their posts."""

from uuid import UUID

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.access.models import Post, User
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import posts_around, users_around
from nuanliu.base.actor import Actor
from nuanliu.web.listings.filters import Choice
from nuanliu.web.listings.listing import Column, Kind, Listing

# What an account's state is called.
STATES = {"shut": _("shut"), "temporary": _("temporary password"), "in_use": _("in use")}


def _search(rows: QuerySet[User], text: str) -> QuerySet[User]:
    return rows.filter(Q(username__icontains=text) | Q(display_name__icontains=text))


def _with_posts(rows: list[User]) -> list[User]:
    """Each with its posts in words, in one query for all."""
    posts: dict[UUID, list[str]] = {}
    for post in posts_around(rows):
        if not post.ended_by_id:
            posts.setdefault(post.user_id, []).append(_told(post))
    for row in rows:
        row.posts_held = "；".join(posts.get(row.pk, [])) or str(_("no post"))  # type: ignore[attr-defined]
    return rows


def _told(post: Post) -> str:
    words = f"{post.get_role_display()} · {post.organization.name}"
    return words if post.confirmed_by_id or not post.granted_by_id else f"{words}（{_('not confirmed')}）"


def _rows(by: Actor) -> QuerySet[User]:
    standing = Case(
        When(is_active=False, then=Value("shut")),
        When(must_change_password=True, then=Value("temporary")),
        default=Value("in_use"),
        output_field=CharField(),
    )
    return users_around().order_by().annotate(standing=standing)


USERS: Listing[User] = Listing(
    name="users",
    title=_("Users and posts"),
    policy=POLICY,
    act="see_posts",
    rows=_rows,
    address=lambda row: reverse("user", args=[row.pk]),
    columns=(
        Column("name", _("Name"), "display_name", sort="display_name"),
        Column("account", _("Account"), "username", sort="username"),
        Column("state", _("State"), "standing", Kind.STATE, word=lambda row: STATES[row.standing]),
        Column("posts", _("Posts"), "posts_held"),
        Column("last_login", _("Last signed in"), "last_login", Kind.MOMENT, sort="last_login", shown=False),
    ),
    tabs=Choice("state", _("State"), list(STATES.items()), column="standing"),
    search=_search,
    search_label=_("Account or name"),
    prepared=_with_posts,
    empty=_("Nobody of this name. An administrator opens accounts."),
)
