"""Checked rows and their findings into the database: sealed, copied, inserted in the order of the list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from nuanliu.awards.initials import initials_of
from nuanliu.awards.matching import Digests
from nuanliu.awards.models import Roster
from nuanliu.awards.sealing import (
    ACCOUNT,
    IDENTITY,
    PHONE,
    RAW,
    Received,
    first_rows,
    fresh_keys,
    raw_keys,
    seal_for,
    tail_digests,
)
from nuanliu.base.bulk import COPY_ROWS, Started, copy_columns, create_temp
from nuanliu.base.crypto import blind_many, seal_many

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
    "phone_digest": "bytea",
    "person_key": "uuid",
    "account_key": "uuid",
    "identity_sealed": "bytea",
    "account_sealed": "bytea",
    "phone_sealed": "bytea",
}
# Keys are handed over as their sixteen bytes, which is what a UUID is on its way.
SENT_AS = {**ROW_TYPES, "person_key": "bytea", "account_key": "bytea"}
FINDING_TYPES = {
    "sheet_ordinal": "int2",
    "row_number": "int4",
    "column": "text",
    "code": "text",
    "severity": "text",
    "message": "text",
    "rule": "text",
    "expected": "text",
}


@dataclass(frozen=True, slots=True)
class Staging:
    """Everything that a roster's rows are made of, column by column."""

    roster: Roster
    rows: pl.DataFrame
    received: Received | None
    blocked: pl.Series
    found_by: Mapping[str, pl.Series]
    lenders: Mapping[str, pl.Series]
    fresh: Sequence[bytes]

    def part(self, part: slice) -> dict[str, Sequence[Any]]:
        """The columns of some rows, with what must be sealed sealed."""
        found_by = {name: values[part].to_list() for name, values in self.found_by.items()}
        plain = _plain_columns(self.rows[part], self.blocked[part])
        raw = self.received.texts(part.start, part.stop) if self.received else [None] * plain.height
        places = raw_keys(self.roster.pk, plain["sheet_ordinal"].to_list(), plain["row_number"].to_list())
        keys = {name: self._lent(rows[part]) for name, rows in self.lenders.items()}
        persons, accounts, rows = keys["person_key"], keys["account_key"], self.rows[part]
        return {
            **{name: plain[name].to_list() for name in plain.columns},
            **found_by,
            **keys,
            "phone_digest": blind_many(rows["phone"].to_list(), purpose="phone"),
            "raw_sealed": seal_many(raw, place=RAW, row_keys=places),
            "identity_sealed": seal_for(rows["number"].to_list(), persons, IDENTITY),
            "phone_sealed": seal_for(rows["phone"].to_list(), persons, PHONE),
            "account_sealed": seal_for(rows["account_number"].to_list(), accounts, ACCOUNT),
        }

    def _lent(self, rows: pl.Series) -> list[bytes | None]:
        return [None if row is None else self.fresh[row] for row in rows.to_list()]


# Told while work goes on: the step, how many of how many are done, and the file concerned.
type Told = Callable[[str, int, int, str], None]


def untold(step: str, done: int, total: int, file: str = "") -> None:
    """Nobody watches."""


def stage_rows(
    roster: Roster,
    rows: pl.DataFrame,
    received: Received | None,
    digests: Digests,
    blocked: pl.Series,
    told: Told = untold,
) -> None:
    """Write the rows of a roster, in parts: the next one is sealed while the server takes the one before."""
    staging = _staging(roster, rows, received, digests, blocked)
    inserting: Started | None = None
    with connection.cursor() as cursor:
        create_temp(cursor, "awards_staged", ROW_TYPES)
        for part in _parts(rows.height):
            told("staging", part.start, rows.height, "")
            columns = staging.part(part)
            if inserting is not None:
                inserting.finish()
                cursor.execute("TRUNCATE pg_temp.awards_staged")
            copy_columns(cursor, "awards_staged", columns, SENT_AS)
            inserting = Started(
                *_insertion("awards_rosterrow", "awards_staged", ROW_TYPES, roster, {"state": "open"})
            )
        if inserting is not None:
            inserting.finish()


def _staging(
    roster: Roster, rows: pl.DataFrame, received: Received | None, digests: Digests, blocked: pl.Series
) -> Staging:
    found_by = {
        "identity_digest": digests.identity,
        "identity_tail_digest": tail_digests(rows["number"]),
        "account_digest": digests.account,
    }
    # A row lends its key to the person and the account that it is the first to name.
    lenders = {"person_key": first_rows(digests.identity), "account_key": first_rows(digests.account)}
    return Staging(roster, rows, received, blocked, found_by, lenders, fresh_keys(rows.height))


def restage_rows(
    keys: Sequence[int], roster: Roster, rows: pl.DataFrame, digests: Digests, blocked: pl.Series
) -> None:
    """Write the rows of these numbers again; the raw values, the places and the numbers of the rows stay."""
    staging = _staging(roster, rows, None, digests, blocked)
    kept = ("sheet_ordinal", "row_number", "raw_sealed")
    changes = ", ".join(f'"{name}" = staged."{name}"' for name in ROW_TYPES if name not in kept)
    with connection.cursor() as cursor:
        create_temp(cursor, "awards_staged", ROW_TYPES)
        for part in _parts(rows.height):
            copy_columns(cursor, "awards_staged", staging.part(part), SENT_AS)
        cursor.execute(
            f"UPDATE awards_rosterrow row SET {changes} FROM pg_temp.awards_staged staged"  # noqa: S608  own names
            " WHERE row.id = ANY (%s) AND row.roster_id = %s AND row.state = 'open'"
            " AND row.sheet_ordinal = staged.sheet_ordinal AND row.row_number = staged.row_number",
            [list(keys), roster.pk],
        )


def stage_findings(roster: Roster, findings: pl.DataFrame) -> None:
    """Write findings, worded, in the order of place."""
    if findings.is_empty():
        return
    columns = {name: findings[name].to_list() for name in FINDING_TYPES}
    with connection.cursor() as cursor:
        create_temp(cursor, "awards_found", FINDING_TYPES)
        copy_columns(cursor, "awards_found", columns, FINDING_TYPES)
        cursor.execute(*_insertion("awards_rosterfinding", "awards_found", FINDING_TYPES, roster, {}))


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


def _insertion(
    table: str, source: str, types: Mapping[str, str], roster: Roster, constants: Mapping[str, str]
) -> tuple[str, list[Any]]:
    """The statement that takes rows from a temporary table, and its parameters."""
    names = ", ".join(f'"{name}"' for name in types)
    taken = ", ".join(f'staged."{name}"' for name in types)
    extra = "".join(f', "{name}"' for name in constants)
    places = ", %s" * len(constants)
    statement = (
        f"INSERT INTO {table} (roster_id, organization_path{extra}, {names})"  # noqa: S608  names of our own
        f' SELECT %s, %s{places}, {taken} FROM pg_temp."{source}" staged'
    )
    return statement, [roster.pk, roster.organization_path, *constants.values()]
