"""What a bank's words mean, and what comes next."""

from datetime import date

import pytest

from nuanliu.payments.reference import shipped
from nuanliu.payments.rules import CARES, OrderFacts, care_of, is_late, next_step, outcome_of, words_key
from nuanliu.payments.states import OrderState, Outcome

MEANINGS = {words_key(word): outcome for outcome, words in shipped()["wordings"].items() for word in words}
DUE = date(2022, 1, 25)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("交易成功", "paid"),
        (" 交易 成功。", "paid"),
        ("３００４", "wrong_account"),
        ("3031", "wrong_name"),
        ("3039:已关户", "closed"),
        ("3004 无效卡号", "wrong_account"),
        ("无此账户", "wrong_account"),
        ("账号户名不符", "wrong_name"),
        ("临时锁定", "locked"),
        ("系统忙", "bank_busy"),
        ("超过限额", "limit"),
    ],
)
def test_known_words_have_a_meaning(words, outcome):
    assert outcome_of(words, MEANINGS) == outcome


@pytest.mark.parametrize(
    "words", ["未成功", "成功1笔失败1笔", "", "处理失败", "0000:无此账户", "=1+1", "不成功"]
)
def test_words_that_only_sound_alike_have_none(words):
    assert outcome_of(words, MEANINGS) is None


def test_every_code_of_the_aggregator_is_mapped():
    codes = ["3004", "3009", "3018", "3020", "3028", "3030", "3031", "3039", "3999"]
    assert [outcome_of(code, MEANINGS) for code in codes] == [
        "wrong_account",
        "wrong_account",
        "closed",
        "locked",
        "bank_busy",
        "wrong_account",
        "wrong_name",
        "closed",
        "wrong_account",
    ]


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (OrderFacts("built"), "wait"),
        (OrderFacts("sent"), "wait"),
        (OrderFacts("paid", "paid"), ""),
        (OrderFacts("failed", "bank_busy"), "reissue"),
        (OrderFacts("failed", "wrong_account"), "correct"),
        (OrderFacts("failed", "closed", corrected=True), "verify"),
        (OrderFacts("failed", "wrong_name", corrected=True, verified=True), "reissue"),
        (OrderFacts("void"), "correct"),
        (OrderFacts("void", corrected=True), "verify"),
        (OrderFacts("void", corrected=True, verified=True), "build"),
        (OrderFacts("void", batch_cancelled=True), "build"),
    ],
)
def test_each_unhappy_order_has_a_next_step(facts, step):
    assert next_step(facts) == step


@pytest.mark.requirement("R-236")
@pytest.mark.parametrize(
    ("due_on", "settled_on", "on", "late"),
    [
        (None, None, date(2030, 1, 1), False),
        (DUE, DUE, date(2022, 2, 1), False),
        (DUE, date(2022, 1, 26), date(2022, 2, 1), True),
        (DUE, None, DUE, False),
        (DUE, None, date(2022, 1, 26), True),
    ],
)
def test_the_due_day_itself_is_in_time(due_on, settled_on, on, late):
    assert is_late(due_on, settled_on, on) is late


@pytest.mark.parametrize(
    ("outcome", "corrected", "verified", "deceased", "care"),
    [
        (Outcome.WRONG_ACCOUNT, False, False, False, "correct"),
        (Outcome.CLOSED, False, False, False, "ask"),
        (Outcome.LOCKED, False, False, False, "ask"),
        (Outcome.CLOSED, True, False, False, "verify"),
        (Outcome.CLOSED, True, True, False, "reissue"),
        (Outcome.LIMIT, False, False, False, "reissue"),
        (Outcome.LIMIT, False, False, True, "return"),
    ],
)
def test_a_failure_is_in_one_care(
    outcome: str, corrected: bool, verified: bool, deceased: bool, care: str
) -> None:
    facts = OrderFacts(OrderState.FAILED, outcome, corrected, verified)
    assert care_of(facts, deceased=deceased) == care
    assert care in CARES
