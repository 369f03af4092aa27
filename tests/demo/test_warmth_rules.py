"""Standards, households and the record, through the command."""

import pytest

from tests.demo.conftest import Warmth
from tests.demo.making import Desk
from tests.demo.paper import OFFICIAL, Page

XUHUI, EDUCATION, GRASSROOTS = "上海市徐汇区总工会", "上海市教育工会", "上海嘉源医疗有限公司工会"


pytestmark = pytest.mark.usefixtures("unprinted")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), 31)


def test_cash_stands_for_goods_only_where_the_line_says_so(warmth: Warmth, desk: Desk) -> None:
    lines = {
        "C1": {"cash_yuan": 500, "goods_yuan": 200, "convertible": True},
        "C2": {"cash_yuan": 500, "goods_yuan": 200},
    }

    def fill(page: Page) -> None:
        page.person(cash=700)
        page.person(cash=701)
        page.person(cash=600, goods="大米", goods_value=100)
        page.person(category="C2", cash=600, goods="大米", goods_value=100)
        page.person(category="C2", cash=500, goods="大米", goods_value=200)
        page.person(category="C2", cash=400, goods="大米", goods_value=300)
        page.person(category="C2", cash=700)
        page.person(category="C2", cash=500)
        page.person(category="C2", cash=None, goods="大米", goods_value=700)

    done = warmth(desk.list(fill), standard=desk.standard(lines))
    assert done.told() == {
        "名册!5": ["standard.exceeded"],
        "名册!7": ["standard.exceeded"],
        "名册!10": ["standard.exceeded"],
        "名册!11": ["standard.below"],
    }
    assert (done.summary["rows_accepted"], done.summary["orders"]) == (6, 5)


def test_a_household_is_given_to_once_where_the_line_says_so(warmth: Warmth, desk: Desk) -> None:
    lines = {"C1": {"cash_yuan": 1000}, "C2": {"cash_yuan": 2000, "per": "household"}}

    def fill(page: Page) -> None:
        page.person(category="C2", cash=2000, household="甲001")
        page.person(category="C2", cash=2000, household=" 甲001")
        page.person(category="C2", cash=2000, household="甲002")
        page.person(category="C1", household="甲001")
        page.person(category="C1", household="甲001")
        page.person(category="C2", cash=2000)
        page.person(category="C2", cash=2000)

    done = warmth(
        desk.list(fill, headings={**OFFICIAL, "household": "户编号"}), standard=desk.standard(lines)
    )
    assert done.told() == {"名册!5": ["household.duplicate"]}


def test_a_category_without_a_line_has_no_standard(warmth: Warmth, desk: Desk) -> None:
    def fill(page: Page) -> None:
        page.person()
        page.person(category="C5", cash=500)

    done = warmth(desk.list(fill), standard=desk.standard({"C1": {"cash_yuan": 1000}}))
    assert done.told() == {"名册!5": ["standard.missing"]}


def test_a_standard_that_is_over_covers_nothing(warmth: Warmth, desk: Desk) -> None:
    over = desk.standard({"C1": {"cash_yuan": 1000}}, valid_to="2022-01-09")
    done = warmth(desk.list(2), standard=over)
    assert done.told() == {"名册!4": ["standard.missing"], "名册!5": ["standard.missing"]}
    assert done.summary["rows_accepted"] == 0


def test_without_a_file_the_nearest_standard_in_force_holds(warmth: Warmth, desk: Desk) -> None:
    city = desk.standard({"C1": {"cash_yuan": 1000}}, organization="上海市总工会")
    assert warmth(desk.list(1, unit=EDUCATION), standard=city).summary["rows_accepted"] == 1
    done = warmth(desk.list(2, unit="上海市虹口区总工会"), standard=None)
    assert (done.summary["rows_accepted"], done.summary["paid"]) == (2, 2)


def test_a_grassroots_union_is_served_by_its_district(warmth: Warmth, desk: Desk) -> None:
    done = warmth(desk.list(2, unit=GRASSROOTS))
    assert (done.summary["paid"], done.summary["annex1"]["C1"], done.summary["annex1"]["B3"]) == (
        2,
        2,
        "0.20",
    )


def test_a_grassroots_union_s_own_standard_holds_when_it_lies_above(warmth: Warmth, desk: Desk) -> None:
    own = desk.standard({"C1": {"cash_yuan": 800}}, organization=GRASSROOTS, filed_with="上海市嘉定区总工会")
    done = warmth(desk.list(1, unit=GRASSROOTS), standard=own)
    assert done.told() == {"名册!4": ["standard.exceeded"]}


def test_any_district_and_industry_has_its_staff(warmth: Warmth, desk: Desk) -> None:
    for unit in (XUHUI, "浦东新区总工会", "上海市医务工会"):
        standard = desk.standard({"C1": {"cash_yuan": 1000}}, organization=unit)
        assert warmth(desk.list(1, unit=unit), standard=standard).summary["paid"] == 1, unit


def test_the_record_knows_people_and_accounts_whoever_gave(warmth: Warmth, desk: Desk) -> None:
    first, second = desk.people(), desk.people()

    def fill(page: Page) -> None:
        page.person(who=first)

    def fill_elsewhere(page: Page) -> None:
        page.person(who=first)
        page.person(who=first, category="C2", cash=2000)
        page.person(who=first, name="别人", account=desk.people().account)
        page.person(who=second, account=first.account)

    assert warmth(desk.list(fill)).summary["paid"] == 1
    standard = desk.standard({"C1": {"cash_yuan": 1000}, "C2": {"cash_yuan": 2000}}, organization=XUHUI)
    done = warmth(desk.list(fill_elsewhere, unit=XUHUI), standard=standard)
    assert done.told() == {
        "名册!4": ["duplicate.in_programme"],
        "名册!5": ["duplicate.other_category"],
        "名册!6": ["identity.name_conflict"],
        "名册!7": ["account.shared"],
    }
    clashes = [found["message"] for found in done.findings if found["code"].startswith("duplicate.")]
    assert all("其他单位" in message and "嘉定" not in message for message in clashes)
    assert (done.summary["people"], done.summary["awards"]) == (1, 1)
