"""The one folder that holds what an installation accumulates: database, files, keys."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def var_folder() -> Path:
    """`NUANLIU_VAR` where it is set, else `var` in the project."""
    return Path(os.environ.get("NUANLIU_VAR") or PROJECT / "var").absolute()
