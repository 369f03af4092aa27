"""The real server under many browsers at once: a city of a million people, four requests that read to one that writes.

Thirty-odd browsers sit at the desks of 嘉定, each asks for the next page as soon as the last has come. Server, database
and browsers share the machine's cores, so what the browsers cost (`browser_share`) is taken from the server.
`python -m benchmarks.load --keep FOLDER` makes the city once and measures it again and again.
"""

import argparse
import asyncio
import os
import random
import resource
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import world
from benchmarks.browsers import Answer, Browser
from benchmarks.measuring import PROJECT, Figure, rounded

BROWSERS = 32
WARM_SECONDS = 4.0
SECONDS = 20.0
TARGET_PER_SECOND, TARGET_P95_SECONDS = 300, 0.3
TARGET = "1,000,000 people on 2 cores: >= 300 requests/s, p95 <= 300 ms, no error"


def measure(rows: int = 1_000_000) -> Iterator[Figure]:
    """Make the city in a database of its own, start the server, let the browsers go."""
    settle(rows)
    with serving() as port:
        yield figure(rows, asyncio.run(crowd(port)))


def settle(rows: int) -> None:
    """The district's demonstration, and the city's people around it; nothing where they are already."""
    from django.core.management import call_command

    from benchmarks.crowd import gather
    from nuanliu.base import postgres
    from nuanliu.base.postgres.provision import DATABASE
    from nuanliu.demo.seed import seed

    world.use(DATABASE)
    postgres.ensure_running()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    seed("district", 1)
    with world.superuser() as connection:
        people = connection.execute("SELECT count(*) FROM people_person").fetchone()
    if people and people[0] < rows:
        gather(rows)


class serving:  # noqa: N801  reads as a verb
    """The web server as it runs anywhere, while the block runs; gives its port."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "nuanliu.cli.main", "serve", "--port", str(port)]
        self.process = subprocess.Popen(command, cwd=PROJECT, env=dict(os.environ))
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return int(port)
        raise RuntimeError("the web server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(15)


async def crowd(port: int) -> dict[str, Any]:
    """What every browser saw, after the server has warmed."""
    from benchmarks.desks import desks

    desks_of = await asyncio.to_thread(lambda: list(desks()))
    seen: list[tuple[float, str, Answer]] = []
    start = time.perf_counter()
    end = start + WARM_SECONDS + SECONDS
    browsers = [
        sit(Browser("127.0.0.1", port, desk.session), desk, random.Random(number), end, seen)
        for number in range(BROWSERS)
        for desk in [desks_of[number % len(desks_of)]]
    ]
    used = resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.gather(*browsers)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    counted = [(name, answer) for at, name, answer in seen if at >= start + WARM_SECONDS]
    share = (spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime) / (WARM_SECONDS + SECONDS)
    return {"answers": counted, "share": share}


async def sit(browser: Browser, desk: Any, chance: random.Random, end: float, seen: list) -> None:
    """One act after the other, as often as the desk does each, until the time is over."""
    acts, weights = zip(*desk.acts, strict=True)
    while time.perf_counter() < end:
        act = chance.choices(acts, weights)[0]
        seen.extend((time.perf_counter(), name, answer) for name, answer in await act(browser))


def figure(rows: int, told: dict[str, Any]) -> Figure:
    """The line: p95 in seconds as `ours`, the rest beside it."""
    answers = told["answers"]
    seconds = sorted(answer.seconds for _, answer in answers)
    cuts = quantiles(seconds, n=100)
    per_second = len(answers) / SECONDS
    errors = Counter(f"{name} {answer.status}" for name, answer in answers if answer.status not in (200, 302))
    by_name: dict[str, list[float]] = defaultdict(list)
    for name, answer in answers:
        by_name[name].append(answer.seconds)
    details = {
        "requests_per_second": rounded(per_second),
        "p50_ms": rounded(cuts[49] * 1000),
        "p95_ms": rounded(cuts[94] * 1000),
        "p99_ms": rounded(cuts[98] * 1000),
        "errors": dict(errors),
        "browsers": BROWSERS,
        "browser_share": rounded(told["share"]),
        "writing_share": rounded(sum("then" in name for name, _ in answers) / len(answers)),
        "median_ms": {name: rounded(median(values) * 1000) for name, values in sorted(by_name.items())},
        "requests": {name: len(values) for name, values in sorted(by_name.items())},
    }
    met = per_second >= TARGET_PER_SECOND and cuts[94] <= TARGET_P95_SECONDS and not errors
    return Figure("load", rounded(cuts[94]), rows, target=TARGET, met=met, details=details)


def main() -> None:
    """Measure in a folder that is kept, for whoever looks where the time goes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument(
        "--keep", type=Path, required=True, help="folder of the database; made where it is not"
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with world.kept(options.keep):
        for one in measure(options.rows):
            print(one.line())


if __name__ == "__main__":
    main()
