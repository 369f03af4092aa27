"""What is measured and how: each thing in a process of its own, the rivals in turns, medians of several turns."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Reading:
    """One turn of one thing: seconds, the largest memory its process ever held, and what else it tells."""

    seconds: float
    peak_mb: float = 0.0
    told: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the results: seconds of ours, of what a team would use instead, and of the least possible."""

    name: str
    ours: float
    n: int
    peer: float | None = None
    peer_name: str = ""
    floor: float | None = None
    ratio_to_peer: float | None = None
    ratio_to_floor: float | None = None
    peak_mb: float | None = None
    target: str = ""
    met: bool | None = None
    details: dict[str, Any] | None = None

    def line(self) -> str:
        """The figure as JSON, with the machine it was taken on."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        always = {"peer": self.peer, "peer_name": self.peer_name, "floor": self.floor,
                  "ratio_to_peer": self.ratio_to_peer, "ratio_to_floor": self.ratio_to_floor}  # fmt: skip
        return json.dumps({**known, **always, "machine": machine()}, ensure_ascii=False)


def figure(name: str, n: int, ours: Sequence[Reading], **others: Any) -> Figure:
    """A figure from the turns of ours, `peer` and `floor`; `peer_n` where the peer did fewer, which counts by row."""
    peer, floor, peer_n = others.pop("peer", ()), others.pop("floor", ()), others.pop("peer_n", n)
    seconds = middle(ours)
    peer_seconds = middle(peer) * n / peer_n if peer else None
    floor_seconds = middle(floor) if floor else None
    return Figure(
        name,
        rounded(seconds),
        n,
        peer=rounded(peer_seconds),
        floor=rounded(floor_seconds),
        ratio_to_peer=rounded(peer_seconds / seconds) if peer_seconds else None,
        ratio_to_floor=rounded(seconds / floor_seconds) if floor_seconds else None,
        peak_mb=rounded(max(reading.peak_mb for reading in ours)) or None,
        **others,
    )


def rounded(value: float | None) -> Any:
    """Three digits that count."""
    return None if value is None else float(f"{value:.3g}") if value < 1000 else round(value)


def middle(readings: Sequence[Reading]) -> float:
    """The median of the seconds."""
    return median(reading.seconds for reading in readings)


def in_turns(turns: int, rivals: dict[str, Callable[[], Reading]]) -> dict[str, list[Reading]]:
    """Each rival once, then each again: what disturbs the machine disturbs them alike."""
    readings: dict[str, list[Reading]] = {name: [] for name in rivals}
    for _ in range(turns):
        for name, measure in rivals.items():
            readings[name].append(measure())
    return readings


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """`with stopwatch() as seconds: …` and `seconds()` is what the block took."""
    start = perf_counter()
    end: list[float] = []
    yield lambda: end[0] if end else perf_counter() - start
    end.append(perf_counter() - start)


def alone(function: str, **arguments: Any) -> Reading:
    """Run `module.function(**arguments)` of this folder in a process of its own; it returns its seconds, or a
    dictionary with `seconds` in it."""
    command = [sys.executable, "-m", "benchmarks.alone", function, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{function} failed:\n{done.stderr[-4000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Reading(told.pop("seconds"), told.pop("peak_mb"), told or None)


def peak_mb() -> float:
    """The largest memory this process held. VmHWM, because ru_maxrss remembers the parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine() -> str:
    """Cores, memory, system: enough to see that two lines cannot be compared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GB, {platform.machine()}, Python {platform.python_version()}"
