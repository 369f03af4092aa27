"""The phone of the latest list stands, the one before is kept; no list writes a phone by another way."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.actions import accept_rows
from nuanliu.base.crypto import Place, open_
from nuanliu.base.scope import Scope, scoped
from nuanliu.people.actions import reveal
from nuanliu.people.models import FormerPhone, Person
from nuanliu.people.queries import people_numbered
from nuanliu.people.rules import Ground
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.people.test_record import NO_RIGHT, attempt

OLD, NEW = "13800138000", "13987654321"
PHONE = Place("people_person", "phone_sealed")
LATER = DAY + timedelta(days=1)


def told(world: World, row: dict[str, str | None], phone: str | None, on: date, category: str = "C1") -> None:
    """A list of a day names a person with a phone, and is accepted."""
    files = list_of({**row, "phone": phone, "category": category}, name=f"{phone}{category}.xlsx")
    roster = world.submit(files, business_date=on).roster
    codes = ("duplicate.other_category", "phone.format", "standard.below")
    accept_rows(roster, by=world.cast.clerk, acknowledge=codes)
    assert roster.rows_accepted == 1


def phone_of(person: Person) -> str:
    person.refresh_from_db()
    return open_(person.phone_sealed, place=PHONE, row_key=person.pk)


@pytest.fixture
def row() -> dict[str, str | None]:
    return People()()


@pytest.fixture
def person(world: World, row: dict[str, str | None]) -> Person:
    """Somebody on a list with the old phone."""
    told(world, row, OLD, DAY)
    return Person.objects.get()


def test_the_phone_of_a_later_list_stands_and_finds_its_person(
    world: World, row: dict[str, str | None], person: Person
) -> None:
    told(world, row, NEW, LATER, "C2")
    assert phone_of(person) == NEW
    assert (people_numbered(NEW, 5), people_numbered(OLD, 5)) == ([person], [])
    assert reveal(person, "phone", ground=Ground.values[0], reason="联系领取", by=world.cast.clerk) == NEW
    entry = AuditEntry.objects.filter(action="awards.accept_rows").latest("id")
    assert entry.after["phones_renewed"] == 1


def test_the_phone_before_is_kept_with_who_replaced_it_and_opens_for_its_person_alone(
    world: World, row: dict[str, str | None], person: Person
) -> None:
    told(world, row, NEW, LATER, "C2")
    kept = FormerPhone.objects.get()
    assert open_(kept.number_sealed, place=PHONE, row_key=person.pk) == OLD
    assert (kept.person, kept.told_on) == (person, DAY)
    with scoped(Scope.for_path("/0/31/113/")):
        assert not FormerPhone.objects.exists()


@pytest.mark.parametrize(
    ("phone", "on"),
    [(OLD, LATER), (None, LATER), ("1398765", LATER), (NEW, DAY - timedelta(days=1))],
    ids=["the same", "none", "odd", "an earlier list"],
)
def test_what_tells_nothing_newer_changes_nothing(
    world: World, row: dict[str, str | None], person: Person, phone: str | None, on: date
) -> None:
    told(world, row, phone, on, "C2")
    assert phone_of(person) == OLD
    assert not FormerPhone.objects.exists()


def test_somebody_without_a_phone_gets_the_first_one_told(world: World, row: dict[str, str | None]) -> None:
    told(world, row, None, DAY)
    told(world, row, NEW, LATER, "C2")
    assert phone_of(Person.objects.get()) == NEW
    assert not FormerPhone.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_person SET phone_told_on = NULL",
        "UPDATE people_formerphone SET told_on = NULL",
        "DELETE FROM people_formerphone",
        "INSERT INTO people_formerphone (person_id, number_sealed) SELECT id, phone_sealed FROM people_person",
    ],
)
def test_the_application_does_not_write_phones_itself(person: Person, statement: str) -> None:
    assert attempt(statement) == NO_RIGHT


QUESTION = (
    "CREATE TEMPORARY TABLE people_phones ON COMMIT DROP AS SELECT %s::uuid AS person_id, '\\x00'::bytea AS sealed,"
    " '\\x00'::bytea AS digest, current_date AS told_on;"
    "GRANT ALL ON people_phones TO nuanliu_matcher"
)


def test_no_union_renews_the_phone_of_somebody_it_does_not_know(world: World, person: Person) -> None:
    with scoped(Scope.for_path("/0/31/113/")), connection.cursor() as cursor:
        cursor.execute(QUESTION.replace("%s", f"'{person.pk}'"))
        with pytest.raises(DatabaseError, match="unknown in this scope"), transaction.atomic():
            cursor.execute("SELECT people_renew_phones()")
    assert phone_of(person) == OLD
