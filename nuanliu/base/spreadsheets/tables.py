"""Finds the lists in a sheet: headings, data rows, what is skipped, and who reports."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from nuanliu.base.spreadsheets.cells import SheetCells, column_name
from nuanliu.base.spreadsheets.header_facts import HeaderFacts, header_facts
from nuanliu.base.spreadsheets.headings import (
    IDENTIFYING,
    IGNORED,
    MONEY,
    FoundColumn,
    FoundHeading,
    heading_at,
    names_goods,
)
from nuanliu.base.spreadsheets.row_kinds import RowKind, row_kinds, rows_without_number
from nuanliu.base.spreadsheets.synonyms import Synonyms, standard_synonyms

HEADING_HINT = r"姓\s*名|身\s*份|证\s*件\s*号|慰\s*问\s*对\s*象|[受领]\s*[助取款]\s*人"
GOODS = ("goods", "goods_value")
SUM = r"^\s*[￥¥]?\s*-?[0-9０-９][0-9０-９,，]*(?:[.．][0-9０-９]*)?\s*元?\s*$"
NOTHING = r"^\s*[-/—无]*\s*$"
# Titles, facts and pasted instructions above a heading.
ROWS_SEARCHED = 200
LINES_ABOVE = 30
COLUMN_NUMBERS = re.compile(r"^(?:[0-9]{1,2}|[甲乙丙丁])$")
FEWEST_COLUMN_NUMBERS = 3
# A merged cell speaks for all its rows here; anywhere else (sums, numbers, names) it would give twice.
FILLED_DOWN = frozenset({"employer", "organization", "category", "reason", "fund_source", "pay_date", "tags"})


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A list in a sheet.

    `rows` holds the data rows only: `row_number` as the spreadsheet numbers it, one column per known field and
    `column_j` for every other column, texts as received. `skipped`: (row number, kind). `marks`: row_number, column,
    field, heading, kind and text of the marked cells of data rows. `hidden_rows`: those data rows that are hidden.
    """

    sheet: str
    heading_rows: tuple[int, ...]
    first_row: int
    columns: tuple[FoundColumn, ...]
    rows: pl.DataFrame
    skipped: tuple[tuple[int, str], ...] = ()
    facts: HeaderFacts = field(default_factory=HeaderFacts)
    marks: pl.DataFrame = field(default_factory=pl.DataFrame)
    hidden_rows: tuple[int, ...] = ()

    @property
    def reporting_unit(self) -> str:
        """填报单位, as written."""
        return self.facts.reporting_unit

    @property
    def reporter(self) -> str:
        """填报人, as written."""
        return self.facts.reporter

    @property
    def phone(self) -> str:
        """联系电话 of the reporter, as written."""
        return self.facts.phone

    @property
    def date_text(self) -> str:
        """The sheet's own date, as written."""
        return self.facts.date_text

    @property
    def fields(self) -> frozenset[str]:
        """The known fields that the table has."""
        return frozenset(column.field for column in self.columns if column.field not in (None, IGNORED))

    @property
    def unmapped(self) -> tuple[FoundColumn, ...]:
        """Columns with a heading that nobody recognises."""
        return tuple(column for column in self.columns if column.field is None)

    def column_of(self, name: str) -> FoundColumn | None:
        """The column that holds a field."""
        return next((column for column in self.columns if column.field == name), None)


def find_tables(
    sheet: SheetCells, synonyms: Synonyms | None = None, remembered: Mapping[str, str] | None = None
) -> list[FoundTable]:
    """The lists of people in a sheet, from top to bottom; none when no heading is recognised.

    `remembered` is the sender's own mapping, heading to field or "ignore"; it goes before the synonyms.
    """
    finder = _Finder(sheet, synonyms or standard_synonyms(), remembered or {})
    return list(finder.tables())


@dataclass(frozen=True, slots=True)
class _Body:
    """Rows below a heading, up to the next table or the end; `first` counts from 0."""

    first: int
    end: int
    is_data: pl.Series
    skipped: tuple[tuple[int, str], ...]
    below: tuple[int, ...]


