"""How much: amounts in fen, whether they may stand, and the adopted standard."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from nuanliu.awards.checking.facts import Fault, Line, found
from nuanliu.kernel.money import FEN_PER_YUAN, MoneyError, fen_from_number, parse_yuan, yuan_text
from nuanliu.kernel.text import AMOUNT, compiled, normalize_amount

COLUMNS = ("cash", "goods_value")
PLAIN_YUAN = "^[0-9]{1,9}$"


def check_amounts(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with `cash_fen`, `goods_fen` (null where empty or wrong), `with_cash`, `amount_good`; and findings."""
    (cash_fen, cash_fault), (goods_fen, goods_fault) = _read(rows)
    rows = rows.with_columns(
        cash_fen=cash_fen, cash_fault=cash_fault, goods_fen=goods_fen, goods_fault=goods_fault
    )
    paid = (pl.col("cash_fen") > 0) | pl.col("cash_fault").is_not_null()
    rows = rows.with_columns(
        amount_fault=_fault(), with_cash=paid.fill_null(False), amount_good=_fault().is_null()
    )
    return rows, found(rows, *_faults())


def _read(rows: pl.DataFrame) -> list[tuple[pl.Expr, pl.Expr]]:
    """`fen` and `fault` of each column: plain whole yuan by a cast, every other distinct text by the kernel."""
    messy = rows.select(
        pl.struct(text=column, unit=f"{column}_unit")
        .filter(~_is_plain(column))
        .unique()
        .implode()
        .alias(column)
        for column in COLUMNS
    )
    return [_readings(column, messy[column][0].to_list()) for column in COLUMNS]


@cache
def _is_plain(column: str) -> pl.Expr:
    whole = pl.col(column).str.contains(PLAIN_YUAN) & (pl.col(f"{column}_unit") == FEN_PER_YUAN)
    return whole.fill_null(False)


def _readings(column: str, messy: list[dict[str, Any]]) -> tuple[pl.Expr, pl.Expr]:
    whole = pl.when(_is_plain(column)).then(pl.col(column).cast(pl.Int64, strict=False) * FEN_PER_YUAN)
    # An empty cell is no amount and no fault.
    read = {(one["text"], one["unit"]): read_amount(one["text"], one["unit"]) for one in messy if one["text"]}
    if not read:
        return whole, pl.lit(None, pl.String)
    texts = [f"{unit} {text}" for text, unit in read]
    fen, faults = zip(*read.values(), strict=True)
    written = pl.concat_str(f"{column}_unit", column, separator=" ")
    return (
        whole.otherwise(written.replace_strict(texts, list(fen), default=None, return_dtype=pl.Int64)),
        written.replace_strict(texts, list(faults), default=None, return_dtype=pl.String),
    )


def read_amount(text: str, unit_fen: int = FEN_PER_YUAN) -> tuple[int | None, str | None]:
    """Fen and what is wrong with the text; (None, None) for an empty cell. `unit_fen`: fen in one unit."""
    try:
        if unit_fen == FEN_PER_YUAN:
            return parse_yuan(text), None
        return _scaled(normalize_amount(text), unit_fen), None
    except MoneyError as error:
        return (None, None) if error.code == "amount.missing" else (None, str(error))


def _scaled(amount: str, unit_fen: int) -> int:
    if not amount or not compiled(AMOUNT).search(amount):
        return parse_yuan(amount)
    return fen_from_number(Decimal(amount) * unit_fen / FEN_PER_YUAN)


@cache
def _fault() -> pl.Expr:
    """The `amount.*` code of a row. A zero beside a positive amount is an empty cell; a negative one never is."""
    cash, goods = pl.col("cash_fen"), pl.col("goods_fen")
    either_positive = (cash.fill_null(0) > 0) | (goods.fill_null(0) > 0)
    either_negative = (cash.fill_null(0) < 0) | (goods.fill_null(0) < 0)
    unreadable = pl.col("cash_fault").is_not_null() | pl.col("goods_fault").is_not_null()
    return (
        pl.when(unreadable).then(pl.lit("amount.format"))
        .when(cash.is_null() & goods.is_null()).then(pl.lit("amount.missing"))
        .when(either_negative | ~either_positive).then(pl.lit("amount.not_positive"))
    )  # fmt: skip


