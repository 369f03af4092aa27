"""What a written table's columns are, and rows brought into their types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    AMOUNT = "amount"  # integer fen, shown in yuan
    INTEGER = "integer"
    DATE = "date"


TYPES: dict[Kind, type[pl.DataType]] = {
    Kind.TEXT: pl.String,
    Kind.AMOUNT: pl.Int64,
    Kind.INTEGER: pl.Int64,
    Kind.DATE: pl.Date,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` in the rows, `heading` on paper, `group` the wider heading over it, width in characters."""

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    width: float | None = None
    group: str = ""


type Rows = pl.DataFrame | Iterable[Mapping[str, Any] | Sequence[Any]]


def framed(columns: Sequence[Column], rows: Rows) -> pl.DataFrame:
    """The rows as a frame of the columns' types, in their order.

    Rows are a frame with the columns' keys, mappings by key, or sequences in the columns' order.
    """
    schema = {column.key: TYPES[column.kind] for column in columns}
    if isinstance(rows, pl.DataFrame):
        return rows.select(pl.col(key).cast(kind) for key, kind in schema.items())
    listed = [[row.get(key) for key in schema] if isinstance(row, Mapping) else list(row) for row in rows]
    return pl.DataFrame(listed, schema=schema, orient="row")


def yuan_text(fen: pl.Expr) -> pl.Expr:
    """Integer fen as yuan with two decimals: 120050 is 1200.50."""
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = fen.abs()
    cents = (size % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, (size // 100).cast(pl.String), pl.lit("."), cents)
