"""Annex 1 of a city over a million awards: computed, shown again, and the first fifty records behind its cells.

The floor is the bare grouped scan of the same table by the superuser, who is under no policy.
"""

from collections.abc import Iterator
from functools import partial
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


# A common category, all, one of thirty records, a tag of a tenth of all, a tag of thirty.
CELLS = {"C5": 50, "C": 50, "C6": 30, "J3": 50, "J1": 30}


def measure(rows: int = 1_000_000) -> Iterator[Figure]:
    """By the functions that the page calls."""
    fill(rows)
    cells = {code: partial(records, code) for code in CELLS}
    tables = {"table": lambda: computed(rows), "again": again, "children": by_child, "floor": bare}
    readings = in_turns(5, {**tables, **cells})
    yield figure("annex1", rows, readings["table"], floor=readings["floor"], target="<= 1 s")
    yield figure("annex1_again", rows, readings["again"], target="<= 0.05 s")
    yield figure("annex1_children", rows, readings["children"], target="<= 2 s")
    for code in CELLS:
        yield figure(f"annex1_records_{code}", rows, readings[code], target="first 50 <= 0.2 s")


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


def again() -> Reading:
    """The table when it was computed before and nothing has moved since."""
    from nuanliu.returns.queries import annex1_kept

    with _city() as (organization, campaign):
        annex1_kept(organization, campaign, campaign.ends_on)
        start = perf_counter()
        annex1_kept(organization, campaign, campaign.ends_on)
        return Reading(perf_counter() - start)


def by_child() -> Reading:
    """The table of each district, in one pass."""
    from nuanliu.returns.queries import annex1_by_child

    with _city() as (organization, campaign):
        start = perf_counter()
        annex1_by_child(organization, campaign, campaign.ends_on)
        return Reading(perf_counter() - start)


def records(code: str) -> Reading:
    """The first page behind a cell."""
    from nuanliu.returns.queries import records_of

    with _city() as (organization, campaign):
        start = perf_counter()
        found = records_of(code, organization, campaign, campaign.ends_on)
        seconds = perf_counter() - start
    if len(found) != CELLS[code]:
        raise RuntimeError(f"{len(found)} records of {code}")
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
