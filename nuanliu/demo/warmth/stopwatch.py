"""Seconds by step, for `summary.json`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

STEPS = ("read", "check", "load", "decide", "pay", "reconcile", "report")


class Stopwatch:
    """Adds up what each step took; a step that was not needed took nothing."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()
        self._seconds = dict.fromkeys(STEPS, 0.0)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the block's time under `name`."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - begin)

    def add(self, name: str, seconds: float) -> None:
        """Time measured elsewhere."""
        self._seconds[name] += seconds

    def readings(self) -> dict[str, float]:
        """Seconds by step in the order they happened, and the total since the beginning."""
        total = time.perf_counter() - self._begin
        return {name: round(value, 3) for name, value in (self._seconds | {"total": total}).items()}
