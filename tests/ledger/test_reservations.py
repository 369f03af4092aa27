"""Reserve → post | void | expire: on an approved plan, from its fund, once for each award."""

from datetime import date

import pytest

from nuanliu.ledger import actions
from nuanliu.ledger.models import Transfer
from nuanliu.ledger.queries import balance_of, open_reservations
from tests.ledger.conftest import DECIDED, World, put_requests, put_settlements, refused

THE_DAY_BEFORE, THE_DAY_AFTER = date(2022, 1, 9), date(2022, 1, 11)


def test_awards_reserve_their_sums_and_nothing_is_booked_twice(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    assert world.reserve(plan, (1, 300), (2, 200)) == actions.Booked(2, 500)
    assert world.reserve(plan, (1, 300), (2, 200), (3, 100)) == actions.Booked(1, 100)
    assert world.settle("post", 1, 2) == actions.Booked(2, 500)
    assert world.settle("post", 1, 2, 3) == actions.Booked(1, 100)
    assert world.settle("post", 1, 2, 3) == actions.Booked(0, 0)


def test_open_reservations_are_those_without_an_outcome(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300), (2, 200), (3, 100))
    world.settle("post", 1)
    world.settle("void", 2)
    found = open_reservations([1, 2, 3, 4])
    assert {award: open_one.amount_fen for award, open_one in found.items()} == {3: 100}
    assert found[3].fund_id == plan.lines.get().fund_id


@pytest.mark.requirement("R-034")
def test_nothing_is_reserved_before_the_plan_is_decided(world: World) -> None:
    fund = world.fund(holds_fen=1000)
    for plan in (world.draft([(fund, ["C1"], 100)]), world.proposed([(fund, ["C1"], 100)])):
        with refused("ledger.plan_not_approved"):
            world.reserve(plan, (1, 100))
    decided = world.approved([(fund, ["C1"], 100)])
    with refused("ledger.plan_not_approved"):
        world.reserve(decided, (1, 100), on=THE_DAY_BEFORE)
    assert balance_of(fund).reserved_fen == 0


@pytest.mark.requirement("R-031", "R-055")
def test_no_award_leaves_the_sum_of_its_line(world: World) -> None:
    fund = world.fund(holds_fen=1000)
    plan = world.approved([(fund, ["C1"], 300), (fund, ["C2"], 700)])
    world.reserve(plan, (1, 200))
    with refused("ledger.plan_exceeded"):
        world.reserve(plan, (2, 100), (3, 1))
    assert world.reserve(plan, (2, 100)).count == 1
    world.settle("void", 2)
    assert world.reserve(plan, (3, 100)).count == 1


@pytest.mark.requirement("R-175")
def test_a_fund_is_not_spent_outside_its_term(world: World) -> None:
    fund = world.fund(holds_fen=1000, valid_from=DECIDED, valid_to=THE_DAY_AFTER)
    plan = world.approved([(fund, ["C1"], 300)], on=THE_DAY_BEFORE)
    with refused("fund.term"):
        world.reserve(plan, (1, 100), on=THE_DAY_BEFORE)
    with refused("fund.term"):
        world.reserve(plan, (1, 100), on=date(2022, 1, 12))
    assert world.reserve(plan, (1, 100), on=DECIDED).count == 1
    assert world.reserve(plan, (2, 100), on=THE_DAY_AFTER).count == 1


def test_an_award_has_one_open_reservation(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300))
    with refused("ledger.already_reserved"):
        world.reserve(plan, (1, 200))
    with refused("ledger.already_reserved"):
        world.reserve(plan, (2, 100), (2, 100))


def test_an_award_that_was_given_its_money_is_never_reserved_again(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300))
    world.settle("post", 1)
    with refused("ledger.already_reserved"):
        world.reserve(plan, (1, 300))


