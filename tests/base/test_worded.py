"""A query worded once answers as the query itself does, for whoever asks."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Count, Value

from nuanliu.access.models import Post
from nuanliu.base.scope import Scope, path_and_above, scoped
from nuanliu.base.worded import SOME_UUID, Worded, meant_by_path, record_of, stand_in_path
from nuanliu.organizations.models import Organization
from tests.awards.conftest import JIADING
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_records_are_those_of_the_query_with_what_is_read_with_them(cast: Cast) -> None:
    with scoped(Scope.for_path("/")):
        posts = Post.objects.select_related("user", "organization").order_by("pk")
        worded = Worded.of(posts.filter(organization=SOME_UUID))
        union = Organization.objects.get(path=JIADING)
        told = worded.records({SOME_UUID: union.pk})
        asked = list(posts.filter(organization=union))
        assert told == asked
        assert len(told) > 3
        assert [(one.user.username, one.organization.path) for one in told] == [
            (one.user.username, one.organization.path) for one in asked
        ]


def test_what_a_query_computes_stands_on_its_records(cast: Cast) -> None:
    with scoped(Scope.for_path("/")):
        unions = Organization.objects.filter(path__in=path_and_above(JIADING)).order_by("path")
        counted = unions.annotate(posts=Count("post"), word=Value("好"))
        assert [(one.posts, one.word) for one in Worded.of(counted).records({})] == [
            (one.posts, one.word) for one in counted
        ]


def test_what_is_prefetched_comes_with_the_records(cast: Cast, django_assert_num_queries: Any) -> None:
    with scoped(Scope.for_path("/")):
        worded = Worded.of(Organization.objects.filter(path=JIADING).prefetch_related("post_set"))
        with django_assert_num_queries(2):
            (union,) = worded.records({})
            assert len(union.post_set.all()) > 3


def test_the_scope_of_the_moment_decides_and_not_that_of_the_wording(cast: Cast) -> None:
    with scoped(Scope.for_path("/")):
        worded = Worded.of(Post.objects.order_by("pk"))
        everywhere = len(worded.records({}))
    with scoped(Scope.for_path(JIADING)):
        below = worded.records({})
    assert all(one.organization_path.startswith(JIADING) for one in below)
    assert 0 < len(below) < everywhere
    with scoped(Scope.none()):
        assert worded.records({}) == []


def test_a_record_is_found_by_its_key_or_not_at_all(cast: Cast) -> None:
    with scoped(Scope.for_path(JIADING)):
        post = Post.objects.earliest("pk")
        found = record_of(Post, str(post.pk), "user")
        assert found == post
        assert found is not None
        assert found.user.username == post.user.username
        assert record_of(Post, uuid4(), "user") is None
    with scoped(Scope.none()):
        assert record_of(Post, post.pk) is None


def test_a_stand_in_path_means_each_step_of_the_real_one() -> None:
    meant = meant_by_path(JIADING)
    stand_in = stand_in_path(3)
    assert [meant[one] for one in path_and_above(stand_in)] == path_and_above(JIADING)
    assert meant[Scope.for_path(stand_in).path_high] == Scope.for_path(JIADING).path_high
