"""Many at once: the limit is reached exactly, and nobody waits in a circle."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions
from nuanliu.ledger.queries import balance_of
from tests.ledger.conftest import DECIDED, RECEIVED, World, make_world, put_requests, put_settlements

CLIENTS = 8
TRIES = 25
LIMIT = 120

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE_TREE = Scope.for_path("/0/")


def together(act: Callable[[int], str]) -> Counter[str]:
    """Each client, on its own connection, does the act in turn; how often each outcome came."""

    def client(number: int) -> list[str]:
        try:
            return [act(number * TRIES + turn) for turn in range(TRIES)]
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        return Counter(outcome for outcomes in clients.map(client, range(CLIENTS)) for outcome in outcomes)


def reserve(world: World, requests: Sequence[tuple[int, UUID, int]]) -> str:
    try:
        with scoped(WHOLE_TREE):
            put_requests(requests)
            actions.reserve_many(by=world.leader, on=DECIDED)
    except Refused as refusal:
        return refusal.code
    return "reserved"


@pytest.mark.requirement("R-031")
def test_a_crowd_on_one_fund_gets_exactly_what_is_there(approving: None) -> None:
    with scoped(WHOLE_TREE):
        world = make_world()
        fund = world.fund(holds_fen=LIMIT * 100)
        line = world.approved([(fund, ["C1"], LIMIT * 100)]).lines.get().pk
    outcomes = together(lambda award: reserve(world, [(award, line, 100)]))
    assert outcomes == {"reserved": LIMIT, "ledger.plan_exceeded": CLIENTS * TRIES - LIMIT}
    with scoped(WHOLE_TREE):
        assert balance_of(fund).available_fen == 0


def test_a_crowd_that_names_two_funds_in_either_order_does_not_deadlock(approving: None) -> None:
    with scoped(WHOLE_TREE):
        world = make_world()
        funds = [world.fund(holds_fen=CLIENTS * TRIES * 100) for _ in range(2)]
        plan = world.approved([(fund, ["C1"], CLIENTS * TRIES * 100) for fund in funds])
        lines = [line.pk for line in plan.lines.order_by("ordinal")]

    def both(award: int) -> str:
        order = lines if award % 2 else lines[::-1]
        return reserve(world, [(award * 2 + place, line, 100) for place, line in enumerate(order)])

    assert together(both) == {"reserved": CLIENTS * TRIES}


def test_a_crowd_that_settles_one_award_settles_it_once(approving: None) -> None:
    with scoped(WHOLE_TREE):
        world = make_world()
        fund = world.fund(holds_fen=100)
        plan = world.approved([(fund, ["C1"], 100)])
        world.reserve(plan, (1, 100))

    def settle(turn: int) -> str:
        try:
            with scoped(WHOLE_TREE):
                put_settlements([(1, "post" if turn % 2 else "void", DECIDED)])
                return f"booked {actions.settle_many(by=world.releaser).count}"
        except Refused as refusal:
            return refusal.code

    outcomes = together(settle)
    assert outcomes["booked 1"] == 1
    assert outcomes.keys() <= {"booked 1", "booked 0", "ledger.nothing_open", "ledger.already_resolved"}
    with scoped(WHOLE_TREE):
        found = balance_of(fund)
    assert (found.reserved_fen, found.given_fen + found.available_fen) == (0, 100)


@pytest.mark.requirement("R-031")
def test_a_crowd_of_plans_does_not_count_on_the_same_money(approving: None) -> None:
    with scoped(WHOLE_TREE):
        world = make_world()
        fund = world.fund()
        actions.receive(fund, 700, on=RECEIVED, evidence="进账单", by=world.finance)

    def propose(_: int) -> str:
        try:
            with scoped(WHOLE_TREE):
                return str(world.proposed([(fund, ["C1"], 100)]).state)
        except Refused as refusal:
            return refusal.code

    assert together(propose) == {"proposed": 7, "plan.insufficient": CLIENTS * TRIES - 7}
