"""The list given back as it came, with what was found marked in its cells; it can be put right there and sent again.

Cells keep their places and texts, so that reading it again gives the same rows: only what was put right differs.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from nuanliu.awards.marking import LEGEND_SHEET, LEGEND_TITLE, MARK_HEADING, is_legend, without_marks
from nuanliu.awards.models import Correction, Roster, RosterFinding, RosterRow, RosterSheet
from nuanliu.awards.rechecking import standing_corrections
from nuanliu.awards.sealing import CORRECTION
from nuanliu.awards.states import RowState
from nuanliu.base.crypto import open_many
from nuanliu.base.spreadsheets.cells import Mark, SheetCells
from nuanliu.base.spreadsheets.layout import LONGEST_SHEET_NAME, NOT_IN_SHEET_NAMES
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.findings import CODES

# Office programs open slowly what has more notes; the column of marks tells everything anyway.
MOST_NOTES = 2_000
FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
FILLS = {"error": "#F8D7D4", "warning": "#FFE9BF", "note": "#E6EEF8", "corrected": "#DDF0E3"}
GRAVITY = ("error", "warning", "note", "corrected")
FOUND = ("sheet_ordinal", "row_number", "column", "code", "severity", "message")
LEVELS = {"error": "须改", "warning": "请看一眼", "note": "提示"}
WIDEST, NARROWEST, MARKS_WIDE = 26, 7, 60
ROWS_MEASURED = 200
NOTE_SIZE = {"x_scale": 2.4, "y_scale": 1.4}
HOW = "请在原单元格内更正，不要移动行列；改好后在本名册页面“换成更正后的名册”处再次上传。"
LEGEND_COLUMNS = (("问题", 26), ("程度", 10), ("处数", 8), ("依据", 34), ("如何处理", 60), ("代码", 24))

type Cell = tuple[int, int]


@dataclass(slots=True)
class Marks:
    """What stands against one sheet: by cell for fill and note, by row for the column of marks."""

    cells: dict[Cell, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[int] = field(default_factory=set)
    headings: set[int] = field(default_factory=set)


def marked_workbook(roster: Roster) -> bytes:
    """The roster's files as one XLSX, sheet by sheet, with findings and corrections marked and explained.

    It holds full numbers, as the list did. ContentGoneError when a file's content is no longer kept.
    """
    stream = io.BytesIO()
    marks = _marks_of(roster)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, {**options, "in_memory": True}) as book:
        writer = _Writer(book)
        for file, sheet in _sheets_of(roster):
            writer.write(sheet, marks.get((file.pk, sheet.name[:120]), Marks()))
        writer.explain(RosterFinding.objects.filter(roster=roster).values_list("code", flat=True))
    return stream.getvalue()


def _sheets_of(roster: Roster) -> Iterator[tuple[EvidenceFile, SheetCells]]:
    """Every sheet of every file that still stands for the list, in the order in which they were read."""
    standing = set(
        RosterRow.objects.filter(roster=roster, state=RowState.OPEN)
        .values_list("sheet_ordinal", flat=True)
        .distinct()
    )
    sheets = list(roster.sheets.select_related("file").order_by("ordinal"))
    files = {sheet.file_id: sheet.file for sheet in sheets if sheet.ordinal in standing}
    for file in files.values():
        for sheet in map(without_marks, read_workbook(content_of(file), file.name)):
            if not is_legend(sheet):
                yield file, sheet


def _marks_of(roster: Roster) -> dict[tuple[Any, str], Marks]:
    marks: dict[tuple[Any, str], Marks] = defaultdict(Marks)
    sheets = {sheet.ordinal: sheet for sheet in roster.sheets.all()}
    by_heading = {ordinal: _columns(sheet) for ordinal, sheet in sheets.items()}
    by_field = {ordinal: _columns(sheet, by_field=True) for ordinal, sheet in sheets.items()}
    for sheet in sheets.values():
        marks[sheet.file_id, sheet.sheet].headings.add(sheet.heading_row)
    found = RosterFinding.objects.filter(roster=roster, row_number__gt=0).order_by("id")
    for ordinal, row, column, code, severity, message in found.values_list(*FOUND).iterator():
        of_sheet = marks[sheets[ordinal].file_id, sheets[ordinal].sheet]
        of_sheet.rows[row].append(message)
        if code == "row.hidden":
            of_sheet.hidden.add(row)
        place = by_heading[ordinal].get(column)
        if place is not None:
            of_sheet.cells[row, place].append((severity, message))
    for correction, value in _corrections(roster):
        sheet = sheets[correction.row.sheet_ordinal]
        place = by_field[sheet.ordinal].get(correction.field)
        if place is not None:
            told = f"已更正为“{value}”。理由：{correction.reason}"
            marks[sheet.file_id, sheet.sheet].cells[correction.row.row_number, place].append(
                ("corrected", told)
            )
    return marks


def _columns(sheet: RosterSheet, *, by_field: bool = False) -> dict[str, int]:
    """Where each heading (or field) stands; headings as findings name them."""
    places = sheet.header.get("columns", range(len(sheet.headings)))
    return {
        (name or "") if by_field else heading[:60]: place
        for (heading, name), place in zip(sheet.headings, places, strict=True)
    }


def _corrections(roster: Roster) -> list[tuple[Correction, str]]:
    rows = Correction.objects.filter(row__roster=roster, row__state=RowState.OPEN).values_list(
        "row_id", flat=True
    )
    found = list(standing_corrections(rows).select_related("row").order_by("recorded_at", "id"))
    values = open_many(
        [bytes(one.value_sealed) for one in found], place=CORRECTION, row_keys=[one.pk.bytes for one in found]
    )
    return [(one, value or "") for one, value in zip(found, values, strict=True)]


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._names: set[str] = set()
        self._notes = 0
        self._plain = book.add_format({**FONT, "num_format": "@"})
        self._number = book.add_format({**FONT, "num_format": "0"})
        self._heading = book.add_format(
            {**FONT, "bold": True, "text_wrap": True, "border": 1, "align": "center"}
        )
        self._marks = book.add_format({**FONT, "font_color": "#8F1D17", "text_wrap": True})
        self._fills = {
            (name, spoilt): book.add_format(
                {**FONT, "bg_color": colour, "num_format": "0" if spoilt else "@"}
            )
            for name, colour in FILLS.items()
            for spoilt in (False, True)
        }

    def write(self, cells: SheetCells, marks: Marks) -> None:
        """One sheet, cell by cell in its place."""
        sheet = self._book.add_worksheet(self._named(cells.name))
        if cells.hidden:
            sheet.hide()
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._set_widths(sheet, cells)
        if marks.headings - {0}:
            sheet.freeze_panes(max(marks.headings), 0)
        spoilt = cells.marked(Mark.SPOILT)
        odd = {row for row, _ in spoilt} | {row for row, _ in marks.cells}
        for number, row in enumerate(cells.frame.iter_rows(), 1):
            hidden = number in cells.hidden_rows or number in marks.hidden
            if hidden:
                sheet.set_row(number - 1, None, None, {"hidden": True})
            special = number in marks.rows or number in marks.headings or number in odd
            for column, text in enumerate(row):
                if special and (text is not None or (number, column) in marks.cells):
                    self._write_cell(sheet, (number, column), text, marks, spoilt=(number, column) in spoilt)
                elif text is not None:
                    sheet.write_string(number - 1, column, text, self._plain)
            self._write_marks(sheet, number, cells.frame.width, marks)
        for merged in cells.merged:
            # The cells are written already; merging them by the library would write them again.
            sheet.merge.append(
                [merged.first_row - 1, merged.first_column, merged.last_row - 1, merged.last_column]
            )

    def _write_cell(self, sheet: Any, cell: Cell, text: str | None, marks: Marks, *, spoilt: bool) -> None:
        told = marks.cells.get(cell, [])
        gravest = min((severity for severity, _ in told), key=GRAVITY.index) if told else ""
        style = self._fills[gravest, spoilt] if gravest else self._number if spoilt else self._plain
        if cell[0] in marks.headings:
            style = self._heading
        row, column = cell[0] - 1, cell[1]
        if text is None:
            sheet.write_blank(row, column, None, style)
        elif spoilt:
            # A number that lost its last digits stays one, or nobody would see what happened to it.
            sheet.write_number(row, column, float(text), style)
        else:
            sheet.write_string(row, column, text, style)
        if told and self._notes < MOST_NOTES:
            self._notes += 1
            sheet.write_comment(row, column, "\n".join(message for _, message in told), NOTE_SIZE)

    def _write_marks(self, sheet: Any, number: int, column: int, marks: Marks) -> None:
        if number in marks.headings:
            sheet.write_string(number - 1, column, MARK_HEADING, self._heading)
        elif number in marks.rows:
            sheet.write_string(number - 1, column, "\n".join(marks.rows[number]), self._marks)

    def _set_widths(self, sheet: Any, cells: SheetCells) -> None:
        head = cells.frame.head(ROWS_MEASURED)
        for place, name in enumerate(head.columns):
            longest = max(
                (_breadth(text) for text in head[name].drop_nulls().tail(ROWS_MEASURED - 3)), default=0
            )
            sheet.set_column(place, place, min(max(longest + 2, NARROWEST), WIDEST))
        sheet.set_column(cells.frame.width, cells.frame.width, MARKS_WIDE)

    def _named(self, wanted: str) -> str:
        """A name that the format allows and no other sheet has."""
        plain = NOT_IN_SHEET_NAMES.sub("", wanted)[:LONGEST_SHEET_NAME] or "Sheet"
        name, count = plain, 2
        while name.lower() in self._names:
            name, count = f"{plain[: LONGEST_SHEET_NAME - 4]}({count})", count + 1
        self._names.add(name.lower())
        return name

    def explain(self, codes: Iterable[str]) -> None:
        """The last page: each finding with its rule and what to do."""
        sheet = self._book.add_worksheet(self._named(LEGEND_SHEET))
        bold = self._book.add_format({**FONT, "bold": True, "font_size": 12})
        wrapped = self._book.add_format({**FONT, "text_wrap": True, "valign": "top"})
        sheet.write_string(0, 0, LEGEND_TITLE, bold)
        sheet.write_string(
            1,
            0,
            HOW,
            self._plain,
        )
        for place, (heading, width) in enumerate(LEGEND_COLUMNS):
            sheet.set_column(place, place, width)
            sheet.write_string(3, place, heading, self._heading)
        for line, (code, count) in enumerate(sorted(_counted(codes).items(), key=lambda one: -one[1]), 4):
            known = CODES[code]
            texts = (
                known.title_zh,
                LEVELS[known.severity],
                str(count),
                known.rule,
                f"{known.remedy_zh}。",
                code,
            )
            for place, text in enumerate(texts):
                sheet.write_string(line, place, text, wrapped)


def _counted(codes: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for code in codes:
        counts[code] += 1
    return counts


def _breadth(text: str) -> int:
    """In half widths: a Chinese character takes two."""
    return sum(1 if sign.isascii() else 2 for sign in text)
