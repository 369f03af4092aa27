"""Money is integer fen; nothing is lost or invented on the way in or out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.money import (
    LARGEST_AMOUNT_FEN,
    MoneyError,
    chinese_capital,
    fen_from_number,
    parse_yuan,
    round_parts_to_wan,
    round_to_wan,
    wan_exact,
    yuan_plain,
    yuan_text,
)
from nuanliu.kernel.numerals import read_numeral

AMOUNTS = st.integers(-LARGEST_AMOUNT_FEN, LARGEST_AMOUNT_FEN)
PARTS = st.lists(st.integers(0, 10**9) | st.integers(-(10**6), 10**6), max_size=30)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("500", 50000),
        ("￥1,200.50元", 120050),
        ("0.01", 1),
        ("500.", 50000),
        ("500.5", 50050),
        ("500.5000", 50050),
        ("+500", 50000),
        ("-0.50", -50),
        ("0", 0),
        ("10000000000", LARGEST_AMOUNT_FEN),
    ],
)
def test_an_amount_is_read_to_the_fen(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "五百元整?",
        "伍佰",
        "待定",
        "500元整",
        "1,20",
        "1e3",
        "nan",
        "inf",
        "500.005",
        "--5",
        "1_000",
        "٥٠٠",
        "10000000000.01",
        "9" * 5000,
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyError) as refused:
        parse_yuan(text)
    assert refused.value.code == "amount.format"


@pytest.mark.parametrize("text", ["", " ", "-", "/", "无"])
def test_an_empty_amount_is_missing(text):
    with pytest.raises(MoneyError) as refused:
        parse_yuan(text)
    assert refused.value.code == "amount.missing"


@pytest.mark.parametrize(
    ("number", "fen"),
    [
        (500, 50000),
        (500.5, 50050),
        (550.0000000000001, 55000),
        (0.1 + 0.2, 30),
        (Decimal("1.10"), 110),
        (1e9, 10**11),
    ],
)
def test_a_numeric_cell_is_what_the_spreadsheet_shows(number, fen):
    assert fen_from_number(number) == fen


@pytest.mark.parametrize(
    "number", [500.005, float("nan"), float("inf"), 1e300, Decimal("NaN"), Decimal("1E+30"), 1e-9]
)
def test_a_numeric_cell_that_is_no_amount_is_refused(number):
    with pytest.raises(MoneyError):
        fen_from_number(number)


@given(AMOUNTS)
def test_what_is_written_is_read_back(fen):
    assert (
        parse_yuan(yuan_text(fen))
        == parse_yuan(yuan_plain(fen))
        == fen_from_number(Decimal(yuan_plain(fen)))
        == fen
    )
    assert Decimal(wan_exact(fen)) * 1_000_000 == fen


def test_yuan_on_screen_and_in_bank_files():
    assert yuan_text(123450) == "1,234.50"
    assert yuan_plain(123450) == "1234.50"
    assert yuan_text(-123450) == "-1,234.50"
    assert yuan_plain(-5) == "-0.05"


@pytest.mark.parametrize(
    ("fen", "wan"),
    [
        (0, "0.00"),
        (600_000, "0.60"),
        (1_000_001, "1.000001"),
        (2_900_000, "2.90"),
        (1, "0.000001"),
        (-600_000, "-0.60"),
        (12_345_600, "12.3456"),
    ],
)
def test_wan_to_the_fen(fen, wan):
    assert wan_exact(fen) == wan


def test_three_thirds_add_up_to_the_whole():
    assert round_parts_to_wan([333_333, 333_333, 333_334]) == [
        Decimal("0.33"),
        Decimal("0.33"),
        Decimal("0.34"),
    ]


def test_the_first_of_equals_takes_the_missing_step():
    assert round_parts_to_wan([5_000, 5_000]) == [Decimal("0.01"), Decimal("0.00")]


@given(PARTS)
def test_parts_add_up_to_the_rounded_total(parts):
    rounded = round_parts_to_wan(parts)
    assert len(rounded) == len(parts)
    assert sum(rounded, Decimal(0)) == round_to_wan(sum(parts))


@given(PARTS)
def test_no_part_moves_by_a_whole_step_and_an_exact_one_not_at_all(parts):
    for fen, wan in zip(parts, round_parts_to_wan(parts), strict=True):
        moved = abs(wan * 1_000_000 - fen)
        assert moved < 10_000
        assert moved == 0 or fen % 10_000


@given(st.integers(-(10**12), 10**12))
def test_a_single_amount_moves_by_at_most_half_a_step(fen):
    assert abs(round_to_wan(fen) * 1_000_000 - fen) <= 5_000
    assert round_parts_to_wan([fen]) == [round_to_wan(fen)]


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (10000, "壹佰元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (1000100, "壹万零壹元整"),
        (10_0000_0000_00, "壹拾亿元整"),
        (1_0000_0001_00, "壹亿零壹元整"),
        (1_0000_0000_0000_00, "壹万亿元整"),
    ],
)
def test_capital_amounts(fen, words):
    assert chinese_capital(fen) == words


@given(st.integers(0, 10**14))
def test_a_capital_amount_says_the_amount(fen):
    words = chinese_capital(fen)
    yuan, _, rest = words.rpartition("元")
    jiao, _, tail = rest.rpartition("角")
    cents = tail.removesuffix("整").removesuffix("分").lstrip("零")
    said = sum(read_numeral(part) * worth for part, worth in [(yuan, 100), (jiao, 10), (cents, 1)] if part)
    assert said == fen


def test_a_negative_amount_has_no_capitals():
    with pytest.raises(MoneyError):
        chinese_capital(-1)
