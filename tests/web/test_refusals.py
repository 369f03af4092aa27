"""A refusal is told in the reader's language: every code that any part refuses with."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from nuanliu.web.findings import WORDS
from nuanliu.web.refusals import ENGLISH, words_of
from tests.web.conftest import text_of
from tests.web.job import Job, accept_and_sign, decide

PACKAGE = Path(__file__).resolve().parents[2] / "nuanliu"
HAN = re.compile("[\u4e00-\u9fff]")
# In which place a call names the code.
MAKERS = {"Refused": 0, "refuse_if": 1}


def codes_in_source() -> Iterator[str]:
    """Codes of refusals by actions, and of those into which the database's are translated."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = MAKERS.get(getattr(node.func, "id", ""), len(node.args))
                named = node.args[place : place + 1]
            elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "REFUSALS":
                assert isinstance(node.value, ast.Dict)
                named = [pair.elts[0] for pair in node.value.values if isinstance(pair, ast.Tuple)]
            else:
                continue
            yield from (one.value for one in named if isinstance(one, ast.Constant))


def test_every_refusal_has_its_english_and_none_is_left_over() -> None:
    codes = set(codes_in_source())
    assert len(codes) > 200
    assert codes - set(ENGLISH) - set(WORDS) == set()
    assert set(ENGLISH) - codes == set()


@pytest.mark.parametrize("code", ENGLISH)
def test_it_is_told_in_english_and_in_chinese_by_the_action_alone(code: str) -> None:
    with override("en"):
        assert words_of(code).endswith(".")
        assert not HAN.search(words_of(code))
    with override("zh-hans"):
        assert words_of(code) == ""


@pytest.mark.django_db
def test_an_english_page_shows_both_and_a_chinese_one_the_message(job: Job) -> None:
    plan = decide(job, accept_and_sign(job))
    browser = job.at("rights")
    english = browser.post(f"/plans/{plan.pk}/propose/", {"on": "2022-01-10"})
    assert english.status_code == 422
    refusal = english.context["refusal"]
    assert words_of(refusal.code) == ENGLISH[refusal.code]
    assert ENGLISH[refusal.code] in text_of(english)
    assert refusal.message in text_of(english)
    browser.cookies.load({"django_language": "zh-hans"})
    chinese = text_of(browser.post(f"/plans/{plan.pk}/propose/", {"on": "2022-01-10"}))
    assert refusal.message in chinese
    assert ENGLISH[refusal.code] not in chinese
