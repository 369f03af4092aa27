"""Backups of an installation on the embedded database: made while it runs, checked, rehearsed, and put back.

A backup is a folder with the database, the archived files, their digests, and `backup.json`, which says when it was
made, by whom, how large it is and when it was last checked: beside the backup, for a restored database would forget.
Keys and marks are never in it: keys beside the data would open them, and a mark that came back could no longer tell
that the backup is old.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from nuanliu.base import postgres
from nuanliu.base.crypto.configuration import configuration
from nuanliu.base.postgres.backup import back_up, verify
from nuanliu.base.postgres.backup import restore as restore_database
from nuanliu.kernel.errors import refuse_if

DIGESTS, FACTS = "files.sha256.json", "backup.json"
NAME = re.compile(r"nuanliu-\d{8}T\d{6}")
OF_ANOTHER_INSTALLATION = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_AUDIT_URL", "NUANLIU_DATABASE")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a backup says of itself; times in ISO 8601, sizes in bytes."""

    made_at: str
    made_by: str = ""
    database_bytes: int = 0
    files_bytes: int = 0
    checked_at: str = ""
    checked_by: str = ""
    sound: bool = True
    rehearsed_at: str = ""
    rehearsed_by: str = ""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup and where it lies."""

    folder: Path
    facts: Facts

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.facts.made_at)

    @property
    def checked_at(self) -> datetime | None:
        return datetime.fromisoformat(self.facts.checked_at) if self.facts.checked_at else None

    @property
    def rehearsed_at(self) -> datetime | None:
        return datetime.fromisoformat(self.facts.rehearsed_at) if self.facts.rehearsed_at else None

    @property
    def size_bytes(self) -> int:
        return self.facts.database_bytes + self.facts.files_bytes


class NotSoundError(Exception):
    """A backup that is not as it was made; its text names what differs."""


def is_embedded() -> bool:
    """Whether this installation runs its own database server; a server of its own is backed up by its administrator."""
    return bool(settings.DATABASES["default"]["ENGINE"] == postgres.ENGINE)


def folder_of_backups() -> Path:
    """Where backups lie unless told otherwise."""
    return Path(settings.NUANLIU_VAR).absolute() / "backups"


def known() -> list[Backup]:
    """The finished backups, the latest first."""
    folder = folder_of_backups()
    found = [path for path in folder.glob("nuanliu-*") if path.is_dir()] if folder.is_dir() else []
    return [Backup(path, facts_of(path)) for path in sorted(found, reverse=True)]


def named(name: str) -> Backup | None:
    """A backup by its name; None where there is none, whatever the name tries."""
    if not NAME.fullmatch(name) or not (folder := folder_of_backups() / name).is_dir():
        return None
    return Backup(folder, facts_of(folder))


def facts_of(folder: Path) -> Facts:
    """What a backup says of itself; of an older one without notes, what its name says."""
    try:
        return Facts(**json.loads((folder / FACTS).read_text()))
    except (OSError, ValueError, TypeError):
        with suppress(ValueError):
            made = datetime.strptime(folder.name, "nuanliu-%Y%m%dT%H%M%S")  # noqa: DTZ007  made aware below
            return Facts(made.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).isoformat())
        moment = datetime.fromtimestamp(folder.stat().st_mtime, ZoneInfo(settings.TIME_ZONE))
        return Facts(moment.isoformat())


def make(folder: Path | None = None, *, made_by: str = "") -> Backup:
    """Copy database and files while everything runs, and verify the copy. PostgresError when that fails."""
    moment = _now()
    target = (folder or folder_of_backups()).absolute() / f"nuanliu-{moment:%Y%m%dT%H%M%S}"
    draft = target.with_name(f".{target.name}.partial")
    draft.mkdir(mode=0o700, parents=True)
    try:
        back_up(postgres.cluster(), draft / "database")
        copy_files(Path(settings.MEDIA_ROOT), draft / "files")
        _write(draft / DIGESTS, digests(draft / "files"))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    facts = Facts(
        made_at=moment.isoformat(timespec="seconds"),
        made_by=made_by,
        database_bytes=size_of(draft / "database"),
        files_bytes=size_of(draft / "files"),
        checked_at=_now().isoformat(timespec="seconds"),
        checked_by=made_by,
    )
    _write(draft / FACTS, asdict(facts))
    draft.rename(target)
    return Backup(target, facts)


def check(backup: Backup, *, checked_by: str = "") -> bool:
    """Read every file of a backup, and note beside it whether all are as they were written."""
    try:
        prove(backup.folder)
        sound = True
    except (NotSoundError, postgres.PostgresError):
        sound = False
    _note(backup, checked_at=_now().isoformat(timespec="seconds"), checked_by=checked_by, sound=sound)
    return sound


def prove(source: Path) -> None:
    """NotSoundError unless the files are those that were put in; PostgresError unless the database is."""
    prove_files(source)
    verify(source / "database")


def prove_files(source: Path) -> None:
    """NotSoundError unless the archived files in a backup are those that were put into it."""
    try:
        expected = json.loads((source / DIGESTS).read_text())
    except (OSError, ValueError) as error:
        raise NotSoundError(f"{source} is no complete backup: {error}") from error
    if digests(source / "files") != expected:
        raise NotSoundError(f"The files in {source} are not those that were backed up.")


def restore(source: Path) -> Path | None:
    """Make a proved backup the installation's data; where the data before them were put aside."""
    aside = restore_database(postgres.cluster(), (source / "database").absolute())
    copy_files(source / "files", Path(settings.MEDIA_ROOT))
    return aside


