"""An act to audit, and somewhere to keep the heads of one test."""

from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from nuanliu.audit import outside
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor

JIADING = "/0/31/114/"
BAOSHAN = "/0/31/113/"


def actor(path: str = JIADING) -> Actor:
    return Actor(UUID(int=1), "周嘉", UUID(int=2), "handler", UUID(int=3), path, "union")


def act(name: str = "note_down", package: str = "awards"):
    """An audited action of a package, which records what it is told to."""

    def note_down(by, *, after=None, rows=1, idle=False, reason=""):
        for _ in range(rows):
            record(by, ("awards.roster", "7"), after=after, reason=reason)
        if idle:
            unchanged()
        return rows

    note_down.__module__ = f"nuanliu.{package}.actions"
    note_down.__name__ = name
    return audited(note_down)


note_down = act()


@pytest.fixture
def heads_outside(settings, tmp_path: Path) -> Path:
    """The file outside the database, empty at first."""
    settings.NUANLIU_VAR = tmp_path
    return outside.heads_file()


@pytest.fixture
def sealed(transactional_db, heads_outside: Path, scope_of) -> SimpleNamespace:
    """Six entries under two heads, three each."""
    from nuanliu.audit.actions import seal_head
    from nuanliu.audit.models import AuditEntry

    heads = []
    for half in (0, 1):
        with scope_of(JIADING):
            for number in range(3):
                note_down(actor(), after={"rows": half * 3 + number})
        heads.append(seal_head())
    with scope_of("/"):
        entries = list(AuditEntry.objects.order_by("id").values_list("id", flat=True))
    return SimpleNamespace(heads=heads, entries=entries)
