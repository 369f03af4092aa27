"""Annex 1 at the desks: the form, what stands behind its cells, who has sent, what changed, a version's steps."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.base.scope import Scope, scoped
from nuanliu.returns.models import EnteredValue, Return
from tests.returns.conftest import AS_OF, GIVEN, World, delivering, make_world  # noqa: F401  a fixture
from tests.returns.test_versions import drafted_with
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db
DUE = date(2022, 1, 10)


@pytest.fixture
def world(cast: Any, delivering: None) -> World:  # noqa: F811  the fixture above
    """The tables' world; no scope is open."""
    with scoped(Scope.for_path("/0/")):
        return make_world(cast)


class Annexes:
    """Addresses and records of the tables' world."""

    def __init__(self, world: World, desk: Any) -> None:
        self.world, self.desk = world, desk
        self.desks: dict[str, Any] = {}

    def at(self, name: str) -> Any:
        if name not in self.desks:
            self.desks[name] = self.desk(name)
        return self.desks[name]

    def address(self, more: str = "", union: Any = None, as_of: date = AS_OF) -> str:
        return f"/annex1/{self.world.campaign.pk}/{(union or self.world.jiading).pk}/{more}?as_of={as_of}"

    def of(self, do: Any) -> Any:
        with scoped(Scope.for_path("/0/")):
            return do()

    def give(self, count: int = 1, **wanted: Any) -> list[int]:
        return self.of(lambda: [self.world.give(**wanted) for _ in range(count)])

    def open(self, name: str, more: str = "", **wanted: Any) -> Any:
        """A page; `asked` is appended to its query."""
        asked = wanted.pop("asked", "")
        return self.at(name).get(self.address(more, **wanted) + asked)

    def part(self, name: str, code: str, asked: str = "", **wanted: Any) -> Any:
        return self.at(name).get(
            self.address(f"cells/{code}/", **wanted) + asked, headers={"HX-Request": "true"}
        )


@pytest.fixture
def annexes(world: World, desk: Any) -> Annexes:
    return Annexes(world, desk)


# --- the form ---


def test_the_page_is_the_form_as_on_paper(annexes: Annexes) -> None:
    page = text_of(annexes.open("rights"))
    for words in (
        "2022年元旦春节期间各级工会送温暖统计表",
        "填报单位",
        "上海市嘉定区总工会",
        "编号",
        "项目",
        "合计",
        "B=B1+B2+B3+B4+B5+B6",
        "（填报单位盖章）",
        "统计截至 2022 年 1 月 18 日",
    ):
        assert words in page
    assert page.count('class="number value') == 49


def test_the_counter_tells_known_from_typed(annexes: Annexes) -> None:
    page = annexes.open("rights")
    assert (page.context["sheet"].known, page.context["sheet"].typed) == (49, 0)
    annexes.at("rights").post(annexes.address("enter/"), {"code": "E2", "value": "36", "reason": "帮扶台账"})
    page = annexes.open("rights")
    assert (page.context["sheet"].known, page.context["sheet"].typed) == (47, 2)
    assert "2 typed" in text_of(page)


def test_a_page_shown_again_asks_at_most_eight_times(annexes: Annexes) -> None:
    annexes.give(30)
    for more, asked in (("", ""), ("", "&cell=C1"), ("children/", ""), ("difference/", "&before=2022-01-05")):
        annexes.open("rights", more, asked=asked)
        with CaptureQueriesContext(connection) as seen:
            assert annexes.open("rights", more, asked=asked).status_code == 200
        assert len(reads(seen)) <= 8, (more, asked, "\n".join(one[:150] for one in reads(seen)))


def test_a_typed_cell_tells_who_when_and_from_what(annexes: Annexes) -> None:
    said = {"code": "A", "value": "12", "reason": "走访企业台账"}
    answer = annexes.at("rights").post(annexes.address("enter/"), said)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("cell=A#cell-A")
    tip = text_of(annexes.open("rights")).split('id="typed-A"')[1].split("</div>")[0]
    for words in ("12 家", "陆权", str(AS_OF), "走访企业台账"):
        assert words in tip


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": "", "reason": "台账"}, "value"),
        ({"value": "十二", "reason": "台账"}, "value"),
        ({"value": "1.5", "reason": "台账"}, "value"),
        ({"value": "NaN", "reason": "台账"}, "value"),
        ({"value": "1e99", "reason": "台账"}, "value"),
        ({"value": "12", "reason": ""}, "reason"),
        ({"value": "12", "reason": "长" * 501}, "reason"),
    ],
)
def test_what_cannot_be_read_comes_back_in_its_field(annexes: Annexes, typed: dict, field: str) -> None:
    answer = annexes.at("rights").post(annexes.address("enter/"), {"code": "A", **typed})
    assert answer.status_code == 422
    assert list(answer.context["typed_form"].errors) == [field]
    assert typed["value"] in text_of(answer)
    assert annexes.of(EnteredValue.objects.count) == 0


