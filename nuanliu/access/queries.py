"""Who acts, in which post, and with whom a user may not be alone."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from nuanliu.access.models import KeptForm, Post, Reset, User
from nuanliu.access.permissions import ADMINISTRATORS
from nuanliu.audit.models import AuditEntry
from nuanliu.base.actor import Actor
from nuanliu.base.scope import current_scope, scoped
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.organizations.models import Organization


class Gap(StrEnum):
    """What is missing of an account's second factor."""

    FACTOR = "factor"
    CODES = "codes"


class Clash(NamedTuple):
    """A role already held that stands against another, and why."""

    held_role: str
    reason: str


def in_effect(on: date) -> Q:
    """The condition under which a post holds on a day: valid, and confirmed unless the installation began with it."""
    valid = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return valid & (Q(confirmed_by__isnull=False) | Q(granted_by__isnull=True)) & Q(user__is_active=True)


def posts_of(user_id: UUID, on: date) -> list[Post]:
    """The posts that a user holds on a day, oldest first; seen without a scope too, for choosing one at sign-in."""
    with seen_by(user_id):
        held = Post.objects.filter(in_effect(on), user_id=user_id)
        return list(held.select_related("user", "organization").order_by("valid_from", "id"))


def actor_in(post: Post) -> Actor:
    """The actor that a post makes of its holder."""
    return Actor(
        user_id=post.user_id,
        user_name=post.user.display_name,
        post_id=post.pk,
        role=post.role,
        organization_id=post.organization_id,
        organization_path=post.organization_path,
        legal_person=post.organization.legal_person,
    )


def actor_of(username: str, *, role: str | None = None, on: date) -> Actor:
    """The actor that an account is on a day, by `role` where it holds several posts.

    Refused: `access.unknown_user`, `access.no_post`, `access.several_posts`.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Refused("access.unknown_user", f"没有名为 {username} 的有效账号。")
    posts = [post for post in posts_of(user.pk, on) if role in (None, post.role)]
    refuse_if(not posts, "access.no_post", f"{user}在 {on} 没有可用的岗位。请由管理员授予并经另一人确认。")
    refuse_if(len(posts) > 1, "access.several_posts", f"{user}任有多个岗位，请指明以哪个岗位操作。")
    return actor_in(posts[0])


def actor_of_post(user_id: UUID, post_id: UUID, on: date) -> Actor:
    """The actor of one post, for work that was asked for earlier. Refused `access.no_post` when it has ended."""
    post = next((post for post in posts_of(user_id, on) if post.pk == post_id), None)
    if post is None:
        raise Refused("access.no_post", "提出此项工作的岗位已终止，工作不再执行。请由现任人员重新提出。")
    return actor_in(post)


def holders(organization_path: str, role: str, on: date) -> QuerySet[User]:
    """The users who hold a role in one organization on a day, as far as the scope sees their posts."""
    held = Post.objects.filter(in_effect(on), organization_path=organization_path, role=role)
    return User.objects.filter(pk__in=held.values("user")).order_by("username")


def holder_keys(organization_path: str, roles: Collection[str], on: date) -> frozenset[UUID]:
    """The keys of the users who hold one of these roles in one organization on a day, as far as the scope sees."""
    held = Post.objects.filter(in_effect(on), organization_path=organization_path, role__in=roles)
    return frozenset(held.values_list("user_id", flat=True))


def users_around() -> QuerySet[User]:
    """The accounts that concern the scope: with a post within it, ended ones too, or created from within it."""
    created = AuditEntry.objects.filter(action="access.create_user").values("subject_id")
    with_post = Exists(Post.objects.filter(user=OuterRef("pk")))
    return User.objects.annotate(key=Cast("pk", CharField())).filter(with_post | Q(key__in=created))


def posts_around(users: Iterable[User]) -> QuerySet[Post]:
    """The posts of users as far as the scope sees them, ended ones too, the latest first."""
    held = Post.objects.filter(user__in=list(users))
    return held.select_related("user", "organization", "granted_by", "confirmed_by").order_by("-id")


def is_administrator(user_id: UUID) -> bool:
    """Whether an account holds, or will hold, an administrator's post, wherever it is."""
    with seen_by(user_id):
        held = Post.objects.filter(user_id=user_id, role__in=ADMINISTRATORS)
        return held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())).exists()


def who_may_confirm(reset: Reset, on: date) -> list[User]:
    """The administrators who may confirm another's reset: neither holder nor asker, at the holder's union or above.

    Asked within the whole tree.
    """
    posts = list(Post.objects.filter(in_effect(on), role__in=ADMINISTRATORS).select_related("user"))
    places = [post.organization_path for post in posts if post.user_id == reset.user_id]
    others = {
        post.user
        for post in posts
        if post.user_id not in (reset.user_id, reset.asked_by_id)
        and all(place.startswith(post.organization_path) for place in places)
    }
    return sorted(others, key=lambda user: user.username)


