"""CSV and TSV as offices save them: UTF-8 with or without mark, GB18030, UTF-16; comma, semicolon or tab."""

import csv
import io
import re
from itertools import islice, zip_longest

import polars as pl

from nuanliu.base.spreadsheets.cells import Mark, MarkList, SheetCells, column_name
from nuanliu.base.spreadsheets.limits import Limits, refused, too_many_rows, too_wide
from nuanliu.kernel.text import is_spoilt_number

DELIMITERS = ",;\t"
SAMPLE_LINES = 20
LONGEST_FIELD = 131_072
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
# ="0012" is how some programs keep a text a text; it is unwrapped, never evaluated.
WRAPPED = re.compile(r'="([^"]*)"')
SCIENTIFIC = r"^-?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2,3}$"


def read_delimited(content: bytes, name: str, limits: Limits) -> SheetCells:
    """The one sheet of a text file. SheetRefused when it is no text, or too long or too wide."""
    text = _decoded(content)
    marker = SEPARATOR_LINE.match(text)
    delimiter = marker.group(1) if marker else _delimiter(text)
    rows = _rows(text[marker.end() :] if marker else text, delimiter, limits)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) > limits.last_row:
        raise too_many_rows(limits)
    frame = _frame(rows, limits)
    return SheetCells(name, frame, marks=_spoilt(frame))


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refused("file.unreadable", "文字编码无法识别", remedy="请另存为xlsx或UTF-8编码的csv后重新上传")


def _delimiter(text: str) -> str:
    lines = [line for line in islice(io.StringIO(text), SAMPLE_LINES) if line.strip()]
    # The one that most lines hold, then the one that they hold most often.
    counts = {mark: [line.count(mark) for line in lines] for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: (sum(map(bool, counts[mark])), sum(counts[mark])))


def _rows(text: str, delimiter: str, limits: Limits) -> list[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        # A tail of blank lines is dropped by the caller; beyond any sheet it is refused at once.
        rows = list(islice(reader, limits.last_row * 3))
        if next(reader, None) is not None:
            raise too_many_rows(limits)
    except csv.Error as problem:
        raise refused("file.unreadable", "引号或换行不成对") from problem
    return rows


def _frame(rows: list[list[str]], limits: Limits) -> pl.DataFrame:
    width = max(map(len, rows), default=0)
    if width > limits.columns or width * len(rows) > limits.cells:
        raise too_wide(limits)
    wrapped = any('="' in cell for row in rows for cell in row) if width else False
    columns = [
        pl.Series(column_name(i), [_unwrapped(cell) for cell in cells] if wrapped else cells, dtype=pl.String)
        for i, cells in enumerate(zip_longest(*rows))
    ]
    return pl.DataFrame(columns).with_columns(pl.all().replace("", None)) if columns else pl.DataFrame()


def _unwrapped(cell: str | None) -> str | None:
    found = WRAPPED.fullmatch(cell) if cell else None
    return found.group(1) if found else cell


def _spoilt(frame: pl.DataFrame) -> pl.DataFrame:
    marks = MarkList()
    for place, column in enumerate(frame.iter_columns()):
        for row in column.str.contains(SCIENTIFIC).fill_null(value=False).arg_true().to_list():
            if is_spoilt_number(float(column[row])):
                marks.add(row + 1, place, Mark.SPOILT)
    return marks.frame()
