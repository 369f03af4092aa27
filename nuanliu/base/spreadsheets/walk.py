"""The extent and marks of an XLSX sheet in an unusual dialect (prefixes, single quotes, cells without reference).

Slower than the patterns of `extent` and `marks`, and right for any well-formed sheet.
"""

import re
from collections.abc import Iterable

from nuanliu.base.spreadsheets.cells import Mark, MarkList, MergedRange, column_index
from nuanliu.base.spreadsheets.extent import check_reach
from nuanliu.base.spreadsheets.limits import Limits, refused
from nuanliu.base.spreadsheets.marks import is_spoilt
from nuanliu.base.spreadsheets.package import parse_all, safe_parser

REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
TRUE = ("1", "true")
KEPT_TEXT = 64


def walk_sheet(chunks: Iterable[bytes], limits: Limits) -> MarkList:
    """The marks of a sheet that lies within the limits. SheetRefused for one that does not."""
    walker = _Walker(limits)
    parser = safe_parser()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parse_all(parser, iter(chunks))
    return walker.found


class _Walker:
    def __init__(self, limits: Limits) -> None:
        self.found = MarkList()
        self._limits = limits
        self._row = self._last_row = 0
        self._column = self._last_column = -1
        self._attributes: dict[str, str] = {}
        self._place: tuple[int, int] = (0, 0)
        self._formula = self._inline = self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "v":
            self._in_value = True
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._inline = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name == "c":
            self._end_cell()

    def text(self, text: str) -> None:
        if self._in_value and len(self._value) < KEPT_TEXT:
            self._value += text

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if given.isdecimal() and len(given) < 10 else self._row + 1
        self._column = -1
        if attributes.get("hidden") in TRUE or re.fullmatch(r"0(\.0*)?", attributes.get("ht", "")):
            self.found.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes
        self._formula = self._inline = False
        self._value = ""
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            self._place = self._row, self._column
            return
        parts = REFERENCE.fullmatch(reference)
        if parts is None:
            raise refused("file.unreadable", "单元格位置不合规范")
        self._column = column_index(parts.group(1))
        self._place = int(parts.group(2)), self._column

    def _end_cell(self) -> None:
        if self._value or self._formula or self._inline:
            self._reach()
        if self._formula:
            stored = self._value or self._inline or self._attributes.get("t") == "str"
            self.found.add(*self._place, Mark.FORMULA if stored else Mark.UNREADABLE)
        kind = self._attributes.get("t", "n")
        if kind == "e":
            self.found.add(*self._place, Mark.ERROR, self._value)
        elif kind == "n" and is_spoilt(self._value):
            self.found.add(*self._place, Mark.SPOILT)

    def _reach(self) -> None:
        row, column = self._place
        if row > self._last_row or column > self._last_column:
            self._last_row, self._last_column = max(row, self._last_row), max(column, self._last_column)
            check_reach(self._last_row, self._last_column, self._limits)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last)
        if start and end:
            left, right = column_index(start.group(1)), column_index(end.group(1))
            self.found.merged.append(MergedRange(int(start.group(2)), left, int(end.group(2)), right))
