"""Backups of an installation on the embedded database, and the way back; how is in `nuanliu.operations.backups`."""

from pathlib import Path
from typing import Annotated

import typer

from nuanliu.cli.refusals import refuse_real_server

commands = typer.Typer()


@commands.command()
def backup(
    folder: Annotated[
        Path | None, typer.Option("--to", help="where backups lie (default: var/backups)")
    ] = None,
) -> None:
    """Copy database and files while everything runs, and verify the copy.

    Keys and marks stay where they are: keep the keys elsewhere, or the backup opens what they lock; and a mark that
    came back with a backup could no longer tell that the backup is old.
    """
    from nuanliu.base.postgres import PostgresError
    from nuanliu.operations import backups

    refuse_real_server()
    try:
        typer.echo(str(backups.make(folder).folder))
    except PostgresError as error:
        typer.echo(f"Not backed up: {error}", err=True)
        raise typer.Exit(2) from error


@commands.command()
def restore(
    source: Annotated[Path, typer.Argument(help="a folder that `backup` made", exists=True, file_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Verify a backup and make it the installation's data; the data before it are put aside."""
    from nuanliu.base.postgres import PostgresError
    from nuanliu.operations import backups

    refuse_real_server()
    try:
        backups.prove_files(source)
        if not yes:
            typer.confirm(f"Put {source} in the place of the present data?", abort=True)
        aside = backups.restore(source)
    except (backups.NotSoundError, PostgresError) as error:
        typer.echo(f"Not restored: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo("Restored. Payments stay shut until what happened after the backup is replayed.")
    if aside:
        typer.echo(f"The data before: {aside}")
