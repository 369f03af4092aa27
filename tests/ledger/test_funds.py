"""Funds with their sources and restrictions, and the money that moves between them."""

from nuanliu.ledger.queries import Balance, balance_of
from tests.ledger.conftest import YUAN, World


def test_a_fund_opens_with_three_accounts_and_nothing_in_them(world: World) -> None:
    fund = world.fund()
    accounts = {account.kind: account.limited for account in fund.accounts.all()}
    assert accounts == {"source": False, "holding": True, "given": True}
    assert balance_of(fund) == Balance()


def test_money_is_received_planned_reserved_and_given(world: World) -> None:
    fund = world.fund(holds_fen=1000 * YUAN)
    plan = world.approved([(fund, ["C1"], 600 * YUAN)])
    assert balance_of(fund) == Balance(1000 * YUAN, 0, 0, 1000 * YUAN, 600 * YUAN)
    world.reserve(plan, (1, 200 * YUAN), (2, 100 * YUAN))
    assert balance_of(fund) == Balance(1000 * YUAN, 300 * YUAN, 0, 700 * YUAN, 300 * YUAN)
    world.settle("post", 1)
    assert balance_of(fund) == Balance(1000 * YUAN, 100 * YUAN, 200 * YUAN, 700 * YUAN, 300 * YUAN)
    world.settle("void", 2)
    assert balance_of(fund) == Balance(1000 * YUAN, 0, 200 * YUAN, 800 * YUAN, 400 * YUAN)
