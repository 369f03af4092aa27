"""Persons are seen where they are known, and written through the matcher's functions alone."""

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.people.actions import change_account, form_household, record_death
from nuanliu.people.models import BankAccount, Connection, Person
from tests.awards.conftest import DAY, World
from tests.awards.making import People
from tests.awards.test_flow import accepted


@pytest.fixture
def person(world: World) -> Person:
    return Award.objects.get(roster=accepted(world, People()())).person


def attempt(statement: str, parameters: object = None) -> str:
    """The SQLSTATE with which the database refuses a statement of the application."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return caught.value.__cause__.diag.sqlstate


NO_RIGHT = "42501"


def test_a_person_is_seen_where_a_union_knows_him_and_nowhere_else(world: World, person: Person) -> None:
    assert Person.objects.count() == 1
    assert BankAccount.objects.count() == 1
    with scoped(Scope.for_path("/0/31/113/")):
        assert (Person.objects.count(), BankAccount.objects.count(), Connection.objects.count()) == (0, 0, 0)
    with scoped(Scope.for_path("/0/31/")):
        assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people_connection (person_id, organization_path) SELECT id, '/0/31/114/' FROM people_person",
        "UPDATE people_person SET name = '某人'",
        "UPDATE people_bankaccount SET active = false",
        "DELETE FROM people_person",
        "DELETE FROM people_bankaccount",
    ],
)
def test_the_application_does_not_write_persons_itself(person: Person, statement: str) -> None:
    assert attempt(statement) == NO_RIGHT


@pytest.mark.parametrize(
    "trap",
    [
        "CREATE TEMPORARY VIEW people_arrivals AS SELECT 1::bigint AS arrival",
        "CREATE TEMPORARY TABLE people_arrivals (arrival bigint, name text CHECK (name <> ''))",
        "CREATE TEMPORARY TABLE people_arrivals (arrival bigint, twice bigint GENERATED ALWAYS AS (arrival) STORED)",
        "CREATE TEMPORARY TABLE people_arrivals (arrival bigint PRIMARY KEY)",
        "CREATE TEMPORARY TABLE people_arrivals (); CREATE TEMPORARY TABLE child () INHERITS (people_arrivals)",
        "CREATE TYPE pg_temp.odd AS ENUM ('x'); CREATE TEMPORARY TABLE people_arrivals (arrival pg_temp.odd)",
    ],
)
def test_the_matcher_reads_no_question_that_could_run_code(world: World, trap: str) -> None:
    assert attempt(f"{trap}; SELECT * FROM people_find_arrivals()") == NO_RIGHT


def test_nobody_is_registered_for_a_union_outside_of_the_scope(world: World) -> None:
    trap = "CREATE TEMPORARY TABLE people_arrivals AS SELECT '/0/31/113/'::text AS organization_path"
    grant = "GRANT ALL ON people_arrivals TO nuanliu_matcher"
    assert attempt(f"{trap}; {grant}; SELECT people_register_arrivals()") == NO_RIGHT


def test_another_union_cannot_record_a_death_of_whom_it_does_not_know(world: World, person: Person) -> None:
    with scoped(Scope.for_path("/0/31/113/")):
        assert attempt("SELECT people_record_death(%s, %s)", [person.pk, DAY]) == NO_RIGHT


def test_a_death_is_recorded_once(world: World, person: Person) -> None:
    record_death(person, died_on=DAY, reason="户籍注销", by=world.cast.clerk)
    record_death(person, died_on=DAY.replace(day=11), reason="户籍注销", by=world.cast.clerk)
    assert Person.objects.get().deceased_on == DAY


@pytest.mark.requirement("R-054")
def test_a_person_has_one_active_account_and_a_number_belongs_to_one(world: World, person: Person) -> None:
    other = Award.objects.get(roster=accepted(world, People(2)())).person
    account = change_account(
        person, number="6222021001020003049", bank="上海银行", holder_name=person.name, by=world.cast.clerk
    )
    assert list(BankAccount.objects.filter(person=person, active=True)) == [account]
    with pytest.raises(Refused) as refusal:
        change_account(
            other, number="6222021001020003049", bank="", holder_name=other.name, by=world.cast.clerk
        )
    assert refusal.value.code == "account.shared"
    with pytest.raises(Refused) as refusal:
        change_account(other, number="6222021001020003056", bank="", holder_name="旁人", by=world.cast.clerk)
    assert refusal.value.code == "account.name_conflict"


def test_a_list_with_another_account_makes_it_the_active_one(world: World, person: Person) -> None:
    row = People()(category="C2", cash="2000", account="6222021001020003049")
    roster = accepted(world, row)
    award = Award.objects.get(roster=roster)
    assert award.person_id == person.pk
    assert BankAccount.objects.get(person=person, active=True).pk == award.account_id
    assert BankAccount.objects.filter(person=person).count() == 2


def test_a_household_begins_and_ends_with_its_members(world: World, person: Person) -> None:
    form_household(world.jiading, name="一户", members=[(person, "01")], on=DAY, by=world.cast.clerk)
    form_household(
        world.jiading, name="二户", members=[(person, "01")], on=DAY.replace(day=20), by=world.cast.clerk
    )
    memberships = person.memberships.order_by("valid_from")
    assert [one.valid_to for one in memberships] == [DAY.replace(day=19), None]