@pytest.mark.parametrize(("code", "status"), [("C1", 422), ("E", 422), ("Z9", 404), ("", 404)])
def test_a_row_that_follows_from_records_is_not_typed(annexes: Annexes, code: str, status: int) -> None:
    said = {"code": code, "value": "12", "reason": "台账"}
    assert annexes.at("rights").post(annexes.address("enter/"), said).status_code == status
    assert annexes.of(EnteredValue.objects.count) == 0


def test_a_negative_value_is_refused(annexes: Annexes) -> None:
    said = {"code": "A", "value": "-1", "reason": "台账"}
    assert annexes.at("rights").post(annexes.address("enter/"), said).status_code == 422


def test_a_typed_value_is_taken_back_from_beside_the_form(annexes: Annexes) -> None:
    rights = annexes.at("rights")
    rights.post(annexes.address("enter/"), {"code": "A", "value": "12", "reason": "台账"})
    answer = rights.post(annexes.address("entered/A/withdraw/"), {"A-reason": "误填", "back": "form"})
    assert answer.headers["Location"].endswith("cell=A#cell-A")
    assert annexes.open("rights").context["sheet"].line("A").cell.value == 0


# --- what stands behind a cell ---


def test_a_cell_opens_the_same_beside_the_form_and_as_a_page(annexes: Annexes) -> None:
    annexes.give(3, category="C2")
    part, page = annexes.part("rights", "C2"), annexes.open("rights", asked="&cell=C2")
    assert "<html" not in text_of(part)
    for answer in (part, page):
        assert [record.amount_fen for record in answer.context["page"].rows] == [100_000] * 3
        assert "agrees with the cell" in text_of(answer)


def test_a_cell_asked_without_script_leads_to_the_form_with_the_cell_open(annexes: Annexes) -> None:
    answer = annexes.open("rights", "cells/C2/")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{annexes.address()}&cell=C2#records",
    )


def test_records_come_page_by_page_and_add_up_to_the_cell(annexes: Annexes) -> None:
    given = annexes.give(45, category="C5")
    seen, sums, asked = [], 0, ""
    while True:
        shown = annexes.part("rights", "C5", asked).context
        seen += [record.award_id for record in shown["page"].rows]
        sums += shown["page_fen"]
        assert (shown["persons"], shown["fen"]) == (45, 4_500_000)
        assert shown["last"] == len(seen)
        if not shown["page"].next:
            break
        asked = f"&after={shown['page'].next}&first={shown['following']}"
    assert (seen, sums) == (given, 4_500_000)


def test_names_are_masked_and_lead_to_the_award(annexes: Annexes) -> None:
    (number,) = annexes.give(category="C3")
    page = text_of(annexes.part("rights", "C3"))
    assert f'href="/awards/{number}/"' in page
    assert "职*" in page
    assert "职工1" not in page


@pytest.mark.parametrize("code", ["Z1", "C12", "c1", "B9"])
def test_a_cell_that_the_form_lacks_is_not_there(annexes: Annexes, code: str) -> None:
    assert annexes.part("rights", code).status_code == 404
    assert annexes.open("rights", asked=f"&cell={code}").status_code == 404


@pytest.mark.parametrize("asked", ["&after=x", "&first=x&after=1"])
def test_a_page_key_that_is_none_is_not_there(annexes: Annexes, asked: str) -> None:
    assert annexes.part("rights", "C", asked).status_code == 404


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("more", ["", "children/", "difference/", "entered/", "cells/C/"])
def test_an_outsider_finds_no_table_of_this_union(annexes: Annexes, more: str) -> None:
    assert annexes.open("outsider", more).status_code == 404


# --- two days, or a version and today ---


def test_two_days_are_compared_cell_by_cell(annexes: Annexes) -> None:
    annexes.give(2, category="C1", on=date(2022, 1, 3))
    annexes.give(3, category="C1", on=date(2022, 1, 9))
    page = annexes.open("rights", "difference/", asked="&before=2022-01-05&cell=C1")
    (line,) = [line for line in page.context["lines"] if line["row"].code == "C1"]
    assert (line["before"], line["after"], line["change"]) == (2, 5, 3)
    assert [line["row"].code for line in page.context["changed"]] == ["C", "D", "C1", "D1"]
    assert len(page.context["page"].rows) == page.context["persons"] == 3


def test_two_days_the_wrong_way_round_are_put_in_order(annexes: Annexes) -> None:
    page = annexes.open("rights", "difference/", asked="&before=2022-02-01")
    assert (page.context["before"], page.context["as_of"]) == (AS_OF, date(2022, 2, 1))


