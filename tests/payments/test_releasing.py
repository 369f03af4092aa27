"""Another person lets a batch go; until it is sent it can be taken back; then the bank must answer."""

from functools import partial
from hashlib import sha256

import pytest

from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.payments import actions
from nuanliu.payments.models import PaymentBatch, PaymentOrder
from nuanliu.people.actions import change_account, record_death
from tests.payments.support import (
    AMOUNT,
    ANSWERED,
    broken_rule,
    file_of,
    money,
    person_of,
    refusal,
    states,
    write,
)


def test_the_bank_file_holds_every_order_and_is_archived_by_its_digest(world):
    batch = world.released()
    content = file_of(batch)
    rows = list(read_workbook(content)[0].frame.iter_rows())[1:]
    assert [row[2] for row in rows] == world.accounts
    assert bytes(batch.file_sha256) == sha256(content).digest()
    assert (batch.state, batch.released_count, batch.released_fen) == ("released", 10, 10 * AMOUNT)
    assert batch.file.name == f"代发_{batch.number}.xlsx"


@pytest.mark.requirement("R-044")
def test_who_builds_does_not_release(world):
    batch = world.build()
    both = world.releaser.__class__(**{**_fields(world.releaser), "user_id": world.cashier.user_id})
    assert refusal(lambda: actions.release_batch(batch, by=world.cashier)) == "permission.denied"
    assert refusal(lambda: actions.release_batch(batch, by=both)) == "payments.same_person"


@pytest.mark.requirement("R-044")
def test_the_database_refuses_a_release_by_the_builder_too(world):
    world.released()
    write("UPDATE payments_paymentbatch SET state = 'built'")
    statement = "UPDATE payments_paymentbatch SET state = 'released', released_by_id = built_by_id"
    assert broken_rule(statement) == "batch_released_by_another"


def test_releasing_twice_is_releasing_once(world):
    batch = world.released()
    again = actions.release_batch(batch, by=world.releaser)
    assert (again.file_id, again.release_number) == (batch.file_id, batch.release_number)


@pytest.mark.requirement("R-054")
def test_an_account_changed_since_the_batch_was_built_is_left_out(world):
    batch = world.build()
    person = person_of(world, 4)
    change_account(
        person, number="6222021001116245701", bank="工行", holder_name=person.name, by=world.cast.clerk
    )
    batch = actions.release_batch(batch, by=world.releaser)
    assert (batch.released_count, batch.released_fen) == (9, 9 * AMOUNT)
    assert world.order(4).state == "void"
    assert states(world)[4] == "approved"
    accounts = [row[2] for row in list(read_workbook(file_of(batch))[0].frame.iter_rows())[1:]]
    assert world.accounts[4] not in accounts
    assert "6222021001116245701" not in accounts


@pytest.mark.requirement("R-054")
def test_the_database_refuses_a_release_that_still_holds_a_changed_account(world):
    batch = world.released()
    write("UPDATE payments_paymentbatch SET state = 'built', released_count = NULL")
    person = person_of(world, 4)
    change_account(
        person, number="6222021001116245701", bank="工行", holder_name=person.name, by=world.cast.clerk
    )
    statement = "UPDATE payments_paymentbatch SET state = 'released', released_count = 10 WHERE id = %s"
    assert broken_rule(statement, [batch.pk]) == "order_to_own_account"


def test_who_died_since_the_batch_was_built_is_left_out(world):
    batch = world.build()
    record_death(person_of(world, 0), died_on=ANSWERED, reason="派出所证明", by=world.cast.clerk)
    assert actions.release_batch(batch, by=world.releaser).released_count == 9


def test_a_batch_of_which_nothing_is_left_is_not_released(world):
    batch = world.build()
    write("UPDATE people_bankaccount SET holder_name = '赵六'")
    assert refusal(lambda: actions.release_batch(batch, by=world.releaser)) == "payments.nothing_left"
    assert {order.state for order in PaymentOrder.objects.all()} == {"built"}


def test_an_order_edited_behind_the_scenes_is_found_at_release(world):
    batch = world.build()
    for edit in (
        "amount_fen = amount_fen + 1",
        "payee_name = '赵六'",
        "account_digest = sha256('x')",
        "bank = '另一家'",
        "ordinal = ordinal + 100",
        "award_id = award_id + 1000",
        "reservation_id = reservation_id + 1",
    ):
        assert refusal(partial(release_edited, world, batch, edit)) == "payments.content_changed"


def release_edited(world, batch, edit):
    write(f"UPDATE payments_paymentorder SET {edit} WHERE ordinal = 1")
    actions.release_batch(batch, by=world.releaser)


def test_an_order_removed_behind_the_scenes_is_found_at_release(world):
    batch = world.build()
    write("DELETE FROM payments_paymentorder WHERE ordinal = 1")
    assert refusal(lambda: actions.release_batch(batch, by=world.releaser)) == "payments.content_changed"


def test_the_database_lets_no_batch_skip_a_step(world):
    world.build()
    rules = {
        broken_rule(f"UPDATE payments_paymentbatch SET state = '{end}'")
        for end in ("released", "sent", "closed")
    }
    assert rules == {"batch_released_whole"}


