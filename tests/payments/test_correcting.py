"""A payment failed: corrected by one, verified by another, paid anew, and never twice."""

from datetime import date
from random import Random

import pytest

from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.kernel.cards import generate_account
from nuanliu.payments import actions
from nuanliu.payments.models import AccountCorrection, PaymentOrder
from nuanliu.payments.queries import failures
from nuanliu.people.actions import change_account
from nuanliu.people.models import BankAccount
from tests.payments.support import (
    AMOUNT,
    ANSWERED,
    broken_rule,
    file_of,
    money,
    person_of,
    refusal,
    reply_to,
    states,
    write,
)

AGAIN = date(2022, 1, 24)
NEW = generate_account(Random(1002))


def verified(world, place: int):
    correction = world.corrected(place)
    return actions.verify_correction(correction, by=world.releaser, on=ANSWERED)


def reissued(world, *places: int, **terms):
    orders = [world.order(place) for place in places]
    return actions.reissue(orders, business_date=AGAIN, by=world.cashier, **terms)


def test_a_corrected_payment_goes_to_the_new_account(world):
    world.reconciled(2)
    verified(world, 2)
    (batch,) = reissued(world, 2)
    batch = actions.mark_sent(actions.release_batch(batch, by=world.releaser), by=world.releaser)
    rows = list(read_workbook(file_of(batch))[0].frame.iter_rows())[1:]
    assert [(row[1], row[2]) for row in rows] == [("张伟", NEW)]
    world.answer(batch, reply_to(batch, on=AGAIN), on=AGAIN)
    assert states(world) == ["delivered"] * 10
    assert money(world) == (0, 10 * AMOUNT, 10 * AMOUNT)


@pytest.mark.requirement("R-044")
def test_who_corrects_does_not_verify(world):
    world.reconciled(2)
    correction = world.corrected(2, by=world.cast.finance.__class__(**as_role(world.cast.finance, "handler")))
    assert refusal(lambda: actions.verify_correction(correction, by=world.cast.finance, on=ANSWERED)) == (
        "payments.same_person"
    )
    statement = (
        "UPDATE payments_accountcorrection SET verified_by_id = corrected_by_id, verified_on = '2022-01-21',"
        " account_id = (SELECT account_id FROM payments_paymentorder WHERE id = order_id)"
    )
    assert broken_rule(statement) == "correction_verified_by_another"


@pytest.mark.requirement("R-054")
def test_until_it_is_verified_a_correction_changes_nothing(world):
    world.reconciled(2)
    correction = world.corrected(2)
    assert not BankAccount.objects.filter(number_digest=correction.number_digest).exists()
    assert bytes(correction.number_sealed).find(NEW.encode()) == -1
    assert refusal(lambda: reissued(world, 2, reason="本人已确认")) == "payments.account_unverified"


@pytest.mark.requirement("R-054")
def test_a_verified_correction_becomes_the_persons_one_active_account(world):
    world.reconciled(2)
    correction = verified(world, 2)
    accounts = BankAccount.objects.filter(person=person_of(world, 2))
    assert [account.pk for account in accounts.filter(active=True)] == [correction.account_id]
    assert (correction.verified_by_id, correction.verified_on) == (world.releaser.user_id, ANSWERED)


@pytest.mark.requirement("R-054")
def test_a_correction_is_to_the_recipients_own_name(world):
    world.reconciled(2)
    assert refusal(lambda: world.corrected(2, holder_name="赵六")) == "payments.holder_differs"


@pytest.mark.requirement("R-054")
def test_a_correction_to_somebody_elses_account_is_refused_when_it_is_verified(world):
    world.reconciled(2)
    correction = world.corrected(2, account_number=world.accounts[3])
    assert (
        refusal(lambda: actions.verify_correction(correction, by=world.releaser, on=ANSWERED))
        == "account.shared"
    )


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"account_number": "6222"}, "account.format"),
        ({"account_number": "1.1E+17"}, "account.format"),
        ({"reason": " "}, "payments.reason_missing"),
    ],
)
def test_a_correction_says_a_number_and_why(world, terms, code):
    world.reconciled(2)
    assert refusal(lambda: world.corrected(2, **terms)) == code


def test_what_was_paid_or_is_under_way_is_not_corrected(world):
    world.sent()
    assert refusal(lambda: world.corrected(0)) == "payments.not_failed"


def test_the_same_correction_twice_is_one(world):
    world.reconciled(2)
    assert world.corrected(2) == world.corrected(2)
    assert AccountCorrection.objects.count() == 1


def test_a_correction_is_verified_once(world):
    world.reconciled(2)
    correction = verified(world, 2)
    assert actions.verify_correction(correction, by=world.releaser, on=ANSWERED).verified_on == ANSWERED
    assert refusal(lambda: actions.verify_correction(correction, by=world.cast.finance, on=ANSWERED)) == (
        "payments.correction_frozen"
    )
    assert (
        broken_rule("UPDATE payments_accountcorrection SET verified_on = '2022-02-01'") == "correction_frozen"
    )
    assert broken_rule("UPDATE payments_accountcorrection SET number_digest = sha256('x')") == "permission"


