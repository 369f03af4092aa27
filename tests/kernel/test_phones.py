"""Phones as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.phones import check_phone, generate_mobile, normalize_phone


@pytest.mark.parametrize(
    "phone",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "+86-13812345678",
        "008613812345678",
        "8613812345678",
        "１９９12345678",
        "021-63211939",
        "02163211939",
        "(021)63211939",
        "（０２１）63211939",
        "0512-6321193",
        "63211939",
        "63211939*3072",
        "021-63211939-3072",
        "021—63211939转3072",
        "+86-21-63211939",
    ],
)
def test_mobiles_and_landlines(phone):
    assert check_phone(phone) is None


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "12345",
        "12812345678",
        "1381234567",
        "138123456789",
        "02112345678",
        "无电话",
        "13812345678/13912345678",
        "23456789012",
    ],
)
def test_anything_else(phone):
    assert check_phone(phone) == "phone.format"


@pytest.mark.parametrize("phone", ["+86 138-1234-5678", "8613812345678", "'138 1234 5678"])
def test_one_mobile_has_one_spelling(phone):
    assert normalize_phone(phone) == "13812345678"


def test_a_landline_stays_as_written():
    assert normalize_phone(" 021—63211939 转 3072 ") == "021-63211939转3072"


@given(st.randoms(use_true_random=False))
def test_every_generated_mobile_passes(random):
    mobile = generate_mobile(random)
    assert check_phone(mobile) is None
    assert normalize_phone(mobile) == mobile
