"""Filters of a list. Each reads its own names from the address, narrows the rows, and says in words what it did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from nuanliu.base.actor import Actor

type Values = Mapping[str, str]
type Choices = Sequence[tuple[Any, Any]]


class Filter(Protocol):
    """What the component asks of a filter."""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the address that belong to it."""

    @property
    def template(self) -> str:
        """Which control draws it."""

    def narrow(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        """The rows that it leaves."""

    def drawn(self, by: Actor, values: Values) -> dict[str, Any]:
        """What its control shows."""

    def told(self, by: Actor, values: Values) -> str:
        """What it leaves, in words; '' when it leaves all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values of a database column. A value that is none of the choices narrows nothing."""

    name: str
    label: Promise
    choices: Choices | Callable[[Actor], Choices]
    column: str = ""
    template: str = "choice"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def field(self) -> str:
        """The database column."""
        return self.column or self.name

    def narrow(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        wanted = values.get(self.name, "")
        # A list that the database knows is asked of the database: a strange key finds nothing.
        if not wanted or (not callable(self.choices) and wanted not in {str(key) for key, _ in self.choices}):
            return rows
        return rows.filter(**{self.field: wanted})

    def options(self, by: Actor) -> list[tuple[str, str]]:
        """What can be chosen, in words."""
        found = self.choices(by) if callable(self.choices) else self.choices
        return [(str(key), str(label)) for key, label in found]

    def drawn(self, by: Actor, values: Values) -> dict[str, Any]:
        return {"options": self.options(by), "value": values.get(self.name, "")}

    def told(self, by: Actor, values: Values) -> str:
        label = dict(self.options(by)).get(values.get(self.name, ""), "")
        return f"{self.label}: {label}" if label else ""


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both inclusive; either may be left open."""

    name: str
    label: Promise
    column: str
    template: str = "span"

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def narrow(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        first, last = self._days(values)
        if first:
            rows = rows.filter(**{f"{self.column}__gte": first})
        if last:
            rows = rows.filter(**{f"{self.column}__lte": last})
        return rows

    def _days(self, values: Values) -> list[date | None]:
        return [_day(values.get(name, "")) for name in self.names]

    def drawn(self, by: Actor, values: Values) -> dict[str, Any]:
        first, last = self.names
        return {"first": first, "last": last, "from": values.get(first, ""), "to": values.get(last, "")}

    def told(self, by: Actor, values: Values) -> str:
        first, last = self._days(values)
        return f"{self.label}: {first or ''} – {last or ''}" if first or last else ""


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    """A question with yes: the rows for which it holds."""

    name: str
    label: Promise
    apply: Callable[[QuerySet[Any]], QuerySet[Any]]
    template: str = "flag"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def narrow(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return self.apply(rows) if values.get(self.name) else rows

    def drawn(self, by: Actor, values: Values) -> dict[str, Any]:
        return {"value": bool(values.get(self.name))}

    def told(self, by: Actor, values: Values) -> str:
        return str(self.label) if values.get(self.name) else ""


@dataclass(frozen=True, slots=True)
class Within:
    """The record that the list belongs to (the awards of a list): set by the page or the address, drawn nowhere."""

    name: str
    column: str
    template: str = "within"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def narrow(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        wanted = values.get(self.name, "")
        return rows.filter(**{self.column: wanted}) if wanted else rows

    def drawn(self, by: Actor, values: Values) -> dict[str, Any]:
        return {"value": values.get(self.name, "")}

    def told(self, by: Actor, values: Values) -> str:
        return ""
