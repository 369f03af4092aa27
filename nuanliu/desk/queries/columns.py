"""The shape that every line has, whatever record it is of: so that the lines of one desk are one UNION."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    F,
    QuerySet,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Cast

from nuanliu.base.scope import Scope


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits for somebody, or that somebody sent; `total` is how many of its kind there are.

    `since` is when it came, `due` the last day for it; amounts are in fen; `sender` is a colleague's name.
    """

    kind: str
    key: str
    title: str
    note: str
    sender: str
    state: str
    since: datetime | None
    due: date | None
    count: int | None
    amount_fen: int | None
    total: int


NAMES = ("kind", "key", "title", "note", "sender", "state", "since", "due", "count", "amount_fen", "total")
TYPES: dict[str, Any] = {
    "kind": TextField(),
    "key": TextField(),
    "title": TextField(),
    "note": TextField(),
    "sender": TextField(),
    "state": TextField(),
    "since": DateTimeField(),
    "due": DateField(),
    "count": BigIntegerField(),
    "amount_fen": BigIntegerField(),
}


def lines(
    kind: str, rows: QuerySet[Any], *, shown: int, key: Any = "pk", newest: bool = False, **columns: Any
) -> QuerySet[Any]:
    """The first rows as lines; a column not named is empty. Ordered by `since`, oldest first unless `newest`."""
    said = {"kind": Value(kind), "key": key, "since": F("recorded_at"), "state": F("state"), **columns}
    cast = {
        f"line_{name}": Cast(_expression(said.get(name)), TYPES[name]) for name in NAMES if name != "total"
    }
    order = "-line_since" if newest else "line_since"
    shaped = rows.annotate(**cast, line_total=Window(Count("*"))).order_by(order, "line_key")
    found: QuerySet[Any] = shaped.values_list(*(f"line_{name}" for name in NAMES))[:shown]
    return found


def below(by: Any, field: str = "organization_path") -> dict[str, str]:
    """The condition that a row lies in the actor's union or below."""
    scope = Scope.for_path(by.organization_path)
    return {f"{field}__gte": scope.path_low, f"{field}__lt": scope.path_high}


def _expression(said: Any) -> Any:
    if said is None:
        return Value(None, output_field=CharField())
    return F(said) if isinstance(said, str) else said
