"""Sealed columns under a newer key or another cipher, while everybody works.

Each batch takes rows that nobody else holds, reseals them and commits, so it waits for nobody and a cut loses one
batch. What is done is known by the key number in front of each value: a second run goes on where the first ended.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep
from typing import Any

from django.db import connections, transaction

from nuanliu.base.crypto.vault import HEADER_BYTES, Place, vault

BATCH_ROWS = 5_000
PATIENCE_SECONDS = 60.0
OWNER_ALIAS = "owner"
# Sees all organizations, and nobody logs in as it; it may change sealed columns only while resealing.
RESEALER = "nuanliu_matcher"


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values: where it is, what its values were sealed for, and the SQL of each row's key.

    `guards` are triggers that forbid every change of a row; they sleep for the moment of a batch.
    """

    table: str
    column: str
    row_key: str = "uuid_send(id)"
    sealed_for: Place | None = None
    guards: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The place that the values are bound to: the column itself, unless they were staged for another."""
        return self.sealed_for or Place(self.table, self.column)

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many values a column holds, and how many are not yet under the present key."""

    values: int
    stale: int


def present_header() -> bytes:
    """The bytes in front of everything that is sealed now: cipher and key number."""
    return vault().seal_bytes(b"", place=Place("none", "none"), row_key=b"-")[:HEADER_BYTES]


def standing(column: SealedColumn) -> Standing:
    """Count a column's values, over all organizations."""
    with _resealer(column) as cursor:
        cursor.execute(
            f"SELECT count({column.column}), count(*) FILTER (WHERE {_stale(column)}) FROM {column.table}",  # noqa: S608
            {"header": present_header()},
        )
        return Standing(*cursor.fetchone())


def counts_by_key(column: SealedColumn) -> dict[int, int]:
    """How many of a column's values lie under which key number, over all organizations."""
    with _resealer(column) as cursor:
        cursor.execute(
            f"SELECT get_byte({column.column}, 1) * 256 + get_byte({column.column}, 2) AS key, count(*)"  # noqa: S608
            f" FROM {column.table} WHERE {column.column} IS NOT NULL GROUP BY key ORDER BY key"
        )
        return dict(cursor.fetchall())


def reseal_column(column: SealedColumn, batch_rows: int = BATCH_ROWS) -> Generator[int]:
    """Reseal batch by batch; yields the size of each. TimeoutError when others hold the last rows too long."""
    waited = 0.0
    while True:
        while resealed := _reseal_batch(column, batch_rows):
            yield resealed
            waited = 0.0
        if not standing(column).stale:
            return
        if waited >= PATIENCE_SECONDS:
            raise TimeoutError(f"{column}: rows are held by others; run again later")
        sleep(0.2)
        waited += 0.2


def _reseal_batch(column: SealedColumn, rows: int) -> int:
    with _resealer(column, writing=True) as cursor:
        cursor.execute(
            f"SELECT id, {column.row_key}, {column.column} FROM {column.table} WHERE {_stale(column)}"  # noqa: S608
            " ORDER BY id LIMIT %(rows)s FOR NO KEY UPDATE SKIP LOCKED",
            {"header": present_header(), "rows": rows},
        )
        taken = cursor.fetchall()
        if taken:
            _write(cursor, column, taken)
        return len(taken)


def _write(cursor: Any, column: SealedColumn, taken: Sequence[tuple[Any, Any, Any]]) -> None:
    keys, row_keys, sealed = zip(*taken, strict=True)
    fresh = vault().reseal_many(sealed, place=column.place, row_keys=[bytes(key) for key in row_keys])
    kind = "uuid" if not isinstance(keys[0], int) else "bigint"
    cursor.execute(
        f"UPDATE {column.table} SET {column.column} = fresh.value"  # noqa: S608
        f" FROM unnest(%b::{kind}[], %b::bytea[]) AS fresh (id, value) WHERE {column.table}.id = fresh.id",
        [list(keys), fresh],
    )


def _stale(column: SealedColumn) -> str:
    return f"substring({column.column} FROM 1 FOR {HEADER_BYTES}) <> %(header)s"


@contextmanager
def _resealer(column: SealedColumn, *, writing: bool = False) -> Iterator[Any]:
    """A transaction that sees the column of every organization, and while `writing` may change it."""
    with transaction.atomic(using=OWNER_ALIAS), connections[OWNER_ALIAS].cursor() as cursor:
        if writing:
            cursor.execute(f"GRANT SELECT, UPDATE ({column.column}) ON {column.table} TO {RESEALER}")
            _let_sleep(cursor, column, "DISABLE")
        else:
            cursor.execute(f"GRANT SELECT ON {column.table} TO {RESEALER}")
        cursor.execute(f"SET LOCAL ROLE {RESEALER}")
        yield cursor
        cursor.execute("RESET ROLE")
        if writing:
            _let_sleep(cursor, column, "ENABLE")
            cursor.execute(f"REVOKE UPDATE ({column.column}) ON {column.table} FROM {RESEALER}")


def _let_sleep(cursor: Any, column: SealedColumn, change: str) -> None:
    for guard in column.guards:
        cursor.execute(f"ALTER TABLE {column.table} {change} TRIGGER {guard}")
