"""From the files of a submission to tables that the checks can judge, and to notes on what was skipped or odd."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import polars as pl

from nuanliu.awards.checking.facts import SPOILT_FIELDS, TEXT_FIELDS, ListTable
from nuanliu.awards.layout import Line, lines_above
from nuanliu.awards.marking import is_legend, without_marks
from nuanliu.awards.staging import Told, untold
from nuanliu.base.memory import give_back
from nuanliu.base.spreadsheets.cells import Mark
from nuanliu.base.spreadsheets.guard import FileKind, check_size, file_kind, open_directory, package_kind
from nuanliu.base.spreadsheets.limits import LIMITS, SheetRefused
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.base.spreadsheets.tables import FoundTable, find_tables

FEN_OF_UNIT = {"": 100, "元": 100, "万元": 1_000_000, "千元": 100_000, "百元": 10_000, "分": 1}
SKIPPED_WORDS = {"total": "合计行", "remark": "备注或说明行", "signature": "签字行"}
MARK_CODES = {Mark.FORMULA: "cell.formula", Mark.UNREADABLE: "file.unreadable"}

# A finding on a place that no judged row stands for: sheet ordinal, row number or 0, column, code, detail.
type PlacedNote = tuple[int, int, str, str, str]


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file as its sender named it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        """The digest of the content."""
        return sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A table, a sheet without one, or a file that could not be read: `table` is None for the latter two."""

    ordinal: int
    file_index: int
    sheet: str
    table: FoundTable | None = None
    lines: tuple[Line, ...] = ()


@dataclass(slots=True)
class Submission:
    """All tables of all files in order, with raw rows and notes."""

    sheets: list[SheetRead] = field(default_factory=list)
    tables: list[ListTable] = field(default_factory=list)
    notes: list[PlacedNote] = field(default_factory=list)
    refused: bool = False

    @property
    def row_count(self) -> int:
        """Rows that are read as people."""
        return sum(table.frame.height for table in self.tables)


def submission_digest(files: Sequence[SubmittedFile]) -> bytes:
    """The digest of the files as a set: the same files in another order are the same submission."""
    return sha256(b"".join(sorted(file.sha256 for file in files))).digest()


def refusal_of(file: SubmittedFile) -> SheetRefused | None:
    """Why a file is not read, as far as that shows without reading it: size, kind, password, bomb. In bounded time."""
    try:
        check_size(len(file.content), LIMITS)
        if file_kind(file.content) is FileKind.XLSX:
            with open_directory(io.BytesIO(file.content), len(file.content), LIMITS) as package:
                package_kind(package)
    except SheetRefused as refusal:
        return refusal
    return None


def read_submission(
    files: Sequence[SubmittedFile], remembered: Mapping[str, str], told: Told = untold
) -> Submission:
    """Read all files. A file that cannot be read, or a submission without any table, is refused as a whole."""
    submission = Submission()
    for index, file in enumerate(files):
        told("opening", index, len(files), file.name)
        try:
            _read_file(submission, index, file, remembered)
        except SheetRefused as refusal:
            _note_file(submission, index, refusal)
    submission.refused |= not submission.tables
    give_back()
    return submission


def _read_file(
    submission: Submission, index: int, file: SubmittedFile, remembered: Mapping[str, str]
) -> None:
    for sheet in map(without_marks, read_workbook(file.content, file.name)):
        if is_legend(sheet):
            continue
        found, above = find_tables(sheet, remembered=remembered), 0
        for table in found:
            _add_table(submission, index, file.name, table, tuple(lines_above(sheet, table, above)))
            above = int(str(table.rows["row_number"].max() or table.heading_rows[-1]))
        if not found and not sheet.hidden and _has_content(sheet.frame):
            ordinal = _add_sheet(submission, index, sheet.name)
            submission.notes.append((ordinal, 0, "", "sheet.no_table", f"工作表“{sheet.name}”"))
    if not any(sheet.file_index == index for sheet in submission.sheets):
        ordinal = _add_sheet(submission, index, "")
        submission.notes.append((ordinal, 0, "", "sheet.no_table", f"《{file.name}》没有内容"))


def _has_content(frame: pl.DataFrame) -> bool:
    return any(column.null_count() < len(column) for column in frame)


def _note_file(submission: Submission, index: int, refusal: SheetRefused) -> None:
    ordinal = _add_sheet(submission, index, "")
    submission.notes.append((ordinal, 0, "", refusal.code, refusal.message.rstrip("。")))
    submission.refused = True


def _add_sheet(
    submission: Submission,
    index: int,
    sheet: str,
    table: FoundTable | None = None,
    lines: tuple[Line, ...] = (),
) -> int:
    ordinal = len(submission.sheets) + 1
    submission.sheets.append(SheetRead(ordinal, index, sheet, table, lines))
    return ordinal


def _add_table(
    submission: Submission, index: int, file_name: str, table: FoundTable, lines: tuple[Line, ...]
) -> None:
    ordinal = _add_sheet(submission, index, table.sheet, table, lines)
    submission.notes += _notes_of(ordinal, table)
    submission.tables.append(
        ListTable(
            sheet_ordinal=ordinal,
            file_name=file_name,
            sheet_name=table.sheet,
            frame=_with_spoilt(table),
            headings={column.field: column.heading_as_received for column in table.columns if column.field},
            units={
                column.field: FEN_OF_UNIT[column.unit]
                for column in table.columns
                if column.field and column.unit
            },
            marks=_marked(table),
        )
    )


def _notes_of(ordinal: int, table: FoundTable) -> Iterator[PlacedNote]:
    for column in table.unmapped:
        yield (
            ordinal,
            0,
            column.heading_as_received[:60],
            "column.unmapped",
            f"“{column.heading_as_received[:40]}”",
        )
    for row_number, kind in table.skipped:
        if kind in SKIPPED_WORDS:
            yield ordinal, row_number, "", "row.total", SKIPPED_WORDS[kind]
    for row_number in table.hidden_rows:
        yield ordinal, row_number, "", "row.hidden", ""


def units_of(table: FoundTable) -> dict[str, int]:
    """How many fen one unit of each amount column is, where the heading or the sheet says."""
    return {
        column.field: FEN_OF_UNIT[column.unit] for column in table.columns if column.field and column.unit
    }


def _with_spoilt(table: FoundTable) -> pl.DataFrame:
    frame = table.rows
    spoilt = table.marks.filter(pl.col("kind") == Mark.SPOILT.value) if table.marks.height else table.marks
    if not spoilt.height:
        return frame
    return frame.with_columns(
        pl.col("row_number")
        .is_in(spoilt.filter(pl.col("field") == name)["row_number"].implode())
        .alias(f"{name}_spoilt")
        for name in SPOILT_FIELDS
    )


def _marked(table: FoundTable) -> pl.DataFrame | None:
    """Formulas with and without a stored value, in the columns that are judged."""
    if not table.marks.height:
        return None
    wanted = {mark.value: code for mark, code in MARK_CODES.items()}
    marks = table.marks.filter(pl.col("kind").is_in(list(wanted)), pl.col("field").is_in(TEXT_FIELDS))
    return marks.select(
        "row_number", "field", code=pl.col("kind").replace_strict(wanted, return_dtype=pl.String)
    )
