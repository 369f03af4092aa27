"""The passwords of the database roles: made once, kept in one file that only its owner may read."""

import json
import os
import secrets
from pathlib import Path

SUPERUSER = "postgres"
OWNER = "nuanliu_owner"
APPLICATION = "nuanliu_app"
AUDITOR = "nuanliu_auditor"
LOGINS = (SUPERUSER, OWNER, APPLICATION, AUDITOR)


def passwords(path: Path) -> dict[str, str]:
    """Password per role from the file at `path`; a missing file is made first."""
    if not path.exists():
        write_private(path, json.dumps({role: secrets.token_urlsafe(24) for role in LOGINS}).encode())
    return dict(json.loads(path.read_bytes()))


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that is there in full or not at all; an existing one is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
