"""Whom a number names, and which households a union has on record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanliu.awards.actions import accept_rows, correct_row
from nuanliu.awards.models import Award
from nuanliu.base.crypto import Place, blind, open_
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.people import queries
from nuanliu.people.actions import form_household
from nuanliu.people.models import Person
from nuanliu.people.queries import (
    households_of,
    never_helped_since,
    not_named_since,
    people_numbered,
    people_of,
    person_of,
)
from nuanliu.people.states import Relation
from tests.awards.conftest import DAY, JIADING, World
from tests.awards.making import People, list_of
from tests.awards.test_flow import accepted
from tests.awards.test_requirements import delivered

NUMBER = Place("people_person", "identity_sealed")
PHONE = Place("people_person", "phone_sealed")


@pytest.fixture
def person(world: World) -> Person:
    return Award.objects.get(roster=accepted(world, People()())).person


def number_of(person: Person) -> str:
    return open_(person.identity_sealed, place=NUMBER, row_key=person.pk)


def test_a_number_names_the_person_where_a_list_did_and_nowhere_else(person: Person) -> None:
    number = number_of(person)
    assert person_of(number, DAY) == person
    with scoped(Scope.for_path("/0/31/113/")), pytest.raises(Refused) as refused:
        person_of(number, DAY)
    assert refused.value.code == "person.unknown"


def test_a_wrong_number_is_told_as_such(person: Person) -> None:
    with pytest.raises(Refused) as refused:
        person_of("310114195907042010", DAY)
    assert refused.value.code == "identity.checksum"


def test_a_household_shows_who_belongs_to_it_now(world: World, person: Person) -> None:
    for name in ("陆家", "沈家"):
        form_household(
            world.jiading, name=name, members=[(person, Relation.HEAD)], on=DAY, by=world.cast.clerk
        )
    shown = {
        one.name: [member.person for member in one.present]  # type: ignore[attr-defined]
        for one in households_of(JIADING)
    }
    assert shown == {"陆家": [], "沈家": [person]}
    assert list(households_of("/0/31/113/")) == []


def test_a_phone_finds_its_person_where_a_list_named_it_and_nowhere_else(world: World) -> None:
    roster = accepted(world, People()(phone="138 1234 5678"), People(30)(phone="021-62345678"))
    first, second = (award.person for award in Award.objects.filter(roster=roster).order_by("id"))
    for written in ("13812345678", "+86 138-1234-5678"):
        assert people_numbered(written, 5) == [first]
    assert people_numbered("021-62345678", 5) == [second]
    assert people_numbered("13812345679", 5) == []
    with scoped(Scope.for_path("/0/31/113/")):
        assert people_numbered("13812345678", 5) == []


def test_a_phone_lies_sealed_and_as_a_blind_index_alone(world: World) -> None:
    person = Award.objects.get(roster=accepted(world, People()(phone="13812345678"))).person
    assert bytes(person.phone_digest) == blind("13812345678", "phone")
    assert open_(person.phone_sealed, place=PHONE, row_key=person.pk) == "13812345678"
    without = Award.objects.get(roster=accepted(world, People(30)())).person
    assert (without.phone_digest, without.phone_sealed) == (None, None)


def test_a_phone_that_was_set_right_in_the_list_is_the_one_found(world: World) -> None:
    roster = world.submit(list_of(People()(phone="13812345678"))).roster
    correct_row(roster.rows.get(), field="phone", value="13987654321", reason="来电更正", by=world.cast.clerk)
    accept_rows(roster, by=world.cast.clerk)
    assert people_numbered("13812345678", 5) == []
    assert people_numbered("13987654321", 5) == [Award.objects.get(roster=roster).person]


@pytest.mark.parametrize("few", [0, 3000])
def test_who_got_nothing_since_a_day_is_found_however_many_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW_QUIET", few)
    helped = Award.objects.get(roster=delivered(world)).person
    accepted(world, *(person() for person in [People(40)] * 3))
    everybody = set(people_of(JIADING))
    assert len(everybody) == 4
    for day, expected in ((DAY, everybody - {helped}), (DAY + timedelta(1), everybody)):
        assert set(never_helped_since(people_of(JIADING), JIADING, day)) == expected
    today = timezone.localdate()
    for day, expected in ((today, set()), (today + timedelta(1), everybody)):
        assert set(not_named_since(people_of(JIADING), JIADING, day)) == expected
