"""The list given back with its findings marked: read again it is the same list, and what was put right is read."""

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from nuanliu.awards.actions import SubmittedFile, correct_row, reimport_roster
from nuanliu.awards.marked import marked_workbook
from nuanliu.awards.marking import LEGEND_SHEET, MARK_HEADING
from nuanliu.awards.models import Roster, RosterFinding, RosterRow
from nuanliu.awards.queries import finding_counts
from tests.awards.conftest import World, file_of
from tests.awards.making import People, list_of
from tests.awards.test_corrections import row_at

MADE = "名册-标注.xlsx"


def open_keys(roster: Roster) -> list[int]:
    rows = RosterRow.objects.filter(roster=roster, state="open").order_by("pk")
    return list(rows.values_list("pk", flat=True))


def findings(roster: Roster) -> list[tuple[Any, ...]]:
    found = RosterFinding.objects.filter(roster=roster)
    return sorted(found.values_list("sheet_ordinal", "row_number", "column", "code", "message"))


def changed(content: bytes, put_right: Any) -> SubmittedFile:
    """The workbook after somebody worked in it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    put_right(book)
    memory = io.BytesIO()
    book.save(memory)
    return SubmittedFile(MADE, memory.getvalue())


@pytest.mark.parametrize("name", ["list-a-official.xlsx", "list-b-reordered.xlsx", "list-d-unchecked.xlsx"])
def test_the_marked_workbook_read_again_gives_the_same_rows_and_findings(world: World, name: str) -> None:
    roster = world.submit(file_of(name)).roster
    keys, before = open_keys(roster), findings(roster)
    marked = SubmittedFile(MADE, marked_workbook(roster))
    reimport_roster(roster, [marked], by=world.cast.clerk)
    assert open_keys(roster) == keys
    assert findings(roster) == before
    again = SubmittedFile(MADE, marked_workbook(roster))
    reimport_roster(roster, [again], by=world.cast.clerk)
    assert (open_keys(roster), findings(roster)) == (keys, before)


def test_several_files_and_sheets_come_back_as_one_workbook_in_their_order(world: World) -> None:
    people = People()
    first = list_of(people(), people(cash="x"), name="甲.xlsx", sheets=("一", "二"))
    second = list_of(people(account=None), name="乙.xlsx", sheets=("一",))
    roster = world.submit(first, second).roster
    keys, before = open_keys(roster), finding_counts(roster)
    reimport_roster(roster, [SubmittedFile(MADE, marked_workbook(roster))], by=world.cast.clerk)
    assert (open_keys(roster), finding_counts(roster)) == (keys, before)


def test_a_cell_put_right_in_the_workbook_has_one_finding_less(world: World) -> None:
    people = People()
    roster = world.submit(list_of(people(cash="五百"), people(cash="六百"), people())).roster
    assert finding_counts(roster) == {"amount.format": 2}

    def put_right(book: Any) -> None:
        sheet = book.worksheets[0]
        sheet.cell(2, 6).value = "1000"

    reimport_roster(roster, [changed(marked_workbook(roster), put_right)], by=world.cast.clerk)
    assert finding_counts(roster) == {"amount.format": 1}
    assert row_at(roster, 2).cash_fen == 100_000


def test_findings_stand_in_their_cells_in_the_last_column_and_on_the_last_page(world: World) -> None:
    roster = world.submit(list_of(People()(cash="五百"))).roster
    sheet = openpyxl.load_workbook(io.BytesIO(marked_workbook(roster))).worksheets[0]
    message = RosterFinding.objects.get(roster=roster).message
    assert sheet.cell(1, 13).value == MARK_HEADING
    assert sheet.cell(2, 13).value == message
    assert message in sheet.cell(2, 6).comment.text
    assert sheet.cell(2, 6).fill.fgColor.rgb.endswith("F8D7D4")
    legend = openpyxl.load_workbook(io.BytesIO(marked_workbook(roster)))[LEGEND_SHEET]
    assert legend.cell(5, 6).value == "amount.format"


def test_a_corrected_cell_keeps_its_text_and_tells_the_new_one_so_the_correction_stands(world: World) -> None:
    roster = world.submit(list_of(People()(cash="五百"))).roster
    correct_row(row_at(roster, 2), field="cash", value="1000", reason="核实", by=world.cast.clerk)
    content = marked_workbook(roster)
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].cell(2, 6)
    assert (cell.value, "1000" in cell.comment.text) == ("五百", True)
    reimport_roster(roster, [SubmittedFile(MADE, content)], by=world.cast.clerk)
    assert finding_counts(roster) == {}
    assert row_at(roster, 2).cash_fen == 100_000


def test_a_number_spoilt_by_the_spreadsheet_is_still_told_after_the_round(world: World) -> None:
    person = People()()
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range(0, 0, 0, 4, "慰问名册")
        sheet.write_row(1, 0, ["姓名", "身份证号", "类别", "慰问金", "银行账号"])
        sheet.write_row(2, 0, [person["name"], int(str(person["identity_number"])[:17] + "0"), "C1", 1000])
        sheet.write_string(2, 4, str(person["account"]))
    roster = world.submit(SubmittedFile("名册.xlsx", memory.getvalue())).roster
    keys, before = open_keys(roster), findings(roster)
    assert finding_counts(roster) == {"identity.format": 1}
    reimport_roster(roster, [SubmittedFile(MADE, marked_workbook(roster))], by=world.cast.clerk)
    assert (open_keys(roster), findings(roster)) == (keys, before)


def test_nothing_in_the_workbook_comes_alive(world: World) -> None:
    roster = world.submit(list_of(People()(employer="=1+1", reason="@SUM(A1)", cash="x"))).roster
    sheet = openpyxl.load_workbook(io.BytesIO(marked_workbook(roster))).worksheets[0]
    assert [sheet.cell(2, 3).data_type, sheet.cell(2, 3).value] == ["s", "=1+1"]