@pytest.mark.requirement("R-054")
def test_no_correction_can_be_completed_with_another_persons_account(world):
    world.reconciled(2)
    world.corrected(2)
    statement = "UPDATE payments_accountcorrection SET verified_by_id = %s, verified_on = '2022-01-21', account_id = %s"
    parameters = [world.releaser.user_id, world.awards[3].account_id]
    assert broken_rule(statement, parameters) == "order_to_own_account"


def test_a_busy_bank_is_asked_again_with_a_reason_alone(world):
    world.reconciled(2, words="系统忙")
    assert refusal(lambda: reissued(world, 2)) == "payments.reason_missing"
    (batch,) = reissued(world, 2, reason="银行系统已恢复")
    assert batch.declared_count == 1
    assert world.order(2).account_id == world.awards[2].account_id


@pytest.mark.requirement("R-236")
def test_paying_anew_twice_is_paying_anew_once(world):
    world.reconciled(2, words="系统忙")
    failed = world.order(2)
    actions.reissue([failed], business_date=AGAIN, by=world.cashier, reason="银行系统已恢复")
    again = actions.reissue([failed], business_date=AGAIN, by=world.cashier, reason="银行系统已恢复")
    assert again == []
    assert PaymentOrder.objects.filter(award=failed.award_id).count() == 2
    assert money(world) == (AMOUNT, 9 * AMOUNT, 10 * AMOUNT)


@pytest.mark.requirement("R-236")
def test_what_was_paid_is_not_paid_anew(world):
    world.reconciled(2)
    assert refusal(lambda: reissued(world, 0, reason="再付一次")) == "payments.not_failed"


def test_one_order_that_cannot_be_paid_anew_holds_up_the_others(world):
    world.reconciled(2, 5)
    verified(world, 2)
    assert refusal(lambda: reissued(world, 2, 5)) == "payments.account_unverified"
    assert states(world)[2] == "failed"


@pytest.mark.requirement("R-054", "R-236")
def test_the_database_lets_no_failed_account_be_paid_unverified(world):
    """The cashier's program is malware: it puts the award back and makes an order to the old account."""
    world.reconciled(2)
    write("UPDATE awards_award SET state = 'approved' WHERE id = %s", [world.awards[2].pk])
    from tests.payments.support import reserve

    reserve(world, on=ANSWERED)
    assert refusal(lambda: world.build(business_date=AGAIN)) == "payments.account_unverified"


def test_an_order_left_out_at_release_is_corrected_and_built_again(world):
    batch = world.build()
    person = person_of(world, 4)
    other = generate_account(Random(5))
    change_account(person, number=other, bank="工行", holder_name=person.name, by=world.cast.clerk)
    actions.release_batch(batch, by=world.releaser)
    assert [(found.award_id, found.next_step) for found in failures("/0/31/114/")] == [
        (world.awards[4].pk, "correct")
    ]
    correction = world.corrected(4, account_number=other)
    assert failures("/0/31/114/")[0].next_step == "verify"
    actions.verify_correction(correction, by=world.releaser, on=ANSWERED)
    assert failures("/0/31/114/")[0].next_step == "build"
    again = world.build(business_date=AGAIN)
    assert (again.declared_count, world.order(4).number_tail) == (1, other[-4:])


@pytest.mark.requirement("R-054")
def test_an_account_that_nobody_verified_is_not_paid_though_it_is_active(world):
    """An insider changes an account just before payment."""
    person = person_of(world, 4)
    account = change_account(
        person, number=generate_account(Random(5)), bank="工行", holder_name=person.name, by=world.cast.clerk
    )
    write("UPDATE payments_paymentbatch SET orders_digest = NULL")
    assert refusal(world.build) == "payments.payee_faults"
    batch = world.build(without=[world.awards[4].pk])
    write("UPDATE payments_paymentbatch SET orders_digest = NULL")
    statement = (
        "INSERT INTO payments_paymentorder (batch_id, organization_path, ordinal, award_id, account_id, amount_fen,"
        " payee_name, bank, account_digest, number_tail, idempotency_key, reservation_id, state, live)"
        " SELECT %s, '/0/31/114/', 99, %s, b.id, 50000, b.holder_name, b.bank, b.number_digest, b.number_tail, 'k',"
        " t.id, 'built', true FROM people_bankaccount b, ledger_transfer t"
        " WHERE b.id = %s AND t.kind = 'reserve' AND t.subject_id = %s"
    )
    award = world.awards[4].pk
    assert broken_rule(statement, [batch.pk, award, account.pk, award]) == "order_account_verified"


def test_failures_tell_the_next_step_until_there_is_none(world):
    world.reconciled(2)
    steps = lambda: [found.next_step for found in failures("/0/31/114/")]  # noqa: E731
    assert steps() == ["correct"]
    correction = world.corrected(2)
    assert steps() == ["verify"]
    actions.verify_correction(correction, by=world.releaser, on=ANSWERED)
    assert steps() == ["reissue"]
    reissued(world, 2)
    assert steps() == []


def as_role(actor, role):
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__} | {"role": role}