class _Finder:
    def __init__(self, sheet: SheetCells, synonyms: Synonyms, remembered: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._frame = sheet.frame
        self._synonyms = synonyms
        self._remembered = remembered

    def tables(self) -> Iterator[FoundTable]:
        heading, above = self._first_heading(), 0
        while heading:
            body, following = self._body(heading)
            yield self._table(heading, body, above)
            heading, above = following, body.end

    def _first_heading(self) -> FoundHeading | None:
        rows = self._frame.head(ROWS_SEARCHED).rows()
        found = [heading for i in range(len(rows)) if (heading := self._heading_in(rows, i, 0))]
        if found:
            # A stray line that looks like a heading does not win over the real one.
            most = max(len(heading.fields) for heading in found)
            return next(heading for heading in found if len(heading.fields) * 2 > most)
        rest = self._frame.slice(ROWS_SEARCHED)
        return next(self._headings_at(_hinted(rest) + ROWS_SEARCHED), None)

    def _headings_at(self, places: pl.Series) -> Iterator[FoundHeading]:
        for place in places.to_list():
            heading = self._heading_in(self._frame.slice(place, 2).rows(), 0, place)
            if heading:
                yield heading

    def _heading_in(self, rows: list[tuple[str | None, ...]], index: int, offset: int) -> FoundHeading | None:
        heading = heading_at(rows, index, self._synonyms, self._remembered)
        return replace(heading, rows=tuple(row + offset for row in heading.rows)) if heading else None

    def _body(self, heading: FoundHeading) -> tuple[_Body, FoundHeading | None]:
        first = heading.rows[-1]
        rest = self._frame.slice(first)
        fields = _names_by_field(heading)
        open_rows = rows_without_number(rest, fields).arg_true()
        others = rest[open_rows]
        repeats, following = self._later_headings(heading, open_rows.gather(_hinted(others)) + first)
        repeats |= self._same_rows(heading, open_rows + first)
        end = following.rows[0] - 1 if following else self._frame.height
        # Also columns without a heading: 合计 may stand in one.
        width = max(column.index for column in heading.columns) + 1
        banners = (open_rows + first + 1).is_in(self._banners(heading))
        kinds = row_kinds(others[:, :width], fields, banners)
        kinds = self._with_headings(kinds, open_rows, repeats, first)
        return _body(first, end, open_rows, kinds), following

    def _same_rows(self, heading: FoundHeading, places: pl.Series) -> set[int]:
        """Rows (from 0) that say word for word what a heading row says: the heading of a further page."""
        rows = self._frame[places]
        found: set[int] = set()
        for line in heading.rows:
            filled = [(name, text) for name, text in self._frame.row(line - 1, named=True).items() if text]
            same = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(text)) for name, text in filled)
            found.update(places.gather(rows.select(same.alias("same"))["same"].arg_true()).to_list())
        return found

    def _banners(self, heading: FoundHeading) -> list[int]:
        """Rows with a cell merged over all columns that name a person, and more."""
        naming = [column.index for column in heading.columns if column.field in IDENTIFYING]
        return [
            merged.first_row
            for merged in self._sheet.merged
            if merged.first_row == merged.last_row
            and merged.first_column <= min(naming)
            and merged.last_column >= max(*naming, merged.first_column + 1)
        ]

    def _later_headings(
        self, heading: FoundHeading, places: pl.Series
    ) -> tuple[set[int], FoundHeading | None]:
        """Rows (from 0) of repeats of this heading, and the first other heading after it."""
        layout = [(column.index, column.field) for column in heading.columns]
        repeats: set[int] = set()
        for later in self._headings_at(places):
            if [(column.index, column.field) for column in later.columns] != layout:
                return repeats, later
            repeats.update(row - 1 for row in later.rows)
        return repeats, None

    def _with_headings(
        self, kinds: pl.Series, open_rows: pl.Series, repeats: set[int], first: int
    ) -> pl.Series:
        if self._frame.height > first and _are_column_numbers(self._frame.row(first)):
            repeats = repeats | {first}
        if not repeats:
            return kinds
        repeated = (open_rows + first).is_in(sorted(repeats))
        return kinds.zip_with(~repeated, pl.Series([RowKind.HEADING.value]).new_from_index(0, len(kinds)))

    def _table(self, heading: FoundHeading, body: _Body, above: int) -> FoundTable:
        first_heading = heading.rows[0] - 1
        lines = [*range(max(above, first_heading - LINES_ABOVE), first_heading), *body.below]
        facts = header_facts(self._frame.row(line) for line in lines)
        columns = tuple(_with_unit(column, facts.unit) for column in self._by_content(heading.columns, body))
        rows = self._rows(columns, body)
        return FoundTable(
            sheet=self._sheet.name,
            heading_rows=heading.rows,
            first_row=heading.rows[-1] + 1,
            columns=columns,
            rows=rows,
            skipped=body.skipped,
            facts=facts,
            marks=self._marks(columns, rows),
            hidden_rows=self._hidden(rows),
        )

    def _by_content(self, columns: tuple[FoundColumn, ...], body: _Body) -> Iterator[FoundColumn]:
        """A lone column headed 慰问品 holds names or sums: what stands in it tells which."""
        fields = [column.field for column in columns if column.field in GOODS]
        for column in columns:
            if len(fields) == 1 and column.field in GOODS and names_goods(column, self._synonyms):
                yield replace(column, field="goods_value" if self._holds_sums(column, body) else "goods")
            else:
                yield column

    def _holds_sums(self, column: FoundColumn, body: _Body) -> bool:
        values = (
            self._frame[column_name(column.index)].slice(body.first, len(body.is_data)).filter(body.is_data)
        )
        given = values.drop_nulls()
        given = given.filter(~given.str.contains(NOTHING))
        sums = int(given.str.contains(SUM).sum())
        return sums * 2 > len(given) if len(given) else column.field == "goods_value"

    def _rows(self, columns: tuple[FoundColumn, ...], body: _Body) -> pl.DataFrame:
        part = self._frame.slice(body.first, body.end - body.first)
        names = [_row_column(column) for column in columns]
        part = part.select(
            pl.int_range(body.first + 1, body.end + 1, dtype=pl.Int64).alias("row_number"),
            *(
                pl.col(column_name(column.index)).alias(name)
                for column, name in zip(columns, names, strict=True)
            ),
        )
        return _kept(self._filled_down(part, columns, body), body.is_data)

    def _filled_down(self, part: pl.DataFrame, columns: tuple[FoundColumn, ...], body: _Body) -> pl.DataFrame:
        fields = {column.index: column.field for column in columns if column.field in FILLED_DOWN}
        for merged in self._sheet.merged:
            name = fields.get(merged.first_column)
            first, last = merged.first_row - body.first - 1, min(merged.last_row, body.end) - body.first - 1
            if name and first >= 0 and last > first:
                values = part[name].scatter(list(range(first + 1, last + 1)), part[name][first])
                part = part.with_columns(values)
        return part

    def _marks(self, columns: tuple[FoundColumn, ...], rows: pl.DataFrame) -> pl.DataFrame:
        known = pl.DataFrame(
            [(column.index, column.field, column.heading_as_received) for column in columns],
            schema={"column": pl.Int64, "field": pl.String, "heading": pl.String},
            orient="row",
        )
        marks = self._sheet.marks.join(known, on="column")
        return marks.join(rows.select("row_number"), on="row_number", how="semi").sort("row_number", "column")

    def _hidden(self, rows: pl.DataFrame) -> tuple[int, ...]:
        if not self._sheet.hidden_rows:
            return ()
        hidden = pl.Series(sorted(self._sheet.hidden_rows), dtype=pl.Int64)
        return tuple(rows["row_number"].filter(rows["row_number"].is_in(hidden.implode())).to_list())


