"""The search line finds what the reader may open, masked; numbers leave a trace and stand in no address."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.people.actions import look_up
from nuanliu.people.models import Person
from nuanliu.people.queries import people_called
from nuanliu.web.searching import is_number
from tests.awards.conftest import JIADING, World
from tests.awards.making import People
from tests.awards.test_flow import accepted
from tests.desk.conftest import Way, way
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db

type Desk = Callable[[str], Client]
__all__ = ["way"]
NUMBER = "310114195907042014"


def hits(page: Any) -> dict[str, list[str]]:
    return {str(group.title): [hit.title for hit in group.hits] for group in page.context["groups"]}


def asked(browser: Client, text: str) -> Any:
    return browser.post("/search/", {"q": text}, follow=True)


def somebody(way: Way) -> Person:
    way.accepted()
    return way.seen_by("clerk", lambda: Award.objects.select_related("person").earliest("pk").person)


def test_a_name_is_found_by_its_beginning_and_its_sound_and_shown_masked(way: Way, desk: Desk) -> None:
    person = somebody(way)
    for text in (person.name, person.name[:2], person.initials[:2], person.initials.upper()):
        page = asked(desk("clerk"), text)
        assert f"{person.name[0]}*" in hits(page)["People"]
        assert person.name not in text_of(page).replace(f"“{text}”", "").replace(f'value="{text}"', "")


def test_one_character_finds_nobody(way: Way) -> None:
    person = somebody(way)
    assert way.seen_by("clerk", lambda: people_called(person.name[0], 20)) == []


@pytest.mark.parametrize("name", ["outsider", "foundation", "station", "security"])
def test_a_person_is_not_found_from_elsewhere_or_without_the_right(way: Way, desk: Desk, name: str) -> None:
    person = somebody(way)
    for text in (person.name, person.initials):
        assert "People" not in hits(asked(desk(name), text))


def test_whose_role_may_not_look_up_is_refused_by_the_action(way: Way) -> None:
    somebody(way)
    with pytest.raises(Refused, match="无权"):
        way.seen_by("leader1", lambda: look_up(NUMBER, limit=5, by=way.world.cast.leader1))


def numbers_of(way: Way) -> tuple[str, str]:
    """The whole number of somebody on the list, and its end."""
    from nuanliu.base.crypto import Place, open_

    person = somebody(way)
    number = open_(
        bytes(person.identity_sealed), place=Place("people_person", "identity_sealed"), row_key=person.pk
    )
    return str(number), str(number)[-4:]


def test_a_phone_finds_the_person_from_the_posted_form_alone(world: World, desk: Desk) -> None:
    with scoped(Scope.for_path(JIADING)):
        accepted(world, People()(name="赵甲", phone="13812345678"))
    page = asked(desk("clerk"), "138 1234 5678")
    assert hits(page)["People"] == ["赵*"]
    assert page.redirect_chain == []
    assert "13812345678" not in text_of(page)
    assert "People" not in hits(asked(desk("outsider"), "13812345678"))
    assert desk("clerk").get("/search/?q=13812345678").headers["Location"] == "/search/?withheld=yes"


def test_a_number_is_found_by_its_blind_index_and_stands_in_no_address(way: Way, desk: Desk) -> None:
    for number in numbers_of(way):
        page = asked(desk("clerk"), number)
        assert hits(page)["People"]
        assert page.redirect_chain == []
        assert number not in text_of(page)


def test_each_look_up_by_number_leaves_a_row_without_the_number(way: Way, desk: Desk) -> None:
    number, _tail = numbers_of(way)
    for name, wanted in (("clerk", number), ("outsider", number), ("clerk", "13900000000")):
        asked(desk(name), wanted)
    rows = way.seen_by(
        "city", lambda: list(AuditEntry.objects.filter(action="people.look_up").order_by("id"))
    )
    assert [row.after["found"] for row in rows] == [1, 0, 0]
    assert all(number not in f"{row.subject_id} {row.after} {row.reason}" for row in rows)


def test_a_number_in_the_address_is_not_looked_up(way: Way, desk: Desk) -> None:
    number, _tail = numbers_of(way)
    page = desk("clerk").get("/search/", {"q": number}, follow=True)
    assert hits(page) == {}
    assert page.context["withheld"]
    assert number not in text_of(page)


def test_typing_a_number_looks_nobody_up(way: Way, desk: Desk) -> None:
    number, _tail = numbers_of(way)
    page = desk("clerk").post("/search/suggest/", {"q": number})
    assert "People" not in hits(page)
    assert way.seen_by("clerk", lambda: AuditEntry.objects.filter(action="people.look_up").count()) == 0


def test_documents_are_found_by_number_and_title_as_the_role_may_see_them(way: Way, desk: Desk) -> None:
    batch = way.sent()
    assert batch.number in hits(asked(desk("cashier"), batch.number))["Documents and money"]
    assert hits(asked(desk("outsider"), batch.number)) == {}
    assert way.plan
    assert way.plan.title in hits(asked(desk("leader1"), "慰问资金使用方案"))["Documents and money"]
    assert way.plan.title not in hits(asked(desk("clerk"), "慰问资金使用方案")).get("Documents and money", [])
    assert any(
        "主席办公会" in title for title in hits(asked(desk("leader1"), "主席办公会"))["Documents and money"]
    )


@pytest.mark.parametrize("text", ["rosters", "Lists", "名册", "mc"])
def test_rooms_are_found_in_both_languages_and_by_sound(way: Way, desk: Desk, text: str) -> None:
    found = hits(desk("clerk").post("/search/suggest/", {"q": text})).get("Rooms", [])
    assert ("Lists" in found) is (text != "rosters")


def test_unions_are_found_below_one_s_own(way: Way, desk: Desk) -> None:
    assert "上海市宝山区总工会" in hits(asked(desk("city"), "宝山"))["Unions"]
    assert "Unions" not in hits(asked(desk("clerk"), "宝山"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "%",
        "'; DROP TABLE people_person; --",
        "<script>alert(1)</script>",
        "王" * 500,
        "()",
    ],
)
def test_whatever_is_typed_is_answered(way: Way, desk: Desk, text: str) -> None:
    page = asked(desk("clerk"), text)
    assert page.status_code == 200
    assert "<script>alert" not in text_of(page)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (NUMBER, True),
        ("201x", True),
        ("138 0000 0000", True),
        ("2014", True),
        ("王敏", False),
        ("12号", False),
        ("wm", False),
    ],
)
def test_what_may_be_a_number_is_told_from_words(text: str, number: bool) -> None:
    assert is_number(text) is number


@pytest.mark.parametrize("text", ["送温暖", "wm", NUMBER])
def test_a_search_costs_eight_reads_at_most(way: Way, desk: Desk, text: str) -> None:
    way.sent()
    browser = desk("rights")
    browser.get("/search/")
    with CaptureQueriesContext(connection) as queries:
        browser.post("/search/", {"q": text}) if is_number(text) else browser.get("/search/", {"q": text})
    assert len(reads(queries)) <= 8, reads(queries)
