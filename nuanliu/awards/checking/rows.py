"""Each row judged alone, and then all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nuanliu.awards.checking import accounts, amounts, wording
from nuanliu.awards.checking.clashes import check_clashes
from nuanliu.awards.checking.facts import ListTable, Rules, nothing_found
from nuanliu.awards.checking.identity import check_identity
from nuanliu.awards.checking.record import check_record
from nuanliu.kernel.findings import CODES, Severity


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows as read and judged, and findings without words yet."""

    rows: pl.DataFrame
    found: pl.DataFrame


def check_rows(rows: pl.DataFrame, rules: Rules, by_reader: pl.DataFrame | None = None) -> Checked:
    """Judge each row by what stands in it, and by what the reader found.

    `account.missing` waits for the record: an exception may excuse it.
    """
    rows, by_identity = check_identity(rows, rules.business_date)
    rows, by_amount = amounts.check_amounts(rows)
    rows, by_category = wording.check_categories(rows, rules.category_by_wording)
    rows, by_account = accounts.check_accounts(rows)
    rows = rows.with_columns(wording.read_tags(rows, rules.tag_by_wording).alias("tag_codes"))
    frames = [
        nothing_found() if by_reader is None else by_reader,
        *by_identity,
        *by_category,
        *by_amount,
        *amounts.check_standard(rows, rules.lines),
        *by_account,
        wording.check_phones(rows),
        wording.check_goods(rows, rules.forbidden),
    ]
    return Checked(rows, pl.concat([nothing_found(), *frames]))


def found_by_reader(rows: pl.DataFrame, tables: Sequence[ListTable]) -> pl.DataFrame:
    """Findings on cells that the reader marked: formulas, with and without a stored value."""
    marked = [
        table.marks.with_columns(
            pl.col("row_number").cast(pl.Int32), sheet_ordinal=pl.lit(table.sheet_ordinal, pl.Int16)
        )
        for table in tables
        if table.marks is not None and table.marks.height
    ]
    if not marked:
        return nothing_found()
    placed = pl.concat(marked).join(
        rows.select("row", "sheet_ordinal", "row_number"), on=["sheet_ordinal", "row_number"]
    )
    nothing = pl.lit("")
    return placed.select(
        pl.col("row").cast(pl.UInt32), "field", "code", detail=nothing, expected=nothing
    ).sort("row")


def judge(checked: Checked, answers: pl.DataFrame, rules: Rules) -> Checked:
    """Add what the record answered, and then the clashes between rows; see `clashes` for why in this order."""
    rows = _with_households(checked.rows, answers, rules)
    excepted = answers.filter(pl.col("cash_excepted").fill_null(False))["row"]
    alone = pl.concat([
        checked.found,
        accounts.check_missing(rows, pl.col("row").is_in(excepted.implode())),
        *check_record(rows, answers),
    ])  # fmt: skip
    alone = without_consequences(alone)
    refused = alone.filter(pl.col("code").is_in(ERROR_CODES)).select("row")
    identity_refused = alone.filter(pl.col("code").str.starts_with("identity.")).select("row")
    clashes = check_clashes(rows, refused, identity_refused)
    everything = pl.concat([alone.with_columns(standing=pl.lit(None, pl.UInt32)), clashes])
    return Checked(
        rows,
        everything.unique(["row", "field", "code"], keep="first", maintain_order=True).sort(
            "row", maintain_order=True
        ),
    )


AMOUNTS = ("cash", "goods_value")


def without_consequences(found: pl.DataFrame) -> pl.DataFrame:
    """A cell that could not be read is not missing, and no sum is compared where an amount could not be read."""
    unreadable = found.filter(pl.col("code") == "file.unreadable")
    if not unreadable.height:
        return found
    amount = pl.col("field").is_in(AMOUNTS)
    without_amount = pl.col("row").is_in(unreadable.filter(amount)["row"].implode())
    of_amount = pl.col("code").str.contains(r"^(?:amount\.missing|amount\.not_positive|standard\..*)$")
    found = found.filter(~(without_amount & of_amount))
    cells = unreadable.select("row", "field", missing=True)
    found = found.join(cells, on=["row", "field"], how="left", maintain_order="left")
    told_already = pl.col("missing").fill_null(False) & pl.col("code").str.ends_with(".missing")
    return found.filter(~told_already).drop("missing")


ERROR_CODES = [code for code, known in CODES.items() if known.severity is Severity.ERROR]


def _with_households(rows: pl.DataFrame, answers: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The household counts only where the standard gives once to each household."""
    per_household = [code for code, line in rules.lines.items() if line.per_household]
    known = answers.select("row", known_household="household")
    household = pl.coalesce("known_household", "household")
    counted = pl.when(pl.col("category_code").is_in(per_household)).then(household)
    return rows.join(known, on="row", how="left", maintain_order="left").with_columns(household=counted)
