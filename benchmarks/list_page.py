"""Fifty rows of a list under row-level security, against the same statement of the superuser, who is under none."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from benchmarks import world
from benchmarks.measuring import Figure, Reading, figure, in_turns
from benchmarks.stream import fill

ROSTER = "md5('roster7')::uuid"
PAGES = {
    "list_page_of_roster": f"""
        SELECT id, category_id, cash_fen, state FROM awards_award WHERE roster_id = {ROSTER} ORDER BY id LIMIT 50""",
    "list_page_with_names": f"""
        SELECT award.id, person.name, award.cash_fen FROM awards_award award
        JOIN people_person person ON person.id = award.person_id
        WHERE award.roster_id = {ROSTER} ORDER BY award.id LIMIT 50""",
}
REPEATS = 20


def measure(rows: int = 200_000) -> Iterator[Figure]:
    """Each page by both, the middle of many."""
    fill(rows)
    for name, statement in PAGES.items():
        readings = in_turns(REPEATS, {"ours": under_policy(statement), "floor": without_policy(statement)})
        yield figure(name, 50, readings["ours"], floor=readings["floor"], target="<= 0.1 s of server time")


def under_policy(statement: str) -> Callable[[], Reading]:
    """As the application, in the scope of the city."""

    def run() -> Reading:
        from django.db import connection

        from nuanliu.base.scope import Scope, scoped

        with scoped(Scope.for_path("/0/31/")), connection.cursor() as cursor:
            return _timed(cursor, statement)

    return run


def without_policy(statement: str) -> Callable[[], Reading]:
    """As the superuser, on a lasting connection like the application's."""
    connection = world.superuser()
    return lambda: _timed(connection.cursor(), statement)


def _timed(cursor: Any, statement: str) -> Reading:
    start = perf_counter()
    cursor.execute(statement)
    found = len(cursor.fetchall())
    seconds = perf_counter() - start
    if found != 50:
        raise RuntimeError(f"{found} rows on a page of 50")
    return Reading(seconds)
