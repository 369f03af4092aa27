"""Accounts, relatives, the cast, permissions and the check before a start."""

from datetime import date
from random import Random
from types import SimpleNamespace

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import authenticate
from django.core.checks import run_checks
from django.db import IntegrityError, ProgrammingError, transaction

from nuanliu.access.actions import create_user, declare_relative
from nuanliu.access.checks import no_demonstration_accounts
from nuanliu.access.mfa import SealedAdapter
from nuanliu.access.models import Post, Relative, User
from nuanliu.access.permissions import Policy
from nuanliu.access.queries import actor_of, conflict_digests
from nuanliu.access.states import Role
from nuanliu.audit.models import AuditEntry
from nuanliu.base.crypto import blind
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import MEMBERS, PASSWORD, TOTP_SECRET, create_cast, grassroots_union
from nuanliu.kernel.errors import Refused
from nuanliu.kernel.identity import generate_identity
from nuanliu.organizations.models import Organization
from tests.cast import IN_OFFICE_SINCE

pytestmark = pytest.mark.django_db

JIADING, BAOSHAN = "/0/31/114/", "/0/31/113/"
ON = date(2022, 1, 10)


@pytest.fixture
def city(cast, scope_of):
    with scope_of("/0/31/"):
        yield


SISTER = generate_identity(Random(1), date(1988, 4, 12), "310114")


def test_an_account_has_no_post_and_no_password_until_they_are_given(cast, city):
    user = create_user(username="newcomer", display_name="新来", by=cast.system)
    assert (user.has_usable_password(), user.posts.count()) == (False, 0)
    with pytest.raises(Refused) as refused:
        actor_of("newcomer", on=ON)
    assert refused.value.code == "access.no_post"


