"""A table as it stands on paper: its lines, what was typed, what does not add up; and the paper itself."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from nuanliu.kernel.findings import Finding
from nuanliu.kernel.money import FEN_PER_WAN
from nuanliu.returns.definitions import ANNEX1, Form, Row, form
from nuanliu.returns.exports import cell_texts
from nuanliu.returns.models import Return
from nuanliu.returns.papers import Annex1Header, Line, annex1_pdf, annex1_xlsx, printed_lines
from nuanliu.returns.queries.stream import is_of_awards
from nuanliu.returns.queries.versions import frozen_cells
from nuanliu.returns.rules import (
    ENTERED_CODES,
    STATISTICS_RULE,
    Cell,
    broken_formulas,
    doubtful_cells,
)


@dataclass(frozen=True, slots=True)
class Break:
    """A total that is not the sum of its parts: under which rule, what it should be, what it is, in smallest units."""

    code: str
    formula: str
    rule: str
    expected: int
    found: int
    is_money: bool

    @property
    def difference(self) -> int:
        return self.found - self.expected


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the form with what a reader must know about its cell."""

    line: Line
    row: Row
    cell: Cell
    by_hand: bool
    opens: bool
    broken: Break | None

    @property
    def is_total(self) -> bool:
        return bool(self.row.parts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form with its cells: `known` cells follow from records alone, `typed` ones hold something typed by hand."""

    title: str
    lines: list[SheetLine]
    broken: list[Finding]
    doubts: list[Finding]

    @property
    def typed(self) -> int:
        return sum(1 for line in self.lines if line.cell.is_entered)

    @property
    def known(self) -> int:
        return len(self.lines) - self.typed

    @property
    def marked(self) -> list[SheetLine]:
        """The lines of which more is to be told: who typed them, or why they do not add up."""
        return [line for line in self.lines if line.line.value.entered or line.broken]

    def line(self, code: str) -> SheetLine:
        """The line of a code; StopIteration when the form has none."""
        return next(line for line in self.lines if line.row.code == code)


def annex1_form() -> Form:
    """The definition of Annex 1."""
    return form(ANNEX1)


def annex1_row(code: str) -> Row | None:
    """The row of a code; None when the form has none."""
    return next((row for row in form(ANNEX1).rows if row.code == code), None)


def typed_rows() -> list[Row]:
    """The rows whose source is not in the stream: a union types its own part."""
    return [row for row in form(ANNEX1).rows if row.code in ENTERED_CODES]


def may_be_typed(code: str) -> bool:
    """Whether a row is typed, or a total of rows that are."""
    row = annex1_row(code)
    return row is not None and (code in ENTERED_CODES or bool(ENTERED_CODES & set(row.parts)))


def opens(code: str) -> bool:
    """Whether a cell opens onto what it counts: awards, receipts, or values typed by hand."""
    return annex1_row(code) is not None and (is_of_awards(code) or code[0] == "B" or may_be_typed(code))


def sheet_of(cells: Mapping[str, Cell]) -> Sheet:
    """The lines as printed, each with what is wrong about it, and the findings on the whole."""
    definition = form(ANNEX1)
    values = {code: cell.value for code, cell in cells.items()}
    lines = [
        SheetLine(
            line,
            row,
            cells[row.code],
            by_hand=may_be_typed(row.code),
            opens=opens(row.code),
            broken=_break(row, values),
        )
        for row, line in zip(
            definition.rows, printed_lines(definition, cell_texts(definition, cells)), strict=True
        )
    ]
    return Sheet(definition.title, lines, broken_formulas(definition, values), doubtful_cells(values))


def smallest_unit(code: str, text: str) -> int | None:
    """Fen or a count of what was typed in the row's unit; None when the text is no such number."""
    row = annex1_row(code)
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        return None
    if row is None or not value.is_finite() or abs(value) >= 10**12:
        return None
    value *= FEN_PER_WAN if row.is_money else 1
    return int(value) if value == value.to_integral_value() else None


def annex1_paper(version: Return, kind: str) -> bytes:
    """A version as the official form, from its frozen cells: `pdf` or `xlsx`."""
    header = Annex1Header(
        reporting_unit=version.organization.name,
        reporter=version.reporter,
        phone=version.reporter_phone,
        filled_on=version.filled_on,
        as_of=version.as_of,
        reference=f"第{version.version}版 {bytes(version.content_digest or b'').hex()[:16]}",
    )
    texts = cell_texts(form(ANNEX1), frozen_cells(version))
    if kind == "pdf":
        return annex1_pdf(header, texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annex1.xlsx"
        annex1_xlsx(path, header, texts)
        return path.read_bytes()


def _break(row: Row, values: Mapping[str, int]) -> Break | None:
    expected = sum(values[part] for part in row.parts)
    if not row.parts or values[row.code] == expected:
        return None
    formula = f"{row.code} = {' + '.join(row.parts)}"
    return Break(row.code, formula, STATISTICS_RULE, expected, values[row.code], row.is_money)
