"""A written sheet but for its data rows: title, lines, headings, footers, styles and print set-up."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import xlsxwriter

from nuanliu.base.spreadsheets.columns import Column, Kind

SHEET_PART = "xl/worksheets/sheet1.xml"
# Bytes must not depend on the clock: what left the house can be rebuilt and compared.
WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)
FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
FRAMED = {**FONT, "border": 1}
WIDTHS = {Kind.TEXT: 16.0, Kind.AMOUNT: 13.0, Kind.INTEGER: 8.0, Kind.DATE: 12.0}
NUMBER_FORMATS = {Kind.TEXT: "@", Kind.AMOUNT: "#,##0.00", Kind.INTEGER: "0", Kind.DATE: "yyyy-mm-dd"}
A4 = 9
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")

type Line = str | Sequence[str]


@dataclass(slots=True)
class Layout:
    """Everything around the data rows. Row numbers inside count from 0."""

    columns: Sequence[Column]
    height: int
    title: str = ""
    header_lines: Sequence[Line] = ()
    footer_lines: Sequence[Line] = ()
    sheet_name: str = ""
    _formats: dict[str, Any] = field(default_factory=dict)

    @property
    def heading_row(self) -> int:
        """The first heading row."""
        return bool(self.title) + len(self.header_lines)

    @property
    def first_row(self) -> int:
        """The first data row."""
        return self.heading_row + (2 if self._is_grouped else 1)

    @property
    def _is_grouped(self) -> bool:
        return any(column.group for column in self.columns)

    def skeleton(self) -> bytes:
        """A workbook with one blank sample row in place of the data rows."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        book.set_properties({"created": WRITTEN_AT.replace(tzinfo=None)})
        sheet = book.add_worksheet(_sheet_name(self.sheet_name or self.title))
        self._write_top(book, sheet)
        self._write_headings(book, sheet)
        self._write_sample(book, sheet)
        self._write_lines(book, sheet, self.footer_lines, self.first_row + self.height)
        self._set_up_print(sheet)
        book.close()
        return stream.getvalue()

    def _write_top(self, book: Any, sheet: Any) -> None:
        if self.title:
            style = book.add_format({**FONT, "font_size": 16, "bold": True, "align": "center"})
            sheet.set_row(0, 30)
            self._write_across(sheet, 0, 0, len(self.columns) - 1, self.title, style)
        self._write_lines(book, sheet, self.header_lines, int(bool(self.title)))

    def _write_lines(self, book: Any, sheet: Any, lines: Sequence[Line], row: int) -> None:
        style = book.add_format(FONT)
        for offset, line in enumerate(lines):
            texts = [line] if isinstance(line, str) else list(line)
            for place, text in zip(_spread(len(texts), len(self.columns)), texts, strict=False):
                sheet.write_string(row + offset, place, text, style)

    def _write_headings(self, book: Any, sheet: Any) -> None:
        style = book.add_format({**FRAMED, "bold": True, "align": "center", "text_wrap": True})
        top = self.heading_row
        for group, members in groupby(enumerate(self.columns), key=lambda one: one[1].group):
            places = [place for place, _ in members]
            if group:
                self._write_across(sheet, top, places[0], places[-1], group, style)
            for place in places:
                self._write_heading(sheet, place, grouped=bool(group), style=style)

    def _write_heading(self, sheet: Any, place: int, *, grouped: bool, style: Any) -> None:
        column, top = self.columns[place], self.heading_row
        sheet.set_column(place, place, column.width or WIDTHS[column.kind])
        if self._is_grouped and not grouped:
            sheet.merge_range(top, place, top + 1, place, "", style)
            sheet.write_string(top, place, column.heading, style)
        else:
            sheet.write_string(top + grouped, place, column.heading, style)

    def _write_across(self, sheet: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
        if last > first:
            sheet.merge_range(row, first, row, last, "", style)
        sheet.write_string(row, first, text, style)

    def _write_sample(self, book: Any, sheet: Any) -> None:
        styles = {
            kind: book.add_format({**FRAMED, "num_format": code}) for kind, code in NUMBER_FORMATS.items()
        }
        for place, column in enumerate(self.columns if self.height else ()):
            sheet.write_blank(self.first_row, place, None, styles[column.kind])
            if self.height > 1:
                # Makes the sheet's stated dimension reach to the last data row.
                sheet.write_blank(self.first_row + self.height - 1, place, None, styles[column.kind])

    def _set_up_print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(self.heading_row, self.first_row - 1)
        sheet.freeze_panes(self.first_row, 0)
        sheet.set_footer("&C第 &P 页 共 &N 页")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The skeleton taken apart: the sheet before and after its data rows, and the style of each column."""

    before: bytes
    after: bytes
    styles: tuple[str, ...]
    others: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, layout: Layout) -> "Skeleton":
        """Take the layout's workbook apart around its sample row."""
        parts = list(_parts(layout.skeleton()))
        sheet = next(content for name, content in parts if name == SHEET_PART)
        others = tuple((name, content) for name, content in parts if name != SHEET_PART)
        if not layout.height:
            return cls(sheet, b"", (), others)
        rows = [_row(sheet, layout.first_row + 1), _row(sheet, layout.first_row + layout.height)]
        styles = tuple(re.findall(r' s="(\d+)"', rows[0].group().decode()))
        return cls(sheet[: rows[0].start()], sheet[rows[1].end() :], styles, others)


def _row(sheet: bytes, number: int) -> re.Match[bytes]:
    found = re.search(rb'<row r="%d"[^>]*>.*?</row>' % number, sheet)
    if found is None:
        raise LookupError(f"row {number} is not in the skeleton")
    return found


def _parts(workbook: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def _spread(count: int, width: int) -> list[int]:
    return [place * width // count for place in range(count)] if count else []


def _sheet_name(wanted: str) -> str:
    return NOT_IN_SHEET_NAMES.sub("", wanted)[:LONGEST_SHEET_NAME] or "Sheet1"