def test_the_application_has_no_right_to_change_what_was_built(world):
    world.build()
    columns = [
        "number",
        "plan_id",
        "fund_id",
        "profile_id",
        "business_date",
        "declared_count",
        "declared_fen",
        "built_by_id",
        "orders_digest",
    ]
    rules = {broken_rule(f"UPDATE payments_paymentbatch SET {column} = {column}") for column in columns}
    assert rules == {"permission"}


def test_the_application_has_no_right_to_change_a_payee(world):
    world.build()
    columns = [
        "amount_fen",
        "payee_name",
        "account_id",
        "account_digest",
        "award_id",
        "batch_id",
        "reservation_id",
        "ordinal",
    ]
    rules = {broken_rule(f"UPDATE payments_paymentorder SET {column} = {column}") for column in columns}
    assert rules == {"permission"}


def test_a_release_cannot_be_changed_afterwards(world):
    world.released()
    for change in (
        "file_sha256 = sha256('x')",
        "released_count = 9",
        "sent_at = now()",
    ):
        assert broken_rule(f"UPDATE payments_paymentbatch SET {change}") == "batch_frozen"


def test_nothing_is_deleted(world):
    world.build()
    assert broken_rule("DELETE FROM payments_paymentorder") == "permission"
    assert broken_rule("DELETE FROM payments_paymentbatch") == "permission"


def test_a_name_that_the_bank_cannot_read_holds_the_release(world):
    actions.register_payer(
        world.organization,
        profile=world.profile("icbc_gbpt"),
        holder_name="嘉定区总工会",
        bank="工商银行",
        number="1001234567890123",
        by=world.cast.finance,
    )
    write("UPDATE people_person SET name = '王喆' WHERE id = %s", [person_of(world, 0).pk])
    write("UPDATE people_bankaccount SET holder_name = '王喆' WHERE person_id = %s", [person_of(world, 0).pk])
    batch = world.build(profile="icbc_gbpt")
    assert refusal(lambda: actions.release_batch(batch, by=world.releaser)) == "payments.unwritable"
    write("UPDATE people_person SET name = '王哲' WHERE id = %s", [person_of(world, 0).pk])


def test_sent_means_that_every_outcome_is_unknown(world):
    batch = world.sent()
    assert {order.state for order in batch.orders.all()} == {"sent"}
    assert (batch.state, money(world)) == ("sent", (10 * AMOUNT, 0, 10 * AMOUNT))


@pytest.mark.requirement("R-236")
def test_what_is_sent_is_neither_sent_nor_built_nor_cancelled_again(world):
    batch = world.sent()
    assert actions.mark_sent(batch, by=world.releaser).sent_at == batch.sent_at
    assert world.build_all() == []
    assert (
        refusal(lambda: actions.cancel_batch(batch, reason="改日再付", by=world.releaser)) == "payments.state"
    )
    assert broken_rule("UPDATE payments_paymentbatch SET state = 'cancelled'") == "batch_transition"
    assert broken_rule("UPDATE payments_paymentorder SET state = 'void', live = false") == "order_transition"


def test_an_unreleased_batch_is_not_sent(world):
    batch = world.build()
    assert refusal(lambda: actions.mark_sent(batch, by=world.releaser)) == "payments.state"


def test_the_cashier_takes_back_what_nobody_has_released(world):
    batch = actions.cancel_batch(world.build(), reason="日期有误", by=world.cashier)
    assert (batch.state, {order.state for order in batch.orders.all()}) == ("cancelled", {"void"})
    assert states(world) == ["approved"] * 10
    assert world.build().declared_count == 10


def test_what_is_released_is_taken_back_by_a_releaser_only(world):
    batch = world.released()
    assert (
        refusal(lambda: actions.cancel_batch(batch, reason="未送", by=world.cashier)) == "permission.denied"
    )
    assert actions.cancel_batch(batch, reason="未送银行", by=world.releaser).state == "cancelled"


def test_taking_back_needs_a_reason_and_happens_once(world):
    batch = world.build()
    assert (
        refusal(lambda: actions.cancel_batch(batch, reason=" ", by=world.cashier))
        == "payments.reason_missing"
    )
    actions.cancel_batch(batch, reason="日期有误", by=world.cashier)
    assert actions.cancel_batch(batch, reason="日期有误", by=world.cashier).state == "cancelled"
    assert PaymentBatch.objects.count() == 1


def test_a_reservation_does_not_expire_while_the_bank_has_the_file(world):
    world.sent()
    statement = (
        "INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen,"
        " resolves_id, plan_line_id, subject_kind, subject_id, occurred_on) SELECT organization_path, 'expire',"
        " debit_account_id, credit_account_id, amount_fen, id, plan_line_id, subject_kind, subject_id, '2022-06-01'"
        " FROM ledger_transfer WHERE kind = 'reserve' LIMIT 1"
    )
    assert broken_rule(statement) == "reservation_kept_while_paying"


def _fields(actor):
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}
