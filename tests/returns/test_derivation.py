"""Annex 1 is read from the stream: who was given what, in the window, by the day; and each cell opens its records."""

from datetime import date, timedelta

import pytest

from nuanliu.base.scope import Scope, scoped
from nuanliu.returns.queries import EPIDEMIC_TAG, NEW_EMPLOYMENT_TAG, annex1, receipts_of, records_of
from tests.returns.conftest import AS_OF, World


def counted(world: World, *codes: str, union: object = None, as_of: date = AS_OF) -> list[int]:
    values = annex1(union or world.jiading, world.campaign, as_of).values
    return [values[code] for code in codes]


def test_an_award_counts_as_a_person_time_with_its_cash_and_its_goods(world: World) -> None:
    world.give("C1", cash_fen=100_000)
    world.give("C1", cash_fen=100_000, goods_fen=30_000)
    world.give("C7", cash_fen=0, goods_fen=20_000)
    assert counted(world, "C1", "D1", "C7", "D7", "C", "D") == [2, 230_000, 1, 20_000, 3, 250_000]


@pytest.mark.parametrize("state", ["proposed", "approved", "in_payment", "in_handout", "failed", "cancelled"])
def test_only_what_has_reached_the_person_counts(world: World, state: str) -> None:
    world.give("C1", state=state)
    assert counted(world, "C", "D", "J3") == [0, 0, 0]


def test_the_as_of_day_is_the_last_that_counts(world: World) -> None:
    for days in (-1, 0, 1):
        world.give("C1", on=AS_OF + timedelta(days))
    assert counted(world, "C1") == [2]
    assert counted(world, "C1", as_of=AS_OF + timedelta(1)) == [3]
    assert counted(world, "C1", as_of=AS_OF - timedelta(2)) == [0]


@pytest.mark.requirement("R-068")
def test_the_window_counts_from_its_first_day_though_the_notice_was_printed_later(world: World) -> None:
    for day in (
        date(2021, 12, 14),
        date(2021, 12, 15),
        date(2021, 12, 26),
        date(2022, 2, 1),
        date(2022, 2, 2),
    ):
        world.give("C1", on=day)
    assert world.campaign.notice_printed_on == date(2021, 12, 27)
    assert counted(world, "C1", as_of=date(2022, 12, 31)) == [3]


@pytest.mark.requirement("R-069")
def test_the_table_needs_no_entry_of_its_own(world: World) -> None:
    world.give("C1", cash_fen=80_000)
    world.fund(world.jiading, "区经费", receives_fen=500_000)
    table = annex1(world.jiading, world.campaign, AS_OF)
    assert {code: value for code, value in table.values.items() if value} == {
        "B": 500_000,
        "B3": 500_000,
        "C": 1,
        "C1": 1,
        "D": 80_000,
        "D1": 80_000,
    }
    assert not any(cell.is_entered for cell in table.cells.values())


def test_an_award_of_another_campaign_of_the_year_counts_there_alone(world: World) -> None:
    summer = world.another_campaign()
    world.give("C5", campaign=summer, on=date(2021, 8, 1))
    assert counted(world, "C", "D") == [0, 0]
    assert annex1(world.jiading, summer, date(2022, 12, 31)).values["C5"] == 1


@pytest.mark.requirement("R-122")
def test_the_epidemic_lines_are_memo_lines_by_tag(world: World) -> None:
    world.give("C4", tags=[EPIDEMIC_TAG, "MODEL_WORKER"], cash_fen=50_000)
    world.give("C7", tags=[EPIDEMIC_TAG], goods_fen=1_000)
    world.give("C7")
    world.give("C7", tags=[EPIDEMIC_TAG], on=date(2021, 12, 1))
    assert counted(world, "J1", "J2", "C", "D") == [2, 151_000, 3, 251_000]


@pytest.mark.requirement("R-123")
def test_the_new_employment_lines_join_service_month_and_festival_without_counting_twice(
    world: World,
) -> None:
    summer = world.another_campaign()
    tagged = [NEW_EMPLOYMENT_TAG]
    world.give("C7", tags=tagged, on=date(2021, 12, 17))  # in both windows: once
    world.give("C7", tags=tagged, on=date(2022, 1, 5))  # the festival alone
    world.give("C7", tags=tagged, on=date(2021, 11, 20), campaign=summer)  # the service month alone
    world.give("C7", tags=tagged, on=date(2021, 11, 19), campaign=summer)  # neither
    world.give("C7", on=date(2022, 1, 5))  # not in new employment
    assert counted(world, "J3", "J4", "C7") == [3, 300_000, 3]


