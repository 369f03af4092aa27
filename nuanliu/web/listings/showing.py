"""A list on the screen: read in at most four queries, its filters remembered until they are cleared."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render

from nuanliu.base.worded import records
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.web.guards import DeskRequest
from nuanliu.web.listings.asked import SIZES, Asked, asked_of
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.models import SavedView

REMEMBERED = "lists"


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
    acts = [{"act": act, "form": act.form and act.form()} for act in listing.acts if act.may(by)]
    return {
        "listing": listing,
        "asked": asked,
        "page": page,
        "rows": [_row(listing, asked.columns, row) for row in rows],
        "headings": [_heading(asked, column) for column in asked.columns],
        "totals": _totals(asked, request),
        "tabs": _tabs(asked, request),
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


def _row(listing: Listing[Any], columns: tuple[Column, ...], row: Any) -> dict[str, Any]:
    return {
        "key": row.pk,
        "address": listing.address(row) if listing.address else "",
        "cells": [
            {
                "kind": column.kind.value,
                "value": column.of(row),
                "word": column.word_of(row) if column.kind is Kind.STATE else "",
                "is_number": column.is_number,
            }
            for column in columns
        ],
    }


def _heading(asked: Asked, column: Column) -> dict[str, Any]:
    falling = asked.order == f"-{column.sort}"
    sorted_by = bool(column.sort) and asked.order.removeprefix("-") == column.sort
    return {
        "column": column,
        "next_order": column.sort if falling else f"-{column.sort}" if sorted_by else column.sort,
        "sorted": ("descending" if falling else "ascending") if sorted_by else "none",
    }


def _tabs(asked: Asked, request: DeskRequest) -> list[dict[str, Any]]:
    """The tabs with how many rows each would show under the other filters."""
    tabs = asked.listing.tabs
    if tabs is None:
        return []
    value = asked.values.get(tabs.name, "")
    counts = _counts(asked, request) if asked.listing.counted else {}
    options = [("", "", sum(counts.values()))]
    options += [(key, label, counts.get(key, 0)) for key, label in tabs.options(request.actor)]
    return [
        {
            "value": key,
            "label": label,
            "count": count,
            "here": key == value,
            "address": _changed(request, tabs.name, key),
        }
        for key, label, count in options
    ]


def _changed(request: DeskRequest, name: str, value: str) -> str:
    """This page's address with another value for one filter, from the first page."""
    query = request.GET.copy()
    query.pop("after", None)
    query["all"] = "1"
    query[name] = value
    return f"?{query.urlencode()}"


def _counts(asked: Asked, request: DeskRequest) -> dict[str, int]:
    tabs = asked.listing.tabs
    others = Asked(
        **{name: getattr(asked, name) for name in ("listing", "search", "columns", "order", "size", "after")},
        values={name: value for name, value in asked.values.items() if tabs and name != tabs.name},
    )
    column = tabs.field if tabs else "pk"
    counted = others.rows(request.actor).order_by().values_list(column).annotate(count=Count("pk"))
    return {str(key): count for key, count in counted}


def _totals(asked: Asked, request: DeskRequest) -> list[dict[str, Any]]:
    """One cell for each column; the aggregate where the listing has one."""
    wanted = {
        name: one for name, one in asked.listing.totals.items() if name in {c.name for c in asked.columns}
    }
    if not wanted:
        return []
    sums = (
        asked.rows(request.actor)
        .order_by()
        .aggregate(**{f"total_{name}": one for name, one in wanted.items()})
    )
    return [
        {"kind": column.kind.value, "value": sums.get(f"total_{column.name}"), "is_number": column.is_number}
        for column in asked.columns
    ]
