"""Chinese numerals in words and capitals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.numerals import capital_number, read_numeral


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十八", 18),
        ("二十", 20),
        ("两百", 200),
        ("一百零五", 105),
        ("三万五千", 35000),
        ("一千零八", 1008),
        ("一亿二千万", 120_000_000),
        ("二〇二二", 2022),
        ("壹佰贰拾叁", 123),
    ],
)
def test_numbers_in_words(words, number):
    assert read_numeral(words) == number


@pytest.mark.parametrize("words", ["", "若干", "3万", "五百元"])
def test_what_is_no_number_is_refused(words):
    with pytest.raises(ValueError, match="不是中文数字"):
        read_numeral(words)


@given(st.integers(0, 10**15))
def test_capitals_are_read_back(number):
    assert read_numeral(capital_number(number)) == number
