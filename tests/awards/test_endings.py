"""A union does not end while posts, money or lists hang on it: refused by the action and by the database."""

from collections.abc import Callable
from datetime import date

import pytest

from nuanliu.access.actions import grant_post
from nuanliu.access.models import Post, User
from nuanliu.awards.actions import accept_rows, withdraw_roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.actions import open_fund, receive, reverse
from nuanliu.ledger.models import Fund, Transfer
from nuanliu.organizations.actions import end_organization, register_organization
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.awards.test_controls import forbidden, refused, sql

LAST = date(2022, 3, 1)
AFTER = date(2022, 3, 2)


@pytest.fixture
def union(world: World) -> Organization:
    """A union below 嘉定 with nothing hanging on it."""
    return register_organization(
        world.jiading,
        name="远东电器厂工会",
        level="grassroots",
        valid_from=date(2020, 1, 1),
        by=world.cast.clerk,
    )


@pytest.fixture
def attempt(world: World, union: Organization) -> Callable[[str, str], None]:
    """`attempt(code, constraint)`: ends the union both ways, and both are refused."""

    def attempt(code: str, constraint: str) -> None:
        with refused(code):
            end_organization(union, on=LAST, reason="并入他厂", by=world.cast.clerk)
        with forbidden(constraint):
            sql("UPDATE organizations_organization SET valid_to = %s WHERE id = %s", [LAST, union.pk])

    return attempt


def ended(world: World, union: Organization) -> bool:
    return end_organization(union, on=LAST, reason="并入他厂", by=world.cast.clerk).valid_to == LAST


def test_a_union_with_nothing_on_it_ends(world: World, union: Organization) -> None:
    assert ended(world, union)


def test_not_while_somebody_holds_a_post_there(
    world: World, union: Organization, attempt: Callable[[str, str], None]
) -> None:
    post = Post.objects.create(
        user_id=world.cast.base.user_id,
        organization=union,
        organization_path=union.path,
        role="handler",
        valid_from=date(2021, 1, 1),
    )
    attempt("organization.has_posts", "organization_without_posts")
    sql("UPDATE access_post SET valid_to = %s WHERE id = %s", [LAST, post.pk])
    assert ended(world, union)


def test_not_while_money_lies_in_its_funds(
    world: World, union: Organization, attempt: Callable[[str, str], None]
) -> None:
    purpose = Purpose.objects.filter(allowed=True).order_by("code").first()
    fund = open_fund(
        union, name="工会经费", source_class="union_budget", purpose=purpose, by=world.cast.finance
    )
    receive(fund, 50_000, on=DAY, evidence="拨款单", by=world.cast.finance, idempotency_key="一")
    attempt("organization.has_money", "organization_without_money")
    reverse(Transfer.objects.get(), on=DAY, reason="退回", by=world.cast.finance)
    assert ended(world, union)


def test_not_while_its_lists_are_under_way(
    world: World, union: Organization, attempt: Callable[[str, str], None]
) -> None:
    roster = world.submit(list_of(People()()), organization=union).roster
    attempt("organization.has_lists", "organization_without_lists")
    accept_rows(roster, by=world.cast.clerk)
    attempt("organization.has_lists", "organization_without_lists")
    withdraw_roster(roster, reason="撤销单位", by=world.cast.clerk)
    assert ended(world, union)


# --- nothing new begins where a union has ended ---


@pytest.fixture
def gone(world: World, union: Organization) -> Organization:
    """The union, ended on the first of March."""
    ended(world, union)
    union.refresh_from_db()
    return union


@pytest.mark.parametrize(
    ("until", "code"), [(None, "access.union_ended"), (LAST, ""), (AFTER, "access.union_ended")]
)
def test_no_post_reaches_beyond_the_last_day_of_a_union(
    world: World, gone: Organization, until: date | None, code: str
) -> None:
    user = User.objects.get(pk=world.cast.base.user_id)
    term = {"role": "keeper", "organization": gone, "valid_from": date(2021, 1, 1), "valid_to": until}
    if not code:
        with scoped(Scope.for_path(world.cast.security.organization_path)):
            assert grant_post(user, **term, by=world.cast.security).valid_to == LAST
        return
    with refused(code), scoped(Scope.for_path(world.cast.security.organization_path)):
        grant_post(user, **term, by=world.cast.security)
    with forbidden("post_within_union"):
        Post.objects.create(
            user=user, organization_path=gone.path, granted_by_id=world.cast.security.user_id, **term
        )


def test_no_fund_is_opened_in_a_union_that_ends(world: World, gone: Organization) -> None:
    purpose = Purpose.objects.filter(allowed=True).order_by("code").first()
    terms = {"name": "工会经费", "source_class": "union_budget", "purpose": purpose}
    with refused("ledger.union_ended"):
        open_fund(gone, **terms, by=world.cast.finance)
    with forbidden("fund_of_standing_union"):
        Fund.objects.create(
            organization=gone, organization_path=gone.path, legal_person=gone.legal_person, **terms
        )


@pytest.mark.requirement("R-039")
def test_a_list_of_a_day_after_the_end_is_refused_and_one_of_a_day_before_is_read(
    world: World, gone: Organization
) -> None:
    files = list_of(People()())
    with refused("roster.union_ended"):
        world.submit(files, organization=gone, business_date=AFTER)
    roster = world.submit(files, organization=gone, business_date=LAST).roster
    with forbidden("roster_of_standing_union"):
        sql(
            "INSERT INTO awards_roster (id, organization_id, organization_path, campaign_id, submission_digest,"
            " business_date, state, handler_id, rows_read, rows_accepted, accepted_fen, days_late)"
            " SELECT gen_random_uuid(), organization_id, organization_path, campaign_id, sha256('other'), %s,"
            " 'received', handler_id, 0, 0, 0, 0 FROM awards_roster WHERE id = %s",
            [AFTER, roster.pk],
        )
