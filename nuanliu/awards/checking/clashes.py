"""Findings that concern two rows: one number under two names, a person given to twice, a shared account, a household.

The rows are walked in order of file, sheet and row. A row *stands* when nothing refuses it: neither a finding of its
own, nor the record, nor a clash with a row that stands before it. Only standing rows can refuse later ones. So each
clash is decided once, and the outcome does not depend on how the walk is cut. Rows that share nothing are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from nuanliu.awards.checking.facts import FOUND


class Candidate(NamedTuple):
    """A row that shares a number, an account or a household with another."""

    row: int
    name: str | None
    number: str | None
    category_code: str | None
    account_number: str | None
    household: str | None
    refused: bool
    identity_refused: bool


class Clash(NamedTuple):
    """The later row, what is wrong with it, and the row that stands."""

    row: int
    field: str
    code: str
    standing: int


@dataclass(slots=True)
class Standing:
    """The rows that stand so far, by what they share."""

    by_number: dict[str, Candidate] = field(default_factory=dict)
    categories: dict[str, dict[str, int]] = field(default_factory=dict)
    by_account: dict[str, Candidate] = field(default_factory=dict)
    by_household: dict[tuple[str, str], Candidate] = field(default_factory=dict)

    def add(self, row: Candidate) -> None:
        """One more row stands."""
        if row.number and row.category_code:
            self.by_number.setdefault(row.number, row)
            self.categories.setdefault(row.number, {}).setdefault(row.category_code, row.row)
        if row.account_number:
            self.by_account.setdefault(row.account_number, row)
        if row.household and row.category_code:
            self.by_household.setdefault((row.household, row.category_code), row)


ERRORS = frozenset({"identity.name_conflict", "duplicate.in_list", "household.duplicate", "account.shared"})


def check_clashes(rows: pl.DataFrame, refused: pl.DataFrame, identity_refused: pl.DataFrame) -> pl.DataFrame:
    """Clashes as a findings frame with a further column `standing`.

    `rows` has row, name, number, category_code, account_number and household; `refused` and `identity_refused` have
    the `row` of each row that carries an error, and an `identity.*` error, already.
    """
    clashes = walk(_candidates(rows, refused, identity_refused))
    frame = pl.DataFrame(
        clashes,
        schema={"row": pl.UInt32, "field": pl.String, "code": pl.String, "standing": pl.UInt32},
        orient="row",
    )
    return frame.with_columns(detail=pl.lit(""), expected=pl.lit("")).select(*FOUND, "standing")


def walk(candidates: Iterator[Candidate]) -> list[Clash]:
    """The clashes of candidates given in order."""
    standing, clashes = Standing(), []
    for row in candidates:
        found = list(clashes_of(row, standing))
        clashes += found
        if not row.refused and not any(clash.code in ERRORS for clash in found):
            standing.add(row)
    return clashes


def clashes_of(row: Candidate, standing: Standing) -> Iterator[Clash]:
    """What is wrong with one row beside the rows that stand before it."""
    same_number = standing.by_number.get(row.number) if row.number else None
    conflict = same_number is not None and bool(row.name) and row.name != same_number.name
    if conflict and same_number and not row.identity_refused:
        yield Clash(row.row, "identity_number", "identity.name_conflict", same_number.row)
    if not conflict and not row.identity_refused:
        yield from _given_twice(row, standing)
    sharing = standing.by_account.get(row.account_number) if row.account_number else None
    if sharing is not None and _other_person(row, sharing):
        yield Clash(row.row, "account", "account.shared", sharing.row)


def _given_twice(row: Candidate, standing: Standing) -> Iterator[Clash]:
    if not row.number or not row.category_code:
        return
    given = standing.categories.get(row.number, {})
    if row.category_code in given:
        yield Clash(row.row, "identity_number", "duplicate.in_list", given[row.category_code])
    elif given:
        yield Clash(row.row, "category", "duplicate.other_category", next(iter(given.values())))
    housemate = standing.by_household.get((row.household, row.category_code)) if row.household else None
    if housemate is not None and housemate.number != row.number:
        yield Clash(row.row, "identity_number", "household.duplicate", housemate.row)


def _other_person(row: Candidate, sharing: Candidate) -> bool:
    """By number where both are known; a row without a good number is another person when its name differs."""
    if row.number:
        return row.number != sharing.number
    return bool(row.name) and row.name != sharing.name


def _candidates(
    rows: pl.DataFrame, refused: pl.DataFrame, identity_refused: pl.DataFrame
) -> Iterator[Candidate]:
    shared = pl.any_horizontal(
        pl.col(key).is_not_null() & pl.col(key).is_duplicated()
        for key in ("number", "account_number", "household")
    )
    sharing = rows.filter(shared).with_columns(
        refused=pl.col("row").is_in(refused["row"].implode()),
        identity_refused=pl.col("row").is_in(identity_refused["row"].implode()),
    )
    return map(Candidate._make, sharing.select(Candidate._fields).iter_rows())
