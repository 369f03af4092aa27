"""What the record says against a row: the person, the account, awards already given, people who should step back."""

from functools import cache

import polars as pl

from nuanliu.awards.checking.facts import Fault, found

# One answer for each row; absent rows have nothing against them. Texts name the other award as far as it may be told.
ANSWERS = {
    "row": pl.UInt32,
    "name_differs": pl.Boolean,
    "deceased": pl.Boolean,
    "account_of_another": pl.Boolean,
    "given_in_category": pl.String,
    "given_in_other_category": pl.String,
    "household": pl.String,
    "household_given": pl.String,
    "conflict_with": pl.String,
    "cash_excepted": pl.Boolean,
}


def no_answers() -> pl.DataFrame:
    """What a record that knows nobody answers."""
    return pl.DataFrame(schema=ANSWERS)


def check_record(rows: pl.DataFrame, answers: pl.DataFrame) -> list[pl.DataFrame]:
    """Findings from the answers. A person under another name takes part in no test of what was given before."""
    known = rows.select("row", "category_code").join(answers, on="row", how="inner", maintain_order="left")
    return found(known, *_faults())


@cache
def _faults() -> tuple[Fault, ...]:
    same_person = ~pl.col("name_differs").fill_null(False)
    return (
        Fault(~same_person, "identity_number", "identity.name_conflict", "该号码已登记在另一姓名之下"),
        Fault(_yes("deceased"), "name", "person.deceased"),
        Fault(_yes("account_of_another"), "account", "account.shared", "该账号已登记为他人账户"),
        _told(same_person, "given_in_category", "identity_number", "duplicate.in_programme"),
        _told(same_person, "given_in_other_category", "category", "duplicate.other_category"),
        _told(same_person, "household_given", "identity_number", "household.duplicate"),
        _told(pl.lit(True), "conflict_with", "name", "conflict.handler"),
    )


def _yes(column: str) -> pl.Expr:
    return pl.col(column).fill_null(False)


def _told(condition: pl.Expr, column: str, field: str, code: str) -> Fault:
    return Fault(condition & pl.col(column).is_not_null(), field, code, pl.col(column))
