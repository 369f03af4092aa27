"""A union does not end while posts, money or lists hang on it: refused by the action and by the database."""

from collections.abc import Callable
from datetime import date

import pytest

from nuanliu.access.models import Post
from nuanliu.awards.actions import accept_rows, withdraw_roster
from nuanliu.ledger.actions import open_fund, receive, reverse
from nuanliu.ledger.models import Transfer
from nuanliu.organizations.actions import end_organization, register_organization
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.awards.test_controls import forbidden, refused, sql

LAST = date(2022, 3, 1)


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
