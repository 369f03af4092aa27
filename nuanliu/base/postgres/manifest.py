"""Verification of a physical backup against its manifest.

The wheel's own `pg_verifybackup` is damaged (it crashes before it reads anything), so this does what that does:
the manifest's digest, each file's size and digest, no stranger among them, and an unbroken write-ahead log.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nuanliu.base.postgres.launch import PostgresError

MANIFEST = "backup_manifest"
NOT_LISTED = {MANIFEST, "postgresql.auto.conf", "recovery.signal", "standby.signal"}


def log_ranges(backup: Path) -> list[tuple[int, str, str]]:
    """Verify the files of a backup and return what its log must cover: timeline, first and last position.

    Raises `PostgresError` with the first file that is missing, changed, cut or strange.
    """
    manifest = read_manifest(backup)
    for fault in faults(backup, manifest["Files"]):
        raise PostgresError(f"the backup {backup} is not sound: {fault}")
    return [(part["Timeline"], part["Start-LSN"], part["End-LSN"]) for part in manifest["WAL-Ranges"]]


def read_manifest(backup: Path) -> dict[str, Any]:
    """The manifest, whose last line is the digest of all lines before it."""
    try:
        text = (backup / MANIFEST).read_bytes()
        manifest: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as error:
        raise PostgresError(f"the backup {backup} has no readable manifest: {error}") from error
    covered = text[: text.rindex(b'"Manifest-Checksum"')]
    if hashlib.sha256(covered).hexdigest() != manifest["Manifest-Checksum"]:
        raise PostgresError(f"the backup {backup} is not sound: its manifest was changed")
    return manifest


def faults(backup: Path, files: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the files, in words."""
    expected = {path_of(entry): entry for entry in files}
    present = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()}
    for name in sorted(expected.keys() - present):
        yield f"{name} is missing"
    for name in sorted(present - expected.keys() - NOT_LISTED):
        if not name.startswith("pg_wal/"):
            yield f"{name} does not belong to it"
    for name in sorted(expected.keys() & present - NOT_LISTED):
        if (backup / name).stat().st_size != expected[name]["Size"]:
            yield f"{name} has another size"
        elif digest_of(backup / name) != expected[name]["Checksum"]:
            yield f"{name} was changed"


def path_of(entry: dict[str, Any]) -> str:
    """A file's path; names that are not UTF-8 are given in hexadecimal."""
    if "Path" in entry:
        return str(entry["Path"])
    return bytes.fromhex(entry["Encoded-Path"]).decode(errors="surrogateescape")


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
