"""Annex 1 at the desks: the form, what stands behind its cells, who has sent, what changed, a version's steps."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.base.scope import Scope, scoped
from tests.returns.conftest import AS_OF, GIVEN, World, delivering, make_world  # noqa: F401  a fixture
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
