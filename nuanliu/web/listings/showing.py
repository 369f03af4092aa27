"""A list on the screen: read in three queries, its filters remembered until they are cleared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render

from nuanliu.base.worded import records, rows_told
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.web.guards import DeskRequest
from nuanliu.web.listings.asked import SIZES, Asked, asked_of
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.models import SavedView

REMEMBERED = "lists"
# By the value of a tab: how many rows it would show, and the sums of those columns that have one.
type ByTab = dict[str, tuple[Any, ...]]


def show(
    request: DeskRequest,
    listing: Listing[Any],
    *,
    within: Mapping[str, Any] | None = None,
    template: str = "web/list.html",
    part: str = "web/parts/list_rows.html",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """The page of a list. `context` goes to the template; `within` narrows to the record the page belongs to.

    `part` alone answers a table that asks for itself again; `status` is another than 200 where a form came back.
    """
    remembered = request.session.get(REMEMBERED, {})
    query = remembered.get(request.path)
    if request.method == "GET" and not request.GET and query:
        return redirect(f"{request.path}?{query}")
    asked = asked_of(listing, request.GET, within)
    if request.method == "GET":
        _remember(request, remembered, asked)
    renews = listing.live and request.headers.get("HX-Request")
    shown = {"list": drawn(request, asked), **context}
    return render(request, part if renews else template, shown, status=status)


def _remember(request: DeskRequest, remembered: dict[str, str], asked: Asked) -> None:
    """The session is written only when the filters changed."""
    query = asked.query if asked.is_narrowed else ""
    if remembered.get(request.path, "") != query:
        request.session[REMEMBERED] = {**remembered, request.path: query}


def drawn(request: DeskRequest, asked: Asked) -> dict[str, Any]:
    """What the template of a list shows; pages that hold a list beside other things use it alone."""
    listing, by = asked.listing, request.actor
    page = asked.page(by)
    rows = listing.prepared(page.rows) if listing.prepared else page.rows
    by_tab, makers = _by_tab(asked, request), _makers(asked.columns)
    acts = [{"act": act, "form": act.form and act.form()} for act in listing.acts if act.may(by)]
    return {
        "listing": listing,
        "asked": asked,
        "page": page,
        "rows": [_row(listing, makers, row) for row in rows],
        "headings": [_heading(request, asked, column) for column in asked.columns],
        "totals": _totals(asked, request, by_tab),
        "tabs": _tabs(asked, request, by_tab),
        "controls": [{"filter": one, **one.drawn(by, asked.values)} for one in listing.filters],
        "acts": acts,
        "live": bool(listing.live and listing.live(rows)),
        "sizes": SIZES,
        "views": records(
            SavedView.objects.filter(user_id=by.user_id, address=request.path).order_by("title")
        ),
        "may_export": listing.exported and EVIDENCE.may(by, "ask"),
        "address": request.path,
    }


# Of a column what its cells are made of: kind, reader of the value, reader of the word beside a state.
type Maker = tuple[str, Callable[[Any], Any], Callable[[Any], str] | None]


def _makers(columns: tuple[Column, ...]) -> list[Maker]:
    return [
        (column.kind.value, column.of, column.word_of if column.kind is Kind.STATE else None)
        for column in columns
    ]


def _row(listing: Listing[Any], makers: list[Maker], row: Any) -> dict[str, Any]:
    return {
        "key": row.pk,
        "address": listing.address(row) if listing.address else "",
        "cells": [
            {"kind": kind, "value": value(row), "word": word(row) if word else ""}
            for kind, value, word in makers
        ],
    }


def _heading(request: DeskRequest, asked: Asked, column: Column) -> dict[str, Any]:
    falling = asked.order == f"-{column.sort}"
    sorted_by = bool(column.sort) and asked.order.removeprefix("-") == column.sort
    next_order = f"-{column.sort}" if sorted_by and not falling else column.sort
    return {
        "column": column,
        "address": _changed(request, "order", next_order) if column.sort else "",
        "sorted": ("descending" if falling else "ascending") if sorted_by else "none",
    }


def _tabs(asked: Asked, request: DeskRequest, by_tab: ByTab) -> list[dict[str, Any]]:
    """The tabs with how many rows each would show under the other filters."""
    tabs = asked.listing.tabs
    if tabs is None:
        return []
    value = asked.values.get(tabs.name, "")
    counts = {key: count for key, (count, *_) in by_tab.items()}
    options = [("", "", sum(counts.values()))]
    options += [(key, label, counts.get(key, 0)) for key, label in tabs.options(request.actor)]
    return [
        {
            "value": key,
            "label": label,
            "count": count,
            "here": key == value,
            "address": _changed(request, tabs.name, key, ("all", "1")),
        }
        for key, label, count in options
    ]


def _changed(request: DeskRequest, name: str, value: str, *also: tuple[str, str]) -> str:
    """This page's address with another value for one thing, from the first page."""
    left = {"after", name, *(known for known, _ in also)}
    kept = [(key, one) for key, several in request.GET.lists() if key not in left for one in several]
    return f"?{urlencode([*kept, *also, (name, value)])}"


def _by_tab(asked: Asked, request: DeskRequest) -> ByTab:
    """Counts and sums of each tab under the other filters, in one query; nothing where the list counts none."""
    listing, tabs = asked.listing, asked.listing.tabs
    if tabs is None or not listing.counted:
        return {}
    others = Asked(
        **{name: getattr(asked, name) for name in ("listing", "search", "columns", "order", "size", "after")},
        values={name: value for name, value in asked.values.items() if name != tabs.name},
    )
    summed = {f"total_{name}": listing.totals[name] for name in _summed(asked)}
    rows = others.rows(request.actor).order_by().values_list(tabs.field)
    told = rows_told(rows.annotate(count=Count("pk"), **summed), (listing.name, *summed))
    return {str(key): tuple(sums) for key, *sums in told}


def _summed(asked: Asked) -> list[str]:
    """The columns shown that have a sum."""
    return [column.name for column in asked.columns if column.name in asked.listing.totals]


def _totals(asked: Asked, request: DeskRequest, by_tab: ByTab) -> list[dict[str, Any]]:
    """One cell for each column, with the sum over all rows found where the listing has one."""
    names, tabs = _summed(asked), asked.listing.tabs
    if not names:
        return []
    if tabs is None or not asked.listing.counted:
        rows = asked.rows(request.actor).order_by()
        sums = rows.aggregate(**{name: asked.listing.totals[name] for name in names})
    else:
        chosen = asked.values.get(tabs.name, "")
        known = {key for key, _ in tabs.options(request.actor)}
        found = [told for key, (_, *told) in by_tab.items() if chosen not in known or key == chosen]
        sums = {name: _sum(column) for name, column in zip(names, zip(*found, strict=True), strict=False)}
    return [
        {"kind": column.kind.value, "value": sums.get(column.name), "is_number": column.is_number}
        for column in asked.columns
    ]


def _sum(values: Iterable[int | None]) -> int | None:
    """Of nothing there is none."""
    told = [value for value in values if value is not None]
    return sum(told) if told else None
