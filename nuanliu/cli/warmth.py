"""`nuanliu warmth`: the main job without a screen, on a demonstration database."""

import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from os import environ
from pathlib import Path
from typing import Annotated

import typer

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
    if scratch:
        raise typer.Exit(on_scratch_database())
    from nuanliu.demo.warmth import NotDoneError, WarmthRequest, run, window
    from nuanliu.kernel.errors import Refused

    try:
        request = WarmthRequest(
            tuple(lists),
            out,
            organization,
            standard,
            *window(period),
            as_of=day_of(as_of),
            fail_every=fail_every,
        )
        result = run(request)
    except (NotDoneError, Refused, ValueError, OSError) as reason:
        typer.echo(getattr(reason, "message", str(reason)), err=True)
        raise typer.Exit(2) from None
    typer.echo(result.words)
    raise typer.Exit(1 if result.accepted_nothing else 0)


def day_of(moment: datetime | None) -> date | None:
    """The date of an option."""
    return moment.date() if moment else None


def on_scratch_database() -> int:
    """The same command on a database that is made for it and deleted afterwards; its exit status."""
    folder = Path(tempfile.mkdtemp(prefix="nuanliu-scratch-"))
    arguments = [argument for argument in sys.argv[1:] if argument != "--scratch"]
    command = [sys.executable, "-m", "nuanliu.cli.main"]
    surroundings = {**environ, "NUANLIU_VAR": str(folder), "NUANLIU_DEMONSTRATION": "yes"}
    surroundings.pop("DATABASE_URL", None)
    try:
        return subprocess.run([*command, *arguments], env=surroundings, check=False).returncode
    finally:
        subprocess.run([*command, "reset", "--yes"], env=surroundings, check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
