"""Who is asking: what every request reads before anything else, so each read is one statement that is made once.

The session engine is Django's table with a read that makes no query objects; a third of a small page went into
making the three statements anew.
"""

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import connection, models
from django.utils import timezone

from nuanliu.access.models import Post, User
from nuanliu.access.queries import in_effect, seen_by
from nuanliu.base.bulk import rows_of
from nuanliu.base.worded import SOME_DAY, SOME_UUID, Worded
from nuanliu.organizations.models import Organization

READ_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"


class SessionStore(DatabaseSessionStore):
    """Django's sessions in their table, read by one plain statement."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key, where it has ended."""
        with connection.cursor() as cursor:
            cursor.execute(READ_SESSION, [self.session_key])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
        return self.decode(found[0]) if found else {}


def account(key: Any) -> User | None:
    """The account of a session, with the posts that it holds today; None where it was shut or there is none.

    One question: no request asks for the one without the other.
    """
    user_id, today = UUID(str(key)), timezone.localdate()
    with seen_by(user_id):
        rows = rows_of(
            _account_with_posts(), _meant(_accounts(), user_id, today) + _meant(_held(), user_id, today)
        )
    if not rows:
        return None
    of_user = _columns(User)
    user = User.from_db(connection.alias, of_user, rows[0][: len(of_user)])
    user.posts_read = {today: [_post(row[len(of_user) :], user) for row in rows if row[len(of_user)]]}
    return user


def posts_held(user: User, on: date) -> list[Post]:
    """The posts that somebody holds on a day, oldest first, each with user and organization.

    Those that were read with the account are told once; whoever asks again reads anew, with the user's own eyes.
    """
    if (read := getattr(user, "posts_read", {}).pop(on, None)) is not None:
        return list(read)
    with seen_by(user.pk):
        return [_post(row, user) for row in rows_of(_held().statement, _meant(_held(), user.pk, on))]


def _meant(worded: Worded, user_id: UUID, on: date) -> list[Any]:
    return worded.meaning({SOME_UUID: user_id, SOME_DAY: on})


@cache
def _account_with_posts() -> str:
    return (
        f"SELECT account.*, held.* FROM ({_accounts().statement}) account"  # noqa: S608  statements of our own
        f" LEFT JOIN ({_held().statement}) held ON true"
    )


@cache
def _accounts() -> Worded:
    return Worded.of(User.objects.filter(pk=SOME_UUID, is_active=True))


@cache
def _held() -> Worded:
    held = Post.objects.filter(in_effect(SOME_DAY), user_id=SOME_UUID).select_related("organization")
    return Worded.of(held.order_by("valid_from", "id"))


def _post(row: tuple[Any, ...], user: User) -> Post:
    of_post = _columns(Post)
    post = Post.from_db(connection.alias, of_post, row[: len(of_post)])
    post.organization = Organization.from_db(connection.alias, _columns(Organization), row[len(of_post) :])
    post.user = user
    return post


@cache
def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001  Django's own documented API
