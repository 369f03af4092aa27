"""Two districts help one person: each learns of the other's aid as much as keeps it from helping twice, and no more."""

from dataclasses import fields
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from nuanliu.access.states import Role
from nuanliu.awards.actions import record_handout
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.queries import received_by, received_elsewhere
from nuanliu.awards.received import ReceivedElsewhere
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import BAOSHAN
from nuanliu.demo.staff import staff_for
from nuanliu.organizations.queries import by_path
from nuanliu.people.models import BankAccount, Connection, Person
from nuanliu.people.queries import people_of, shared
from nuanliu.programmes.actions import adopt_standard, draft_standard, open_campaign, open_programme
from nuanliu.programmes.queries import StandardSum
from tests.awards.conftest import DAY, JIADING, World, build_world
from tests.awards.making import People
from tests.awards.test_controls import signed
from tests.awards.test_flow import accepted, approve
from tests.cast import Cast
from tests.web.conftest import signed_in, text_of

GOODS = {"cash": None, "goods": "大米1袋", "account": None, "bank": None}


def neighbours(cast_: Cast) -> World:
    """宝山's own campaign and standard, with its own people; the caller has opened its scope."""
    baoshan = by_path(BAOSHAN)
    staff = staff_for(baoshan)
    leaders = staff.actors(Role.LEADER)
    who = {
        "clerk": staff.actor(Role.HANDLER),
        "rights": staff.actor(Role.RIGHTS_OFFICER),
        "finance": staff.actor(Role.FINANCE_OFFICER),
        "head": staff.actor(Role.RESPONSIBLE),
        **{f"leader{place}": leader for place, leader in enumerate(leaders, 1)},
    }
    played = cast("Cast", SimpleNamespace(**who))
    programme = open_programme(baoshan, name="送温暖", year=2022, by=played.rights)
    campaign = open_campaign(
        programme,
        organization=baoshan,
        name="宝山2022年送温暖",
        starts_on=date(2021, 12, 15),
        ends_on=date(2022, 2, 1),
        by=played.rights,
    )
    draft = draft_standard(
        baoshan,
        "宝山标准",
        {"C2": StandardSum(0, 150_000)},
        date(2021, 12, 15),
        date(2022, 2, 28),
        by=played.rights,
    )
    standard = adopt_standard(
        draft, procedure="工会委员会会议", adopted_on=date(2021, 12, 10), minutes="第3号", by=played.rights
    )
    return World(played, baoshan, campaign, standard)


def handed_out(world: World, person: dict[str, Any], category: str, fen: int) -> Roster:
    """Goods for one person, from the list to the signature."""
    row = {**person, **GOODS, "category": category, "goods_value": str(fen // 100)}
    roster = accepted(world, row)
    approve(world, roster, [category], fen)
    assert record_handout(roster, signed_file=signed(world), on=DAY, by=world.cast.clerk) == 1
    return roster


@pytest.fixture
def helped_twice(cast: Cast) -> Person:
    """Somebody whom 嘉定 gave 900 yuan and then 宝山 1,500 yuan of goods."""
    person = People()()
    with scoped(Scope.for_path(JIADING)):
        handed_out(build_world(cast), person, "C1", 90_000)
    with scoped(Scope.for_path(BAOSHAN)):
        roster = handed_out(neighbours(cast), person, "C2", 150_000)
        return Award.objects.get(roster=roster).person


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (JIADING, ReceivedElsewhere(2022, "C2", "goods", 100_000, 200_000, is_same_district=False)),
        (BAOSHAN, ReceivedElsewhere(2022, "C1", "goods", 50_000, 100_000, is_same_district=False)),
    ],
)
def test_each_district_is_told_year_kind_form_and_band_of_the_other(
    helped_twice: Person, path: str, told: ReceivedElsewhere
) -> None:
    with scoped(Scope.for_path(path)):
        assert received_elsewhere(helped_twice.pk) == [told]
        assert [award.organization_path for award in received_by(helped_twice.pk)] == [path]


def test_nothing_else_of_the_other_district_is_told(helped_twice: Person) -> None:
    assert {field.name for field in fields(ReceivedElsewhere)} == {
        "year", "category", "form", "from_fen", "below_fen", "is_same_district",
    }  # fmt: skip
    with scoped(Scope.for_path(JIADING)), connection.cursor() as cursor:
        for table in (
            "awards_award", "awards_roster", "awards_rosterrow", "awards_rosterfinding", "people_connection",
            "ledger_fund", "ledger_transfer", "ledger_useplan", "evidence_evidencefile", "approvals_approvalround",
        ):  # fmt: skip
            cursor.execute(f"SELECT count(*) FROM {table} WHERE organization_path = %s", [BAOSHAN])
            assert (table, cursor.fetchone()[0]) == (table, 0)
        cursor.execute("SELECT count(*) FROM awards_award WHERE person_id = %s", [helped_twice.pk])
        assert cursor.fetchone()[0] == 1


def test_both_know_that_the_person_is_helped_from_two_sides(helped_twice: Person) -> None:
    for path in (JIADING, BAOSHAN):
        with scoped(Scope.for_path(path)):
            noted = Connection.objects.get(person=helped_twice)
            assert (noted.last_aid_on, noted.is_shared) == (DAY, True)
            assert list(shared(people_of(path), path)) == [helped_twice]


def test_the_city_sees_both_awards_and_nothing_is_elsewhere(helped_twice: Person) -> None:
    with scoped(Scope.for_path("/0/31/")):
        assert received_elsewhere(helped_twice.pk) == []
        assert {award.organization_path for award in received_by(helped_twice.pk)} == {JIADING, BAOSHAN}


def test_a_district_that_does_not_know_the_person_is_told_nothing(helped_twice: Person) -> None:
    with (
        scoped(Scope.for_path("/0/31/101/")),
        pytest.raises(DatabaseError, match="unknown in this scope"),
        transaction.atomic(),
    ):
        received_elsewhere(helped_twice.pk)


def test_an_award_not_yet_given_is_not_told(cast: Cast) -> None:
    person = People()()
    with scoped(Scope.for_path(BAOSHAN)):
        row = {**person, **GOODS, "category": "C2", "goods_value": "1500"}
        roster = accepted(neighbours(cast), row)
    with scoped(Scope.for_path(JIADING)):
        known = Award.objects.get(
            roster=accepted(build_world(cast), {**person, "account": None, **GOODS, "goods_value": "900"})
        )
        assert known.roster_id != roster.pk
        assert received_elsewhere(known.person_id) == []
        assert BankAccount.objects.filter(person=known.person_id).count() == 0


def test_the_page_of_the_person_tells_it_and_names_nobody(helped_twice: Person, cast: Cast) -> None:
    browser: Client = signed_in("clerk", proved=True)
    text = text_of(browser.get(f"/people/{helped_twice.pk}/"))
    assert "宝山" not in text
    assert "1,500" not in text
    assert "1,000" in text
    assert "2,000" in text
