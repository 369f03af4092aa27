"""A table shown again is the table of this moment: whatever moved, nobody is shown an old one."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nuanliu.returns.actions import enter_value, withdraw_value
from nuanliu.returns.models import StreamChange
from nuanliu.returns.queries import (
    annex1,
    annex1_by_child,
    annex1_by_child_kept,
    annex1_kept,
    annex1_with_own_kept,
    difference,
    receipts_of,
    records_of,
)
from tests.returns.conftest import AS_OF, World, forbidden
from tests.returns.test_rollup import populate


def kept(world: World) -> dict[str, int]:
    return annex1_kept(world.jiading, world.campaign, AS_OF).values


def type_g(world: World) -> None:
    enter_value(world.jiading, world.campaign, "G", 7, reason="登记表", on=AS_OF, by=world.cast.rights)


CHANGES: dict[str, Callable[[World], object]] = {
    "an award reaches its person": lambda world: world.give("C1"),
    "an award of a union below": lambda world: world.give("C1", to=world.company),
    "money comes in": lambda world: world.fund(world.jiading, "区经费", receives_fen=500),
    "a value is typed": type_g,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_moves_is_seen_at_once(world: World, change: Callable[[World], object]) -> None:
    before = kept(world)
    change(world)
    assert kept(world) != before
    assert kept(world) == annex1(world.jiading, world.campaign, AS_OF).values


def test_a_payment_that_brings_an_award_to_its_person_is_seen(world: World) -> None:
    number = world.give("C1", state="in_payment")
    assert kept(world)["C1"] == 0
    deliver(number)
    assert kept(world)["C1"] == 1


def test_an_award_that_is_taken_back_is_seen(world: World) -> None:
    number = world.give("C1")
    assert kept(world)["C1"] == 1
    deliver(number, "failed", None)
    assert kept(world)["C1"] == 0


def deliver(number: int, state: str = "delivered", on: object = AS_OF) -> None:
    """The change alone, without what judges it: this is about what is seen of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.test_move(%s, %s, %s)", [number, state, on])


def test_a_change_that_was_rolled_back_does_not_stand_for_another(world: World) -> None:
    kept(world)
    with transaction.atomic():
        world.give("C1")
        assert kept(world)["C1"] == 1
        transaction.set_rollback(True)
    assert kept(world)["C1"] == 0
    world.give("C2")
    assert (kept(world)["C1"], kept(world)["C2"]) == (0, 1)


def test_shown_again_it_reads_the_mark_alone(world: World) -> None:
    world.give("C1")
    kept(world)
    with CaptureQueriesContext(connection) as asked:
        kept(world)
    assert not any("awards_award" in query["sql"] for query in asked.captured_queries)


def test_a_typed_value_does_not_count_the_awards_again(world: World) -> None:
    world.give("C1")
    before = kept(world)
    type_g(world)
    with CaptureQueriesContext(connection) as asked:
        after = kept(world)
    assert after == before | {"G": 7}
    assert not any("FROM awards_award award" in query["sql"] for query in asked.captured_queries)


def test_what_the_union_itself_typed_is_kept_with_who_when_and_why(world: World) -> None:
    type_g(world)
    for _ in range(2):
        own = annex1_with_own_kept(world.jiading, world.campaign, AS_OF)[1]["G"]
        assert (own.value, own.typed_by, own.entered_on, own.reason) == (
            7,
            world.cast.rights.user_name,
            AS_OF,
            "登记表",
        )
    withdraw_value(world.jiading, world.campaign, "G", reason="误填", on=AS_OF, by=world.cast.rights)
    assert annex1_with_own_kept(world.jiading, world.campaign, AS_OF)[1] == {}


def test_the_marks_are_only_added(world: World) -> None:
    world.give("C1")
    assert StreamChange.objects.exists()
    with forbidden("right"):
        StreamChange.objects.all()._raw_delete("default")


@pytest.mark.parametrize("seed", range(3))
def test_the_kept_roll_up_is_the_computed_one(world: World, seed: int) -> None:
    populate(world, Random(seed))
    for _ in range(2):
        assert annex1_by_child_kept(world.city, world.campaign, AS_OF) == annex1_by_child(
            world.city, world.campaign, AS_OF
        )


@pytest.mark.parametrize("seed", range(6))
def test_what_came_between_two_days_is_the_difference_of_two_tables(world: World, seed: int) -> None:
    random = Random(seed)
    days = [AS_OF - timedelta(number) for number in range(9)]
    for _ in range(40):
        union = random.choice([world.jiading, world.company, world.baoshan])
        tags = random.choice([[], ["EPIDEMIC_FRONTLINE"], ["NEW_EMPLOYMENT_FORM"]])
        fen = random.randrange(1, 10**6)
        world.give(f"C{random.randint(1, 11)}", to=union, on=random.choice(days), tags=tags, cash_fen=fen)
    for day in days[:4]:
        fund = world.fund(world.jiading, f"{day}", source_class="local_finance")
        receive(world, fund, random.randrange(1, 10**6), day)
    before, after = sorted(random.sample(days, 2))
    tables = [annex1(world.jiading, world.campaign, day).values for day in (before, after)]
    came = {code: change_of(world, code, before, after) for code in tables[1] if code[0] in "BCDJ"}
    assert {code: value for code, value in came.items() if value} == difference(*tables)


def receive(world: World, fund: object, fen: int, on: object) -> None:
    from nuanliu.ledger import actions as ledger

    ledger.receive(fund, fen, on=on, evidence=f"进账单{on}", by=world.finance_of(world.jiading))


def change_of(world: World, code: str, before: object, after: object) -> int:
    """What the records of a cell between two days come to."""
    if code[0] == "B":
        found = receipts_of(code, world.jiading, world.campaign, after, since=before)
        return sum(row["amount_fen"] for row in found)
    records = records_of(code, world.jiading, world.campaign, after, since=before, limit=1000)
    is_count = code[0] == "C" or code in {"J1", "J3"}
    return len(records) if is_count else sum(record.amount_fen for record in records)