@pytest.mark.requirement("R-123")
def test_without_a_service_month_the_festival_alone_counts(world: World) -> None:
    campaign = world.another_campaign()
    world.give("C7", tags=[NEW_EMPLOYMENT_TAG], campaign=campaign, on=date(2021, 7, 1))
    world.give("C7", tags=[NEW_EMPLOYMENT_TAG], campaign=campaign, on=date(2021, 6, 30))
    assert annex1(world.jiading, campaign, AS_OF).values["J3"] == 1


@pytest.mark.requirement("R-114")
def test_no_award_counts_in_two_categories(world: World) -> None:
    for number in range(1, 12):
        world.give(f"C{number}", tags=[EPIDEMIC_TAG, NEW_EMPLOYMENT_TAG])
    assert counted(world, *(f"C{number}" for number in range(1, 12))) == [1] * 11
    assert counted(world, "C", "J1", "J3") == [11, 11, 11]
    opened = [record.award_id for number in range(1, 12) for record in records(world, f"C{number}")]
    assert sorted(opened) == sorted(record.award_id for record in records(world, "C"))


# --- what stands behind a cell ---

OPENED = ("C", "D", "C1", "D1", "C7", "D7", "C11", "J1", "J2", "J3", "J4")


def records(world: World, code: str, **wanted: int) -> list:
    return records_of(code, world.jiading, world.campaign, AS_OF, **wanted)


@pytest.mark.parametrize("code", OPENED)
def test_a_cell_opens_onto_the_very_records_it_counts(world: World, code: str) -> None:
    summer = world.another_campaign()
    for category in ("C1", "C7", "C11"):
        for tags in ([], [EPIDEMIC_TAG], [NEW_EMPLOYMENT_TAG], [EPIDEMIC_TAG, NEW_EMPLOYMENT_TAG]):
            world.give(category, tags=tags, cash_fen=1_000, goods_fen=7)
            world.give(category, tags=tags, campaign=summer, on=date(2021, 12, 1))
            world.give(category, tags=tags, state="failed")
            world.give(category, tags=tags, to=world.baoshan)
    opened = records(world, code, limit=1000)
    value = counted(world, code)[0]
    assert value == (
        len(opened) if code[0] == "C" or code in {"J1", "J3"} else sum(r.amount_fen for r in opened)
    )
    assert value > 0


def test_records_come_in_pages_that_neither_miss_nor_repeat(world: World) -> None:
    given = [world.give("C1") for _ in range(7)]
    pages, after = [], 0
    while page := records(world, "C1", after=after, limit=3):
        pages.append([record.award_id for record in page])
        after = page[-1].award_id
    assert pages == [given[0:3], given[3:6], given[6:7]]


def test_a_record_tells_whom_which_union_gave_what_on_which_day(world: World) -> None:
    number = world.give("C1", to=world.company, cash_fen=90_000, on=date(2022, 1, 3))
    (record,) = records(world, "D1")
    assert (record.award_id, record.person_name, record.organization_name) == (
        number,
        "职工1",
        "上海嘉源医疗有限公司工会",
    )
    assert (record.category, record.amount_fen, record.delivered_on) == ("C1", 90_000, date(2022, 1, 3))


def test_a_cell_of_money_received_opens_onto_its_receipts(world: World) -> None:
    world.fund(world.jiading, "区经费", receives_fen=500)
    world.fund(world.jiading, "区财政", receives_fen=70, source_class="local_finance")
    found = receipts_of("B", world.jiading, world.campaign, AS_OF)
    assert [(row["fund"], row["amount_fen"]) for row in found] == [("区经费", 500), ("区财政", 70)]
    assert sum(row["amount_fen"] for row in found) == counted(world, "B")[0]
    assert [row["fund"] for row in receipts_of("B2", world.jiading, world.campaign, AS_OF)] == ["区财政"]


@pytest.mark.parametrize("code", ["A", "B1", "E1", "G", "X9", "C12"])
def test_a_cell_that_awards_do_not_fill_is_not_opened_as_awards(world: World, code: str) -> None:
    with pytest.raises(ValueError, match=code):
        records(world, code)


def test_another_district_sees_nothing_of_it(world: World) -> None:
    world.give("C1")
    world.fund(world.jiading, "区经费", receives_fen=500)
    with scoped(Scope.for_path(world.baoshan.path)):
        assert counted(world, "C", "D", "B") == [0, 0, 0]
        assert records(world, "C") == []
