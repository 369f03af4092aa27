"""Reads a list as a union sends it: XLSX, XLSM, XLS, ODS, CSV or TSV, told apart by content."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import fastexcel
import polars as pl

from nuanliu.base.spreadsheets.cells import Mark, MarkList, SheetCells, column_name
from nuanliu.base.spreadsheets.delimited import read_delimited
from nuanliu.base.spreadsheets.extent import is_plain
from nuanliu.base.spreadsheets.guard import FileKind, check_size, file_kind, open_directory, package_kind
from nuanliu.base.spreadsheets.limits import LIMITS, Limits, refused
from nuanliu.base.spreadsheets.loading import load_sheet, open_workbook, spoilt_numbers
from nuanliu.base.spreadsheets.marks import find_marks
from nuanliu.base.spreadsheets.opendocument import check_opendocument
from nuanliu.base.spreadsheets.package import Package, SheetPart, shared_strings_part, worksheet_parts
from nuanliu.base.spreadsheets.shared_strings import check_shared_strings
from nuanliu.base.spreadsheets.walk import walk_sheet

type Source = Path | str | bytes


def read_workbook(source: Source, filename: str = "", limits: Limits = LIMITS) -> list[SheetCells]:
    """Every sheet of the file at a path or in bytes, in the workbook's order.

    `filename` names the sheet of a CSV and is otherwise not believed. SheetRefused carries `file.unreadable`,
    `file.password`, `file.too_large` or `file.too_many_rows`.
    """
    place = source if isinstance(source, bytes) else str(source)
    name = Path(filename or (place if isinstance(place, str) else "")).name
    try:
        with _opened(source) as stream:
            size = stream.seek(0, io.SEEK_END)
            check_size(size, limits)
            return _read(stream, size, place, name, limits)
    except OSError as problem:
        raise refused("file.unreadable", "文件打不开") from problem


def _opened(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _read(stream: BinaryIO, size: int, place: str | bytes, name: str, limits: Limits) -> list[SheetCells]:
    stream.seek(0)
    kind = file_kind(_head_or_all(stream))
    if kind is FileKind.TEXT:
        stream.seek(0)
        return [read_delimited(stream.read(), Path(name).stem, limits)]
    if kind is FileKind.XLS:
        return _read_typed(place)
    archive = open_directory(stream, size, limits)
    package = Package(stream, archive)
    if package_kind(archive) is FileKind.ODS:
        check_opendocument(package, limits)
        return _read_typed(place)
    return _read_xlsx(package, place, limits)


def _head_or_all(stream: BinaryIO) -> bytes:
    head = stream.read(4096)
    # Only the old container hides what it is behind its first bytes.
    return head if head.startswith(b"PK") else head + stream.read()


def _read_xlsx(package: Package, place: str | bytes, limits: Limits) -> list[SheetCells]:
    strings = shared_strings_part(package)
    if strings:
        check_shared_strings(package, strings)
    parts = worksheet_parts(package)
    with ThreadPoolExecutor(1) as reader:
        opening = reader.submit(open_workbook, place)
        walked = [_walked_if_odd(package, part, limits) for part in parts]
        workbook = opening.result()
        sheets = zip(parts, walked, strict=True)
        return [_read_sheet(package, workbook, part, marks, reader) for part, marks in sheets]


def _walked_if_odd(package: Package, part: SheetPart, limits: Limits) -> MarkList | None:
    # Nothing may be loaded before the extent of every sheet is known to be bounded.
    if is_plain(package.inflated(part.part), limits, lambda: package.inflated(part.part)):
        return None
    return walk_sheet(package.inflated(part.part), limits)


def _read_sheet(
    package: Package,
    workbook: fastexcel.ExcelReader,
    part: SheetPart,
    walked: MarkList | None,
    reader: ThreadPoolExecutor,
) -> SheetCells:
    # The reader works outside of Python's lock, so the second look costs next to nothing beside it.
    loading = reader.submit(load_sheet, workbook, part.name)
    found = walked or find_marks(package.inflated(part.part))
    frame, _ = loading.result()
    marks = found.frame()
    return SheetCells(
        name=part.name,
        frame=_with_error_texts(frame, marks),
        hidden=part.hidden,
        hidden_rows=frozenset(found.hidden_rows),
        marks=marks,
        merged=tuple(found.merged),
    )


def _read_typed(place: str | bytes) -> list[SheetCells]:
    workbook = open_workbook(place)
    sheets = []
    for name in workbook.sheet_names:
        frame, hidden = load_sheet(workbook, name)
        sheets.append(SheetCells(name, frame, hidden, marks=spoilt_numbers(place, name, frame)))
    return sheets


def _with_error_texts(frame: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    # The reader gives nothing for #N/A; a missing amount and a wrong one are different findings.
    errors = marks.filter(pl.col("kind") == Mark.ERROR.value, pl.col("row_number") <= frame.height)
    for (column,), places in errors.partition_by("column", as_dict=True).items():
        if column < frame.width:
            texts = frame[column_name(column)].scatter((places["row_number"] - 1).to_list(), places["text"])
            frame = frame.with_columns(texts)
    return frame
