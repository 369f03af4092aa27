"""Money that came back is set aside once more under the decision that stands: never twice, never more."""

from datetime import date

import pytest

from nuanliu.ledger.actions import expire_reservations
from nuanliu.payments.actions import reserve_again
from tests.payments.support import AMOUNT, broken_rule, money, refusal

LATER = date(2022, 3, 2)
AGAIN = """
INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen, plan_line_id,
    subject_kind, subject_id, attempt, occurred_on)
SELECT organization_path, kind, debit_account_id, credit_account_id, amount_fen + %s, plan_line_id, subject_kind,
    subject_id, %s, %s FROM ledger_transfer WHERE kind = 'reserve' AND subject_id = %s AND attempt = 1
"""


def expired(world):
    expire_reservations(world.plan, on=date(2022, 3, 1), older_than_days=1, by=world.cast.finance)


def again(world, *, more: int = 0, attempt: int = 2, on: date = LATER) -> str:
    """What the database refuses a cashier's own statement for."""
    return broken_rule(AGAIN, [more, attempt, on, world.awards[0].pk])


def renewed(world, by=None):
    return reserve_again(world.plan, on=LATER, by=by or world.cashier, reason="名单属实，继续发放")


@pytest.mark.requirement("R-031", "R-236")
def test_nothing_is_set_aside_twice_for_one_award(world):
    assert renewed(world).count == 0
    assert again(world) == "transfer_reserved_once"
    expired(world)
    assert money(world)[0] == 0
    assert again(world) == "nothing"
    assert renewed(world).count == 10
    assert [again(world, attempt=attempt) for attempt in (2, 3)] == ["transfer_reserved_once"] * 2
    assert (renewed(world).count, money(world)[0]) == (0, 10 * AMOUNT)


@pytest.mark.requirement("R-044", "R-103")
def test_setting_aside_again_is_the_cashiers_and_pays_nothing_yet(world):
    expired(world)
    for other in (world.releaser, world.cast.clerk, world.cast.finance, world.cast.leader1):
        assert refusal(lambda other=other: renewed(world, other)) == "permission.denied"
    renewed(world)
    batch = world.build(business_date=LATER)
    # Who set it aside and built the batch does not release it.
    assert broken_rule(
        "UPDATE payments_paymentbatch SET state = 'released', released_by_id = built_by_id WHERE id = %s",
        [batch.pk],
    ).startswith("batch_release")


@pytest.mark.requirement("R-103")
def test_no_more_is_set_aside_again_than_was_decided(world):
    expired(world)
    assert again(world, more=1) == "reserve_for_award"


@pytest.mark.requirement("R-034")
def test_nothing_is_set_aside_again_before_the_decision(world):
    expired(world)
    assert again(world, on=date(2021, 12, 1)) == "reserve_plan_approved"
