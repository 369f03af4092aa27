"""What the bank answers, however it comes: in parts, twice, reordered, forged, cut off."""

from datetime import date
from functools import partial

import pytest

from nuanliu.kernel.digests import sha256_of
from nuanliu.payments import actions
from nuanliu.payments.models import PaymentOrder, ReplyFile, ReplyFinding
from tests.payments.support import AMOUNT, ANSWERED, broken_rule, money, refusal, reply_to, states, write


def order_states(batch) -> list[str]:
    return list(batch.orders.order_by("ordinal").values_list("state", flat=True))


def codes(reply: ReplyFile) -> list[tuple[int, str]]:
    return list(
        ReplyFinding.objects.filter(reply_file=reply).order_by("id").values_list("row_number", "code")
    )


@pytest.fixture
def batch(world):
    return world.sent()


@pytest.mark.requirement("R-236")
def test_paid_orders_give_their_money_and_deliver_their_award(world, batch):
    result = world.answer(batch, reply_to(batch))
    assert (result.paid, result.paid_fen, result.failed, result.open) == (10, 10 * AMOUNT, 0, 0)
    assert states(world) == ["delivered"] * 10
    assert {award.delivered_on for award in world.awards} == {ANSWERED}
    assert money(world) == (0, 10 * AMOUNT, 10 * AMOUNT)
    assert batch.state == "reconciled"


def test_failed_orders_release_their_money_and_fail_their_award(world, batch):
    result = world.answer(batch, reply_to(batch, failing={0: "无此账户", 7: "账号户名不符"}))
    assert (result.paid, result.failed, result.failed_fen) == (8, 2, 2 * AMOUNT)
    assert [order.outcome for order in batch.orders.filter(state="failed").order_by("ordinal")] == [
        "wrong_account",
        "wrong_name",
    ]
    assert states(world)[0] == states(world)[7] == "failed"
    assert money(world) == (0, 8 * AMOUNT, 12 * AMOUNT)


def test_the_words_and_the_reference_of_the_bank_are_kept(world, batch):
    world.answer(batch, reply_to(batch, failing={1: "无此账户"}))
    order = batch.orders.get(ordinal=2)
    assert (order.bank_words, order.bank_reference, order.settled_on) == ("无此账户", "B000001", ANSWERED)


def test_the_day_of_the_bank_counts(world, batch):
    world.answer(batch, reply_to(batch, on=date(2022, 1, 21)), on=date(2022, 1, 25))
    assert {award.delivered_on for award in world.awards} == {date(2022, 1, 21)}


def test_a_bank_that_gives_no_day_means_the_day_of_its_reply(world):
    batch = world.sent(profile="small_list")
    world.answer(batch, reply_to(batch))
    assert {award.delivered_on for award in world.awards} == {ANSWERED}


def test_the_same_reply_thrice_counts_once(world, batch):
    content = reply_to(batch, failing={2: "无此账户"})
    first = world.answer(batch, content)
    before = everything(world)
    second, third = world.answer(batch, content), world.answer(batch, content)
    assert everything(world) == before
    assert (second.replayed, second.paid, third.reply) == (True, 0, first.reply)
    assert second.findings == {"replies.replayed": 1}
    assert ReplyFile.objects.count() == 1


def test_the_same_answers_in_another_file_count_once(world, batch):
    world.answer(batch, reply_to(batch, failing={2: "无此账户"}))
    before = everything(world)
    again = world.answer(
        batch, reply_to(batch, failing={2: "无此账户"}, references=lambda place, _: f"C{place}")
    )
    assert (again.paid, again.failed, again.repeated, again.findings) == (0, 0, 10, {})
    assert everything(world) == before


def test_replies_come_in_parts_in_any_order(world, batch):
    later = world.answer(batch, reply_to(batch, only=lambda place: place >= 6))
    assert (later.paid, later.open, batch.state) == (4, 6, "sent")
    first = world.answer(batch, reply_to(batch, only=lambda place: place < 6, failing={3: "系统忙"}))
    assert (first.paid, first.failed, first.open, batch.state) == (5, 1, 0, "reconciled")


def test_a_reply_whose_rows_are_turned_round_says_the_same(world, batch):
    keys = list(batch.orders.order_by("-ordinal").values_list("idempotency_key", flat=True))
    result = world.answer(batch, reply_to(batch, order_keys=lambda place, _: keys[place]))
    assert (result.paid, result.open) == (10, 0)


@pytest.mark.requirement("R-236")
@pytest.mark.parametrize("forged", [AMOUNT + 1, AMOUNT - 1, 0, 10 * AMOUNT])
def test_another_sum_than_the_ordered_one_settles_nothing(world, batch, forged):
    result = world.answer(
        batch, reply_to(batch, amounts_fen=lambda place, fen: forged if place == 4 else fen)
    )
    assert (result.paid, result.open, result.findings) == (9, 1, {"replies.amount_differs": 1})
    assert order_states(batch)[4] == "sent"
    assert money(world) == (AMOUNT, 9 * AMOUNT, 10 * AMOUNT)