def resets_waiting() -> QuerySet[Reset]:
    """Resets of administrators' accounts that nobody has confirmed yet, oldest first."""
    waiting = Reset.objects.filter(carried_out_at=None, user__is_active=True)
    return waiting.select_related("user", "asked_by").order_by("id")


def second_factors(user_id: UUID) -> list[Authenticator]:
    """The factors with which an account proves itself, recovery codes apart, oldest first."""
    held = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return list(held.order_by("pk"))


def enrolment_gap(user_id: UUID) -> Gap | None:
    """What an account still lacks before anything opens: a second factor, or recovery codes put away."""
    held = {factor.type: factor for factor in Authenticator.objects.filter(user_id=user_id)}
    codes = held.pop(Authenticator.Type.RECOVERY_CODES, None)
    if not held:
        return Gap.FACTOR
    return Gap.CODES if codes and not codes.wrap().did_view else None


def unused_recovery_codes(user_id: UUID) -> tuple[list[str], bool]:
    """An account's unused recovery codes, and whether their holder has put them away already."""
    held = Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.RECOVERY_CODES).first()
    return (held.wrap().get_unused_codes(), held.wrap().did_view) if held else ([], True)


def sessions_of(user_id: UUID) -> list[UserSession]:
    """Where an account is signed in at this moment, the latest first."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(UserSession.objects.filter(user_id=user_id, session_key__in=living).order_by("-last_seen_at"))


def kept_forms(user_id: UUID, browser: str) -> list[KeptForm]:
    """The forms kept for an account in the browser that holds this token, latest first; only its own are seen."""
    own = KeptForm.objects.filter(
        user_id=user_id, browser_digest=sha256(browser.encode()).digest(), expires_at__gt=timezone.now()
    )
    with seen_by(user_id):
        return list(own.order_by("-id"))


def posts_in(organization: Organization, on: date) -> QuerySet[Post]:
    """The posts of one union that hold on a day or later, also those that wait for a second administrator."""
    held = Post.objects.filter(organization=organization, user__is_active=True)
    lasting = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return lasting.select_related("user").order_by("role", "valid_from", "id")


def awaiting_confirmation() -> QuerySet[Post]:
    """Posts granted and not yet confirmed, oldest first."""
    open_posts = Post.objects.filter(
        granted_by__isnull=False, confirmed_by__isnull=True, ended_by__isnull=True
    )
    return open_posts.select_related("user", "organization", "granted_by").order_by("recorded_at")


def clash_of(
    user_id: UUID, role: str, organization_id: UUID, valid_from: date, valid_to: date | None
) -> Clash | None:
    """What stands against giving a user this post, looked for in all organizations (R-044)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held_role, reason FROM access_post_clash(%s, %s, %s, %s, %s)",
            [user_id, role, organization_id, valid_from, valid_to],
        )
        found = cursor.fetchone()
    return Clash(*found) if found else None


def conflict_digests(user_ids: Iterable[UUID]) -> dict[UUID, frozenset[bytes]]:
    """Blind indexes (purpose `identity`) of the users and of their declared relatives (R-056).

    A recipient whose digest is among them needs a recusal. Every user asked for is a key.
    """
    wanted = list(user_ids)
    found: dict[UUID, set[bytes]] = {user_id: set() for user_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, identity_digest FROM access_conflict_digests(%s)", [wanted])
        for user_id, digest in cursor.fetchall():
            found[user_id].add(bytes(digest))
    return {user_id: frozenset(digests) for user_id, digests in found.items()}


@contextmanager
def seen_by(user_id: UUID) -> Iterator[None]:
    """The scope of the moment, with the eyes of one user: who sees the own posts and relatives."""
    with scoped(replace(current_scope(), user_id=str(user_id))):
        yield


HASTE = timedelta(minutes=1)
MOST_HASTY = 20


def hasty_posts(*, since: date, night: tuple[int, int]) -> list[Post]:
    """Posts in scope granted since a day that were confirmed within a minute, or between two hours of the night.

    The latest first, at most twenty; with user, organization, granter and confirmer. By the clock of the records.
    """
    dark, light = night
    granted = Post.objects.filter(granted_by__isnull=False, confirmed_at__date__gte=since)
    at_night = Q(confirmed_at__hour__gte=dark) | Q(confirmed_at__hour__lt=light)
    hurried = Q(confirmed_at__lt=F("recorded_at") + HASTE)
    found = granted.filter(hurried | at_night).order_by("-confirmed_at", "-pk")
    return list(found.select_related("user", "organization", "granted_by", "confirmed_by")[:MOST_HASTY])
