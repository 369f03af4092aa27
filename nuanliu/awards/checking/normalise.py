"""From tables as received to one frame in the kernel's spelling.

A value that is plain already is taken as it stands; every other distinct value goes once through the kernel's own
function. So there is one set of reading rules, and a clean list of 100,000 rows costs one regular expression a column.
"""

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from nuanliu.awards.checking.facts import SPOILT_FIELDS, TEXT_FIELDS, ListTable
from nuanliu.kernel.identity import lift
from nuanliu.kernel.phones import normalize_phone
from nuanliu.kernel.text import normalize_code, normalize_name, normalize_text

PLAIN_HAN = "^[\u4e00-\u9fff]{2,}$"
PLAIN_TEXT = "^[0-9A-Za-z\u4e00-\u9fff]{2,}$"
PLAIN_IDENTITY = "^[0-9]{17}[0-9X]$"
PLAIN_DIGITS = "^[0-9]+$"


def lifted_number(text: str) -> str:
    """An identity number as it is compared: 18 characters where it can be lifted."""
    return lift(normalize_code(text))


# What needs no reading, and who reads the rest. Amounts, categories and tags have readers of their own.
READERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": (PLAIN_HAN, normalize_name),
    "account_holder": (PLAIN_HAN, normalize_name),
    "identity_number": (PLAIN_IDENTITY, lifted_number),
    "account": (PLAIN_DIGITS, normalize_code),
    "phone": (PLAIN_DIGITS, normalize_phone),
    "employer": (PLAIN_TEXT, normalize_text),
    "bank": (PLAIN_TEXT, normalize_text),
    "goods": (PLAIN_TEXT, normalize_text),
    "reason": (PLAIN_TEXT, normalize_text),
    "household": (PLAIN_IDENTITY, lifted_number),
}


def read_rows(tables: Sequence[ListTable]) -> pl.DataFrame:
    """All rows of all tables in order of file, sheet and row, numbered from 0 in `row`, read but not judged."""
    frames = [_with_all_columns(table) for table in tables]
    rows = pl.concat(frames, how="vertical", rechunk=True).with_row_index("row")
    return rows.with_columns(*_read(rows))


def _read(rows: pl.DataFrame) -> Iterator[pl.Expr]:
    """The columns that need reading in the kernel's spelling; what the kernel reads as empty is null."""
    messy = rows.select(
        pl.col(name).filter(~pl.col(name).str.contains(plain)).unique().implode()
        for name, (plain, _) in READERS.items()
    )
    for name, (_, read) in READERS.items():
        if values := messy[name][0].to_list():
            yield pl.col(name).replace(values, [read(value) or None for value in values])


def _with_all_columns(table: ListTable) -> pl.DataFrame:
    frame = table.frame
    return frame.select(
        pl.lit(table.sheet_ordinal, pl.Int16).alias("sheet_ordinal"),
        pl.col("row_number").cast(pl.Int32),
        *(_text(frame, name) for name in TEXT_FIELDS),
        *(_flag(frame, f"{name}_spoilt") for name in SPOILT_FIELDS),
        *(
            pl.lit(table.units.get(name, 100), pl.Int64).alias(f"{name}_unit")
            for name in ("cash", "goods_value")
        ),
    )


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name)


def _flag(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(False).alias(name)
