"""Secrets of the process: from the environment in production, made on first use in a demonstration."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from nuanliu.base.postgres.secret import write_private


def secret(name: str, folder: Path, *, demonstration: bool) -> str:
    """The secret `NUANLIU_<NAME>` of the environment, else the file `folder/<name>`.

    Only a demonstration makes the file: a production server that silently made a new key would end every
    session and hide that its configuration is lost.
    """
    variable = f"NUANLIU_{name.upper()}"
    if value := os.environ.get(variable):
        return value
    path = folder / name
    if not path.exists():
        if not demonstration:
            raise ImproperlyConfigured(f"set {variable}, or put the secret into {path} (mode 0600)")
        write_private(path, secrets.token_urlsafe(48).encode())
    return path.read_text().strip()
