"""What an address asks of a list: filters, search, columns, order, page. What it does not know it leaves aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, QueryDict

from nuanliu.base.actor import Actor
from nuanliu.web.guards import DeskRequest
from nuanliu.web.listings.listing import Column, Listing
from nuanliu.web.listings.ordering import page_after
from nuanliu.web.paging import Page

SIZES = (20, 50, 100, 200)
USUAL_SIZE = 50
# Longer than any name or number; what is longer was not typed by a person.
SEARCH_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of a list."""

    listing: Listing[Any]
    values: Mapping[str, str]
    search: str
    columns: tuple[Column, ...]
    order: str
    size: int
    after: str

    @property
    def query(self) -> str:
        """The address of this reading without its page: what is saved, exported and remembered."""
        told = QueryDict(mutable=True)
        for name, value in self.values.items():
            told[name] = value
        if self.search and not self.listing.search_is_personal:
            told["q"] = self.search
        if self.columns != usual_columns(self.listing):
            told.setlist("columns", [column.name for column in self.columns])
        if self.order != self.listing.order:
            told["order"] = self.order
        if self.size != USUAL_SIZE:
            told["size"] = str(self.size)
        return told.urlencode()

    @property
    def is_narrowed(self) -> bool:
        """Whether the person has filtered or searched, beyond the record that the page belongs to."""
        drawn = {name for one in self.listing.all_filters if one.template != "within" for name in one.names}
        return bool(self.search or drawn & self.values.keys())

    def rows(self, by: Actor) -> QuerySet[Any]:
        """All rows asked for, in no order."""
        found = self.listing.rows(by)
        for one in self.listing.all_filters:
            found = one.narrow(found, self.values)
        if self.search and self.listing.search:
            found = self.listing.search(found, self.search)
        return found

    def page(self, by: Actor) -> Page[Any]:
        """The page asked for; Http404 when the address names no row that could be."""
        try:
            whole = self.listing.rows(by) if self.listing.keys_first else None
            return page_after(self.rows(by), self.order, self.after, self.size, whole)
        except (ValueError, TypeError, ValidationError):
            raise Http404 from None

    def told(self, by: Actor) -> list[str]:
        """The filters in words."""
        words = [one.told(by, self.values) for one in self.listing.all_filters]
        return [word for word in [*words, self.search and f"“{self.search}”"] if word]


def asked_of(listing: Listing[Any], data: QueryDict, within: Mapping[str, Any] | None = None) -> Asked:
    """What `data` asks of a list; `within` sets what the page itself narrows to."""
    names = [name for one in listing.all_filters for name in one.names]
    values = {name: _clean(data.get(name, "")) for name in names}
    values |= {name: str(value) for name, value in (within or {}).items()}
    size = data.get("size", "")
    return Asked(
        listing=listing,
        values={name: value for name, value in values.items() if value},
        search=_clean(data.get("q", "")) if listing.search else "",
        columns=_columns(listing, data.getlist("columns")),
        order=_order(listing, data.get("order", "")),
        size=int(size) if size in {str(one) for one in SIZES} else USUAL_SIZE,
        after=_clean(data.get("after", "")),
    )


def usual_columns(listing: Listing[Any]) -> tuple[Column, ...]:
    """The columns of somebody who chose none."""
    return tuple(column for column in listing.columns if column.shown)


def chosen(request: DeskRequest, listing: Listing[Any]) -> QuerySet[Any]:
    """The rows that a bulk act was asked for: those ticked, or all that the list found ("whole")."""
    if request.POST.get("whole"):
        return asked_of(listing, QueryDict(request.POST.get("query", ""))).rows(request.actor)
    try:
        return listing.rows(request.actor).filter(pk__in=request.POST.getlist("row"))
    except (ValueError, ValidationError):
        raise Http404 from None


def _clean(text: str) -> str:
    # PostgreSQL refuses NUL and lone surrogates; nobody types them.
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:SEARCH_LENGTH].strip()


def _columns(listing: Listing[Any], names: list[str]) -> tuple[Column, ...]:
    """The first column always stands: it names the row."""
    first, *others = listing.columns
    wanted = [column for column in others if column.name in names]
    return (first, *wanted) if wanted else usual_columns(listing)


def _order(listing: Listing[Any], wanted: str) -> str:
    known = {column.sort for column in listing.columns if column.sort}
    return wanted if wanted.removeprefix("-") in known else listing.order
