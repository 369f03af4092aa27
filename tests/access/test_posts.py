"""Posts: given by one administrator, confirmed by another, never two that do not go together."""

import threading
from dataclasses import replace
from datetime import date
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from nuanliu.access.actions import confirm_post, create_user, deactivate_user, end_post, grant_post
from nuanliu.access.models import IncompatiblePair, Post, User
from nuanliu.access.queries import (
    actor_of,
    actor_of_post,
    awaiting_confirmation,
    holders,
    posts_of,
)
from nuanliu.access.states import Role
from nuanliu.audit.models import AuditEntry
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.queries import by_path

pytestmark = pytest.mark.django_db

CITY, JIADING, BAOSHAN, FOUNDATION = "/0/31/", "/0/31/114/", "/0/31/113/", "/F31/"
ON = date(2022, 1, 10)
BUSINESS = set(Role) - {
    Role.SECURITY_ADMINISTRATOR,
    Role.SYSTEM_ADMINISTRATOR,
    Role.WORKER,
    Role.DONOR,
    Role.AUDITOR,
}


@pytest.fixture
def whole_tree(scope_of):
    with scope_of("/"):
        yield


@pytest.fixture
def newcomer(cast, whole_tree) -> User:
    return create_user(username="newcomer", display_name="新来", by=cast.security)


def give(user: User, role: str, path: str = JIADING, *, by: Actor | None, **dates: date) -> Post:
    return grant_post(user, role=role, organization=by_path(path), by=by, **{"valid_from": ON} | dates)


