"""`nuanliu warmth`: the main job without a screen, on a demonstration database."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from os import environ
from pathlib import Path
from typing import Annotated, Any

import typer

from nuanliu.cli.supervisor import dies_with_us

commands = typer.Typer()


@commands.command()
def warmth(
    lists: Annotated[list[Path], typer.Argument(help="lists as unions send them, in order", metavar="LIST…")],
    out: Annotated[Path, typer.Option(help="folder to write into")],
    organization: Annotated[
        str | None, typer.Option(help="the sender, when the sheet does not name it")
    ] = None,
    standard: Annotated[Path | None, typer.Option(help="standard file; else the one in force")] = None,
    period: Annotated[str, typer.Option(help="first and last day, both included")] = "2021-12-15:2022-02-01",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the business date")] = None,
    fail_every: Annotated[int, typer.Option(min=0, help="let the bank refuse each N-th order")] = 0,
    scratch: Annotated[bool, typer.Option("--scratch", help="on a throw-away database")] = False,
) -> None:
    """Import, check, accept the good rows, plan, decide, reserve, pay, reconcile, and report as Annex 1.

    Exit status: 0 done; 1 refusals leave nothing accepted; 2 not done, nothing changed.
    """
    with ended_by_signals():
        if scratch:
            raise typer.Exit(on_scratch_database())
        options = {"as_of": day_of(as_of), "fail_every": fail_every}
        raise typer.Exit(work(tuple(lists), out, organization, standard, period, options))


def work(
    lists: tuple[Path, ...],
    out: Path,
    organization: str | None,
    standard: Path | None,
    period: str,
    options: dict[str, Any],
) -> int:
    """Do the job, say in words how it went, and return the exit status."""
    from django.db import Error

    from nuanliu.base.postgres import PostgresError
    from nuanliu.demo.warmth import NotDoneError, WarmthRequest, run, window
    from nuanliu.kernel.errors import Refused

    try:
        result = run(WarmthRequest(lists, out, organization, standard, *window(period), **options))
    except (NotDoneError, Refused, ValueError, OSError, Error, PostgresError) as reason:
        typer.echo(getattr(reason, "message", str(reason)), err=True)
        return 2
    typer.echo(result.words)
    return 1 if result.accepted_nothing else 0


def day_of(moment: datetime | None) -> date | None:
    """The date of an option."""
    return moment.date() if moment else None


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """A signal that would end us at once ends us in order: servers are stopped and folders removed."""
    known = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in known.items():
            signal.signal(number, handler)


def leave(number: int, _frame: object) -> None:
    """Go through all that is to be tidied, and end as the signal would have it."""
    sys.exit(128 + number)


def on_scratch_database() -> int:
    """The same command on a database that is made for it and deleted afterwards; its exit status."""
    with scratch_folder() as folder:
        arguments = [argument for argument in sys.argv[1:] if argument != "--scratch"]
        surroundings = {**environ, "NUANLIU_VAR": str(folder), "NUANLIU_DEMONSTRATION": "yes"}
        for name in OF_ANOTHER_DATABASE:
            surroundings.pop(name, None)
        process = subprocess.Popen(
            [*dies_with_us(), sys.executable, "-m", "nuanliu.cli.main", *arguments], env=surroundings
        )
        try:
            return process.wait()
        except BaseException:
            # Ctrl-C reaches both of us; it has a database to stop before we delete it.
            end(process)
            raise


OF_ANOTHER_DATABASE = ("DATABASE_URL", "NUANLIU_DATABASE", "NUANLIU_KEYS_DIR", "NUANLIU_MARKS_DIR")
SECONDS_TO_END = 20


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, and insist after a while."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for a whole installation, gone afterwards with the database server in it; no signal hinders that."""
    from nuanliu.base.postgres import Cluster

    folder = Path(tempfile.mkdtemp(prefix="nuanliu-scratch-"))
    try:
        yield folder
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        Cluster(folder / "postgres").destroy()
        shutil.rmtree(folder, ignore_errors=True)
