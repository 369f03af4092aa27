"""Money set aside and given, 100,000 awards in one statement each; and sixteen clients on one fund, counted.

The floor inserts the same rows into a bare table of the same columns without trigger or constraint.
"""

from collections.abc import Iterator
from threading import Thread
from time import perf_counter
from typing import Any

from benchmarks import world
from benchmarks.measuring import Figure, Reading, figure

CLIENTS, LIMIT = 16, 1_000


def measure(rows: int = 100_000) -> Iterator[Figure]:
    """Three turns of reserving and posting, then the crowd."""
    reserved, posted, bare = [], [], []
    for _ in range(3):
        world.fresh()
        made, line = _approved_plan(rows)
        reserved.append(Reading(_reserve(made.leader, line, rows)))
        posted.append(Reading(_post(made.releaser, rows)))
        bare.append(Reading(_bare(rows)))
    target = "0.5-0.7 s seen, quiet"
    yield figure("ledger_reserve", rows, reserved, floor=bare, target=target)
    yield figure("ledger_post", rows, posted, floor=bare, target="0.7-1.0 s seen, quiet")
    world.fresh()
    made, line = _approved_plan(LIMIT)
    seconds = _crowd(made.leader, line)
    taken = _total("reserve")
    if taken != LIMIT:
        raise RuntimeError(f"{taken} of {LIMIT} fen were reserved by {CLIENTS} clients")
    yield figure(
        "ledger_crowd",
        LIMIT,
        [Reading(seconds)],
        target="exactly the limit",
        details={"clients": CLIENTS, "reserved": taken, "per_second": round(LIMIT / seconds)},
    )


def _approved_plan(limit: int) -> tuple[Any, Any]:
    """The world of a plan for so many fen from one fund, as good as decided; and the plan's line."""
    from nuanliu.base.scope import Scope, scoped
    from tests.ledger.conftest import APPROVE, make_world

    with world.superuser() as connection:
        connection.execute(APPROVE.format(more_columns=", withdrawal_reason", more_values=", ''"))  # type: ignore[call-overload]
    with scoped(Scope.for_path("/0/")):
        made = make_world()
        plan = made.approved([(made.fund(holds_fen=limit), ["C1"], limit)])
        return made, plan.lines.get().pk


def _reserve(by: Any, line: Any, rows: int) -> float:
    from nuanliu.ledger.actions import reserve_many

    with _whole_tree() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE ledger_reservation_requests ON COMMIT DROP AS"
            " SELECT award_id, %s::uuid AS plan_line_id, 1::bigint AS amount_fen"
            " FROM generate_series(1::bigint, %s) award_id",
            [line, rows],
        )
        start = perf_counter()
        booked = reserve_many(by=by, on=world.DAY)
    if booked.count != rows:
        raise RuntimeError(f"{booked.count} of {rows} were reserved")
    return perf_counter() - start


def _post(by: Any, rows: int) -> float:
    from nuanliu.ledger.actions import settle_many

    with _whole_tree() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE ledger_settlements ON COMMIT DROP AS"
            " SELECT award_id, 'post' AS kind, %s::date AS occurred_on FROM generate_series(1::bigint, %s) award_id",
            [world.DAY, rows],
        )
        start = perf_counter()
        booked = settle_many(by=by)
    if booked.count != rows:
        raise RuntimeError(f"{booked.count} of {rows} were posted")
    return perf_counter() - start


def _bare(rows: int) -> float:
    with world.superuser() as connection:
        connection.execute(
            "CREATE TABLE bare AS SELECT * FROM ledger_transfer WHERE kind = 'reserve' LIMIT 0"
        )
        start = perf_counter()
        connection.execute(
            "INSERT INTO bare SELECT * FROM ledger_transfer WHERE kind = 'reserve' LIMIT %s", [rows]
        )
        return perf_counter() - start


def _crowd(by: Any, line: Any) -> float:
    threads = [Thread(target=_client, args=(number, by, line)) for number in range(CLIENTS)]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return perf_counter() - start


def _client(number: int, by: Any, line: Any) -> None:
    from django.db import connection

    from nuanliu.kernel.errors import Refused
    from nuanliu.ledger.actions import reserve_many
    from tests.ledger.conftest import put_requests

    for attempt in range(LIMIT + 1):
        try:
            with _whole_tree():
                put_requests([(number * 10_000_000 + attempt + 1, line, 1)])
                reserve_many(by=by, on=world.DAY)
        except Refused:
            break
    connection.close()


def _whole_tree() -> Any:
    from contextlib import contextmanager

    from django.db import connection

    from nuanliu.base.scope import Scope, scoped

    @contextmanager
    def opened() -> Iterator[Any]:
        with scoped(Scope.for_path("/0/")), connection.cursor() as cursor:
            yield cursor

    return opened()


def _total(kind: str) -> int:
    with world.superuser() as connection:
        row = connection.execute(
            "SELECT sum(amount_fen) FROM ledger_transfer WHERE kind = %s", [kind]
        ).fetchone()
    return int(row[0]) if row else 0
