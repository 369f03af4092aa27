"""Data rows of a sheet rendered by columns."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from nuanliu.base.spreadsheets.cells import column_letters
from nuanliu.base.spreadsheets.columns import Column, Kind, yuan_text

# Serial day 0 of spreadsheets, as they count since their 1900 has a 29 February.
DAY_ZERO = date(1899, 12, 30)
# What XML cannot hold is written as _xHHHH_, and so a text that looks like that is escaped itself.
LOOKS_ESCAPED = "_(x[0-9a-fA-F]{4}_)"
UNPRINTABLE = [chr(code) for code in (*range(9), 11, 12, *range(13, 32), 0xFFFE, 0xFFFF)]
UNPRINTABLE_PATTERN = "[\\x00-\\x08\\x0b-\\x1f\\x{fffe}\\x{ffff}]"
MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
LONGEST_TEXT = 32_767
ROWS_AT_A_TIME = 10_000


def row_texts(
    frame: pl.DataFrame, columns: Sequence[Column], styles: Sequence[str], first_row: int
) -> Iterator[bytes]:
    """The XML of the rows, some thousand at a time. `styles`: the style number of each column.

    A text becomes a string whatever it starts with. `first_row` counts from 1.
    """
    numbered = frame.with_row_index("row number", offset=first_row)
    row = pl.col("row number").cast(pl.String)
    cells = [
        _cell(frame, column, f'<c r="{column_letters(place)}', f'" s="{style}"', row)
        for place, (column, style) in enumerate(zip(columns, styles, strict=True))
    ]
    whole = pl.concat_str(pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>"))
    for part in numbered.iter_slices(ROWS_AT_A_TIME):
        yield part.select(whole.str.join("").alias("xml")).item().encode()


def _cell(frame: pl.DataFrame, column: Column, start: str, style: str, row: pl.Expr) -> pl.Expr:
    value = pl.col(column.key)
    if column.kind is Kind.TEXT:
        text = _escaped(value, frame[column.key])
        opening, closing = ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    else:
        text = _number(value, column.kind)
        opening, closing = "><v>", "</v></c>"
    filled = pl.concat_str(pl.lit(start), row, pl.lit(style + opening), text, pl.lit(closing))
    blank = pl.concat_str(pl.lit(start), row, pl.lit(f"{style}/>"))
    return pl.when(value.is_null()).then(blank).otherwise(filled)


def _number(value: pl.Expr, kind: Kind) -> pl.Expr:
    if kind is Kind.AMOUNT:
        return yuan_text(value)
    if kind is Kind.DATE:
        return (value - pl.lit(DAY_ZERO)).dt.total_days().cast(pl.String)
    return value.cast(pl.String)


def _escaped(value: pl.Expr, column: pl.Series) -> pl.Expr:
    # Hardly any column holds such characters: asking first is cheaper than replacing.
    if (column.str.len_chars() > LONGEST_TEXT).any():
        value = value.str.slice(0, LONGEST_TEXT)
    if column.str.contains("[&<>]").any():
        value = value.str.replace_many(MARKUP)
    if column.str.contains(LOOKS_ESCAPED).any():
        value = value.str.replace_all(LOOKS_ESCAPED, "_x005F_$1")
    if column.str.contains(UNPRINTABLE_PATTERN).any():
        value = value.str.replace_many(UNPRINTABLE, [f"_x{ord(one):04X}_" for one in UNPRINTABLE])
    return value
