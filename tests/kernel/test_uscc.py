"""GB 32100-2015."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from nuanliu.kernel.uscc import ALPHABET, FOUNDATION, check_uscc, generate_uscc

WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CODES = st.builds(generate_uscc, st.randoms(use_true_random=False), st.integers(110000, 659999).map(str))


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91110000600037341L", " 91110000 600037341l ", "９１３５０１００M000100Y43"],
)
def test_published_codes_are_good(code):
    assert check_uscc(code) is None


@pytest.mark.parametrize(
    "code",
    ["", "9135010", "91350100M000100I43", "91350100M000100Y4", "9135A100M000100Y43", "91350100M000100Y433"],
)
def test_not_the_right_kind_of_characters(code):
    assert check_uscc(code) == "uscc.format"


def test_a_wrong_character_is_found():
    assert check_uscc("91350100M000100Y44") == "uscc.checksum"


def test_a_sum_that_is_a_multiple_of_31_has_check_character_zero():
    code = _with_sum_zero()
    assert code.endswith("0")
    assert check_uscc(code) is None


def test_a_rural_collective_begins_with_a_letter():
    body = "N2310114MF0000001"
    assert check_uscc(body + stdnum_uscc.calc_check_digit(body)) is None


@given(CODES)
def test_every_generated_code_passes(code):
    assert check_uscc(code) is None


def test_a_foundation_begins_with_53():
    assert generate_uscc(Random(1), "310000", FOUNDATION).startswith("53310000")


@given(CODES, st.integers(8, 17), st.integers(1, 30))
def test_every_single_wrong_character_is_found(code, place, shift):
    wrong = ALPHABET[(ALPHABET.index(code[place]) + shift) % 31]
    assert check_uscc(code[:place] + wrong + code[place + 1 :]) == "uscc.checksum"


def _with_sum_zero() -> str:
    for number in range(10**4):
        body = f"91310114{number:09d}"
        if sum(ALPHABET.index(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 31 == 0:
            return f"{body}0"
    raise AssertionError("no such code")
