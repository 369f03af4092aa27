"""What a list of records is: columns, filters, totals, acts; told once for screen, export and saved views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet, Sum
from django.forms import Form
from django.utils.functional import Promise

from nuanliu.access.permissions import Policy
from nuanliu.base.actor import Actor
from nuanliu.web.listings.filters import Choice, Filter


class Kind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    NUMBER = "number"
    YUAN = "yuan"
    DAY = "day"
    MOMENT = "moment"
    STATE = "state"


RIGHT_ALIGNED = {Kind.NUMBER, Kind.YUAN}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is a path of attributes ("organization.name") or a function of the row.

    A state shows the word that `word` leads to beside its colour. `sort` names a database column; rows
    that have none stand last.
    A column that is not `shown` waits in the choice of columns.
    """

    name: str
    label: Promise
    value: str | Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    word: str | Callable[[Any], Any] = ""
    sort: str = ""
    shown: bool = True

    @property
    def is_number(self) -> bool:
        """Numbers stand to the right."""
        return self.kind in RIGHT_ALIGNED

    def of(self, row: Any) -> Any:
        """The row's value."""
        return _read(row, self.value)

    def word_of(self, row: Any) -> str:
        """The word beside a state's colour."""
        return str(_read(row, self.word) if self.word else self.of(row) or "")


def _read(row: Any, path: str | Callable[[Any], Any]) -> Any:
    if not isinstance(path, str):
        return path(row)
    for name in path.split("."):
        row = getattr(row, name, None)
        if callable(row):
            row = row()
    return row


@dataclass(frozen=True, slots=True)
class BulkAct:
    """An act on many rows at once: a view that takes POST and reads `chosen(request, listing)`.

    `form` makes what is asked for besides the rows; `allowed` says of whom it is, where the role alone does not.
    """

    label: Promise
    route: str
    policy: Policy
    act: str
    form: Callable[[], Form] | None = None
    allowed: Callable[[Actor], bool] | None = None

    def may(self, by: Actor) -> bool:
        """Whether an actor is offered it."""
        return self.policy.may(by, self.act) and (self.allowed is None or self.allowed(by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing[Row: Model]:
    """A list of records.

    `rows` gives what the actor may see, unordered; `prepared` may add to a page's rows what a second read tells.
    `totals` are sums by column name over all rows found. Tabs are one Choice with, when `counted`, a count each.
    `live` tells of a page's rows whether they still change by themselves: the table is then asked for again.
    `keys_first`: a page's rows are found before anything is read with them, for lists of which a page is a small part.
    `search_is_personal`: the search line may hold a name, so it is kept in no saved view, job or export.
    """

    name: str
    title: Promise
    policy: Policy
    act: str
    rows: Callable[[Actor], QuerySet[Row]]
    columns: tuple[Column, ...]
    empty: Promise
    address: Callable[[Row], str] | None = None
    tabs: Choice | None = None
    counted: bool = True
    filters: tuple[Filter, ...] = ()
    search: Callable[[QuerySet[Row], str], QuerySet[Row]] | None = None
    search_label: Promise | str = ""
    search_is_personal: bool = False
    order: str = "-pk"
    totals: Mapping[str, Sum] = field(default_factory=dict)
    acts: tuple[BulkAct, ...] = ()
    prepared: Callable[[list[Row]], list[Row]] | None = None
    exported: bool = True
    live: Callable[[list[Row]], bool] | None = None
    keys_first: bool = False

    def __post_init__(self) -> None:
        LISTINGS[self.name] = self

    @property
    def has_search(self) -> bool:
        """Whether there is a search line; a template would call `search` itself."""
        return self.search is not None

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        """The tabs are a filter too."""
        return (self.tabs, *self.filters) if self.tabs else self.filters


# Every listing by name; filled when `nuanliu.web.tables` is imported.
LISTINGS: dict[str, Listing[Any]] = {}
