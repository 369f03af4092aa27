"""Backups of an installation on the embedded database, and the way back."""

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from nuanliu.cli.refusals import refuse_real_server

commands = typer.Typer()

DIGESTS = "files.sha256.json"


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
    from django.conf import settings

    from nuanliu.base import postgres
    from nuanliu.base.postgres.backup import back_up

    refuse_real_server()
    moment = datetime.now(ZoneInfo(settings.TIME_ZONE)).strftime("%Y%m%dT%H%M%S")
    target = (folder or settings.NUANLIU_VAR / "backups").absolute() / f"nuanliu-{moment}"
    draft = target.with_name(f".{target.name}.partial")
    draft.mkdir(mode=0o700, parents=True)
    try:
        back_up(postgres.cluster(), draft / "database")
    except postgres.PostgresError as error:
        shutil.rmtree(draft)
        typer.echo(f"Not backed up: {error}", err=True)
        raise typer.Exit(2) from error
    copy_files(Path(settings.MEDIA_ROOT), draft / "files")
    (draft / DIGESTS).write_text(json.dumps(digests(draft / "files"), indent=1, ensure_ascii=False))
    draft.rename(target)
    typer.echo(str(target))


@commands.command()
def restore(
    source: Annotated[Path, typer.Argument(help="a folder that `backup` made", exists=True, file_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Verify a backup and make it the installation's data; the data before it are put aside."""
    from django.conf import settings

    from nuanliu.base import postgres
    from nuanliu.base.postgres.backup import restore as restore_database

    refuse_real_server()
    verify_files(source)
    if not yes:
        typer.confirm(f"Put {source} in the place of the present data?", abort=True)
    try:
        aside = restore_database(postgres.cluster(), (source / "database").absolute())
    except postgres.PostgresError as error:
        typer.echo(f"Not restored: {error}", err=True)
        raise typer.Exit(2) from error
    copy_files(source / "files", Path(settings.MEDIA_ROOT))
    typer.echo("Restored. Payments stay shut until what happened after the backup is replayed.")
    if aside:
        typer.echo(f"The data before: {aside}")


def copy_files(source: Path, target: Path) -> None:
    """Add the files of one folder to another; names are digests, so a file that is there is the same file."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in files}


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_files(source: Path) -> None:
    """Refuse a backup whose files are not those that were put into it."""
    try:
        expected = json.loads((source / DIGESTS).read_text())
    except (OSError, ValueError) as error:
        typer.echo(f"{source} is no complete backup: {error}", err=True)
        raise typer.Exit(2) from error
    if digests(source / "files") != expected:
        typer.echo(f"The files in {source} are not those that were backed up.", err=True)
        raise typer.Exit(2)
