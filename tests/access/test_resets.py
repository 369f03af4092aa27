"""Administrators set back what somebody lost, an administrator's only by two; what was kept is its owner's alone."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from nuanliu.access import actions
from nuanliu.access.jobs import sweep
from nuanliu.access.models import KeptForm, Reset, User
from nuanliu.access.queries import enrolment_gap, kept_forms, seen_by
from nuanliu.audit.models import AuditEntry
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from tests.cast import Cast

pytestmark = pytest.mark.django_db

BODY = {"fields": [["reason", ["更换账号 6222021001020000342"]]], "files": []}


@pytest.fixture(autouse=True)
def whole_tree(cast: Cast):
    with scoped(Scope.for_path("/0/")):
        yield


def account(username: str) -> User:
    return User.objects.get(username=username)


def test_a_password_is_reset_at_once_and_used_up_at_the_next_sign_in(cast: Cast) -> None:
    reset, password = actions.ask_reset(account("clerk"), kind="password", reason="本人到场", by=cast.system)
    user = account("clerk")
    assert (bool(reset.carried_out_at), user.check_password(password), user.must_change_password) == (
        True,
        True,
        True,
    )
    assert AuditEntry.objects.filter(action="access.ask_reset", subject_id=str(user.pk)).count() == 1


def test_a_second_factor_is_taken_and_has_to_be_set_up_anew(cast: Cast) -> None:
    actions.ask_reset(account("clerk"), kind="second_factor", reason="手机遗失", by=cast.security)
    assert not Authenticator.objects.filter(user=account("clerk")).exists()
    assert enrolment_gap(account("clerk").pk) == "factor"


@pytest.mark.requirement("R-044")
def test_an_administrator_s_account_is_reset_by_two_others(cast: Cast) -> None:
    third = actions.create_user(
        username="third", display_name="第三", password="a phrase of my own, 42", by=None
    )
    system = account("system")
    reset, password = actions.ask_reset(system, kind="password", reason="忘记", by=cast.security)
    again, _ = actions.ask_reset(system, kind="password", reason="忘记", by=cast.security)
    assert (reset.carried_out_at, password, again.pk) == (None, "", reset.pk)
    for by in (cast.security, cast.system):
        with pytest.raises(Refused, match=r"."):
            actions.confirm_reset(reset, by=by)
    from dataclasses import replace

    new = actions.confirm_reset(reset, by=replace(cast.security, user_id=third.pk))
    assert account("system").check_password(new)
    assert actions.confirm_reset(reset, by=replace(cast.security, user_id=third.pk)) == ""


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [("security", "自己", "access.own_account"), ("clerk", "", "access.reason_missing")],
)
def test_a_reset_is_refused(cast: Cast, who: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.ask_reset(account(who), kind="password", reason=reason, by=cast.security)
    assert refused.value.code == code


def test_nobody_but_an_administrator_resets(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"."):
        actions.ask_reset(account("clerk"), kind="password", reason="忘记", by=cast.leader1)


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("confirmer", ["security", "system"])
def test_the_database_refuses_a_reset_confirmed_by_its_asker_or_holder(
    cast: Cast, confirmer: str, raw_sql
) -> None:
    reset, _ = actions.ask_reset(account("system"), kind="password", reason="忘记", by=cast.security)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw_sql("UPDATE access_reset SET confirmed_by_id = %s", [cast[confirmer].user_id])
    with pytest.raises(DatabaseError), transaction.atomic():
        raw_sql("DELETE FROM access_reset")
    assert Reset.objects.get(pk=reset.pk).confirmed_by_id is None


def test_a_carried_out_reset_never_changes(cast: Cast, raw_sql) -> None:
    actions.ask_reset(account("clerk"), kind="password", reason="本人到场", by=cast.system)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw_sql("UPDATE access_reset SET carried_out_at = now()")


# --- kept forms ---


def keep(cast: Cast, browser: str = "token") -> KeptForm:
    return actions.keep_form(
        cast.clerk.user_id, browser=browser, address="/people/deaths/", body=BODY, by=cast.clerk
    )


def take(cast: Cast, kept: KeptForm, **changed: object) -> dict:
    said = {"user_id": cast.clerk.user_id, "browser": "token", "address": "/people/deaths/", **changed}
    return actions.take_form(kept.pk, by=cast.clerk, **said)


def test_what_was_kept_comes_back_once_as_it_was(cast: Cast) -> None:
    kept = keep(cast)
    assert take(cast, kept) == BODY
    with pytest.raises(Refused, match=r"."):
        take(cast, kept)


def test_another_browser_account_or_act_gets_nothing(cast: Cast) -> None:
    kept = keep(cast)
    for changed in (
        {"browser": "other"},
        {"user_id": cast.leader1.user_id},
        {"address": "/people/"},
    ):
        with pytest.raises(Refused) as refused:
            take(cast, kept, **changed)
        assert refused.value.code == "access.nothing_kept"
    assert take(cast, kept) == BODY


def test_the_database_shows_what_was_kept_to_its_owner_alone_and_sealed(cast: Cast, raw_sql) -> None:
    keep(cast)
    assert raw_sql("SELECT id FROM access_keptform") == []
    with seen_by(cast.leader1.user_id):
        assert raw_sql("SELECT id FROM access_keptform") == []
    with seen_by(cast.clerk.user_id):
        ((body, digest),) = raw_sql("SELECT body_sealed, browser_digest FROM access_keptform")
    assert b"6222021001020000342" not in bytes(body)
    assert bytes(digest) != b"token"
    with pytest.raises(DatabaseError), transaction.atomic(), seen_by(cast.clerk.user_id):
        raw_sql("UPDATE access_keptform SET expires_at = now()")
    with pytest.raises(DatabaseError), transaction.atomic():
        raw_sql(
            "INSERT INTO access_keptform (user_id, browser_digest, address, body_sealed, field_count, file_count,"
            " expires_at) VALUES (%s, 'x', '/', %s, 0, 0, now())",
            [cast.clerk.user_id, bytes(body)],
        )


def test_what_has_run_out_is_not_given_and_swept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuanliu.access.actions.kept.KEPT_HOURS", -1)
    kept = keep(cast)
    with pytest.raises(Refused, match=r"."):
        take(cast, kept)
    sweep()
    with seen_by(cast.clerk.user_id):
        assert not KeptForm.objects.exists()


def test_of_one_browser_only_the_latest_are_kept(cast: Cast) -> None:
    for _ in range(22):
        keep(cast)
    assert len(kept_forms(cast.clerk.user_id, "token")) == 20


def test_the_cache_that_counts_failures_is_one_table_for_all_processes(settings) -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM access_cache WHERE expires > %s", [timezone.now() + timedelta(days=1)]
        )
        assert cursor.fetchone() == (0,)