def rehearse(backup: Backup, *, rehearsed_by: str = "") -> None:
    """Restore a backup into a throw-away installation, and prove tables, roles and the log of it there.

    The running installation is not touched. Refused `operations.no_room` without twice the room on the disk;
    NotSoundError tells what the throw-away installation said.
    """
    free = shutil.disk_usage(settings.NUANLIU_VAR).free
    refuse_if(
        free < 2 * backup.size_bytes,
        "operations.no_room",
        "磁盘空间不足以演练恢复。请先腾出备份大小两倍的空间。",
    )
    with _scratch_installation() as scratch:
        restore_database(postgres.Cluster(scratch / "postgres"), backup.folder / "database")
        for arguments in (("check",), ("audit", "verify")):
            _ask(scratch, *arguments)
    _note(backup, rehearsed_at=_now().isoformat(timespec="seconds"), rehearsed_by=rehearsed_by)


def _ask(scratch: Path, *arguments: str) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in OF_ANOTHER_INSTALLATION}
    surroundings |= {
        "NUANLIU_VAR": str(scratch),
        "NUANLIU_KEYS_DIR": str(configuration().keys_dir),
        "NUANLIU_MARKS_DIR": str(scratch / "marks"),
        "NUANLIU_DEMONSTRATION": "yes" if configuration().demonstration else "no",
    }
    done = subprocess.run(
        [sys.executable, "-m", "nuanliu.cli.main", *arguments],
        env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotSoundError((done.stderr or done.stdout).strip()[-500:])


@contextmanager
def _scratch_installation() -> Iterator[Path]:
    """A folder beside the data, on the same disk, gone afterwards with the server in it."""
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-", dir=settings.NUANLIU_VAR))
    try:
        yield folder
    finally:
        postgres.Cluster(folder / "postgres").destroy()
        shutil.rmtree(folder, ignore_errors=True)


def copy_files(source: Path, target: Path) -> None:
    """Add the files of one folder to another; names are digests, so a file that is there is the same file."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder."""
    return {path.relative_to(folder).as_posix(): _digest_of(path) for path in _files_in(folder)}


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in _files_in(folder))


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note(backup: Backup, **changes: object) -> None:
    _write(backup.folder / FACTS, asdict(replace(backup.facts, **changes)))  # type: ignore[arg-type]


def _write(path: Path, content: object) -> None:
    """Whole or not at all: a page may be reading it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    draft.replace(path)


def _now() -> datetime:
    return datetime.now(ZoneInfo(settings.TIME_ZONE))
