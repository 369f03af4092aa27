"""`python -m benchmarks [--rows N] [--only NAME]`: JSON lines to standard output and results/<date>.jsonl."""

import argparse
import importlib
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from benchmarks import world

ALL = ("crypto", "roster_import", "ledger", "list_page", "annex1", "main_job", "load")
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Measure; the exit status is 1 when something could not be measured."""
    options = arguments()
    RESULTS.mkdir(exist_ok=True)
    failed = 0
    with world.throwaway(), (RESULTS / f"{datetime.now():%Y-%m-%d}.jsonl").open("a") as kept:  # noqa: DTZ005
        world.prepare()
        for name in options.only or ALL:
            try:
                for line in lines(name, options.rows):
                    print(line, flush=True)
                    print(line, file=kept, flush=True)
            except Exception as reason:  # noqa: BLE001  the others are measured all the same
                failed = 1
                print(f"{name}: not measured: {reason}", file=sys.stderr)
    return failed


def lines(name: str, rows: int | None) -> Iterator[str]:
    """The figures of one module as lines."""
    measure = importlib.import_module(f"benchmarks.{name}").measure
    for figure in measure(rows) if rows else measure():
        yield figure.line()


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, help="size; each benchmark has one of its own by default")
    parser.add_argument("--only", action="append", choices=ALL, help="only this one (may be repeated)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
