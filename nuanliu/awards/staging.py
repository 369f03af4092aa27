"""Checked rows and their findings into the database: sealed, copied, inserted in the order of the list."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from django.db import connection

from nuanliu.awards.initials import initials_of
from nuanliu.awards.matching import Digests
from nuanliu.awards.models import Roster
from nuanliu.awards.sealing import ACCOUNT, IDENTITY, PHONE, RAW, keys_for, raw_keys, seal_for, tail_digests
from nuanliu.base.bulk import COPY_ROWS, copy_columns, create_temp
from nuanliu.base.crypto import seal_many

ROW_TYPES = {
    "sheet_ordinal": "int2",
    "row_number": "int4",
    "blocked": "bool",
    "name": "text",
    "initials": "text",
    "employer": "text",
    "category_code": "text",
    "tags": "text[]",
    "cash_fen": "int8",
    "goods_fen": "int8",
    "goods": "text",
    "reason": "text",
    "bank": "text",
    "birth_year": "int2",
    "gender": "text",
    "account_tail": "text",
    "raw_sealed": "bytea",
    "identity_digest": "bytea",
    "identity_tail_digest": "bytea",
    "account_digest": "bytea",
    "person_key": "uuid",
    "account_key": "uuid",
    "identity_sealed": "bytea",
    "account_sealed": "bytea",
    "phone_sealed": "bytea",
}
FINDING_TYPES = {
    "sheet_ordinal": "int2",
    "row_number": "int4",
    "column": "text",
    "code": "text",
    "severity": "text",
    "message": "text",
    "rule": "text",
}


def stage_rows(
    roster: Roster, rows: pl.DataFrame, raw: pl.Series, digests: Digests, blocked: pl.Series
) -> None:
    """Write the rows of a roster. Sealing one part goes on while the server takes the one before."""
    columns = _plain_columns(rows, blocked)
    person_keys, account_keys = keys_for(digests.identity), keys_for(digests.account)
    tails = tail_digests(rows["number"])
    with connection.cursor() as cursor:
        for part in _parts(rows.height):
            taken = columns[part]
            sealed = _sealed_columns(
                roster, taken, rows[part], raw[part], person_keys[part], account_keys[part]
            )
            found_by = {
                "identity_digest": digests.identity[part],
                "identity_tail_digest": tails[part],
                "account_digest": digests.account[part],
                "person_key": person_keys[part],
                "account_key": account_keys[part],
            }
            plain = {name: taken[name].to_list() for name in taken.columns}
            create_temp(cursor, "awards_staged", ROW_TYPES)
            copy_columns(cursor, "awards_staged", plain | sealed | found_by, ROW_TYPES)
            _insert(cursor, "awards_rosterrow", "awards_staged", ROW_TYPES, roster, {"state": "open"})


def stage_findings(roster: Roster, findings: pl.DataFrame) -> None:
    """Write findings, worded, in the order of place."""
    if findings.is_empty():
        return
    columns = {name: findings[name].to_list() for name in FINDING_TYPES}
    with connection.cursor() as cursor:
        create_temp(cursor, "awards_found", FINDING_TYPES)
        copy_columns(cursor, "awards_found", columns, FINDING_TYPES)
        _insert(cursor, "awards_rosterfinding", "awards_found", FINDING_TYPES, roster, {})


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, min(start + COPY_ROWS, count)) for start in range(0, count, COPY_ROWS))


def _plain_columns(rows: pl.DataFrame, blocked: pl.Series) -> pl.DataFrame:
    def text(name: str, length: int) -> pl.Expr:
        return pl.col(name).fill_null("").str.slice(0, length)

    return rows.select(
        "sheet_ordinal",
        "row_number",
        blocked.alias("blocked"),
        text("name", 60),
        initials_of(rows["name"]).fill_null("").alias("initials"),
        text("employer", 160),
        pl.col("category_code").fill_null(""),
        pl.col("tag_codes").alias("tags"),
        pl.col("cash_fen").fill_null(0),
        pl.col("goods_fen").fill_null(0),
        text("goods", 200),
        text("reason", 200),
        text("bank", 120),
        "birth_year",
        pl.when("male")
        .then(pl.lit("M"))
        .when(~pl.col("male"))
        .then(pl.lit("F"))
        .otherwise(pl.lit(""))
        .alias("gender"),
        pl.col("account_number").str.tail(4).fill_null("").alias("account_tail"),
    )


def _sealed_columns(
    roster: Roster,
    taken: pl.DataFrame,
    rows: pl.DataFrame,
    raw: pl.Series,
    person_keys: Sequence[Any],
    account_keys: Sequence[Any],
) -> dict[str, Sequence[Any]]:
    places = raw_keys(roster.pk, taken["sheet_ordinal"].to_list(), taken["row_number"].to_list())
    return {
        "raw_sealed": seal_many(raw.to_list(), place=RAW, row_keys=places),
        "identity_sealed": seal_for(rows["number"].to_list(), person_keys, IDENTITY),
        "phone_sealed": seal_for(rows["phone"].to_list(), person_keys, PHONE),
        "account_sealed": seal_for(rows["account_number"].to_list(), account_keys, ACCOUNT),
    }


def _insert(
    cursor: Any, table: str, source: str, types: dict[str, str], roster: Roster, constants: dict[str, str]
) -> None:
    names = ", ".join(f'"{name}"' for name in types)
    extra = "".join(f', "{name}"' for name in constants)
    places = ", %s" * len(constants)
    cursor.execute(
        f'INSERT INTO {table} (roster_id, organization_path{extra}, {names}) SELECT %s, %s{places}, {names} FROM pg_temp."{source}"',
        [roster.pk, roster.organization_path, *constants.values()],
    )