def test_against_the_last_signed_version_it_tells_booked_later_from_came_since(annexes: Annexes) -> None:
    annexes.give(2, category="C1", on=GIVEN)
    annexes.of(lambda: annexes.world.signed(as_of=GIVEN))
    annexes.give(1, category="C1", on=GIVEN)
    annexes.give(4, category="C1", on=AS_OF)
    page = annexes.open("rights", "difference/")
    (line,) = [line for line in page.context["lines"] if line["row"].code == "C1"]
    assert [line[name] for name in ("before", "late", "came", "after", "change")] == [2, 1, 4, 7, 5]
    assert "+5 persons" in text_of(annexes.open("rights"))


def test_before_anything_is_signed_a_day_is_asked_for(annexes: Annexes) -> None:
    assert "Nothing is signed yet" in text_of(annexes.open("rights", "difference/"))


# --- children ---


def test_the_table_of_children_adds_up_to_its_foot(annexes: Annexes) -> None:
    world = annexes.world
    annexes.give(2, to=world.jiading)
    annexes.give(3, to=world.baoshan, category="C7")
    page = annexes.open("city", "children/", union=world.city)
    rolled = page.context["rolled"]
    for code, whole in rolled.whole.values.items():
        parts = rolled.own.values[code] + sum(row["values"][code] for row in page.context["rows"])
        assert parts - rolled.eliminated.get(code, 0) == whole
    assert (rolled.whole.values["C"], rolled.whole.values["C7"]) == (5, 3)


def test_each_child_says_where_its_report_stands(annexes: Annexes) -> None:
    world = annexes.world

    def sent() -> None:
        world.campaign.reports_due_on = DUE
        world.campaign.__class__.objects.filter(pk=world.campaign.pk).update(reports_due_on=DUE)
        world.submitted()

    annexes.of(sent)
    page = annexes.open("city", "children/", union=world.city)
    counts = page.context["counts"]
    assert (counts["submitted"], counts["not_begun"], counts["late"]) == (
        1,
        len(page.context["rows"]) - 1,
        len(page.context["rows"]),
    )
    late = annexes.open("city", "children/", union=world.city).context["rows"]
    assert {row["report"].days_late for row in late} == {8}
    only = annexes.at("city").get(annexes.address("children/", union=world.city) + "&state=submitted")
    assert [row["organization"].pk for row in only.context["rows"]] == [world.jiading.pk]


# --- the steps of a version ---


def test_a_version_goes_through_its_steps_at_the_desks(annexes: Annexes) -> None:
    found = annexes.of(lambda: annexes.world.draft())
    address = f"/annex1/versions/{found.pk}/"
    page = text_of(annexes.at("rights").get(address))
    assert "Done by" in page
    annexes.at("head").post(f"{address}sign/", {"on": AS_OF})
    annexes.at("head").post(f"{address}submit/", {"on": AS_OF + timedelta(1)})
    annexes.at("city").post(f"{address}send-back/", {"reason": "C7 与名册不符"})
    found = annexes.of(lambda: Return.objects.get(pk=found.pk))
    assert (found.state, found.submitted_on) == ("returned", AS_OF + timedelta(1))
    assert "C7 与名册不符" in text_of(annexes.at("clerk").get(address))


def test_a_broken_total_is_shown_on_its_cell_with_rule_and_difference(annexes: Annexes) -> None:
    broken = annexes.of(lambda: drafted_with(annexes.world, {"C": 7, "C1": 5, "D": 0}))
    page = annexes.at("head").get(f"/annex1/versions/{broken.pk}/")
    wrong = page.context["sheet"].line("C").broken
    assert (wrong.expected, wrong.found, wrong.difference) == (5, 7, 2)
    tip = text_of(page).split('id="break-C"')[1].split("</div>")[0]
    for words in ("C = C1 + C2", "Notice No. 194 (2021), annex 1", "+2"):
        assert words in tip
    assert "Totals do not add up" in text_of(page)
    assert f'action="/annex1/versions/{broken.pk}/sign/"' not in text_of(page)


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_papers_of_a_version_are_at_hand(annexes: Annexes, kind: str) -> None:
    found = annexes.of(lambda: annexes.world.draft())
    assert f"paper.{kind}" in text_of(annexes.at("rights").get(f"/annex1/versions/{found.pk}/"))
    answer = annexes.at("rights").get(f"/annex1/versions/{found.pk}/paper.{kind}")
    assert answer.content.startswith(b"%PDF" if kind == "pdf" else b"PK")
    taken = annexes.of(AuditEntry.objects.filter(action="returns.take_paper").get)
    assert (taken.subject_id, taken.after["paper"]) == (str(found.pk), kind)
