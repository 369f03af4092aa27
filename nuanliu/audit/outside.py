"""The copy of the heads outside the database: one JSON line each in `audit/heads.jsonl` below var, forced to disk.

A line carries the signed head and the number and digest of each entry that it added, so that a database whose rows,
digests and heads were all rewritten is still caught, to the row. Copy the file to another machine every day: who can
rewrite the database and this file can still shorten both together.
"""

import base64
import fcntl
import json
import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

from django.conf import settings
from django.db import connection

from nuanliu.audit.leaves import Leaf, leaves_between
from nuanliu.audit.models import AuditHead
from nuanliu.audit.signed import SignedHead
from nuanliu.base.postgres.provision import DATABASE

NUMBER_BYTES = 8
LEAF_BYTES = NUMBER_BYTES + 32
WINDOW_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """A line of the file: a head and the entries that it added to the one before it."""

    head: SignedHead
    leaves: tuple[Leaf, ...]

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """ValueError, KeyError or TypeError for a line that we did not write."""
        said: dict[str, Any] = json.loads(line)
        head = SignedHead(
            int(said["size"]),
            int(said["last_entry_id"]),
            bytes.fromhex(said["root"]),
            datetime.fromisoformat(said["sealed_at"]),
            bytes.fromhex(said["signature"]),
        )
        return cls(head, tuple(_unpacked(base64.b64decode(said["entries"], validate=True))))

    def line(self) -> bytes:
        said = {
            "size": self.head.size,
            "last_entry_id": self.head.last_entry_id,
            "root": self.head.root.hex(),
            "sealed_at": self.head.sealed_at.isoformat(),
            "signature": self.head.signature.hex(),
            "entries": base64.b64encode(_packed(self.leaves)).decode(),
        }
        return json.dumps(said).encode() + b"\n"


def heads_file() -> Path:
    """Where the copy lies; a database beside the installation's own, such as a test's, has a file of its own."""
    name = connection.settings_dict["NAME"]
    own = name == DATABASE or bool(os.environ.get("DATABASE_URL"))
    return Path(settings.NUANLIU_VAR) / "audit" / ("heads.jsonl" if own else f"heads-{name}.jsonl")


def lines() -> list[bytes]:
    """The whole lines of the file; a last one that a power cut tore is left out."""
    file = heads_file()
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []


def published(size: int) -> PublishedHead | None:
    """The line of one head, found without reading the others; None where the file lacks it or its line is damaged."""
    file = heads_file()
    if not file.exists() or not file.stat().st_size:
        return None
    with file.open("rb") as lines, mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.find(b'{"size": %d,' % size)
        end = content.find(b"\n", start)
        line = content[start:end] if start >= 0 <= end else b""
    try:
        return PublishedHead.from_line(line) if line else None
    except (ValueError, KeyError, TypeError):
        return None


def publish() -> int:
    """Append the heads that the file lacks, in order, and force them to disk; how many there were."""
    with _sole_writer() as file:
        size, last_entry_id = _resume(file)
        missing = list(AuditHead.objects.filter(size__gt=size).order_by("size"))
        for row in missing:
            leaves = leaves_between(last_entry_id, row.last_entry_id)
            file.write(PublishedHead(SignedHead.of(row), tuple(leaves)).line())
            last_entry_id = row.last_entry_id
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


@contextmanager
def _sole_writer() -> Iterator[IO[bytes]]:
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _resume(file: IO[bytes]) -> tuple[int, int]:
    """Cut off a torn line and stand at the end; size and last entry of the last whole line."""
    end, last = _last_line(file)
    file.truncate(end)
    file.seek(end)
    if not last:
        return 0, 0
    head = PublishedHead.from_line(last).head
    return head.size, head.last_entry_id


def _last_line(file: IO[bytes]) -> tuple[int, bytes]:
    """Where the last whole line ends, and the line; found from the end, for the file grows for years."""
    length = file.seek(0, os.SEEK_END)
    window = WINDOW_BYTES
    while True:
        start = max(0, length - window)
        file.seek(start)
        content = file.read()
        end = content.rfind(b"\n") + 1
        before = content.rfind(b"\n", 0, max(end - 1, 0)) + 1
        if start == 0 or (end and before):
            return start + end, content[before:end]
        window *= 4


def _packed(leaves: Sequence[Leaf]) -> bytes:
    return b"".join(leaf.entry_id.to_bytes(NUMBER_BYTES, "big") + leaf.digest for leaf in leaves)


def _unpacked(packed: bytes) -> Iterator[Leaf]:
    for start in range(0, len(packed), LEAF_BYTES):
        part = packed[start : start + LEAF_BYTES]
        yield Leaf(int.from_bytes(part[:NUMBER_BYTES], "big"), part[NUMBER_BYTES:])
