"""To which account: format, Luhn's check over the whole column, and the holder's name."""

from functools import cache

import polars as pl

from nuanliu.awards.checking.facts import Fault, found
from nuanliu.kernel.cards import ACCOUNT, UNIONPAY_CARD

DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def check_accounts(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with `account_number` (null unless it can be paid to); and what was found, except `account.missing`."""
    rows = rows.with_columns(account_number=pl.when(~_is_bad()).then(pl.col("account")))
    return rows, found(rows, *_faults())


@cache
def _is_bad() -> pl.Expr:
    account = pl.col("account")
    return account.is_not_null() & (pl.col("account_spoilt") | ~account.str.contains(ACCOUNT))


@cache
def _faults() -> tuple[Fault, ...]:
    card = pl.col("account_number").str.contains(UNIONPAY_CARD)
    holder, name = pl.col("account_holder"), pl.col("name")
    holder_differs = holder.is_not_null() & name.is_not_null() & (holder != name)
    detail = (
        pl.when(pl.col("account_spoilt"))
        .then(pl.lit("数字单元格只保留15位，末几位已被表格软件改坏"))
        .otherwise(pl.lit("应为8至32位数字"))
    )
    shown = "账号" + masked_account("account_number")
    return (
        Fault(_is_bad() & pl.col("with_cash"), "account", "account.format", detail),
        Fault(card & ~_luhn_fits(), "account", "account.checksum", shown),
        Fault(holder_differs, "account_holder", "account.name_conflict", "户名与姓名不一致"),
    )


def check_missing(rows: pl.DataFrame, excepted: pl.Expr | None = None) -> pl.DataFrame:
    """Cash without an account, unless a cash exception has been approved for the person."""
    missing = pl.col("account").is_null() & pl.col("with_cash")
    condition = missing if excepted is None else missing & ~excepted
    return found(rows, Fault(condition, "account", "account.missing"))[0]


def masked_account(column: str) -> pl.Expr:
    """The kernel's mask of an account, for a column: the last four digits."""
    return pl.concat_str(pl.lit("****"), pl.col(column).str.tail(4))


@cache
def _luhn_fits() -> pl.Expr:
    """Luhn's sum, four digits at a time out of a table: an expression of nineteen digits costs more than its rows."""
    # 19 digits from 62 stay below 2**63.
    number = pl.col("account_number").str.slice(0, 19).cast(pl.Int64, strict=False)
    sums = pl.lit(pl.Series([_luhn_sum(four) for four in range(10_000)], dtype=pl.Int16))
    return pl.sum_horizontal(sums.gather(number // 10**place % 10_000) for place in range(0, 19, 4)) % 10 == 0


def _luhn_sum(number: int) -> int:
    """Of four digits: every second from the right counts double, less nine where that has two digits."""
    last, third, second, first = map(int, reversed(f"{number:04}"))
    return last + DOUBLED[third] + second + DOUBLED[first]
