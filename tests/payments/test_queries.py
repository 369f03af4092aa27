"""Batches against their plan, orders by page, whose money is where, what came late."""

from datetime import date

import pytest

from nuanliu.payments import actions
from nuanliu.payments.queries import (
    awards_being_paid,
    batches_of,
    cash_payments,
    findings_of,
    late_payments,
    money_of,
    orders_of,
    replies_of,
    totals_of,
)
from tests.payments.support import AMOUNT, ANSWERED, PAID, person_of, reply_to, write

JIADING = "/0/31/114/"


def test_a_batch_is_told_with_its_totals_against_the_plan(world):
    batch = world.sent()
    world.answer(batch, reply_to(batch, failing={2: "无此账户", 3: "R47"}))
    told = totals_of(batch)
    assert (told.paid, told.paid_fen, told.failed, told.open, told.open_fen, told.void) == (
        8,
        8 * AMOUNT,
        1,
        1,
        AMOUNT,
        0,
    )
    assert (told.declared_fen, told.planned_fen, told.has_receipt) == (10 * AMOUNT, 10 * AMOUNT, False)


def test_batches_come_newest_first_page_by_page(world):
    write("UPDATE payments_bankprofile SET layout = jsonb_set(layout, '{row_limit}', '4')")
    numbers = [batch.number for batch in world.build_all()]
    first = batches_of(JIADING, limit=2)
    rest = batches_of(JIADING, limit=2, before=first[-1].batch_id)
    assert sorted(batch.number for batch in first + rest) == sorted(numbers)
    assert [len(first), len(rest)] == [2, 1]


def test_batches_of_another_union_are_not_told(world, scope_of):
    world.build()
    with scope_of("/0/31/113/"):
        assert batches_of(JIADING) == []


def test_orders_come_in_the_order_of_the_file_page_by_page(world):
    batch = world.build()
    first = list(orders_of(batch, limit=6))
    rest = list(orders_of(batch, after=first[-1].ordinal, limit=6))
    assert [order.ordinal for order in first + rest] == list(range(1, 11))


def test_orders_are_found_by_state(world):
    batch = world.reconciled(2, 7)
    assert [order.ordinal for order in orders_of(batch, state="failed")] == [3, 8]


@pytest.mark.parametrize("people", [1, 3])
def test_a_page_takes_one_query_however_many_rows(build_world, everywhere, people, django_assert_num_queries):
    batch = build_world(people=people).build()
    with django_assert_num_queries(1):
        assert len(list(orders_of(batch))) == people
    with django_assert_num_queries(1):
        assert len(batches_of(JIADING)) == 1


def test_a_persons_money_is_told_attempt_by_attempt(world):
    world.reconciled(2)
    correction = world.corrected(2)
    actions.verify_correction(correction, by=world.releaser, on=ANSWERED)
    actions.reissue([world.order(2)], business_date=ANSWERED, by=world.cashier)
    steps = money_of(person_of(world, 2).pk)
    assert [(step.award_state, step.order_state, step.outcome) for step in steps] == [
        ("in_payment", "built", ""),
        ("in_payment", "failed", "wrong_account"),
    ]


def test_before_a_batch_is_built_a_persons_money_waits(world):
    (step,) = money_of(person_of(world, 0).pk)
    assert (step.award_state, step.order_id, step.cash_fen) == ("approved", None, AMOUNT)


@pytest.mark.requirement("R-236")
def test_what_came_after_its_day_is_late(world):
    batch = world.sent(due_on=PAID)
    world.answer(batch, reply_to(batch, only=lambda place: place == 0, on=PAID))
    world.answer(batch, reply_to(batch, only=lambda place: place in (1, 2)))
    late = late_payments(JIADING, date(2022, 1, 23))
    assert [(payment.payee_name, payment.settled_on, payment.days) for payment in late[:3]] == [
        ("李秀英", ANSWERED, 1),
        ("张伟", ANSWERED, 1),
        ("刘洋", None, 3),
    ]
    assert len(late) == 9


def test_nothing_is_late_without_a_due_day(world):
    world.sent()
    assert late_payments(JIADING, date(2023, 1, 1)) == []


@pytest.mark.requirement("R-036")
def test_cash_that_went_to_no_account_is_reported(world):
    key = "01900000-0000-7000-8000-000000000001"
    award = world.awards[0]
    write("UPDATE awards_award SET account_id = NULL, cash_exception_id = %s WHERE id = %s", [key, award.pk])
    write(
        "INSERT INTO awards_cashexception (id, organization_path, campaign_id, identity_digest, reason,"
        " requested_by_id, approved_by_id, approved_on) VALUES (%s, '/0/31/114/', %s, sha256('x'), '卧床', %s, %s,"
        " '2022-01-10')",
        [key, world.campaign.pk, world.cast.clerk.user_id, world.cast.head.user_id],
    )
    (told,) = cash_payments(world.campaign.pk, JIADING)
    assert (told.award_id, told.cash_fen, told.reason, told.approved_by, told.is_signed) == (
        award.pk,
        AMOUNT,
        "卧床",
        "金立",
        False,
    )


def test_awards_whose_outcome_may_still_come_are_known(world):
    batch = world.sent()
    world.answer(batch, reply_to(batch, only=lambda place: place > 1))
    assert awards_being_paid(JIADING) == [award.pk for award in world.awards[:2]]


def test_replies_and_what_was_wrong_with_them(world):
    batch = world.sent()
    world.answer(batch, reply_to(batch, failing={3: "R47"}))
    (reply,) = replies_of(batch)
    assert (reply.row_count, reply.applied_count) == (10, 9)
    assert [finding.row_number for finding in findings_of(reply)] == [5]
