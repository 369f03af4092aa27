"""The pages of docs/reference, made from the code and its tests. `python -m tests.reference` writes them all.

`PAGES` maps each file name to what it must say now; a test compares.
"""

from collections.abc import Callable
from pathlib import Path

from tests.reference import findings, jobs, permissions, requirements, routes, states

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "states.md": states.page,
    "permissions.md": permissions.page,
    "routes.md": routes.page,
    "jobs.md": jobs.page,
    "findings.md": findings.page,
    "requirements.md": requirements.page,
    "requirements.json": requirements.data,
}
TRACE = ("requirements.md", "requirements.json")


def write(names: tuple[str, ...] = tuple(PAGES)) -> list[str]:
    """Write these pages; the names of those that changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    changed = []
    for name in names:
        path, text = FOLDER / name, PAGES[name]()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed
