"""Telling the planner of many rows that just came: what follows at once is planned for them (sql/statistics.sql)."""

from functools import partial

from django.db import connection, transaction

MANY = 500


def refresh_statistics(rows: int, *tables: str) -> None:
    """Look at the tables anew once the transaction has committed, if `rows` are many. Their names come from code."""
    if rows >= MANY:
        # After the commit: looking at a table keeps others from looking until the transaction ends.
        transaction.on_commit(partial(_analyze, tables), robust=True)


def _analyze(tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT base_refresh_statistics(%s)", [list(tables)])
