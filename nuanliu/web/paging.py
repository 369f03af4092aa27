"""Pages by key: the address names the last row shown, never an offset, so page 2,000 costs what page 1 does."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404

from nuanliu.base.worded import records

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """One page and the key after which the next begins; '' on the last."""

    rows: list[Row]
    next: str = ""


def newest_first[Row: Model](queryset: QuerySet[Row], after: str | None, size: int = SIZE) -> Page[Row]:
    """A page of rows by falling key."""
    return _page(queryset.order_by("-pk"), "pk__lt", after, size)


def page_of[Row](rows: list[Row], key: str, size: int = SIZE) -> Page[Row]:
    """A page of rows that were fetched one more than `size`."""
    more = len(rows) > size
    return Page(rows[:size], str(getattr(rows[size - 1], key)) if more else "")


def number_or_404(text: str | None, default: int = 0) -> int:
    """A key from an address."""
    try:
        return int(text) if text else default
    except ValueError:
        raise Http404 from None


def _page[Row: Model](queryset: QuerySet[Row], lookup: str, after: str | None, size: int) -> Page[Row]:
    try:
        wanted: Any = queryset.filter(**{lookup: after}) if after else queryset
        return page_of(records(wanted[: size + 1]), "pk", size)
    except (ValueError, ValidationError):
        raise Http404 from None
