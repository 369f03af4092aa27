"""What the checks are given: plain values, so that they need neither models nor clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

# Fields of a list, as the heading synonyms name them.
TEXT_FIELDS = (
    "name",
    "identity_number",
    "employer",
    "phone",
    "category",
    "cash",
    "goods",
    "goods_value",
    "bank",
    "account",
    "account_holder",
    "reason",
    "tags",
    "household",
    "remark",
)
SPOILT_FIELDS = ("identity_number", "account")

# A finding before it has words: which row, which field, which code, what is particular about it, and what the cell
# should say where that is certain.
FOUND = {"row": pl.UInt32, "field": pl.String, "code": pl.String, "detail": pl.String, "expected": pl.String}


@dataclass(frozen=True, slots=True)
class ListTable:
    """One table of a submission: a frame of text columns by field, with `row_number` and what the reader marked.

    `units` tells how many fen one unit of an amount column is: 100 for 元, 1,000,000 for 万元, 1 for 分. `marks` has
    row_number, field and finding code of cells that the reader found odd.
    """

    sheet_ordinal: int
    file_name: str
    sheet_name: str
    frame: pl.DataFrame
    headings: Mapping[str, str]
    units: Mapping[str, int] = field(default_factory=dict)
    marks: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The adopted sum for one category, in fen."""

    cash_fen: int
    goods_fen: int = 0
    convertible: bool = False
    per_household: bool = False

    @property
    def sum_fen(self) -> int:
        """Cash and goods together."""
        return self.cash_fen + self.goods_fen


def no_word(goods: pl.Series) -> pl.Series:
    """Where nothing is prohibited."""
    return pl.Series(goods.name, [None] * len(goods), dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a row is judged by. `lines` is empty where no standard is in force.

    `forbidden` tells for a column of goods the prohibited word that each names, or null.
    """

    business_date: date
    lines: Mapping[str, Line]
    category_by_wording: Mapping[str, str]
    tag_by_wording: Mapping[str, str] = field(default_factory=dict)
    forbidden: Callable[[pl.Series], pl.Series] = no_word


@cache
def nothing_found() -> pl.DataFrame:
    """A findings frame without rows; one for all, for a frame is never changed in its place."""
    return pl.DataFrame(schema=FOUND)


class Fault(NamedTuple):
    """What a row may be found for: when, in which field, under which code, and what is particular about it."""

    condition: pl.Expr
    field: str
    code: str
    detail: pl.Expr | str = ""
    expected: pl.Expr | None = None


def found(rows: pl.DataFrame, *faults: Fault) -> list[pl.DataFrame]:
    """For each fault one finding for each row where its condition holds; all conditions are judged in one pass."""
    holds = rows.select(fault.condition.alias(str(place)) for place, fault in enumerate(faults))
    return [
        _told(rows.filter(where), fault) if where.any() else nothing_found()
        for where, fault in zip(holds.iter_columns(), faults, strict=True)
    ]


def _told(concerned: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    detail = pl.lit(fault.detail) if isinstance(fault.detail, str) else fault.detail
    return concerned.select(
        pl.col("row").cast(pl.UInt32),
        pl.lit(fault.field).alias("field"),
        pl.lit(fault.code).alias("code"),
        detail.cast(pl.String).alias("detail"),
        (pl.lit("") if fault.expected is None else fault.expected).cast(pl.String).alias("expected"),
    )
