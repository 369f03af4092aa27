"""Rows whose source is not in the stream are typed, with a reason, and can be taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from nuanliu.returns.actions import enter_value, withdraw_value
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue
from nuanliu.returns.queries import annex1, entered_of
from nuanliu.returns.rules import ENTERED_CODES, Cell
from tests.returns.conftest import AS_OF, World, forbidden, refused

SOURCE = "走访登记簿，共12家"


def enter(world: World, code: str = "A", value: int = 12, **wanted: object) -> EnteredValue:
    given = {"reason": SOURCE, "on": AS_OF, "by": world.cast.clerk}
    return enter_value(world.jiading, world.campaign, code, value, **{**given, **wanted})


def cell(world: World, code: str, *, as_of: date = AS_OF, union: object = None) -> Cell:
    return annex1(union or world.jiading, world.campaign, as_of).cells[code]


def test_a_typed_value_stands_in_the_table_and_in_its_total_marked_as_entered(world: World) -> None:
    enter(world, "A", 12)
    enter(world, "E2", 30)
    assert (cell(world, "A").value, cell(world, "A").is_entered) == (12, True)
    assert (cell(world, "E").value, cell(world, "E").is_entered) == (30, True)
    assert (cell(world, "F").value, cell(world, "F").is_entered) == (0, False)


def test_the_newest_value_of_a_union_counts_and_the_older_stay_to_be_read(world: World) -> None:
    enter(world, "A", 12)
    enter(world, "A", 15, reason="漏登三家")
    assert cell(world, "A").value == 15
    assert list(EnteredValue.objects.order_by("ordinal").values_list("ordinal", "value")) == [
        (1, 12),
        (2, 15),
    ]


def test_an_earlier_day_shows_what_stood_then(world: World) -> None:
    enter(world, "A", 12, on=AS_OF)
    enter(world, "A", 15, on=AS_OF + timedelta(5), reason="漏登三家")
    assert cell(world, "A", as_of=AS_OF - timedelta(1)) == Cell("A")
    assert cell(world, "A", as_of=AS_OF) == Cell("A", 0, 12)
    assert cell(world, "A", as_of=AS_OF + timedelta(5)) == Cell("A", 0, 15)


def test_a_value_is_taken_back_by_a_newer_empty_entry(world: World) -> None:
    enter(world, "A", 12)
    withdraw_value(world.jiading, world.campaign, "A", reason="误填", on=AS_OF, by=world.cast.clerk)
    assert cell(world, "A") == Cell("A", 0, None)
    assert EnteredValue.objects.count() == 2
    enter(world, "A", 13)
    assert cell(world, "A") == Cell("A", 0, 13)


def test_what_nobody_typed_cannot_be_taken_back(world: World) -> None:
    with refused("return.nothing_entered"):
        withdraw_value(world.jiading, world.campaign, "A", reason="误填", on=AS_OF, by=world.cast.clerk)


def test_a_second_run_writes_nothing(world: World) -> None:
    assert enter(world).pk == enter(world).pk
    for _ in range(2):
        withdraw_value(world.jiading, world.campaign, "A", reason="误填", on=AS_OF, by=world.cast.clerk)
    assert EnteredValue.objects.count() == 2


def test_each_union_types_its_own_part_and_the_superior_adds_them_up(world: World) -> None:
    enter(world, "G", 12)
    base = world.cast.base
    enter_value(world.company, world.campaign, "G", 5, reason="厂门口登记", on=AS_OF, by=base)
    assert cell(world, "G").value == 17
    assert [(value.organization.path, value.value) for value in opened(world, "G")] == [
        (world.jiading.path, 12),
        (world.company.path, 5),
    ]


def test_a_total_opens_onto_the_typed_values_of_its_parts(world: World) -> None:
    enter(world, "E1", 1)
    enter(world, "E5", 5)
    enter(world, "F1", 9)
    assert [(value.code, value.value, value.reason) for value in opened(world, "E")] == [
        ("E1", 1, SOURCE),
        ("E5", 5, SOURCE),
    ]


def opened(world: World, code: str) -> list[EnteredValue]:
    return list(entered_of(code, world.jiading, world.campaign, AS_OF))


@pytest.mark.parametrize("code", sorted(set(form(ANNEX1).codes) - ENTERED_CODES))
def test_a_row_that_follows_from_records_cannot_be_typed(world: World, code: str) -> None:
    with refused("return.derived_cell"):
        enter(world, code, 1)
    with forbidden("entered_where_not_derived"):
        insert(world, code=code)


def test_a_value_needs_a_reason_and_is_not_negative(world: World) -> None:
    with refused("return.reason_missing"):
        enter(world, reason="  ")
    with refused("return.negative"):
        enter(world, value=-1)
    with forbidden("entered_with_reason"):
        insert(world, reason="")
    with forbidden("entered_not_negative"):
        insert(world, value=-1)


def test_who_leads_or_pays_types_nothing_and_nobody_types_for_another_district(world: World) -> None:
    for by in (world.cast.leader1, world.cast.cashier, world.cast.head, world.cast.outsider):
        with refused("permission.denied"):
            enter(world, by=by)


def test_a_typed_value_is_never_changed_or_removed(world: World) -> None:
    entered = enter(world)
    with forbidden("right"):
        EnteredValue.objects.filter(pk=entered.pk).update(value=99)
    with forbidden("right"):
        entered.delete()


def test_a_typed_value_lies_under_the_path_of_its_union(world: World) -> None:
    with forbidden("return_of_its_union"):
        insert(world, organization_path=world.baoshan.path)


def insert(world: World, **differing: object) -> None:
    EnteredValue.objects.create(
        **{
            "form": ANNEX1,
            "organization": world.jiading,
            "organization_path": world.jiading.path,
            "campaign": world.campaign,
            "code": "A",
            "ordinal": 1,
            "value": 1,
            "entered_on": AS_OF,
            "reason": SOURCE,
            "entered_by_id": world.cast.clerk.user_id,
            **differing,
        }
    )


def test_two_who_type_into_the_same_row_take_turns(world: World, raw_sql: Callable[..., list[Any]]) -> None:
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    [(before,)] = raw_sql(held)
    enter(world, "G", 7)
    assert raw_sql(held) == [(before + 1,)]
