"""Both tables of transitions, walked whole, in Python and in the database."""

import pytest

from nuanliu.payments.states import (
    BATCH_TRANSITIONS,
    DEAD_ORDER_STATES,
    ORDER_TRANSITIONS,
    BatchState,
    OrderState,
)
from tests.payments.support import broken_rule, write

FACTS = {
    "paid": "outcome = 'paid', settled_on = '2022-01-21'",
    "failed": "outcome = 'closed', settled_on = '2022-01-21'",
}
BLANK = "outcome = '', settled_on = NULL"


def test_every_state_has_its_row():
    assert set(BATCH_TRANSITIONS) == set(BatchState)
    assert set(ORDER_TRANSITIONS) == set(OrderState)


def test_the_ends_are_ends():
    assert [state for state in BatchState if not BATCH_TRANSITIONS[state]] == ["closed", "cancelled"]
    assert [state for state in OrderState if not ORDER_TRANSITIONS[state]] == ["paid", "failed", "void"]


@pytest.mark.parametrize("start", OrderState)
def test_the_database_walks_an_order_as_the_table_says(world, start):
    world.released()
    write(f"UPDATE payments_paymentorder SET {as_it_is(start)}")
    ends = [end for end in OrderState if end != start]
    rules = {end: broken_rule(f"UPDATE payments_paymentorder SET {as_it_is(end)}") for end in ends}
    # A legal step still lacks the batch that was sent, or the one that was cancelled.
    legal = {end for end, rule in rules.items() if rule in {"order_of_sent_batch", "order_void_before_sent"}}
    assert legal == ORDER_TRANSITIONS[start]
    assert {rules[end] for end in ends if end not in legal} <= {"order_transition", "order_frozen"}


@pytest.mark.parametrize("start", BatchState)
def test_the_database_walks_a_batch_as_the_table_says(world, start):
    world.sent()
    write(f"UPDATE payments_paymentbatch SET state = '{start}'")
    if start == BatchState.BUILT:
        write("UPDATE payments_paymentorder SET state = 'built'")
    ends = [end for end in BatchState if end != start]
    rules = {end: broken_rule(f"UPDATE payments_paymentbatch SET state = '{end}'") for end in ends}
    # A legal step may still lack the bank's word or its receipt.
    legal = {end for end, rule in rules.items() if rule != "batch_transition"}
    assert legal == BATCH_TRANSITIONS[start]
    assert {rules[end] for end in legal} <= {"nothing", "batch_settled", "batch_closed_with_receipt"}


def as_it_is(state: str) -> str:
    """The columns of an order in a state."""
    return f"state = '{state}', live = {state not in DEAD_ORDER_STATES}, {FACTS.get(state, BLANK)}"