def test_a_failure_may_come_without_a_sum(world, batch):
    result = world.answer(
        batch,
        reply_to(batch, failing={4: "无此账户"}, amounts_fen=lambda place, fen: 0 if place == 4 else fen),
    )
    assert (result.failed, result.findings) == (1, {})


def test_an_order_that_is_not_ours_settles_nothing(world, batch):
    result = world.answer(
        batch, reply_to(batch, order_keys=lambda place, key: "NL20220120-99999-000001" if place == 0 else key)
    )
    assert (result.paid, result.findings) == (9, {"replies.unknown_order": 1})
    assert codes(result.reply) == [(2, "replies.unknown_order")]


def test_a_row_of_another_batch_settles_nothing(world, batch):
    write("UPDATE payments_paymentorder SET idempotency_key = 'other-' || ordinal WHERE ordinal = 1")
    result = world.answer(batch, reply_to(batch))
    assert result.findings == {"replies.unknown_order": 1}
    assert order_states(batch)[0] == "sent"


def test_a_place_with_somebody_elses_account_names_no_order(world):
    """Where the bank returns no key, place and account must both be the order's."""
    batch = world.sent(profile="small_list")
    result = world.answer(
        batch, reply_to(batch, accounts=lambda place, number: world.accounts[1] if place == 0 else number)
    )
    assert (result.paid, result.findings) == (9, {"replies.unknown_order": 1})


def test_an_account_that_the_bank_masks_says_nothing_against_the_order(world):
    batch = world.sent(profile="small_list")
    assert (
        world.answer(batch, reply_to(batch, accounts=lambda _, number: f"{number[:4]}****{number[-4:]}")).paid
        == 10
    )


def test_an_order_told_twice_in_one_file_is_settled_by_neither(world, batch):
    keys = list(batch.orders.order_by("ordinal").values_list("idempotency_key", flat=True))
    result = world.answer(
        batch,
        reply_to(
            batch, failing={1: "无此账户"}, order_keys=lambda place, key: keys[0] if place == 1 else key
        ),
    )
    assert (result.paid, result.open, result.findings) == (8, 2, {"replies.duplicate": 2})
    assert order_states(batch)[:2] == ["sent", "sent"]


def test_a_second_thought_of_the_bank_changes_nothing(world, batch):
    world.answer(batch, reply_to(batch, failing={0: "无此账户"}))
    before = everything(world)
    result = world.answer(batch, reply_to(batch, failing={1: "已关户"}))
    assert result.findings == {"replies.out_of_order": 2}
    assert everything(world) == before


def test_a_reply_before_the_batch_was_sent_is_refused(world):
    batch = world.released()
    content = reply_to(batch)
    assert refusal(lambda: world.answer(batch, content)) == "replies.out_of_order"
    assert ReplyFile.objects.count() == 0


@pytest.mark.parametrize("day", [date(2022, 1, 19), date(2022, 1, 22), date(2002, 1, 21)])
def test_a_day_before_the_payment_or_after_today_is_not_believed(world, batch, day):
    result = world.answer(batch, reply_to(batch, settled_on=lambda place, on: day if place == 0 else on))
    assert (result.paid, result.findings) == (9, {"replies.out_of_order": 1})


def test_words_that_nobody_has_explained_leave_the_outcome_unknown(world, batch):
    result = world.answer(batch, reply_to(batch, failing={5: "R47 处理异常"}))
    order = batch.orders.get(ordinal=6)
    assert (result.paid, result.open, result.findings) == (9, 1, {"replies.unmapped_words": 1})
    assert (order.state, order.outcome, order.bank_words) == ("sent", "unknown", "R47 处理异常")
    finding = ReplyFinding.objects.get(reply_file=result.reply)
    assert finding.message == (
        f"第7行（{order.idempotency_key}）：银行答复用语无法识别“R47 处理异常”。"
        "该笔保持未决，请指明这一用语的含义后重新处理。"
    )


def test_words_explained_afterwards_settle_the_archived_reply(world, batch):
    result = world.answer(batch, reply_to(batch, failing={5: "R47 处理异常"}))
    actions.map_wording("R47处理异常", "locked", by=world.releaser)
    again = actions.reapply_reply(result.reply, by=world.releaser, on=ANSWERED)
    assert (again.failed, again.repeated, again.open, again.findings) == (1, 9, 0, {})
    assert order_states(batch)[5] == "failed"
    batch.refresh_from_db()
    assert batch.state == "reconciled"
    result.reply.refresh_from_db()
    assert (result.reply.row_count, result.reply.applied_count) == (10, 10)


def test_what_the_bank_still_works_on_stays_open(world, batch):
    result = world.answer(batch, reply_to(batch, failing={5: "处理中"}))
    assert (result.pending, result.open, result.findings) == (1, 1, {})
    assert order_states(batch)[5] == "sent"


