"""What a standard allows, and which goods are forbidden."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.money import parse_yuan
from nuanliu.programmes.reference import shipped
from nuanliu.programmes.rules import (
    ProhibitedWord,
    StandardSum,
    counts_on,
    judge_amount,
    prohibited,
    prohibited_column,
)

CASES = Path(__file__).parents[1] / "cases"
CONCLUSIONS = {
    "符合": None,
    "超标准": "standard.exceeded",
    "低于标准": "standard.below",
    "没有标准": "standard.missing",
}
AMOUNT_CASES = yaml.safe_load((CASES / "standards.yaml").read_text())
GOODS_CASES = yaml.safe_load((CASES / "prohibited_goods.yaml").read_text())
LISTED = shipped("prohibited_goods")["words"]
WORDS = tuple(
    ProhibitedWord(word, tuple(LISTED[word])) for word in sorted(LISTED, key=lambda word: (-len(word), word))
)


def fen(amounts: dict, name: str) -> int:
    return parse_yuan(str(amounts.get(name, 0)))


@pytest.mark.requirement("R-026")
@pytest.mark.parametrize("case", AMOUNT_CASES, ids=lambda case: case["情形"])
def test_an_amount_is_judged_by_the_standard(case):
    told, given_ = case["标准"], case["名册"]
    line = (
        None
        if told == "无"
        else StandardSum(fen(told, "慰问金"), fen(told, "慰问品"), told.get("可代") == "是")
    )
    found = judge_amount(line, fen(given_, "慰问金"), fen(given_, "慰问品"))
    assert found == CONCLUSIONS[case["结论"]]


@pytest.mark.requirement("R-026")
@given(
    st.builds(StandardSum, st.integers(0, 5000), st.integers(0, 5000), st.booleans()),
    st.integers(0, 9000),
    st.integers(0, 9000),
)
def test_nothing_above_the_sum_ever_passes_and_the_same_is_the_same(line, cash_fen, goods_fen):
    code = judge_amount(line, cash_fen, goods_fen)
    total, allowed = cash_fen + goods_fen, line.cash_fen + line.goods_fen
    if total > allowed:
        assert code == "standard.exceeded"
    if code is None:
        assert total == allowed
    assert judge_amount(line, line.cash_fen, line.goods_fen) is None


@pytest.mark.requirement("R-049")
@pytest.mark.parametrize(("goods", "word"), GOODS_CASES.items())
def test_goods_are_recognised_by_their_words(goods, word):
    found = prohibited(goods, WORDS)
    assert (found.word if found else "") == word


@pytest.mark.requirement("R-049")
def test_a_whole_column_is_judged_as_each_text_alone():
    texts = [*GOODS_CASES, None, *GOODS_CASES]
    column = prohibited_column(pl.Series("goods", texts), WORDS).to_list()
    assert column == [(GOODS_CASES[text] or None) if text else None for text in texts]


@given(st.lists(st.text("烟台酒精料卡购物茅 \t１OoKk卡软中华|", max_size=12), max_size=20))
def test_column_and_rule_agree_on_any_text(texts):
    alone = [prohibited(text, WORDS) for text in texts]
    column = prohibited_column(pl.Series("goods", texts, dtype=pl.String), WORDS)
    assert column.to_list() == [found.word if found else None for found in alone]


def test_what_stands_around_an_excuse_does_not_join_to_a_new_word():
    words = [ProhibitedWord("购物卡", ("物购",))]
    assert prohibited("购物购物卡", [ProhibitedWord("购物卡", ("购物购",))]) is None
    assert prohibited("购物物购卡", words) is None


@pytest.mark.requirement("R-068")
def test_a_gift_before_the_notice_was_printed_counts():
    starts_on, ends_on, printed_on = date(2021, 12, 15), date(2022, 2, 1), date(2021, 12, 27)
    days = [date(2021, 12, 14), starts_on, date(2021, 12, 20), printed_on, ends_on, date(2022, 2, 2)]
    assert [counts_on(starts_on, ends_on, day) for day in days] == [False, True, True, True, True, False]
