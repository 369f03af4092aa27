"""Whom a number names, and which households a union has on record."""

import pytest

from nuanliu.awards.models import Award
from nuanliu.base.crypto import Place, open_
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.people.actions import form_household
from nuanliu.people.models import Person
from nuanliu.people.queries import households_of, person_of
from nuanliu.people.states import Relation
from tests.awards.conftest import DAY, JIADING, World
from tests.awards.making import People
from tests.awards.test_flow import accepted

NUMBER = Place("people_person", "identity_sealed")


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
