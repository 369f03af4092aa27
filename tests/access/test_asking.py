"""Who is asking is read anew at each request, and costs two questions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanliu.access.asking import SessionStore, account, posts_held
from nuanliu.access.models import Post, User
from nuanliu.access.queries import posts_of
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import JIADING
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast: Cast) -> User:
    return User.objects.get(username="clerk")


def test_the_posts_are_those_that_the_query_finds(clerk: User) -> None:
    today = timezone.localdate()
    assert posts_held(clerk, today) == posts_of(clerk.pk, today)
    [post] = posts_held(clerk, today)
    assert (post.user, post.organization.path) == (clerk, JIADING)


def test_posts_before_and_after_their_time_do_not_count(clerk: User) -> None:
    [post] = posts_held(clerk, timezone.localdate())
    assert posts_held(clerk, post.valid_from - timedelta(days=1)) == []


def test_an_account_and_its_posts_are_one_question(clerk: User) -> None:
    today = timezone.localdate()
    with CaptureQueriesContext(connection) as asked:
        found = account(clerk.pk)
        assert found is not None
        held = posts_held(found, today)
    assert (found, held) == (clerk, posts_of(clerk.pk, today))
    assert len([query for query in asked.captured_queries if " FROM " in query["sql"]]) == 1


def test_an_account_without_a_post_is_still_somebody(clerk: User) -> None:
    newcomer = User.objects.create(username="newcomer", display_name="新人")
    found = account(newcomer.pk)
    assert found == newcomer
    assert posts_held(newcomer, timezone.localdate()) == []


def test_own_eyes_are_lent_for_one_statement(
    clerk: User, raw_sql: Callable[..., list[tuple[Any, ...]]]
) -> None:
    with scoped(Scope.for_path("/0/31/113/", "somebody")):
        posts_held(clerk, timezone.localdate())
        assert raw_sql("SELECT current_setting('app.user')") == [("somebody",)]
    posts_held(clerk, timezone.localdate())
    assert raw_sql("SELECT count(*) FROM access_post") == [(0,)]


def test_a_session_that_has_ended_holds_nothing_and_gets_a_new_key(clerk: User) -> None:
    store = SessionStore()
    store["who"] = "clerk"
    store.save()
    key = store.session_key
    assert SessionStore(key)["who"] == "clerk"
    ended = SessionStore(key)
    ended.model.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert ended.get("who") is None
    assert ended.session_key is None


def test_another_s_posts_are_not_among_them(clerk: User, cast: Cast) -> None:
    held = {post.pk for post in posts_held(clerk, timezone.localdate())}
    with scoped(Scope.for_path("/")):
        assert Post.objects.exclude(user=clerk).filter(pk__in=held).count() == 0
