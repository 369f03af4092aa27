"""A batch is done when every outcome is known and the bank's receipt is archived (R-037)."""

import pytest

from nuanliu.payments import actions
from tests.payments.support import broken_rule, refusal, reply_to


@pytest.mark.requirement("R-037")
def test_a_batch_closes_with_its_receipt(world):
    batch = world.reconciled(2)
    actions.archive_receipt(batch, file=world.receipt(batch), by=world.releaser)
    assert actions.close_batch(batch, by=world.releaser).state == "closed"
    assert actions.close_batch(batch, by=world.releaser).state == "closed"


@pytest.mark.requirement("R-037")
def test_no_batch_closes_without_a_receipt(world):
    batch = world.reconciled()
    assert refusal(lambda: actions.close_batch(batch, by=world.releaser)) == "payments.no_receipt"
    assert broken_rule("UPDATE payments_paymentbatch SET state = 'closed'") == "batch_closed_with_receipt"


@pytest.mark.requirement("R-037")
def test_no_batch_closes_while_an_outcome_is_unknown(world):
    batch = world.sent()
    world.answer(batch, reply_to(batch, only=lambda place: place > 0))
    actions.archive_receipt(batch, file=world.receipt(batch), by=world.releaser)
    assert refusal(lambda: actions.close_batch(batch, by=world.releaser)) == "payments.outcome_unknown"
    assert broken_rule("UPDATE payments_paymentbatch SET state = 'reconciled'") == "batch_settled"


def test_our_own_file_is_no_receipt(world):
    batch = world.reconciled()
    assert refusal(lambda: actions.archive_receipt(batch, file=batch.file, by=world.releaser)) == (
        "payments.not_a_receipt"
    )


def test_the_same_receipt_twice_is_one(world):
    batch = world.reconciled()
    file = world.receipt(batch)
    first = actions.archive_receipt(batch, file=file, by=world.releaser)
    assert actions.archive_receipt(batch, file=file, by=world.cashier) == first


def test_a_receipt_is_never_changed_or_removed(world):
    batch = world.reconciled()
    actions.archive_receipt(batch, file=world.receipt(batch), by=world.releaser)
    assert broken_rule("UPDATE payments_receipt SET kind = 'other'") == "permission"
    assert broken_rule("DELETE FROM payments_receipt") == "permission"


def test_there_is_no_receipt_for_what_was_not_released(world):
    batch = world.build()
    file = world.receipt(batch)
    assert refusal(lambda: actions.archive_receipt(batch, file=file, by=world.cashier)) == "payments.state"