def _body(first: int, end: int, open_rows: pl.Series, kinds: pl.Series) -> _Body:
    inside = open_rows < end - first
    open_rows, kinds = open_rows.filter(inside), kinds.filter(inside)
    other = kinds != RowKind.DATA.value
    places, names = open_rows.filter(other), kinds.filter(other)
    is_data = pl.repeat(value=True, n=end - first, dtype=pl.Boolean, eager=True)
    is_data = is_data.scatter(places, False) if len(places) else is_data
    skipped = [(row + first + 1, name) for row, name in zip(places.to_list(), names.to_list(), strict=True)]
    lines = (RowKind.SIGNATURE.value, RowKind.REMARK.value)
    below = tuple(row - 1 for row, name in skipped if name in lines)[-LINES_ABOVE:]
    return _Body(first, end, is_data, _without_blank_tail(skipped, end), below)


def _without_blank_tail(skipped: list[tuple[int, str]], end: int) -> tuple[tuple[int, str], ...]:
    while skipped and skipped[-1] == (end, RowKind.BLANK.value):
        skipped.pop()
        end -= 1
    return tuple(skipped)


def _kept(part: pl.DataFrame, is_data: pl.Series) -> pl.DataFrame:
    # Mostly the data rows follow one another: then nothing is copied.
    count = int(is_data.sum())
    first = is_data.arg_max() or 0
    if count and is_data.slice(first, count).all():
        return part.slice(first, count)
    return part.filter(is_data)


def _names_by_field(heading: FoundHeading) -> dict[str, str]:
    return {column.field: column_name(column.index) for column in heading.columns if column.field}


def _row_column(column: FoundColumn) -> str:
    return column_name(column.index) if column.field in (None, IGNORED) else str(column.field)


def _with_unit(column: FoundColumn, unit: str) -> FoundColumn:
    return replace(column, unit=unit) if unit and not column.unit and column.field in MONEY else column


def _hinted(frame: pl.DataFrame) -> pl.Series:
    if frame.is_empty():
        return pl.Series([], dtype=pl.UInt32)
    hint = pl.any_horizontal(pl.all().str.contains(HEADING_HINT).fill_null(value=False))
    return frame.select(hint.alias("hint"))["hint"].arg_true()


def _are_column_numbers(cells: tuple[str | None, ...]) -> bool:
    texts = [text.strip() for text in cells if text and text.strip()]
    plain = all(COLUMN_NUMBERS.match(text) for text in texts)
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
    consecutive = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return len(texts) >= FEWEST_COLUMN_NUMBERS and plain and consecutive
