"""`nuanliu warmth` on a clean list: from the spreadsheet to paid, proven and reported, as one command.

What counts is the command from start to end, and the largest memory of its process: 10,000 rows and as many as asked
for; ten times the rows must not take more than eleven times as long.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import world
from benchmarks.measuring import PROJECT, Figure, Reading, figure, middle, rounded, stopwatch

SMALL = 10_000
TURNS = 3


def measure(rows: int = 100_000) -> Iterator[Figure]:
    """The small list and the asked one in turns."""
    sizes = sorted({SMALL, rows})
    readings: dict[int, list[Reading]] = {size: [] for size in sizes}
    for _ in range(TURNS):
        for size in sizes:
            readings[size].append(whole_job(size))
    small = middle(readings[SMALL])
    for size in sizes:
        details: dict[str, Any] = {"steps": readings[size][-1].told}
        if size != SMALL:
            details |= {"growth": rounded(middle(readings[size]) / small), "growth_of_rows": size / SMALL}
        target = "<= 60 s, <= 1 GB, ten times the rows <= 11 times the time" if size == 100_000 else ""
        yield figure("main_job", size, readings[size], target=target, details=details)


def whole_job(rows: int) -> Reading:
    """The command in its own process; the summary's seconds by step."""
    path = world.a_list(rows)
    world.fresh()
    with tempfile.TemporaryDirectory() as out, stopwatch() as seconds:
        command = [
            sys.executable,
            "-m",
            "nuanliu.cli.main",
            "warmth",
            str(path),
            "--out",
            out,
            "--fail-every",
            "97",
        ]
        command += ["--standard", str(world.LISTS / "standard-2022.yaml")]
        # Peak memory of the command alone: wait4 tells it of one child, where RUSAGE_CHILDREN is the largest ever.
        process = subprocess.Popen(
            command, cwd=PROJECT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"warmth ended with {process.returncode}: {errors[-4000:]}")
        summary = json.loads((Path(out) / "summary.json").read_text())
    if summary["rows_accepted"] != rows:
        raise RuntimeError(f"{summary['rows_accepted']} of {rows} rows were accepted")
    return Reading(seconds(), usage.ru_maxrss / 1024, summary["seconds"])
