"""Unions by the thousand from a spreadsheet: read as columns, checked as a whole, written by a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count, groupby

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import copy_columns, create_temp
from nuanliu.base.keys import uuid7
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.actions.registering import require_registrar
from nuanliu.organizations.models import Organization
from nuanliu.organizations.reference import keys_of
from nuanliu.organizations.rules import name_key, next_segment
from nuanliu.organizations.sheet import RowFault, UnionRow, read_unions
from nuanliu.organizations.states import Level

TYPES = {
    "id": "uuid", "parent_id": "uuid", "path": "text", "name": "text", "short_name": "text", "name_key": "text",
    "short_name_key": "text", "pinyin": "text", "initials": "text", "level": "text", "kind": "text",
    "legal_person": "text", "division_code": "text", "credit_code": "text", "valid_from": "date",
}  # fmt: skip
COLUMNS = ", ".join(TYPES)

# Told while the work goes on: the step, and how many rows of how many are done.
type Told = Callable[[str, int, int], None]
ROWS_BETWEEN_WORDS = 1_000


def untold(step: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class UnionsImported:
    """What became of a file: so many registered, so many known before, and the rows that have faults."""

    registered: int
    known: int
    faults: tuple[RowFault, ...]


@audited
def import_unions(
    content: bytes,
    filename: str,
    *,
    parent: Organization,
    valid_from: date,
    by: Actor,
    good_rows_only: bool = False,
    told: Told = untold,
) -> UnionsImported:
    """Register the grassroots unions of a sheet below `parent`, or below the union that a row names as its superior.

    Where any row has a fault nothing is written, unless `good_rows_only`. A row whose union is registered in its place
    already is counted as known, so that the same file again changes nothing. `told` hears how far the work is. Refused:
    `permission.denied`, `organization.sheet` when the file cannot be read or has no column of names.
    """
    require_registrar(by, parent)
    rows, faults = read_unions(content, filename)
    # One after another below a parent: numbers are read and taken under this lock.
    Organization.objects.select_for_update().filter(pk=parent.pk).first()
    placed = _Placing(parent, valid_from, told)
    placed.place(rows)
    faults = sorted([*faults, *placed.faults], key=lambda fault: fault.row)
    if (faults and not good_rows_only) or not placed.new:
        unchanged()
        return UnionsImported(0, placed.known, tuple(faults))
    told("staging", len(placed.new), len(rows))
    _write(placed.new)
    record(
        by,
        parent,
        after={"registered": len(placed.new), "known": placed.known, "file": sha256(content).hexdigest()},
    )
    return UnionsImported(len(placed.new), placed.known, tuple(faults))


class _Placing:
    """Gives each row its place in the tree, as far as that can be done."""

    def __init__(self, parent: Organization, valid_from: date, told: Told = untold) -> None:
        self.parent, self.valid_from, self.told = parent, valid_from, told
        self.known = 0
        self.new: list[Organization] = []
        self.faults: list[RowFault] = []
        below = Organization.objects.filter(path__startswith=parent.path)
        self.by_key = {body.name_key: body for body in below}
        self.segments: dict[str, count[int]] = {}
        self.taken: dict[object, list[str]] = defaultdict(list)
        for body in self.by_key.values():
            self.taken[body.parent_id].append(body.path.rstrip("/").rpartition("/")[2])

    def place(self, rows: list[UnionRow]) -> None:
        """Rows whose superior stands in the same sheet wait until it has its place."""
        elsewhere = self._names_elsewhere(rows)
        waiting = [row for row in rows if self._is_free(row, elsewhere)]
        while waiting:
            ready = [row for row in waiting if self._superior(row) is not None]
            if not ready:
                self.faults += [_no_superior(row) for row in waiting]
                return
            for row in ready:
                if len(self.new) % ROWS_BETWEEN_WORDS == 0:
                    self.told("checking", len(self.new), len(rows))
                self._register(row, self._superior(row))
            waiting = [row for row in waiting if name_key(row.name) not in self.by_key]

    def _superior(self, row: UnionRow) -> Organization | None:
        return self.by_key.get(name_key(row.superior)) if row.superior else self.parent

    def _names_elsewhere(self, rows: list[UnionRow]) -> set[str]:
        keys = [name_key(row.name) for row in rows]
        outside = Organization.objects.filter(name_key__in=keys).exclude(path__startswith=self.parent.path)
        return set(outside.values_list("name_key", flat=True))

    def _is_free(self, row: UnionRow, elsewhere: set[str]) -> bool:
        key = name_key(row.name)
        if key in elsewhere:
            self.faults.append(RowFault(row.row, row.name, "该名称已在别处登记", "请核对名称，或删除此行。"))
            return False
        known = self.by_key.get(key)
        if known is None:
            return True
        superior = self._superior(row)
        if superior is not None and known.parent_id == superior.pk:
            self.known += 1
        else:
            told = RowFault(row.row, row.name, "该工会已在另一上级之下登记", "请核对“上级工会”一栏。")
            self.faults.append(told)
        return False

    def _register(self, row: UnionRow, parent: Organization | None) -> None:
        if parent is None:
            return
        body = Organization(
            id=uuid7(),
            parent=parent,
            path=f"{parent.path}{self._segment(parent)}/",
            name=row.name,
            short_name=row.short_name or row.name[:60],
            level=Level.GRASSROOTS,
            division_code=parent.division_code,
            credit_code=row.credit_code,
            valid_from=row.valid_from or self.valid_from,
            **keys_of(row.name, row.short_name or row.name[:60]),
        )
        self.by_key[body.name_key] = body
        self.new.append(body)

    def _segment(self, parent: Organization) -> str:
        numbers = self.segments.setdefault(
            parent.path, count(int(next_segment(self.taken.get(parent.pk, []))))
        )
        return f"{next(numbers):04d}"


def _no_superior(row: UnionRow) -> RowFault:
    told = f"所选组织之下没有上级工会“{row.superior}”"
    return RowFault(row.row, row.name, told, "请先登记上级工会，或改正名称。")


def _write(new: list[Organization]) -> None:
    """Parents before children: the tree's trigger looks for the parent's path."""
    ordered = sorted(new, key=lambda body: body.path.count("/"))
    with connection.cursor() as cursor:
        for depth, bodies in groupby(ordered, key=lambda body: body.path.count("/")):
            _copy(cursor, f"new_unions_{depth}", list(bodies))


def _copy(cursor: object, table: str, bodies: Iterable[Organization]) -> None:
    bodies = list(bodies)
    create_temp(cursor, table, TYPES)
    columns = {name: [getattr(body, name) for body in bodies] for name in TYPES}
    written = copy_columns(
        cursor, table, {name: [_plain(v) for v in values] for name, values in columns.items()}, TYPES
    )
    cursor.execute(  # type: ignore[attr-defined]
        f'INSERT INTO organizations_organization ({COLUMNS}) SELECT {COLUMNS} FROM pg_temp."{table}"'  # noqa: S608
    )
    refuse_if(written != len(bodies), "organization.sheet", "未能写入全部工会，请重新导入。")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value
