"""An account changed after the decision: who gave it is kept, and another person confirms it or nobody is paid."""

from random import Random

import pytest
from django.db import DatabaseError, transaction

from nuanliu.awards.actions import accept_rows, cancel_award, confirm_account
from nuanliu.awards.models import AccountConfirmation, Award
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.cards import generate_account
from nuanliu.people.actions import change_account
from nuanliu.people.models import BankAccount
from tests.awards.conftest import DAY, JIADING, World
from tests.awards.making import People, list_of
from tests.awards.test_controls import forbidden, refused, sql
from tests.awards.test_flow import accepted, approve

INSERT = """
INSERT INTO awards_accountconfirmation
    (organization_path, award_id, account_id, given_by_id, confirmed_by_id, confirmed_on, reason)
SELECT organization_path, id, %s, %s, %s, business_date, '电话核对' FROM awards_award WHERE id = %s
"""


@pytest.fixture
def award(world: World) -> Award:
    """One approved award of 1,000 yuan."""
    roster = accepted(world, People()())
    approve(world, roster, ["C1"], 100_000)
    return Award.objects.get(roster=roster)


def changed(award: Award, by: Actor, seed: int = 5) -> BankAccount:
    """The person's account as somebody changed it."""
    number = generate_account(Random(seed))
    return change_account(award.person, number=number, bank="工行", holder_name=award.person.name, by=by)


@pytest.mark.requirement("R-044", "R-054")
def test_who_changed_an_account_does_not_confirm_it(world: World, award: Award) -> None:
    given = changed(award, world.cast.releaser)
    with refused("account.same_person"):
        confirm_account(award, on=DAY, by=world.cast.releaser, reason="电话核对")
    with forbidden("account_confirmed_by_another"):
        sql(INSERT, [given.pk, world.cast.releaser.user_id, world.cast.releaser.user_id, award.pk])
    confirmed = confirm_account(award, on=DAY, by=world.cast.finance, reason="电话核对")
    kept = AccountConfirmation.objects.get()
    assert (confirmed.account_id, kept.given_by_id, kept.confirmed_by_id) == (
        given.pk,
        world.cast.releaser.user_id,
        world.cast.finance.user_id,
    )


@pytest.mark.requirement("R-044", "R-054")
def test_the_database_moves_no_award_to_an_account_that_nobody_confirmed(world: World, award: Award) -> None:
    given = changed(award, world.cast.releaser)
    move = ("UPDATE awards_award SET account_id = %s WHERE id = %s", [given.pk, award.pk])
    with forbidden("award_account_confirmed"):
        sql(*move)
    # Who gave the account is read from the account: a confirmation that tells it otherwise is refused.
    for teller in (None, world.cast.clerk.user_id):
        with forbidden("account_confirmation_true"):
            sql(INSERT, [given.pk, teller, world.cast.releaser.user_id, award.pk])
    sql(INSERT, [given.pk, world.cast.releaser.user_id, world.cast.finance.user_id, award.pk])
    sql(*move)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql("UPDATE awards_accountconfirmation SET reason = 'x'")


@pytest.mark.requirement("R-054")
def test_an_account_that_came_by_a_list_is_confirmed_by_another_than_who_accepted_it(world: World) -> None:
    person = People()()
    with scoped(Scope.for_path(JIADING, world.cast.finance.user_id)):
        first = accepted(world, person)
        approve(world, first, ["C1"], 100_000)
        other = generate_account(Random(9))
        accepted(world, {**person, "account": other, "category": "C2", "cash": "2000"})
    award = Award.objects.get(roster=first)
    with refused("account.same_person"):
        confirm_account(award, on=DAY, by=world.cast.finance, reason="电话核对")
    assert confirm_account(award, on=DAY, by=world.cast.releaser, reason="电话核对").account_id != first.pk


@pytest.mark.requirement("R-054")
def test_an_old_confirmation_does_not_serve_an_account_given_anew(world: World, award: Award) -> None:
    decided = award.account
    changed(award, world.cast.releaser)
    confirm_account(award, on=DAY, by=world.cast.finance, reason="电话核对")
    back = changed(award, world.cast.releaser, seed=6)
    with forbidden("award_account_confirmed"):
        sql("UPDATE awards_award SET account_id = %s WHERE id = %s", [decided.pk, award.pk])
    with forbidden("award_account_confirmed"):
        sql("UPDATE awards_award SET account_id = %s WHERE id = %s", [back.pk, award.pk])


@pytest.mark.requirement("R-054")
def test_only_the_own_active_account_of_an_approved_award_is_confirmed(world: World, award: Award) -> None:
    decided, strangers = award.account, accepted(world, People(30)())
    stranger = Award.objects.get(roster=strangers).account
    given = changed(award, world.cast.releaser)
    for account in (decided, stranger):
        with forbidden("account_confirmation_true"):
            sql(INSERT, [account.pk, account.given_by_id, world.cast.finance.user_id, award.pk])
    with refused("award.reason_missing"):
        confirm_account(award, on=DAY, by=world.cast.finance, reason=" ")
    cancel_award(award, reason="放弃", on=DAY, by=world.cast.clerk)
    with refused("award.state"):
        confirm_account(award, on=DAY, by=world.cast.finance, reason="电话核对")
    with forbidden("account_confirmation_true"):
        sql(INSERT, [given.pk, given.given_by_id, world.cast.finance.user_id, award.pk])


def test_a_list_of_rows_keeps_who_gave_each_account(world: World) -> None:
    with scoped(Scope.for_path(JIADING, world.cast.clerk.user_id)):
        roster = world.submit(list_of(People()(), name="一.xlsx")).roster
        accept_rows(roster, by=world.cast.clerk)
    assert [one.given_by_id for one in BankAccount.objects.all()] == [world.cast.clerk.user_id]
