"""Records are read and spoken of as Django would, only faster."""

from typing import Any

import pytest
from django.db import models
from django.utils.translation import override

from nuanliu.access.models import Post
from nuanliu.access.states import Role
from nuanliu.base.scope import Scope, scoped
from tests.awards.conftest import JIADING
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(cast: Cast) -> Post:
    with scoped(Scope.for_path(JIADING)):
        return Post.objects.filter(role=Role.LEADER).earliest("pk")


def as_django_makes_it(post: Post) -> models.Model:
    names = [field.attname for field in Post._meta.concrete_fields]
    make: Any = models.Model.from_db
    made: models.Model = make.__func__(Post, "default", names, [getattr(post, name) for name in names])
    return made


def test_a_record_that_was_read_is_what_django_makes_of_it(post: Post) -> None:
    made = as_django_makes_it(post)
    assert made == post
    kept = {name: value for name, value in vars(post).items() if name != "_state"}
    assert kept == {name: value for name, value in vars(made).items() if name != "_state"}
    assert (post._state.adding, post._state.db) == (made._state.adding, made._state.db) == (False, "default")


def test_a_column_that_was_not_read_is_read_when_it_is_asked_for(
    post: Post, django_assert_num_queries: Any
) -> None:
    with scoped(Scope.for_path(JIADING)):
        half = Post.objects.only("role").get(pk=post.pk)
        assert half.get_deferred_fields() == {
            field.attname for field in Post._meta.concrete_fields if field.name not in ("id", "role")
        }
        with django_assert_num_queries(1):
            assert half.valid_from == post.valid_from


def test_a_record_that_was_read_is_changed_and_not_made_again(post: Post) -> None:
    with scoped(Scope.for_path(JIADING)):
        before = Post.objects.count()
        post.refresh_from_db()
        assert Post.objects.count() == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_state_is_said_in_the_readers_language(post: Post, language: str) -> None:
    with override(language):
        assert post.get_role_display() == str(Role.LEADER.label)


def test_a_value_without_a_label_is_said_as_it_stands(post: Post) -> None:
    post.role = "of old"
    assert post.get_role_display() == "of old"
