"""Reads a bank's reply by the profile's layout: every row with what it says, nothing judged yet."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial

from nuanliu.base.spreadsheets.cells import SheetCells
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.kernel.errors import Refused
from nuanliu.kernel.money import MoneyError, parse_yuan
from nuanliu.kernel.text import normalize_code, normalize_label, visible
from nuanliu.payments.layouts.profile import DATE_FORMATS, PLACEHOLDER, Layout, Profile

READ_FIELDS = ("order_key", "ordinal", "payee_name", "account", "amount", "words", "settled_on", "reference")
LARGEST_REPLY_BYTES = 64 * 1024 * 1024
LONGEST_FIELD = 131_072
WORDS_LENGTH, REFERENCE_LENGTH = 120, 60
SPOILT = "#SPOILT"


@dataclass(slots=True)
class ReplyRows:
    """The rows of a reply, column by column. A field that the layout does not carry is a column of blanks.

    `row_numbers` are as an editor or spreadsheet numbers them. `keys` holds what names the order; an amount or day
    that cannot be read is None.
    """

    row_numbers: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    payee_names: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    amounts_fen: list[int | None] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    settled_on: list[date | None] = field(default_factory=list)
    # Whether a day was given at all: an unreadable one is not the same as none.
    has_day: list[bool] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(slots=True)
class _Grid:
    """Cells as text by row, beside the row numbers of the file."""

    numbers: Sequence[int]
    rows: Sequence[Sequence[str]]


def read_reply(profile: Profile, content: bytes) -> ReplyRows:
    """The rows of a reply. Refused `replies.unreadable` when the file is not one of this layout."""
    return read_rows(profile.reply, content)


def read_rows(layout: Layout, content: bytes) -> ReplyRows:
    """The rows of any file in this layout, a bank file of ours too."""
    grid = _sheet(layout, content) if layout.format == "xlsx" else _text(layout, content)
    start, places = _table(layout, grid)
    return _rows(layout, grid, start, places)


def _sheet(layout: Layout, content: bytes) -> _Grid:
    if not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise _unreadable("回盘不是表格文件")
    sheets = read_workbook(content, "reply.xlsx")
    found = next((sheet for sheet in sheets if sheet.name == layout.sheet), sheets[0] if sheets else None)
    if found is None:
        raise _unreadable("回盘中没有工作表")
    return _grid_of(found)


def _grid_of(sheet: SheetCells) -> _Grid:
    columns = [[cell or "" for cell in column.to_list()] for column in sheet.frame.iter_columns()]
    for row, column in sheet.numeric_long:
        columns[column][row - 1] = SPOILT
    return _Grid(range(1, sheet.frame.height + 1), list(zip(*columns, strict=True)))


def _text(layout: Layout, content: bytes) -> _Grid:
    if len(content) > LARGEST_REPLY_BYTES:
        raise _unreadable("回盘文件超过64 MB")
    lines = _decoded(layout, content).splitlines()
    numbered = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not (layout.comment and line.startswith(layout.comment))
    ]
    numbers = [number for number, _ in numbered]
    return _Grid(numbers, list(_cells(layout, [line for _, line in numbered])))


def _decoded(layout: Layout, content: bytes) -> str:
    for encoding in (layout.encoding, "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise _unreadable("回盘的文字编码无法识别")


def _cells(layout: Layout, lines: Sequence[str]) -> Iterator[list[str]]:
    if layout.format == "text":
        yield from (line.split(layout.delimiter) for line in lines)
        return
    csv.field_size_limit(LONGEST_FIELD)
    try:
        for line in lines:
            yield next(csv.reader(io.StringIO(line), delimiter=layout.delimiter, strict=True))
    except (csv.Error, StopIteration) as problem:
        raise _unreadable("回盘的引号不成对") from problem


def _table(layout: Layout, grid: _Grid) -> tuple[int, dict[str, int]]:
    """Where the data begin, and the column of each field."""
    wanted = {column.field: normalize_label(column.heading) for column in layout.columns}
    wanted = {name: heading for name, heading in wanted.items() if name in READ_FIELDS}
    if not layout.headings:
        places = {name: layout.place_of(name) for name in wanted}
        return _head_lines(layout), {name: place for name, place in places.items() if place is not None}
    for number, row in enumerate(grid.rows):
        headings = [normalize_label(cell) for cell in row]
        if all(heading in headings for heading in wanted.values()):
            return number + 1, {name: headings.index(heading) for name, heading in wanted.items()}
    missing = "、".join(column.heading for column in layout.columns if column.field in READ_FIELDS)
    raise _unreadable(f"没有找到表头（{missing}）")


def _head_lines(layout: Layout) -> int:
    return sum(not (layout.comment and line[0].startswith(layout.comment)) for line in layout.head)


def _rows(layout: Layout, grid: _Grid, start: int, places: dict[str, int]) -> ReplyRows:
    closing = {cell for line in layout.foot for cell in line if cell and not PLACEHOLDER.search(cell)}
    width = max(places.values(), default=0) + 1
    kept = [
        (number, cells)
        for number, row in zip(grid.numbers[start:], grid.rows[start:], strict=True)
        if any(cells := [*map(str.strip, row), *[""] * (width - len(row))]) and closing.isdisjoint(cells)
    ]
    rows = [cells for _, cells in kept]

    def column[Value](name: str, read: Callable[[str], Value]) -> list[Value]:
        if name not in places:
            return [read("")] * len(rows)
        place = places[name]
        return [read(cells[place]) for cells in rows]

    key_field, day = layout.key_field, _day_reader(layout)
    return ReplyRows(
        row_numbers=[number for number, _ in kept],
        keys=column(key_field, partial(_key, key_field)),
        payee_names=column("payee_name", visible),
        accounts=column("account", normalize_code),
        amounts_fen=column("amount", _amount_reader(layout)),
        words=column("words", lambda text: visible(text)[:WORDS_LENGTH]),
        settled_on=column("settled_on", day),
        has_day=column("settled_on", bool),
        references=column("reference", lambda text: visible(text)[:REFERENCE_LENGTH]),
    )


def _key(key_field: str, text: str) -> str:
    # 000123, 123 and 123.0 are one place in the file.
    plain = text.strip().removeprefix("'").removesuffix(".0") if key_field == "ordinal" else text.strip()
    return str(int(plain)) if key_field == "ordinal" and plain.isascii() and plain.isdigit() else plain[:40]


def _amount_reader(layout: Layout) -> Callable[[str], int | None]:
    @lru_cache(maxsize=65_536)
    def yuan(text: str) -> int | None:
        try:
            return parse_yuan(text)
        except MoneyError:
            return None

    @lru_cache(maxsize=65_536)
    def fen(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None

    return fen if layout.unit == "fen" else yuan


def _day_reader(layout: Layout) -> Callable[[str], date | None]:
    formats = (DATE_FORMATS[layout.date_format], *DATE_FORMATS.values())

    @lru_cache(maxsize=1_024)
    def day(text: str) -> date | None:
        for known in formats:
            try:
                return datetime.strptime(text[:10].strip(), known).date()  # noqa: DTZ007  a day has no zone
            except ValueError:
                continue
        return None

    return day


def _unreadable(why: str) -> Refused:
    return Refused("replies.unreadable", f"{why}。请确认文件属于该银行格式后重新上传。")