def test_an_account_made_twice_is_one(cast, city):
    made = [create_user(username="newcomer", display_name="新来", by=cast.system) for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(Refused) as refused:
        create_user(username="newcomer", display_name="别人", by=cast.system)
    assert refused.value.code == "access.username_taken"


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_a_weak_password_is_refused(cast, password):
    with pytest.raises(Refused) as refused:
        create_user(username="newcomer", display_name="新来", password=password, by=cast.system)
    assert refused.value.code == "access.weak_password"


def test_a_first_password_must_be_changed(cast, city):
    user = create_user(
        username="newcomer", display_name="新来", password="长而难猜的口令-2022", by=cast.system
    )
    assert user.must_change_password
    assert authenticate(username="newcomer", password="长而难猜的口令-2022") == user


def test_clerks_make_no_accounts(cast):
    with pytest.raises(Refused) as refused:
        create_user(username="newcomer", display_name="新来", by=cast.clerk)
    assert refused.value.code == "permission.denied"


def test_an_unknown_account_is_named(cast):
    with pytest.raises(Refused, match="nobody") as refused:
        actor_of("nobody", on=ON)
    assert refused.value.code == "access.unknown_user"


@pytest.mark.parametrize("change", ["username = 'x'", "is_demonstration = NOT is_demonstration"])
def test_what_identifies_an_account_never_changes(cast, raw_sql, change):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        raw_sql(f"UPDATE access_user SET {change}")


def test_no_account_is_removed(cast, raw_sql):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        raw_sql("DELETE FROM access_user")


# --- relatives ---


@pytest.mark.requirement("R-056")
def test_a_declared_relative_is_known_by_blind_index_alone(cast, scope_of):
    with scope_of(JIADING):
        relative = declare_relative(relation="姐妹", identity_number=SISTER, on=ON, by=cast.clerk)
        again = declare_relative(
            relation="姐妹", identity_number=f" {SISTER[:6]} {SISTER[6:]}", on=ON, by=cast.clerk
        )
    assert relative.pk == again.pk
    assert conflict_digests([cast.clerk.user_id, cast.head.user_id]) == {
        cast.clerk.user_id: frozenset({blind(SISTER, "identity")}),
        cast.head.user_id: frozenset(),
    }
    with scope_of("/"):
        told = AuditEntry.objects.get(action="access.declare_relative")
    assert told.after == {"relation": "姐妹"}


@pytest.mark.requirement("R-056")
def test_the_own_identity_is_a_conflict_as_well(cast, city):
    user = create_user(
        username="newcomer", display_name="新来", identity_digest=blind(SISTER, "identity"), by=cast.system
    )
    assert conflict_digests([user.pk]) == {user.pk: frozenset({blind(SISTER, "identity")})}
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(identity_digest=None)


def test_an_identity_that_cannot_be_right_is_refused(cast):
    with pytest.raises(Refused) as refused:
        declare_relative(
            relation="姐妹",
            identity_number=f"{SISTER[:-1]}{(int(SISTER[-1].replace('X', '0')) + 1) % 10}",
            on=ON,
            by=cast.clerk,
        )
    assert refused.value.code == "access.identity_unreadable"


def test_relatives_are_seen_and_declared_by_oneself_alone(cast, scope_of, raw_sql):
    with scope_of(JIADING):
        declare_relative(relation="姐妹", identity_number=SISTER, on=ON, by=cast.clerk)
    with scope_of("/", cast.head.user_id):
        assert Relative.objects.count() == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Relative.objects.create(user_id=cast.clerk.user_id, relation="x", identity_digest=b"x")
    with scope_of("/", cast.clerk.user_id):
        assert Relative.objects.count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            raw_sql("DELETE FROM access_relative")


# --- the cast ---


def test_the_cast_is_in_office(cast):
    assert list(cast) == [member.username for member in MEMBERS]
    assert (cast.clerk.role, cast.clerk.organization_path) == ("handler", JIADING)
    assert (cast.base_head.role, cast.base_head.organization_path) == ("responsible", f"{JIADING}0001/")
    assert (cast.council.legal_person, cast.leader1.legal_person) == ("foundation", "union")
    for username, actor in cast.items():
        assert actor_of(username, on=IN_OFFICE_SINCE) == actor


def test_the_cast_is_engaged_once(cast, scope_of):
    with scope_of("/"):
        before = AuditEntry.objects.count(), User.objects.count(), Post.objects.count()
        assert create_cast(ON) == cast
        assert (AuditEntry.objects.count(), User.objects.count(), Post.objects.count()) == before
        assert grassroots_union().parent == Organization.objects.get(path=JIADING)


def test_everybody_signs_in_with_password_and_second_factor(cast):
    assert authenticate(username="clerk", password=PASSWORD) == User.objects.get(pk=cast.clerk.user_id)
    factor = Authenticator.objects.get(user=cast.clerk.user_id, type="totp").wrap()
    counter = next(yield_hotp_counters_from_time())
    assert factor.validate_code(format_hotp_value(hotp_value(TOTP_SECRET, counter)))
    assert not factor.validate_code("000000")


def test_second_factors_can_be_sealed(settings):
    sealed = SealedAdapter().encrypt(TOTP_SECRET)
    assert TOTP_SECRET not in sealed
    assert SealedAdapter().decrypt(sealed) == TOTP_SECRET
    assert get_adapter().decrypt(get_adapter().encrypt(TOTP_SECRET)) == TOTP_SECRET


def test_production_refuses_to_start_beside_the_cast(cast, settings):
    settings.NUANLIU_DEMONSTRATION = False
    assert [error.id for error in no_demonstration_accounts(None, databases=["default"])] == ["access.E001"]
    settings.NUANLIU_DEMONSTRATION = True
    assert no_demonstration_accounts(None, databases=["default"]) == []


def test_production_starts_without_the_cast(db, settings):
    settings.NUANLIU_DEMONSTRATION = False
    assert no_demonstration_accounts(None, databases=["default"]) == []


def test_the_accounts_pass_djangos_checks(db):
    assert [message for message in run_checks() if message.is_serious()] == []


# --- permissions ---

POLICY = Policy({"import": {Role.HANDLER}, "read": {Role.HANDLER, Role.AUDITOR}})


def row(path: str) -> SimpleNamespace:
    return SimpleNamespace(organization_path=path)


@pytest.mark.parametrize(
    ("who", "act", "path", "expected"),
    [
        ("clerk", "import", None, True),
        ("clerk", "import", JIADING, True),
        ("clerk", "import", f"{JIADING}0001/", True),
        ("clerk", "import", BAOSHAN, False),
        ("clerk", "import", "/0/31/", False),
        ("base", "read", JIADING, False),
        ("auditor", "read", JIADING, True),
        ("auditor", "import", JIADING, False),
        ("foundation", "read", "/F31/", False),
    ],
)
def test_a_role_answers_the_act_and_the_path_the_row(cast, who, act, path, expected):
    assert POLICY.may(cast[who], act, row(path) if path else None) is expected


def test_what_is_not_allowed_is_refused_by_name(cast):
    POLICY.require(cast.clerk, "import", row(JIADING))
    with pytest.raises(Refused, match="秦察") as refused:
        POLICY.require(cast.auditor, "import")
    assert refused.value.code == "permission.denied"


def test_an_act_that_nobody_defined_is_a_mistake(cast):
    with pytest.raises(KeyError):
        POLICY.may(cast.clerk, "imprt")


def test_visible_are_the_rows_of_the_own_organization_and_below(cast, scope_of):
    with scope_of("/"):
        seen = POLICY.visible_to(cast.clerk, Post.objects.all()).values_list("organization_path", flat=True)
        assert set(seen) == {JIADING, f"{JIADING}0001/"}
        assert POLICY.visible_to(cast.outsider, Organization.objects.all(), path_field="path").count() == 1


def test_without_any_scope_no_post_is_seen(cast):
    with scoped(Scope.none()):
        assert Post.objects.count() == 0