def test_a_post_takes_effect_when_another_administrator_confirms_it(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    assert posts_of(newcomer.pk, ON) == []
    assert list(awaiting_confirmation()) == [post]
    confirm_post(post, by=cast.system)
    assert posts_of(newcomer.pk, ON) == [post]
    assert list(awaiting_confirmation()) == []
    assert actor_of("newcomer", on=ON) == Actor(
        newcomer.pk, "新来", post.pk, "handler", post.organization_id, JIADING, "union"
    )


def test_a_post_holds_from_its_first_to_its_last_day(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security, valid_to=date(2022, 2, 28))
    confirm_post(post, by=cast.system)
    days = [date(2022, 1, 9), ON, date(2022, 2, 28), date(2022, 3, 1)]
    assert [len(posts_of(newcomer.pk, day)) for day in days] == [0, 1, 1, 0]


def test_each_step_leaves_one_row(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    confirm_post(post, by=cast.system)
    end_post(post, on=date(2022, 2, 1), reason="调离", by=cast.security)
    told = AuditEntry.objects.filter(subject_id=str(post.pk)).order_by("id").values_list("action", "actor_id")
    assert list(told) == [
        ("access.grant_post", cast.security.user_id),
        ("access.confirm_post", cast.system.user_id),
        ("access.end_post", cast.security.user_id),
    ]


def test_what_is_done_twice_is_done_once(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    assert give(newcomer, Role.HANDLER, by=cast.security) == post
    for _ in range(2):
        confirm_post(post, by=cast.system)
        end_post(post, on=date(2022, 2, 1), reason="调离", by=cast.security)
    assert AuditEntry.objects.filter(subject_id=str(post.pk)).count() == 3


# --- separation of duties ---


def test_every_pair_of_apply_decide_and_pay_is_listed():
    pairs = {frozenset(pair) for pair in IncompatiblePair.objects.values_list("first_role", "second_role")}
    apply, decide, pay = (
        ("handler", "rights_officer", "finance_officer"),
        ("leader",),
        ("cashier", "releaser"),
    )
    for one, other in ((apply, decide), (apply, pay), (decide, pay)):
        assert {frozenset((first, second)) for first in one for second in other} <= pairs


PAIRS = [
    ("rights_officer", "finance_officer"), ("rights_officer", "leader"), ("finance_officer", "leader"),
    ("handler", "responsible"), ("handler", "leader"), ("handler", "cashier"), ("cashier", "releaser"),
    ("leader", "cashier"), ("leader", "releaser"), ("rights_officer", "cashier"), ("finance_officer", "releaser"),
    ("foundation_officer", "foundation_finance"), ("foundation_officer", "council_member"),
    ("security_administrator", "system_administrator"),
    *(("auditor", role) for role in sorted(BUSINESS)),
    *(("security_administrator", role) for role in sorted(BUSINESS | {"auditor"})),
    *(("system_administrator", role) for role in sorted(BUSINESS | {"auditor"})),
]  # fmt: skip


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize(("held", "wanted"), PAIRS + [(second, first) for first, second in PAIRS[:14]])
def test_nobody_holds_two_posts_that_do_not_go_together(cast, newcomer, held, wanted):
    give(newcomer, held, by=cast.security)
    with pytest.raises(Refused) as refused:
        give(newcomer, wanted, by=cast.security)
    assert refused.value.code == "access.incompatible_posts"
    with pytest.raises(IntegrityError, match="incompatible"), transaction.atomic():
        insert(newcomer, wanted, cast.security.user_id)
    assert newcomer.posts.count() == 1


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("wanted", ["handler", "security_administrator"])
def test_an_auditor_works_nowhere_else_either(cast, newcomer, wanted):
    give(newcomer, Role.AUDITOR, CITY, by=cast.security)
    with pytest.raises(Refused):
        give(newcomer, wanted, BAOSHAN, by=cast.security)
    with pytest.raises(IntegrityError, match="incompatible"), transaction.atomic():
        insert(newcomer, wanted, cast.security.user_id, BAOSHAN)


@pytest.mark.requirement("R-044")
def test_a_post_out_of_sight_counts_too(cast, newcomer, scope_of):
    """The administrator of 嘉定 cannot see 宝山, the database can."""
    give(newcomer, Role.AUDITOR, BAOSHAN, by=cast.security)
    with scope_of(JIADING):
        assert newcomer.posts.count() == 0
        with pytest.raises(Refused):
            give(newcomer, Role.HANDLER, by=cast.security)
        with pytest.raises(IntegrityError, match="incompatible"), transaction.atomic():
            insert(newcomer, Role.HANDLER, cast.security.user_id)


def test_posts_of_different_unions_go_together(cast, newcomer):
    give(newcomer, Role.HANDLER, JIADING, by=cast.security)
    assert give(newcomer, Role.LEADER, BAOSHAN, by=cast.security).pk


def test_posts_one_after_the_other_go_together(cast, newcomer):
    give(newcomer, Role.CASHIER, by=cast.security, valid_to=date(2022, 1, 31))
    assert give(newcomer, Role.RELEASER, by=cast.security, valid_from=date(2022, 2, 1)).pk
    with pytest.raises(Refused):
        give(newcomer, Role.HANDLER, by=cast.security, valid_from=date(2022, 1, 31))


@pytest.mark.requirement("R-195")
def test_the_same_person_may_serve_the_union_and_the_foundation_in_two_posts(cast, newcomer):
    of_foundation = [replace(who, organization_path=FOUNDATION) for who in (cast.security, cast.system)]
    confirm_post(give(newcomer, Role.LEADER, by=cast.security), by=cast.system)
    council = give(newcomer, Role.COUNCIL_MEMBER, FOUNDATION, by=of_foundation[0])
    confirm_post(council, by=of_foundation[1])
    actors = [actor_of("newcomer", role=role, on=ON) for role in ("leader", "council_member")]
    assert [(actor.organization_path, actor.legal_person) for actor in actors] == [
        (JIADING, "union"),
        (FOUNDATION, "foundation"),
    ]
    with pytest.raises(Refused) as refused:
        actor_of("newcomer", on=ON)
    assert refused.value.code == "access.several_posts"


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM access_incompatiblepair", "UPDATE access_incompatiblepair SET anywhere = false"],
)
def test_the_application_cannot_change_the_pairs(db, raw_sql, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        raw_sql(statement)


# --- four eyes ---


@pytest.mark.requirement("R-044")
def test_the_granter_cannot_confirm(cast, newcomer, raw_sql):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    with pytest.raises(Refused) as refused:
        confirm_post(post, by=cast.security)
    assert refused.value.code == "access.same_administrator"
    with pytest.raises(IntegrityError, match="post_confirmed_by_another"), transaction.atomic():
        raw_sql(
            "UPDATE access_post SET confirmed_by_id = granted_by_id, confirmed_at = now() WHERE id = %s",
            [post.pk],
        )


@pytest.mark.requirement("R-044")
def test_no_administrator_gives_or_confirms_a_post_of_his_own(cast, newcomer, raw_sql):
    security = User.objects.get(username="security")
    with pytest.raises(Refused) as refused:
        give(security, Role.WORKER, by=cast.security)
    assert refused.value.code == "access.own_post"
    with pytest.raises(IntegrityError, match="post_not_for_oneself"), transaction.atomic():
        insert(security, Role.WORKER, cast.security.user_id)
    post = give(User.objects.get(username="system"), Role.WORKER, by=cast.security)
    with pytest.raises(Refused) as refused:
        confirm_post(post, by=cast.system)
    assert refused.value.code == "access.own_post"
    with pytest.raises(IntegrityError, match="post_not_for_oneself"), transaction.atomic():
        raw_sql(
            "UPDATE access_post SET confirmed_by_id = user_id, confirmed_at = now() WHERE id = %s", [post.pk]
        )


@pytest.mark.requirement("R-044")
def test_a_post_without_granter_is_refused(cast, newcomer):
    with pytest.raises(IntegrityError, match="granted by an administrator"), transaction.atomic():
        give(newcomer, Role.HANDLER, by=None)
    with pytest.raises(IntegrityError, match="granted by an administrator"), transaction.atomic():
        give(newcomer, Role.SECURITY_ADMINISTRATOR, CITY, by=None)


def test_an_installation_begins_with_one_administrator_of_each_kind(whole_tree):
    people = [create_user(username=f"first{number}", display_name="首任", by=None) for number in range(3)]
    for person, role in zip(people, ("security_administrator", "system_administrator"), strict=False):
        assert give(person, role, CITY, by=None).pk
        assert actor_of(person.username, on=ON).role == role
    with pytest.raises(IntegrityError, match="granted by an administrator"), transaction.atomic():
        give(people[2], Role.SECURITY_ADMINISTRATOR, CITY, by=None)


@pytest.mark.parametrize("who", ["clerk", "leader1", "auditor", "system"])
def test_only_the_security_administrator_grants(cast, newcomer, who):
    with pytest.raises(Refused) as refused:
        give(newcomer, Role.HANDLER, by=cast[who])
    assert refused.value.code == "permission.denied"


def test_administrators_grant_below_themselves_only(cast, newcomer):
    with pytest.raises(Refused) as refused:
        give(newcomer, Role.COUNCIL_MEMBER, FOUNDATION, by=cast.security)
    assert refused.value.code == "permission.denied"


# --- what never changes ---


@pytest.mark.parametrize(
    "change",
    [
        "role = 'leader'", "organization_path = '/0/'", "user_id = granted_by_id", "granted_by_id = NULL",
        "valid_from = '2000-01-01'",
    ],
)  # fmt: skip
def test_the_application_may_not_write_what_a_post_is(cast, newcomer, raw_sql, change):
    give(newcomer, Role.HANDLER, by=cast.security)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        raw_sql(f"UPDATE access_post SET {change}")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        raw_sql("DELETE FROM access_post")


@pytest.mark.parametrize(
    "change", ["valid_to = NULL", "valid_to = '2030-01-01'", "end_reason = 'x'", "confirmed_by_id = NULL"]
)
def test_an_ended_post_does_not_come_back(cast, newcomer, raw_sql, change):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    confirm_post(post, by=cast.system)
    end_post(post, on=date(2022, 2, 1), reason="调离", by=cast.security)
    with pytest.raises(IntegrityError, match=r"confirmed once|post_"), transaction.atomic():
        raw_sql(f"UPDATE access_post SET {change} WHERE id = %s", [post.pk])


def test_a_post_carries_the_path_of_its_organization(cast, newcomer):
    with pytest.raises(IntegrityError, match="path of a post"), transaction.atomic():
        Post.objects.create(
            user=newcomer, organization=by_path(BAOSHAN), organization_path=JIADING, role="handler",
            valid_from=ON, granted_by_id=cast.security.user_id,
        )  # fmt: skip


def test_a_new_post_cannot_arrive_confirmed(cast, newcomer):
    with pytest.raises(IntegrityError, match="neither confirmed nor ended"), transaction.atomic():
        insert(newcomer, "handler", cast.security.user_id, confirmed_by_id=cast.system.user_id)


def test_ending_needs_a_reason_and_a_day_within_the_term(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security, valid_to=date(2022, 12, 31))
    for day, reason, code in (
        (date(2022, 2, 1), "", "access.reason_missing"),
        (date(2022, 1, 1), "调离", "access.end_before_begin"),
        (date(2023, 1, 1), "调离", "access.post_ended"),
    ):
        with pytest.raises(Refused) as refused:
            end_post(post, on=day, reason=reason, by=cast.security)
        assert refused.value.code == code


def test_an_ended_post_is_not_confirmed(cast, newcomer):
    post = give(newcomer, Role.HANDLER, by=cast.security)
    end_post(post, on=ON, reason="误授", by=cast.security)
    with pytest.raises(Refused) as refused:
        confirm_post(post, by=cast.system)
    assert refused.value.code == "access.post_ended"


# --- who sees posts ---


def test_a_user_sees_the_own_posts_before_any_scope(cast):
    with scoped(Scope.none()):
        assert Post.objects.count() == 0
        assert actor_of("clerk", on=ON) == cast.clerk
    with scoped(Scope("", "", str(cast.clerk.user_id))):
        assert [post.user_id for post in Post.objects.all()] == [cast.clerk.user_id]


def test_a_neighbour_sees_no_post_of_the_other(cast, scope_of):
    with scope_of(BAOSHAN, cast.outsider.user_id):
        assert [post.user_id for post in Post.objects.all()] == [cast.outsider.user_id]


def test_holders_of_a_role_in_one_organization(cast, scope_of):
    with scope_of(JIADING):
        assert [user.username for user in holders(JIADING, "leader", ON)] == ["leader1", "leader2", "leader3"]


def test_an_account_that_is_shut_acts_no_more(cast, whole_tree):
    deactivate_user(User.objects.get(username="clerk"), reason="离职", by=cast.security)
    with pytest.raises(Refused) as refused:
        actor_of("clerk", on=ON)
    assert refused.value.code == "access.unknown_user"
    with pytest.raises(Refused):
        actor_of_post(cast.clerk.user_id, cast.clerk.post_id, ON)


def test_a_job_acts_in_the_post_that_asked_as_long_as_it_lasts(cast, whole_tree):
    assert actor_of_post(cast.clerk.user_id, cast.clerk.post_id, ON) == cast.clerk
    post = Post.objects.get(pk=cast.clerk.post_id)
    end_post(post, on=ON, reason="调离", by=cast.security)
    with pytest.raises(Refused) as refused:
        actor_of_post(cast.clerk.user_id, cast.clerk.post_id, date(2022, 1, 11))
    assert refused.value.code == "access.no_post"


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R-044")
def test_two_administrators_at_once_do_not_give_two_posts_that_do_not_go_together(
    cast, scope_of, test_database
):
    with scope_of("/"):
        newcomer = create_user(username="newcomer", display_name="新来", by=cast.security)
        jiading = by_path(JIADING).pk
    ready, outcomes = threading.Barrier(2), []

    def insert_in_a_session_of_its_own(role: str) -> None:
        with psycopg.connect(**test_database.server.parameters("nuanliu_app", test_database.name)) as session:
            session.execute("SELECT set_config('app.lo', '/', true), set_config('app.hi', '0', true)")
            ready.wait()
            try:
                session.execute(
                    "INSERT INTO access_post (user_id, organization_id, organization_path, role, valid_from,"
                    " granted_by_id, end_reason) VALUES (%s, %s, %s, %s, %s, %s, '')",
                    [newcomer.pk, jiading, JIADING, role, ON, cast.security.user_id],
                )
                session.commit()
                outcomes.append("held")
            except psycopg.errors.CheckViolation:
                outcomes.append("refused")

    grants = [
        threading.Thread(target=insert_in_a_session_of_its_own, args=[role])
        for role in ("cashier", "releaser")
    ]
    for grant in grants:
        grant.start()
    for grant in grants:
        grant.join()
    assert sorted(outcomes) == ["held", "refused"]


def insert(user: User, role: str, granter: UUID, path: str = JIADING, **columns: object) -> None:
    """Past the action, as far as the application role gets."""
    Post.objects.create(
        user=user, organization=by_path(path), organization_path=path, role=role, valid_from=ON,
        granted_by_id=granter, **columns,
    )  # fmt: skip
