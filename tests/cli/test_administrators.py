"""An installation begins with two administrators, once; when only two are there, the operator is the second person."""

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from nuanliu.access.actions import ask_reset
from nuanliu.access.models import Post, Reset, User
from nuanliu.access.queries import actor_of
from nuanliu.audit.models import AuditEntry
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


def lost(kind: str = "password") -> None:
    """The first administrator asks for the reset of the second."""
    begin(*NAMES)
    with scoped(Scope.for_path("/")):
        by = actor_of("first", on=timezone.localdate())
        ask_reset(User.objects.get(username="second"), kind=kind, reason="手机和密码遗失", by=by)


def confirm(account: str = "second", operator: str = "机房 老周") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["confirm-reset", account, "--operator", operator])
    return result.exit_code, result.output


@pytest.mark.requirement("R-044")
def test_with_two_administrators_left_the_operator_confirms_and_the_log_names_both() -> None:
    lost()
    status, words = confirm()
    assert status == 0, words
    second = User.objects.get(username="second")
    assert (second.check_password(words.split()[1]), second.must_change_password) == (True, True)
    with scoped(Scope.for_path("/")):
        assert Reset.objects.get().carried_out_at is not None
        told = AuditEntry.objects.filter(subject_id=str(second.pk), action__startswith="access.")
        asked, confirmed = told.filter(
            action__in=["access.ask_reset", "access.confirm_as_operator"]
        ).order_by("id")
    assert asked.actor_id == User.objects.get(username="first").pk
    assert (confirmed.actor_id, confirmed.after["operator"]) == (None, "机房 老周")
    assert confirm()[0] == 2


@pytest.mark.requirement("R-044")
def test_the_operator_does_nothing_that_nobody_asked_for() -> None:
    begin(*NAMES)
    before = User.objects.get(username="second").password
    status, words = confirm()
    assert (status, "No reset of second waits" in words) == (2, True)
    assert User.objects.get(username="second").password == before


@pytest.mark.requirement("R-044")
def test_the_operator_does_not_stand_in_for_an_administrator_who_is_there() -> None:
    lost()
    first, union = User.objects.get(username="first"), None
    with scoped(Scope.for_path("/")):
        union = Post.objects.get(user=first).organization
        third = User.objects.create(username="third", display_name="第三", is_demonstration=True)
        Post.objects.create(
            user=third,
            organization=union,
            organization_path=union.path,
            role="system_administrator",
            valid_from=timezone.localdate(),
        )
    status, words = confirm()
    assert (status, "third" in words) == (2, True)
    assert confirm(operator=" ")[0] == 2