def test_only_a_releaser_takes_replies(world, batch):
    content = reply_to(batch)
    for actor in (world.cashier, world.cast.clerk, world.cast.outsider):
        act = partial(actions.record_replies, batch, name="r", content=content, by=actor, on=ANSWERED)
        assert refusal(act) == "permission.denied"


def test_a_file_that_is_no_reply_leaves_nothing_behind(world, batch):
    assert refusal(lambda: world.answer(batch, b"nothing")) == "replies.unreadable"
    assert ReplyFile.objects.count() == 0


# Every step of taking a reply, by the name under which the action calls it.
STEPS = [
    "read_reply",
    "archive",
    "copy_columns",
    "settle_many",
    "change_awards",
    "save_move",
    "record",
    "_move_orders",
    "_tell",
]


@pytest.mark.requirement("R-236")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_reply_cut_off_at_any_step_has_not_happened(world, batch, monkeypatch, step, moment):
    """The process dies before or after each step: nothing has moved, and the reply then counts as if it were new."""
    from nuanliu.payments.actions import replying

    content, before, real = (
        reply_to(batch, failing={2: "无此账户"}),
        everything(world),
        getattr(replying, step),
    )

    def cut(*args, **kwargs):
        if moment == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(replying, step, cut)
        with pytest.raises(KeyboardInterrupt):
            world.answer(batch, content)
    batch.refresh_from_db()
    assert everything(world) == before
    result = world.answer(batch, content)
    assert (result.paid, result.failed, money(world)) == (9, 1, (0, 9 * AMOUNT, 11 * AMOUNT))


@pytest.mark.requirement("R-236")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("state = 'paid', outcome = 'paid', settled_on = '2022-01-21'", "order_settled_in_ledger"),
        (
            "state = 'failed', live = false, outcome = 'closed', settled_on = '2022-01-21'",
            "order_settled_in_ledger",
        ),
        ("state = 'paid'", "order_outcome_by_state"),
        ("state = 'paid', outcome = 'closed', settled_on = '2022-01-21'", "order_outcome_by_state"),
        ("state = 'failed', outcome = 'closed', settled_on = '2022-01-21'", "order_live_until_failed"),
        ("state = 'built'", "order_transition"),
        ("live = false", "order_live_until_failed"),
    ],
)
def test_no_order_is_settled_past_the_ledger(world, batch, change, rule):
    assert broken_rule(f"UPDATE payments_paymentorder SET {change} WHERE ordinal = 1") == rule


def test_a_settled_order_is_never_touched_again(world):
    world.reconciled(2)
    for change in ("bank_words = ''", "state = 'sent'", "settled_on = '2022-01-22'"):
        rule = broken_rule(f"UPDATE payments_paymentorder SET {change} WHERE ordinal = 1")
        assert rule in {"order_frozen", "order_outcome_by_state"}


@pytest.mark.requirement("R-037")
def test_no_award_of_cash_is_delivered_without_the_banks_word(world, batch):
    statement = "UPDATE awards_award SET state = 'delivered', delivered_on = '2022-01-21' WHERE id = %s"
    assert broken_rule(statement, [world.awards[0].pk]) == "award_delivered_with_proof"


@pytest.mark.requirement("R-036", "R-037")
def test_an_exception_for_cash_is_proof_only_when_it_was_signed_for(world):
    key = "01900000-0000-7000-8000-000000000001"
    write("UPDATE awards_award SET account_id = NULL, cash_exception_id = %s, state = 'in_payment' WHERE id = %s", [
        key, world.awards[0].pk,
    ])  # fmt: skip
    write(
        "INSERT INTO awards_cashexception (id, organization_path, campaign_id, identity_digest, reason,"
        " requested_by_id, approved_by_id, approved_on) VALUES (%s, '/0/31/114/', %s, sha256('x'), '卧床', %s, %s,"
        " '2022-01-10')",
        [key, world.campaign.pk, world.cast.clerk.user_id, world.cast.head.user_id],
    )
    statement = "UPDATE awards_award SET state = 'delivered', delivered_on = '2022-01-21' WHERE id = %s"
    assert broken_rule(statement, [world.awards[0].pk]) == "award_delivered_with_proof"
    write("UPDATE awards_cashexception SET signature_file_id = %s WHERE id = %s", [key, key])
    assert broken_rule(statement, [world.awards[0].pk]) == "nothing"


def test_a_reply_is_kept_as_it_was_received(world, batch):
    world.answer(batch, reply_to(batch))
    assert broken_rule("DELETE FROM payments_replyfile") == "permission"
    assert broken_rule("UPDATE payments_replyfile SET sha256 = sha256('x')") == "permission"


def everything(world) -> bytes:
    """All that a reply can move, as one digest."""
    orders = PaymentOrder.objects.order_by("id").values_list("id", "state", "outcome", "settled_on")
    awards = [(award.pk, award.state, award.delivered_on) for award in world.awards]
    return sha256_of([list(orders), awards, money(world)])