@pytest.mark.parametrize("outcome", ["void", "expire"])
def test_an_award_whose_money_came_back_is_reserved_anew(world: World, outcome: str) -> None:
    fund = world.fund(holds_fen=300)
    plan = world.approved([(fund, ["C1"], 300)])
    for attempt in (1, 2, 3):
        world.reserve(plan, (1, 300))
        assert Transfer.objects.filter(kind="reserve").latest("id").attempt == attempt
        assert world.settle(outcome, 1).count == 1
    assert balance_of(fund).available_fen == 300


def test_what_ended_one_way_does_not_end_another(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300), (2, 300))
    world.settle("void", 1)
    for awards in ([1], [1, 2], [9]):
        with refused("ledger.nothing_open"):
            world.settle("post", *awards)
    assert list(open_reservations([1, 2])) == [2]


def test_an_outcome_before_the_reservation_is_refused(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300))
    with refused("ledger.resolution"):
        world.settle("post", 1, on=THE_DAY_BEFORE)


def test_an_outcome_of_no_known_kind_is_refused(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 300))
    for kind in ("reverse", "reserve", "receive", "paid"):
        with pytest.raises(Exception, match="ledger"):
            world.settle(kind, 1)
    assert list(open_reservations([1])) == [1]


def test_an_unknown_line_refuses_the_whole(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    put_requests([(1, plan.lines.get().pk, 100), (2, plan.pk, 100)])
    with refused("ledger.plan_line_unknown"):
        actions.reserve_many(by=world.leader, on=DECIDED)
    assert open_reservations([1, 2]) == {}


def test_one_statement_reserves_on_many_funds_and_plans(world: World) -> None:
    first, second = world.fund(holds_fen=1000), world.fund(holds_fen=1000)
    plans = [world.approved([(first, ["C1"], 500), (second, ["C1"], 500)]) for _ in range(2)]
    lines = [line.pk for plan in plans for line in plan.lines.order_by("ordinal")]
    put_requests((award, lines[award % 4], 100) for award in range(1, 13))
    assert actions.reserve_many(by=world.leader, on=DECIDED) == actions.Booked(12, 1200)
    assert (balance_of(first).reserved_fen, balance_of(second).reserved_fen) == (600, 600)


def test_old_reservations_expire_and_spared_ones_stay(world: World) -> None:
    fund = world.fund(holds_fen=1000)
    plan = world.approved([(fund, ["C1"], 1000)])
    world.reserve(plan, (1, 100), (2, 100), on=DECIDED)
    world.reserve(plan, (3, 100), on=date(2022, 3, 1))
    on = date(2022, 4, 1)
    expired = actions.expire_reservations(plan, on=on, older_than_days=60, by=world.finance, spared=[2])
    assert expired == actions.Booked(1, 100)
    assert sorted(open_reservations([1, 2, 3])) == [2, 3]
    again = actions.expire_reservations(plan, on=on, older_than_days=60, by=world.finance, spared=[2])
    assert again.count == 0
    with refused("permission.denied"):
        actions.expire_reservations(plan, on=on, older_than_days=60, by=world.rights)


def test_only_the_plan_s_own_reservations_expire(world: World) -> None:
    fund = world.fund(holds_fen=1000)
    first, second = (world.approved([(fund, ["C1"], 500)]) for _ in range(2))
    world.reserve(first, (1, 100), on=DECIDED)
    world.reserve(second, (2, 100), on=DECIDED)
    expired = actions.expire_reservations(first, on=date(2022, 4, 1), older_than_days=1, by=world.finance)
    assert expired.count == 1
    assert list(open_reservations([1, 2])) == [2]


@pytest.mark.requirement("R-044")
def test_who_asks_decides_and_pays_are_different_posts(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    put_requests([(1, plan.lines.get().pk, 100)])
    with refused("permission.denied"):
        actions.reserve_many(by=world.rights, on=DECIDED)
    with refused("permission.denied"):
        actions.reserve_many(by=world.actor("handler"), on=DECIDED)
    actions.reserve_many(by=world.leader, on=DECIDED)
    put_settlements([(1, "post", DECIDED)])
    for role in ("leader", "cashier", "auditor", "system_administrator"):
        with refused("permission.denied"):
            actions.settle_many(by=world.actor(role))
