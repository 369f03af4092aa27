"""Contracts, "Reading a cell": what is the same to a person is the same to the program."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel import cards, identity, phones, text, uscc
from nuanliu.kernel.text import (
    Step,
    is_spoilt_number,
    mask_account,
    mask_identity,
    mask_name,
    mask_numbers,
    mask_phone,
    normalize_amount,
    normalize_code,
    normalize_label,
    normalize_name,
    normalize_text,
    number_text,
)

READINGS = {
    normalize_name: text.NAME_STEPS,
    normalize_code: text.CODE_STEPS,
    normalize_amount: text.AMOUNT_STEPS,
    normalize_label: text.LABEL_STEPS,
}
CELLS = st.text(
    alphabet=st.sampled_from(
        " \t\u3000\u200b'’-—/无·•.．,，￥¥元0123456789AbxXＡ５张王阿()（）[]【】:：其中。；"
    )
)


@pytest.mark.parametrize(
    "blank", ["", " ", "\u3000", "\t\n", "-", "－", "—", "——", "/", "／", "无", " 无 ", "\ufeff", "\u200b-"]
)
@pytest.mark.parametrize("reading", [normalize_text, *READINGS])
def test_dashes_slashes_wu_and_blanks_are_empty(reading, blank):
    assert reading(blank) == ""


@pytest.mark.parametrize(
    ("received", "read"),
    [
        ("曾\u3000诚雪", "曾诚雪"),
        (" 张 三 ", "张三"),
        ("张\u200b三", "张三"),
        ("'张三", "张三"),
        ("li  ming", "LI MING"),
        ("Ｍａｒｙ  ann", "MARY ANN"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
        ("J. Smith", "J. SMITH"),
        ("⼭本", "山本"),
        ("𠮷 田", "𠮷田"),
        ("无名氏", "无名氏"),
    ],
)
def test_names(received, read):
    assert normalize_name(received) == read


@pytest.mark.parametrize(
    ("received", "read"),
    [
        ("３１０１０５１９７３０６１０１８３５", "310105197306101835"),
        ("310107 19771011 2010", "310107197710112010"),
        ("'31010519491231002x", "31010519491231002X"),
        ("’6222021001020003049", "6222021001020003049"),
        (" ' 31010519491231002Ｘ", "31010519491231002X"),
        ("\x0031010519491231002x\x1f", "31010519491231002X"),
    ],
)
def test_codes(received, read):
    assert normalize_code(received) == read


@pytest.mark.parametrize(
    ("received", "read"),
    [
        ("￥500.00", "500.00"),
        ("¥1,200", "1200"),
        ("1,200元", "1200"),
        ("１，２００．５０", "1200.50"),
        ("'800元", "800"),
        ("1 234 567", "1234567"),
        ("-￥500", "-500"),
        ("￥-1,500元", "-1500"),
        ("500¥", "500"),
        ("五百元整?", "五百元整?"),
        ("500元整", "500元整"),
        ("待定", "待定"),
        # A comma that groups nothing, and marks in the middle of a number, are left to be refused.
        ("1,20", "1,20"),
        ("5元0", "5元0"),
        ("0.05万元", "0.05万元"),
    ],
)
def test_amounts(received, read):
    assert normalize_amount(received) == read


@pytest.mark.parametrize(
    ("received", "read"),
    [
        (" c10", "C10"),
        ("Ｃ １０", "C10"),
        ("其中:中央财政(万元)", "中央财政(万元)"),
        ("其中：中央财政（万元）", "中央财政(万元)"),
        ("其中，中央财政【万元】", "中央财政(万元)"),
        ("困难企业中、因停发；减发", "困难企业中,因停发,减发"),
        ("“工会进万家”", '"工会进万家"'),
        ("「工会进万家」", "(工会进万家)"),
        ("在高（低）温、高空。", "在高(低)温,高空"),
        ("C1～C11", "C1-C11"),
    ],
)
def test_labels(received, read):
    assert normalize_label(received) == read


def test_free_text_keeps_its_case_and_inner_spaces():
    assert normalize_text("  上海 ABC（中国）有限公司 Union\u3000") == "上海 ABC(中国)有限公司 Union"


# An accent that stood on a space joins the letter before it when the space is dropped; no cell has such.
LETTERS = st.characters(codec="utf-8").filter(
    lambda letter: not any(map(unicodedata.combining, unicodedata.normalize("NFKC", letter)))
)


@given(st.text(LETTERS))
def test_reading_a_reading_changes_nothing(received):
    for reading in (normalize_text, *READINGS):
        once = reading(received)
        assert reading(once) == once


@given(st.lists(CELLS, max_size=20))
def test_a_column_is_read_by_the_same_tables_as_a_cell(cells):
    for reading, steps in READINGS.items():
        column = _folded(pl.Series("cell", cells, dtype=pl.String))
        for step in steps:
            column = _applied(step, column)
        assert column.to_list() == [reading(cell) for cell in cells]


@pytest.mark.parametrize(
    ("pattern", "good"),
    [
        (text.AMOUNT, "1200.50"),
        (identity.IDENTITY, "31010519491231002X"),
        (cards.ACCOUNT, "6222021001020003049"),
        (cards.UNIONPAY_CARD, "6222021001020003049"),
        (phones.MOBILE, "+8613812345678"),
        (phones.LANDLINE, "(021)63211939*3072"),
        (uscc.USCC, "91350100M000100Y43"),
    ],
)
def test_a_column_is_judged_by_the_same_patterns_as_a_cell(pattern, good):
    column = pl.Series("cell", [good, "不是", f"{good}\n"])
    assert column.str.contains(pattern).to_list() == [True, False, False]


def test_numeric_cells_of_more_than_fifteen_digits_are_spoilt():
    assert is_spoilt_number(3.10105194912310e17)
    assert is_spoilt_number(6222021001020003049)
    assert not is_spoilt_number(13812345678.0)
    assert not is_spoilt_number(310105491231002)
    assert not is_spoilt_number("310105194912310020")
    assert not is_spoilt_number(True)


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        (13812345678.0, "13812345678"),
        (310105491231002, "310105491231002"),
        (500.5, "500.5"),
        (1e17, "100000000000000000"),
    ],
)
def test_a_numeric_cell_as_a_person_sees_it(value, digits):
    assert number_text(value) == digits


def test_masks_show_what_the_eye_needs_and_no_more():
    assert mask_identity("310105194912311234") == "310***********1234"
    assert mask_identity("310105491231002") == "310********1002"
    assert mask_identity("1234567") == "*******"
    assert mask_account("6222021001020003049") == "****3049"
    assert mask_account("1234") == "****"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("021-63211939") == "****1939"
    assert mask_name("张三丰") == "张*"
    assert mask_name("") == ""


def test_no_long_number_survives_in_a_sentence():
    sentence = "第3行 31010519491231002X 与 6222021001020003049 冲突，2022年"
    assert mask_numbers(sentence) == "第3行 310***********002X 与 622************3049 冲突，2022年"


def _folded(column: pl.Series) -> pl.Series:
    column = column.str.replace_all(text.INVISIBLE, "")
    return column.map_elements(_fold, return_dtype=pl.String, skip_nulls=False)


def _fold(cell: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cell).upper())


def _applied(step: Step, column: pl.Series) -> pl.Series:
    replaced = column.str.replace_all(step.pattern, step.replacement)
    if not step.where:
        return replaced
    return pl.select(pl.when(column.str.contains(step.where)).then(replaced).otherwise(column)).to_series()