@cache
def _faults() -> tuple[Fault, ...]:
    fault = pl.col("amount_fault")
    in_cash = pl.col("cash_fault").is_not_null()
    format_detail = pl.coalesce("cash_fault", "goods_fault")
    goods_alone = (pl.col("goods_fen") < 0) | (
        pl.col("cash_fen").is_null() & pl.col("goods_fen").is_not_null()
    )
    goods_alone = goods_alone.fill_null(False)
    malformed, not_positive = fault == "amount.format", fault == "amount.not_positive"
    return (
        Fault(fault == "amount.missing", "cash", "amount.missing"),
        Fault(malformed & in_cash, "cash", "amount.format", format_detail),
        Fault(malformed & ~in_cash, "goods_value", "amount.format", format_detail),
        Fault(not_positive & ~goods_alone, "cash", "amount.not_positive"),
        Fault(not_positive & goods_alone, "goods_value", "amount.not_positive"),
    )


def check_standard(rows: pl.DataFrame, lines: Mapping[str, Line]) -> list[pl.DataFrame]:
    """What differs from the adopted sums. Rows with a wrong amount or category are not compared."""
    comparable = rows.filter(pl.col("amount_good") & pl.col("category_code").is_not_null())
    comparable = comparable.join(_frame_of(lines), on="category_code", how="left", maintain_order="left")
    return found(comparable, *_faults_of_the_standard())


@cache
def _faults_of_the_standard() -> tuple[Fault, ...]:
    covered = pl.col("line_cash_fen").is_not_null()
    cash, total = (
        pl.col("cash_fen").fill_null(0),
        pl.col("cash_fen").fill_null(0) + pl.col("goods_fen").fill_null(0),
    )
    cash_over = (cash > pl.col("line_cash_fen")) & ~pl.col("convertible")
    over = covered & (cash_over | (total > pl.col("line_sum_fen")))
    below = covered & (total < pl.col("line_sum_fen"))
    without = pl.col("category_code") + "类没有标准"
    return (
        Fault(~covered, "category", "standard.missing", without),
        Fault(over, "cash", "standard.exceeded", _compared(), _sum_of_the_standard()),
        Fault(below, "cash", "standard.below", _compared(), _sum_of_the_standard()),
    )


def _frame_of(lines: Mapping[str, Line]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (code, line.cash_fen, line.sum_fen, line.convertible, _line_words(code, line))
            for code, line in lines.items()
        ],
        schema={
            "category_code": pl.String,
            "line_cash_fen": pl.Int64,
            "line_sum_fen": pl.Int64,
            "convertible": pl.Boolean,
            "line_words": pl.String,
        },
        orient="row",
    )


def _line_words(code: str, line: Line) -> str:
    goods = f"、慰问品{yuan_text(line.goods_fen)}元" if line.goods_fen else ""
    return f"{code}类标准为现金{yuan_text(line.cash_fen)}元{goods}"


def _sum_of_the_standard() -> pl.Expr:
    """The one sum that the cell can say: where goods are in play, or another unit is, there is no such sum."""
    in_cash_alone = (pl.col("line_sum_fen") == pl.col("line_cash_fen")) & (
        pl.col("goods_fen").fill_null(0) == 0
    )
    in_yuan = pl.col("cash_unit") == FEN_PER_YUAN
    return pl.when(in_cash_alone & in_yuan).then(_yuan("line_cash_fen")).otherwise(pl.lit(""))


def _yuan(column: str) -> pl.Expr:
    return pl.format("{}.{}", pl.col(column) // 100, (pl.col(column) % 100).cast(pl.String).str.zfill(2))


def _compared() -> pl.Expr:
    return pl.concat_str(
        "line_words",
        pl.when(pl.col("cash_fen") > 0).then("，本行现金" + _yuan("cash_fen") + "元").otherwise(pl.lit("")),
        pl.when(pl.col("goods_fen") > 0)
        .then("，本行慰问品" + _yuan("goods_fen") + "元")
        .otherwise(pl.lit("")),
    )
