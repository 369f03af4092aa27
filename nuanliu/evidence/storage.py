"""Where contents lie: one sealed file each under the files folder, durable before anybody may point at it."""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings

NAME_LENGTH = 64


def fresh_name(digest: bytes) -> str:
    """A storage name nobody can guess, not even from the content: equal contents lie under different names."""
    return sha256(digest + secrets.token_bytes(16)).hexdigest()


def put(storage_name: str, sealed: bytes) -> None:
    """Write a sealed content so that on return it survives a power cut, whole or not at all."""
    path = _path(storage_name)
    _make_folder(path.parent)
    draft = path.with_name(f".{storage_name}.{secrets.token_hex(4)}.draft")
    with open(draft, "xb", opener=_private) as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def get(storage_name: str) -> bytes:
    """The sealed content; FileNotFoundError when it has been deleted or lost."""
    return _path(storage_name).read_bytes()


def holds(storage_name: str) -> bool:
    """Whether the content is there."""
    return _path(storage_name).is_file()


def discard(storage_name: str) -> None:
    """Remove a content; no harm when it is gone already."""
    _path(storage_name).unlink(missing_ok=True)


def settled(older_than: timedelta) -> Iterator[Path]:
    """All files, drafts included, that nobody can still be writing."""
    latest = time.time() - older_than.total_seconds()
    for path in _root().glob("??/*"):
        if path.is_file() and path.stat().st_mtime < latest:
            yield path


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "evidence"


def _path(storage_name: str) -> Path:
    if len(storage_name) != NAME_LENGTH or not storage_name.isalnum():
        raise ValueError("not a storage name")
    return _root() / storage_name[:2] / storage_name


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    if folder != _root():
        _make_folder(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The new folder's own entry must be as durable as the file in it.
    _sync(folder.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
