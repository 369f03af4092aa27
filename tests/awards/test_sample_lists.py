"""The lists that unions sent, and what each row of them must be told."""

import json
from pathlib import Path

import pytest

from nuanliu.awards.actions import accept_rows
from nuanliu.awards.models import Award, Roster, RosterFinding, RosterRow
from nuanliu.kernel.findings import CODES, Severity
from tests.awards.conftest import LISTS, World, file_of

NAMES = ("list-a-official", "list-b-reordered", "list-c-clean-2000")
GOLDEN = Path(__file__).parent / "golden"
WARNINGS = [code for code, known in CODES.items() if known.severity is Severity.WARNING]


def told(roster) -> dict[str, list[str]]:
    """Codes by "sheet!row", notes left out, as the expected files write them."""
    sheets = {sheet.ordinal: sheet.sheet for sheet in roster.sheets.all()}
    found: dict[str, list[str]] = {}
    for finding in RosterFinding.objects.filter(roster=roster).exclude(severity="note"):
        found.setdefault(f"{sheets[finding.sheet_ordinal]}!{finding.row_number}", []).append(finding.code)
    return {place: sorted(codes) for place, codes in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_sample_list_is_told_exactly_what_is_expected(world: World, name: str) -> None:
    expected = json.loads((LISTS / f"{name}.expected.json").read_text())
    result = world.submit(file_of(f"{name}.xlsx"))
    assert told(result.roster) == {place: sorted(codes) for place, codes in expected["rows"].items()}
    rows = RosterRow.objects.filter(roster=result.roster)
    assert rows.filter(blocked=True).count() == expected["refused"]
    assert rows.filter(blocked=False).count() == expected["accepted"]
    counts = {code: count for code, count in result.counts.items() if code != "row.total"}
    assert counts == expected["counts"]


@pytest.mark.parametrize("name", NAMES)
def test_the_good_rows_become_awards_with_the_expected_sums(world: World, name: str) -> None:
    expected = json.loads((LISTS / f"{name}.expected.json").read_text())
    roster = world.submit(file_of(f"{name}.xlsx")).roster
    accepted = accept_rows(roster, by=world.cast.clerk, acknowledge=WARNINGS)
    assert (accepted.rows, roster.rows_accepted) == (expected["accepted"], expected["accepted"])
    assert annex1_of(roster) == expected["annex1_fen"]
    assert accepted.amount_fen == sum(fen for code, fen in expected["annex1_fen"].items() if code[0] == "D")


def test_the_list_nobody_had_checked_is_told_what_a_person_read_in_it(world: World) -> None:
    golden = json.loads((GOLDEN / "list-d-unchecked.json").read_text())
    roster = world.submit(file_of("list-d-unchecked.xlsx")).roster
    assert told(roster) == golden["rows"]
    accepted = accept_rows(roster, by=world.cast.clerk, acknowledge=WARNINGS)
    assert (accepted.rows, annex1_of(roster)) == (golden["accepted"], golden["annex1_fen"])


def test_the_rows_left_over_are_totals_and_signatures(world: World) -> None:
    roster = world.submit(file_of("list-a-official.xlsx")).roster
    notes = RosterFinding.objects.filter(roster=roster, severity="note").values_list("row_number", "code")
    assert (roster.rows_read, sorted(notes)) == (400, [(408, "row.total"), (409, "row.total")])


def annex1_of(roster: Roster) -> dict[str, int]:
    """Person-times by C and fen by D."""
    cells: dict[str, int] = {}
    for award in Award.objects.filter(roster=roster):
        number = award.category_id[1:]
        cells[f"C{number}"] = cells.get(f"C{number}", 0) + 1
        cells[f"D{number}"] = cells.get(f"D{number}", 0) + award.cash_fen + award.goods_fen
    return cells
