"""What the packages of the house hold, found by walking their files."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

HOUSE = Path(__file__).resolve().parents[2] / "nuanliu"


def modules(name: str) -> Iterator[tuple[str, ModuleType]]:
    """Each package's module of this name, wherever in the package it lies: (package, module), by path."""
    for path in sorted(HOUSE.glob(f"*/**/{name}.py")):
        parts = path.relative_to(HOUSE.parent).with_suffix("").parts
        yield parts[1], importlib.import_module(".".join(parts))
