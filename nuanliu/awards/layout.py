"""The lines above a list as they were received: titles, facts and headings, merged as the sender merged them."""

from collections.abc import Iterator, Sequence

from nuanliu.base.spreadsheets.cells import MergedRange, SheetCells
from nuanliu.base.spreadsheets.tables import FoundTable

LINES_SHOWN = 8
LONGEST_TEXT = 120

# Columns and rows that a cell reaches over, and its text.
type DrawnCell = tuple[int, int, str]
# The row's number in the spreadsheet, and its cells over the table's columns.
type Line = tuple[int, Sequence[DrawnCell]]


def lines_above(sheet: SheetCells, table: FoundTable, after: int) -> Iterator[Line]:
    """The filled lines between row `after` and the first data row, the headings last; for the table's columns alone."""
    headings = table.heading_rows
    first = max(after + 1, headings[0] - LINES_SHOWN, 1)
    filled = [
        number
        for number in range(first, headings[-1] + 1)
        if number in headings or any(text and text.strip() for text in sheet.frame.row(number - 1))
    ]
    columns = [column.index for column in table.columns]
    for number in filled:
        yield number, list(_cells(sheet, columns, number, filled, stretched=number not in headings))


def _cells(
    sheet: SheetCells, columns: Sequence[int], number: int, shown: Sequence[int], *, stretched: bool
) -> Iterator[DrawnCell]:
    texts = [(sheet.frame.row(number - 1)[column] or "").strip()[:LONGEST_TEXT] for column in columns]
    place = 0
    while place < len(columns):
        merged = _merged_at(sheet.merged, number, columns[place])
        width = _width(merged, columns[place:]) if merged else 1
        if merged is None and stretched:
            # A title that is not merged flows over the empty cells beside it.
            width = next((i for i, text in enumerate(texts[place + 1 :], 1) if text), len(texts) - place)
        if merged is None:
            yield width, 1, texts[place]
        elif number == next(row for row in shown if row >= merged.first_row):
            text = sheet.frame.row(merged.first_row - 1)[merged.first_column] or ""
            height = sum(number <= row <= merged.last_row for row in shown)
            yield width, height, text.strip()[:LONGEST_TEXT]
        place += width


def _merged_at(merged: Sequence[MergedRange], row: int, column: int) -> MergedRange | None:
    return next(
        (
            found
            for found in merged
            if found.first_row <= row <= found.last_row and found.first_column <= column <= found.last_column
        ),
        None,
    )


def _width(merged: MergedRange, columns: Sequence[int]) -> int:
    return sum(column <= merged.last_column for column in columns)
