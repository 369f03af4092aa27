"""An installation begins with two administrators, once."""

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from nuanliu.access.models import Post, User
from nuanliu.access.queries import actor_of
from nuanliu.base.scope import Scope, scoped
from nuanliu.cli.main import app, assemble

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

assemble()

NAMES = ("--security", "first", "--security-name", "安全", "--system", "second", "--system-name", "习通")


def begin(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["administrators", *arguments])
    return result.exit_code, result.output


def test_the_two_have_their_posts_and_temporary_passwords() -> None:
    status, words = begin(*NAMES)
    assert status == 0, words
    printed = {line.split()[0]: line.split()[1] for line in words.splitlines()[:2]}
    with scoped(Scope.for_path("/")):
        assert actor_of("first", on=timezone.localdate()).role == "security_administrator"
        assert actor_of("second", on=timezone.localdate()).role == "system_administrator"
    for user in User.objects.all():
        assert (user.check_password(printed[user.username]), user.must_change_password) == (True, True)


def test_it_is_done_once() -> None:
    begin(*NAMES)
    status, words = begin(*(name.replace("first", "third").replace("second", "fourth") for name in NAMES))
    assert (status, "已有管理员" in words) == (2, True)
    with scoped(Scope.for_path("/")):
        assert (Post.objects.count(), User.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("changed", "told"),
    [(("--union", "/0/99/"), "no union"), (("--system", "first"), "须为两人")],
)
def test_what_cannot_begin_changes_nothing(changed: tuple[str, str], told: str) -> None:
    status, words = begin(*NAMES, *changed)
    assert (status, told in words) == (2, True)
    assert User.objects.count() == 0
