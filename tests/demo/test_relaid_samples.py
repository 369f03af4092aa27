"""The sample lists in layouts made by chance: whatever surrounds the rows, each is told the same."""

import json

import pytest

from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.checking.findings import assemble
from nuanliu.awards.checking.normalise import read_rows
from nuanliu.awards.checking.record import no_answers
from nuanliu.awards.checking.rows import check_rows, found_by_reader, judge
from nuanliu.awards.judging import rules_on, with_notes
from nuanliu.awards.reading import read_submission
from nuanliu.demo.warmth.headers import headers_of
from tests.awards.conftest import DAY, LISTS, World, world
from tests.cast import cast
from tests.demo.paper import JIADING
from tests.demo.relaying import relaid

__all__ = ["cast", "world"]
NAMES = ("list-a-official", "list-b-reordered")
SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_surrounds_it_a_row_is_told_the_same(world: World, name: str, seed: int) -> None:
    expected = json.loads((LISTS / f"{name}.expected.json").read_text())["rows"]
    book = relaid(name, expected, seed)
    file = SubmittedFile(book.name, book.content)
    assert codes_of(file, world) == {place: sorted(codes) for place, codes in book.told().items()}
    assert {(header.unit, header.day) for header in headers_of([file])} == {(JIADING, DAY)}


def codes_of(file: SubmittedFile, world: World) -> dict[str, list[str]]:
    """Codes by "sheet!row", notes too."""
    submission, rules = read_submission([file], {}), rules_on(DAY, world.standard)
    rows = read_rows(submission.tables)
    checked = judge(check_rows(rows, rules, found_by_reader(rows, submission.tables)), no_answers(), rules)
    findings = with_notes(assemble(checked.rows, checked.found, submission.tables), submission)
    sheets = {sheet.ordinal: sheet.sheet for sheet in submission.sheets}
    found: dict[str, list[str]] = {}
    for ordinal, row, code in findings.select("sheet_ordinal", "row_number", "code").iter_rows():
        found.setdefault(f"{sheets[ordinal]}!{row or ''}", []).append(code)
    return {place: sorted(codes) for place, codes in found.items()}
