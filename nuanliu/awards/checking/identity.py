"""Who: names and identity numbers, the check of GB 11643 in integer arithmetic over the whole column."""

from datetime import date
from functools import cache, lru_cache

import polars as pl

from nuanliu.awards.checking.facts import Fault, found
from nuanliu.kernel.identity import IDENTITY, OLDEST_YEARS

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_identity(rows: pl.DataFrame, on: date) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with `number` (the identity number, null unless it is good), `born` and `male`; and what was found."""
    rows = rows.with_columns(identity_fault=_fault(on))
    number = pl.when(pl.col("identity_fault").is_null()).then(pl.col("identity_number"))
    rows = rows.with_columns(number=number)
    birth_year = pl.col("number").str.slice(6, 4).cast(pl.Int16)
    male = pl.col("number").str.slice(16, 1).cast(pl.Int8) % 2 == 1
    return rows.with_columns(birth_year=birth_year, male=male), found(rows, *_faults())


@lru_cache(maxsize=8)
def _fault(on: date) -> pl.Expr:
    """Null for a good number, else what is wrong with it, in Chinese; the first words tell which code it is."""
    number = pl.col("identity_number")
    born = number.str.slice(6, 8)
    day = born.cast(pl.Int32, strict=False)
    today = on.year * 10_000 + on.month * 100 + on.day
    return (
        pl.when(number.is_null()).then(pl.lit("missing"))
        .when(pl.col("identity_number_spoilt")).then(pl.lit("数字单元格只保留15位，末几位已被表格软件改坏"))
        .when(~number.str.contains(IDENTITY)).then(pl.lit("应为18位（或旧15位）身份证号码"))
        .when(~_check_character_fits()).then(pl.lit("校验码不符"))
        .when(born.str.to_date("%Y%m%d", strict=False).is_null()).then(pl.lit("出生日期不存在"))
        .when(day > today).then(pl.lit("出生日期晚于业务日期"))
        .when(day + OLDEST_YEARS * 10_000 < today).then(pl.lit(f"出生日期距今超过{OLDEST_YEARS}年"))
    )  # fmt: skip


@cache
def _check_character_fits() -> pl.Expr:
    """The weighted sum, four digits at a time out of tables, as for accounts."""
    number = pl.col("identity_number")
    body = number.str.slice(0, 17).cast(pl.Int64, strict=False)
    weighted = pl.sum_horizontal(
        pl.lit(pl.Series([_weighted(four, place) for four in range(10_000)], dtype=pl.Int16)).gather(
            body // 10**place % 10_000
        )
        for place in range(0, 17, 4)
    )
    last = number.str.slice(17, 1)
    check = pl.when(last == "X").then(pl.lit(10)).otherwise(last.cast(pl.Int16, strict=False))
    return (weighted + check) % 11 == 1


def _weighted(number: int, place: int) -> int:
    """Of four digits of the body, the lowest of which stands `place` places from its end; 0 before its beginning."""
    weights = WEIGHTS[::-1][place : place + 4]
    return sum(weight * (number // 10**up % 10) for up, weight in enumerate(weights))


@cache
def _faults() -> tuple[Fault, ...]:
    fault = pl.col("identity_fault")
    wrong_shape = fault.str.starts_with("应为") | fault.str.starts_with("数字单元格")
    wrong = fault.is_not_null() & (fault != "missing")
    told = fault + "，号码" + masked("identity_number")
    return (
        Fault(pl.col("name").is_null(), "name", "name.missing"),
        Fault(fault == "missing", "identity_number", "identity.missing"),
        Fault(wrong & wrong_shape, "identity_number", "identity.format", fault),
        Fault(wrong & ~wrong_shape, "identity_number", "identity.checksum", told),
    )


def masked(column: str) -> pl.Expr:
    """The kernel's mask of an identity number, for a column: first three and last four."""
    value = pl.col(column)
    return pl.concat_str(value.str.slice(0, 3), pl.lit("***********"), value.str.slice(14, 4))
