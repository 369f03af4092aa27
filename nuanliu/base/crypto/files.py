"""Key files on disk: owner-only, replaced whole, one writer at a time."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuanliu.base.crypto.errors import KeyFileUnsafe


def write_private(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path` so that after a power cut either the old or the new file is there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_private(path: Path) -> bytes:
    """The content of a secret file; refuses one that others may read, as ssh does."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileUnsafe(
            f"密钥文件可被他人读取（权限 {mode:04o}）：{path}。请运行 chmod 600。"
            f" / The key file is readable by others (mode {mode:04o}): {path}. Run chmod 600 on it."
        )
    return path.read_bytes()


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the folder's lock while a key file is read, changed and written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path.parent / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
