"""Writes tables that offices open and print: XLSX and CSV.

A string stays a string: nothing that comes from a person can become a formula. The same content gives the same bytes.

XlsxWriter lays out the sheet (styles, headings, print set-up) around a sample row; the data rows are rendered by
columns and put in its place, several times as fast as cell by cell.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import polars as pl

from nuanliu.base.spreadsheets.columns import Column, Kind, Rows, framed, yuan_text
from nuanliu.base.spreadsheets.layout import SHEET_PART, Layout, Line, Skeleton
from nuanliu.base.spreadsheets.row_xml import row_texts

__all__ = ["Column", "Kind", "Rows", "write_csv", "write_table"]

ENTRY_DATE = (1980, 1, 1, 0, 0, 0)
PACKING_LEVEL = 2
LIVE_IN_CSV = r"^[=+\-@\t\r]"

type Target = Path | str | BinaryIO


def write_table(
    target: Target,
    columns: Sequence[Column],
    rows: Rows,
    *,
    title: str = "",
    header_lines: Sequence[Line] = (),
    footer_lines: Sequence[Line] = (),
    sheet_name: str = "",
) -> None:
    """Write an XLSX: title, header lines, heading (two rows when a column has a group), data rows, footer lines.

    Amounts are integer fen. A line is one text, or several spread over the width. Rows are a frame with the columns'
    keys, mappings by key, or sequences in the columns' order.
    """
    frame = framed(columns, rows)
    layout = Layout(columns, frame.height, title, header_lines, footer_lines, sheet_name)
    skeleton = Skeleton.of(layout)
    with _writable(target) as stream, zipfile.ZipFile(stream, "w", compresslevel=PACKING_LEVEL) as archive:
        for name, content in skeleton.others:
            archive.writestr(_entry(name), content)
        with archive.open(_entry(SHEET_PART), "w") as sheet:
            sheet.write(skeleton.before)
            for piece in (
                row_texts(frame, columns, skeleton.styles, layout.first_row + 1) if frame.height else ()
            ):
                sheet.write(piece)
            sheet.write(skeleton.after)


def write_csv(target: Target, columns: Sequence[Column], rows: Rows) -> None:
    """Write a CSV as Excel expects it: UTF-8 with mark. A text that would come alive gets an apostrophe."""
    names = [f"column {place}" for place in range(len(columns))]
    headings = pl.DataFrame([[column.heading] for column in columns], schema=dict.fromkeys(names, pl.String))
    texts = [_csv_text(column).alias(name) for column, name in zip(columns, names, strict=True)]
    with _writable(target) as stream:
        pl.concat([headings, framed(columns, rows).select(texts)]).write_csv(
            stream, include_header=False, include_bom=True, line_terminator="\r\n"
        )


def _csv_text(column: Column) -> pl.Expr:
    value = pl.col(column.key)
    if column.kind is Kind.AMOUNT:
        return yuan_text(value)
    text = value.cast(pl.String)
    if column.kind is not Kind.TEXT:
        return text
    return pl.when(text.str.contains(LIVE_IN_CSV)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ENTRY_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@contextmanager
def _writable(target: Target) -> Iterator[BinaryIO]:
    if not isinstance(target, str | Path):
        yield target
        return
    with Path(target).open("wb") as stream:
        yield stream
