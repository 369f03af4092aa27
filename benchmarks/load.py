"""The real server under many browsers at once: a city of a million people, four requests that read to one that writes.

Thirty-odd browsers sit at the desks of 嘉定, each asks for the next page as soon as the last has come. Server, database
and browsers share the machine's cores, so what the browsers cost is taken from the server.
On a machine that others use too, look at `cpu_ms_per_request`: what the cores have to do for a request, whoever waits.
`python -m benchmarks.load --keep FOLDER` makes the city once and measures it again and again.
"""

import argparse
import asyncio
import os
import random
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
from benchmarks.browsers import WRITING, Answer, Browser
from benchmarks.measuring import PROJECT, Figure, rounded

BROWSERS = 32
WARM_SECONDS = 10.0
SECONDS = 20.0
TARGET_PER_SECOND, TARGET_P95_SECONDS = 300, 0.3
TARGET = "1,000,000 people on 2 cores: >= 300 requests/s, p95 <= 300 ms, no error"


def measure(rows: int = 1_000_000) -> Iterator[Figure]:
    """Make the city in a database of its own, start the server, let the browsers go."""
    settle(rows)
    with serving() as server:
        before = spent(server.process.pid)
        told = asyncio.run(crowd(server.port))
        after = spent(server.process.pid)
        yield figure(rows, told | {"cpu": {name: after[name] - before[name] for name in after}})


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
    """The web server as it runs anywhere, while the block runs."""

    def __enter__(self) -> "serving":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        command = [sys.executable, "-m", "nuanliu.cli.main", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=PROJECT, env=dict(os.environ))
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("the web server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(15)


async def crowd(port: int) -> dict[str, Any]:
    """What every browser saw, after the server has warmed."""
    desks_of = await asyncio.to_thread(seated)
    seen: list[tuple[float, str, Answer]] = []
    start = time.perf_counter()
    end = start + WARM_SECONDS + SECONDS
    browsers = [
        sit(Browser("127.0.0.1", port, desk.session), desk, random.Random(number), end, seen)
        for number in range(BROWSERS)
        for desk in [desks_of[number % len(desks_of)]]
    ]
    await asyncio.gather(*browsers)
    counted = [(name, answer) for at, name, answer in seen if at >= start + WARM_SECONDS]
    return {"answers": counted, "all": len(seen)}


def seated() -> list[Any]:
    """The desks, read by a thread of its own: a connection left open would keep the server from being stopped."""
    from django.db import connections

    from benchmarks.desks import desks

    try:
        return list(desks())
    finally:
        connections.close_all()


def spent(server: int) -> dict[str, float]:
    """Seconds of CPU so far: of the web server, of the database, and of the browsers, which are this process."""
    from nuanliu.base import postgres

    database = int((postgres.cluster().data / "postmaster.pid").read_text().split()[0])
    parents = {int(path.name): _status(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    return {
        "web": _of_family(server, parents),
        "database": _of_family(database, parents),
        "browsers": time.process_time(),
    }


def _status(process: Path) -> tuple[int, float]:
    """Parent, and seconds of CPU with those of children that have ended."""
    try:
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0, 0.0
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _of_family(root: int, parents: dict[int, tuple[int, float]]) -> float:
    children = [child for child, (parent, _) in parents.items() if parent == root]
    return parents[root][1] + sum(_of_family(child, parents) for child in children)


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
        "cpu_ms_per_request": {
            name: rounded(1000 * used / told["all"]) for name, used in told["cpu"].items()
        },
        "cores_would_carry_per_second": rounded(
            (os.cpu_count() or 1) * told["all"] / sum(told["cpu"].values())
        ),
        "writing_share": rounded(sum(name.startswith(WRITING) for name, _ in answers) / len(answers)),
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
