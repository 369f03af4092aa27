"""A query worded once answers as the query itself does, for whoever asks."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Count, F, Q, Value

from nuanliu.access.models import Post
from nuanliu.base import worded as worded_queries
from nuanliu.base.scope import Scope, path_and_above, scoped
from nuanliu.base.worded import SOME_UUID, Worded, meant_by_path, record_of, records, stand_in_path
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


WITHOUT_A_SHAPE = {
    "counted": lambda posts: posts.annotate(others=Count("user__posts")),
    "of one each": lambda posts: posts.order_by("role", "pk").distinct("role"),
    "of some columns": lambda posts: posts.only("role"),
    "of none": lambda posts: posts.none(),
    "of no key": lambda posts: posts.filter(pk__in=[]),
}
WITH_A_SHAPE = {
    "whole": lambda posts: posts,
    "of a role": lambda posts: posts.filter(role="leader"),
    "of another role": lambda posts: posts.filter(role="cashier"),
    "of a name": lambda posts: posts.filter(user__username__contains="leader"),
    "of a union": lambda posts: posts.filter(organization__path=JIADING),
    "of neither": lambda posts: posts.exclude(role__in=["leader", "cashier"]),
    "of a role or a name": lambda posts: posts.filter(Q(role="cashier") | Q(user__username="leader1")),
    "with its user": lambda posts: posts.select_related("user"),
    "with user and union": lambda posts: posts.select_related("user", "organization"),
    "the first two": lambda posts: posts[:2],
    "the next two": lambda posts: posts[2:4],
    "backwards": lambda posts: posts.order_by("-pk"),
    "by union, empty last": lambda posts: posts.order_by(F("valid_to").desc(nulls_last=True), "pk"),
}


@pytest.mark.parametrize("narrow", [*WITH_A_SHAPE.values(), *WITHOUT_A_SHAPE.values()],
                         ids=[*WITH_A_SHAPE, *WITHOUT_A_SHAPE])  # fmt: skip
def test_a_query_is_read_as_django_reads_it_the_first_time_and_the_second(cast: Cast, narrow: Any) -> None:
    with scoped(Scope.for_path("/")):
        asked = [list(narrow(Post.objects.order_by("pk"))) for _ in range(2)]
        told = [records(narrow(Post.objects.order_by("pk"))) for _ in range(2)]
    assert told == asked


def test_queries_of_one_shape_are_worded_once_and_those_of_another_anew(cast: Cast) -> None:
    worded_queries._SHAPES.clear()
    with scoped(Scope.for_path("/")):
        for narrow in WITH_A_SHAPE.values():
            records(narrow(Post.objects.order_by("pk")))
    # The two roles are one shape.
    assert len(worded_queries._SHAPES) == len(WITH_A_SHAPE) - 1


def test_what_is_read_with_a_record_is_its_own(cast: Cast) -> None:
    with scoped(Scope.for_path("/")):
        for role in ("leader", "cashier", "leader"):
            told = records(Post.objects.filter(role=role).select_related("user").order_by("pk"))
            assert [one.user.pk for one in told] == [one.user_id for one in told]


def test_records_of_a_record_know_it(cast: Cast, django_assert_num_queries: Any) -> None:
    with scoped(Scope.for_path("/")):
        union = Organization.objects.get(path=JIADING)
        for _ in range(2):
            with django_assert_num_queries(1):
                assert {one.organization.name for one in records(union.post_set.all())} == {union.name}


def test_a_query_for_another_role_of_the_database_is_left_to_it() -> None:
    assert worded_queries._shape_of(Post.objects.using("audit")) is None
    assert worded_queries._shape_of(Post.objects.all()) is not None


def test_no_more_shapes_are_remembered_than_there_is_room_for(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(worded_queries, "MANY", 2)
    worded_queries._SHAPES.clear()
    with scoped(Scope.for_path("/")):
        for size in range(1, 6):
            assert len(records(Post.objects.order_by("pk")[:size])) == size
            assert len(worded_queries._SHAPES) <= 2
