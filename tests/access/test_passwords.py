"""What nobody may take for a password, and why; temporary ones."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from nuanliu.access.models import User
from nuanliu.access.passwords import HardToGuess, strength, temporary_password, words_about
from nuanliu.base.scope import Scope, scoped
from tests.cast import Cast

HOLDER = User(username="wangmin-jd", display_name="王敏", email="minmin@example.org")
UNIONS = ["嘉定区总工会"]


@pytest.mark.parametrize(
    "guessable",
    [
        "gonghui2026",
        "Gonghui@2026",
        "G0nghui2026!",
        "Songwennuan@2022",
        "songwennuan20220131",
        "wangmin1988",
        "minwang-2026",
        "Wang.Min.2026",
        "wangmin-jd2026",
        "minmin20262026",
        "jiading@gonghui1",
        "jiadingquzonggonghui",
        "shanghaigonghui2026",
        "pudong2026pudong",
        "bangfuzhongxin1",
        "password2026",
        "1234567890",
        "qwertyuiop",
        "20260101",
        "aaaaaaaaaaaa",
    ],
)
def test_what_the_trade_or_the_name_suggests_is_refused_with_a_remedy(guessable: str) -> None:
    found = strength(guessable, words_about(HOLDER, UNIONS))
    assert not found.enough
    assert found.remedy


@pytest.mark.parametrize(
    "hard",
    ["a phrase of my own, 42", "correct horse battery staple", "vR8#tq2!LmZw", "紫色河马在月台上数纽扣"],
)
def test_what_nobody_thinks_of_passes(hard: str) -> None:
    assert strength(hard, words_about(HOLDER, UNIONS)).enough


def test_every_temporary_password_passes_its_own_test() -> None:
    assert all(strength(temporary_password()).enough for _ in range(50))


def test_the_remedy_names_the_word_in_both_languages() -> None:
    with override("en"):
        assert "“gonghui”" in strength("gonghui2026").remedy
    with override("zh-hans"):
        assert "“gonghui”" in strength("gonghui2026").remedy
        assert "别人" in strength("gonghui2026").remedy


def test_a_name_with_two_readings_is_known_by_both() -> None:
    words = words_about(User(username="x", display_name="单小明"))
    assert {"shanxiaoming", "danxiaoming", "sxm"} <= set(words)


def test_a_very_long_password_costs_no_time() -> None:
    assert strength("correct horse battery staple " * 40).enough


@pytest.mark.django_db
def test_the_validator_knows_the_unions_of_the_holder(cast: Cast) -> None:
    with scoped(Scope.for_path("/0/")):
        user = User.objects.get(username="base")
    with pytest.raises(ValidationError, match="jiayuan"):
        HardToGuess().validate("jiayuan-yiliao-7", user)
    with pytest.raises(ValidationError):
        validate_password("jiayuan-yiliao-7", user)
