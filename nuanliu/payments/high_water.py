"""How far payments had gone, written outside the database: a restored old backup must not pay again.

The mark is written when a release has been committed, and once more before a batch counts as sent. A database that
stands behind it has lost releases whose money may be gone: nothing is released until a newer backup is restored, or
somebody answers for having settled the missing batches by hand. Counters of the database could not tell: a sequence
jumps ahead when a backup recovers.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from nuanliu.kernel.errors import Refused

# Enough to list what any sensible backup interval can lose.
RELEASES_KEPT = 2_000
LISTED = 20


@dataclass(frozen=True, slots=True)
class Release:
    """One release as the mark keeps it: no personal data."""

    release_number: int
    batch: str
    count: int
    amount_fen: int
    sha256: str


def mark_file() -> Path:
    """Where the mark lies: beside the database, never in a backup."""
    return Path(settings.NUANLIU_MARKS_DIR) / "payments.json"


def missing_releases() -> list[Release]:
    """What the mark knows and the database does not, oldest first."""
    identity, last = _database()
    return [release for release in _known(identity) if release.release_number > last]


def next_release_number() -> int:
    """The number of the next release. Refused `payments.stale_database` when the database is behind the mark."""
    missing = missing_releases()
    if missing:
        names = "、".join(release.batch for release in missing[:LISTED])
        raise Refused(
            "payments.stale_database",
            f"数据库落后于付款标记，可能恢复了旧备份：缺少{len(missing)}个已放行批次（{names}）。"
            "请恢复较新的备份；确已人工核对这些批次的，由单位负责人说明理由后继续。",
        )
    return _database()[1] + 1


def note(release: Release) -> None:
    """Raise the mark to this release, and force it to disk."""
    identity, _ = _database()
    with _sole_writer() as marks:
        releases = {one.release_number: one for one in _releases(marks, identity)}
        releases[release.release_number] = release
        _keep(marks, identity, [releases[number] for number in sorted(releases)])


def forget_missing() -> list[Release]:
    """Lower the mark to what the database knows; returns what was struck out."""
    identity, last = _database()
    with _sole_writer() as marks:
        releases = _releases(marks, identity)
        _keep(marks, identity, [release for release in releases if release.release_number <= last])
    return [release for release in releases if release.release_number > last]


def _database() -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_database_identity(), payments_last_release()")
        identity, last = cursor.fetchone()
    return identity, last


def _known(identity: str) -> list[Release]:
    file = mark_file()
    return _releases(json.loads(file.read_text()), identity) if file.exists() else []


def _releases(marks: dict[str, Any], identity: str) -> list[Release]:
    return [Release(**said) for said in marks.get(identity, [])]


def _keep(marks: dict[str, Any], identity: str, releases: list[Release]) -> None:
    marks[identity] = [asdict(release) for release in releases[-RELEASES_KEPT:]]


@contextmanager
def _sole_writer() -> Iterator[dict[str, Any]]:
    """The marks, to be changed in place; written whole or not at all, one writer at a time."""
    file = mark_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marks = json.loads(file.read_text()) if file.exists() else {}
        yield marks
        draft = file.with_suffix(".partial")
        with draft.open("w") as stream:
            json.dump(marks, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
