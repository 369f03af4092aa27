"""What one sheet gives: every cell as text, and what the text alone does not tell."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import polars as pl

MARK_SCHEMA = {"row_number": pl.Int64, "column": pl.Int64, "kind": pl.String, "text": pl.String}


class Mark(StrEnum):
    """What is known of a cell beside its text."""

    FORMULA = "formula"  # the text is the stored value of a formula
    UNREADABLE = "unreadable"  # a formula without a stored value: the text is empty
    SPOILT = "spoilt"  # a number of more than 15 digits: its last digits are lost
    ERROR = "error"  # an error value such as #N/A; the mark's text is the cell's


@dataclass(frozen=True, slots=True)
class MergedRange:
    """A merged range; rows from 1, columns from 0, both ends included. The value stands in the first cell."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class MarkList:
    """Marks while they are collected."""

    row_numbers: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[MergedRange] = field(default_factory=list)

    def add(self, row_number: int, column: int, kind: Mark, text: str = "") -> None:
        """One more mark."""
        self.row_numbers.append(row_number)
        self.columns.append(column)
        self.kinds.append(kind.value)
        self.texts.append(text)

    def frame(self) -> pl.DataFrame:
        """The marks as columns row_number, column, kind, text."""
        columns = (self.row_numbers, self.columns, self.kinds, self.texts)
        return pl.DataFrame(dict(zip(MARK_SCHEMA, columns, strict=True)), schema=MARK_SCHEMA)


@dataclass(frozen=True, slots=True)
class SheetCells:
    """A sheet as text.

    Row i of `frame` is row i + 1 of the sheet and column j is `column_j`, blank ones included; an empty cell is
    null. Numbers are plain digits, dates ISO. `marks`: row_number, column, kind (`Mark`), text.
    """

    name: str
    frame: pl.DataFrame
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    marks: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARK_SCHEMA))
    merged: tuple[MergedRange, ...] = ()

    def marked(self, kind: Mark) -> set[tuple[int, int]]:
        """The cells (row number, column) with this mark."""
        found = self.marks.filter(pl.col("kind") == kind.value)
        return set(zip(found["row_number"].to_list(), found["column"].to_list(), strict=True))

    @property
    def formula_cells(self) -> set[tuple[int, int]]:
        """Cells whose text is a formula's stored value."""
        return self.marked(Mark.FORMULA)

    @property
    def unreadable_cells(self) -> set[tuple[int, int]]:
        """Cells with a formula but no stored value."""
        return self.marked(Mark.UNREADABLE)

    @property
    def numeric_long(self) -> set[tuple[int, int]]:
        """Numeric cells of more than 15 digits, spoilt by the spreadsheet."""
        return self.marked(Mark.SPOILT)


@lru_cache(maxsize=16_384)
def column_index(letters: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def column_letters(index: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_name(index: int) -> str:
    """The frame's name for a column."""
    return f"column_{index}"
