"""A finding is told in the reader's language: every code, every rule."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from nuanliu.kernel.findings import CODES, Finding, finding
from nuanliu.ledger import rules as ledger
from nuanliu.payments.actions.correcting import REMEDIES
from nuanliu.payments.payees import FAULTS
from nuanliu.web.findings import (
    SHORT,
    WORDS,
    in_words,
    remedy_of,
    rule_words,
    short_of,
    title_of,
    told,
    told_whole,
)

PACKAGE = Path(__file__).resolve().parents[2] / "nuanliu"
HAN = re.compile("[\u4e00-\u9fff]")
MAKERS = {"Finding", "finding", "_error", "_categories"}


def codes_in_source() -> Iterator[str]:
    """Codes with which any part makes a finding."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def test_every_code_has_its_words_and_no_words_are_left_over() -> None:
    assert set(WORDS) == set(CODES) | set(FAULTS) | set(REMEDIES) | set(codes_in_source())
    assert set(SHORT) <= set(WORDS)


@pytest.mark.parametrize("code", WORDS)
def test_in_english_a_code_is_told_in_english(code: str) -> None:
    with override("en"):
        title, remedy = title_of(code), remedy_of(code)
        short = short_of(code)
    assert all((title, remedy, short))
    assert not HAN.search(title + short)
    # The headings that a list must have stand in it as they are written.
    assert not HAN.search(remedy) or code == "sheet.no_table"
    assert (title[-1], remedy[-1]) != (".", ".")


@pytest.mark.parametrize("code", CODES)
def test_in_chinese_the_words_are_those_of_the_code(code: str) -> None:
    with override("zh-hans"):
        assert (title_of(code), remedy_of(code)) == (CODES[code].title_zh, CODES[code].remedy_zh)


RULES = {
    *(info.rule for info in CODES.values()), ledger.SOURCES, ledger.USE_BY_SOURCE, ledger.WITHIN_MEANS,
    ledger.PROHIBITIONS, ledger.MEMBER_GIFTS, ledger.TWO_LEDGERS,
}  # fmt: skip


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_cited_in_english_and_stays_as_it_is_in_chinese(rule: str) -> None:
    with override("en"):
        assert not HAN.search(rule_words(rule))
    with override("zh-hans"):
        assert rule_words(rule) == rule


def test_rules_are_cited_by_document_and_article() -> None:
    with override("en"):
        assert (
            rule_words(CODES["identity.checksum"].rule) == "Measures No. 178 (2020), Art. 11; GB 11643-1999"
        )
        assert (
            rule_words(CODES["account.checksum"].rule) == "Measures No. 178 (2020), Art. 11; ISO/IEC 7812-1"
        )


def test_the_message_stands_beside_the_remedy_as_it_was_recorded_and_is_escaped() -> None:
    found = finding("name.missing", "第5行<b>缺少姓名")
    with override("zh-hans"):
        assert (told(found), told_whole(found)) == (found.message, found.message)
    with override("en"):
        recorded = '<span class="quiet" lang="zh-Hans">第5行&lt;b&gt;缺少姓名</span>'
        assert told(found) == f"Aid is given by name: fill the name in. {recorded}"
        assert told_whole(found) == f"The name is missing. {told(found)}"
        assert in_words("payee.deceased", FAULTS["payee.deceased"]) == (
            "The person is recorded as deceased. Leave the award out."
        )


def test_a_code_that_nobody_knows_is_told_as_it_was_recorded() -> None:
    found = Finding("some.thing", CODES["name.missing"].severity, "出了问题", "")
    with override("en"):
        assert (title_of("some.thing"), told(found), told_whole(found)) == (
            "some.thing",
            "出了问题",
            "出了问题",
        )
