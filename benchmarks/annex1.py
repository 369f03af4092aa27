"""Annex 1 of a city over a million awards, and the first fifty records behind one of its cells.

The floor is the bare grouped scan of the same table by the superuser, who is under no policy.
"""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

from benchmarks import world
from benchmarks.measuring import Figure, Reading, figure, in_turns
from benchmarks.stream import fill

CITY = "/0/31/"
BARE = """
    SELECT category_id, count(*), sum(cash_fen + goods_fen) FROM awards_award
    WHERE state = 'delivered' AND campaign_id = (SELECT id FROM programmes_campaign LIMIT 1) GROUP BY category_id
"""


def measure(rows: int = 1_000_000) -> Iterator[Figure]:
    """Both by the function that the page calls."""
    fill(rows)
    readings = in_turns(5, {"table": lambda: computed(rows), "records": records, "floor": bare})
    yield figure("annex1", rows, readings["table"], floor=readings["floor"], target="<= 1 s")
    yield figure("annex1_records", rows, readings["records"], target="first 50 <= 0.2 s")


def computed(rows: int) -> Reading:
    """The whole table, and proof that it counted every award."""
    from nuanliu.returns.queries import annex1

    with _city() as (organization, campaign):
        start = perf_counter()
        table = annex1(organization, campaign, campaign.ends_on)
        seconds = perf_counter() - start
    counted = sum(table.values[f"C{number}"] for number in range(1, 12))
    if counted != rows:
        raise RuntimeError(f"{counted} of {rows} awards were counted")
    return Reading(seconds)


def records() -> Reading:
    """The first page behind a cell."""
    from nuanliu.returns.queries import records_of

    with _city() as (organization, campaign):
        start = perf_counter()
        found = records_of("C5", organization, campaign, campaign.ends_on)
        seconds = perf_counter() - start
    if len(list(getattr(found, "records", found))) != 50:
        raise RuntimeError("the page is not full")
    return Reading(seconds)


def bare() -> Reading:
    """The least: one pass over the table."""
    with world.superuser() as connection:
        start = perf_counter()
        connection.execute(BARE).fetchall()
        return Reading(perf_counter() - start)


def _city() -> Any:
    from contextlib import contextmanager

    from nuanliu.base.scope import Scope, scoped
    from nuanliu.organizations.queries import by_path
    from nuanliu.programmes.models import Campaign

    @contextmanager
    def opened() -> Iterator[Any]:
        with scoped(Scope.for_path(CITY)):
            yield by_path(CITY), Campaign.objects.get()

    return opened()
