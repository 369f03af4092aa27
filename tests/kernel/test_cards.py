"""Bank accounts."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.cards import check_account, generate_account

CARDS = st.builds(generate_account, st.randoms(use_true_random=False), st.just("622202"), st.integers(16, 19))


@pytest.mark.parametrize(
    "account",
    ["6222021001020003049", "6222 0210 0102 0003 049", "'6222021001020003049", "６222021001020003049"],
)
def test_a_card_however_it_is_written(account):
    assert check_account(account) is None


@pytest.mark.parametrize(
    "account", ["", "待补", "6222-0210-0102", "1234567", "1" * 33, "6.22202E+18", "622202100102000304A"]
)
def test_not_digits(account):
    assert check_account(account) == "account.format"


@pytest.mark.parametrize(
    "account", ["1001234567890", "4367421001020003049", "622202100102000", "62220210010200030490"]
)
def test_other_accounts_follow_no_common_check(account):
    assert check_account(account) is None


@given(CARDS)
def test_every_generated_card_passes(card):
    assert check_account(card) is None


@given(CARDS, st.integers(2, 15), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_card_is_found(card, place, shift):
    wrong = card[:place] + str((int(card[place]) + shift) % 10) + card[place + 1 :]
    assert check_account(wrong) == "account.checksum"


def test_cards_have_the_length_asked_for():
    assert len(generate_account(Random(1), length=16)) == 16
