"""Cells of big tables, written by Python: a page of a list has eight hundred of them, mostly bare text, and the
template language takes ten times as long for each.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from nuanliu.kernel.money import yuan_text
from nuanliu.web.sheets import Cell, Heading, Row
from nuanliu.web.templatetags.nuanliu import colour, thousands

register = template.Library()


@register.simple_tag(takes_context=True)
def sheet_cells(context: Context, row: Row) -> SafeString:
    """A row's cells as received; one that was found faulty or put right has its template."""
    place = _place(context["roster"].pk, row.key) if _can_edit(context, row) else ""
    return mark_safe("".join(_cell(context, row, cell, place) for cell in row.cells))  # noqa: S308  each part is escaped


def _can_edit(context: Context, row: Row) -> bool:
    return bool(row.editable and context["is_open"] and context["can"].get("correct_row"))


def _cell(context: Context, row: Row, cell: Cell, place: str) -> str:
    heading = cell.heading
    known, standing = heading.known, _standing(heading)
    spoken = f"{cell.severity} corrected{standing}" if cell.corrected else f"{cell.severity}{standing}"
    edit = f' data-edit="{place.replace(PLACE, known)}"' if place and known else ""
    told = _told(context, cell) if cell.marks or cell.corrected else escape(cell.text)
    return f'<td id="cell-{row.key}-{escape(heading.key)}" class="{spoken}"{edit}>{told}</td>'


def _told(context: Context, cell: Cell) -> str:
    with context.push(cell=cell):
        told: str = _marked_cell().template.render(context)
    return told


@lru_cache(maxsize=1)
def _marked_cell() -> Any:
    return get_template("web/parts/row_cell.html")


def _standing(heading: Heading) -> str:
    """How a column stands: figures to the right, names in sight."""
    return (" number" if heading.is_sum else "") + (" pinned" if heading.field == "name" else "")


# In the address of a cell, where the field stands: no field is called so.
PLACE = "-field-"


def _place(roster: Any, row: int) -> str:
    """Where a row's cells are put right."""
    return _first_place(roster).replace("/0/", f"/{row}/")


@lru_cache(maxsize=256)
def _first_place(roster: Any) -> str:
    """The same for row 0: addresses are looked up once for a list, not for each cell."""
    return reverse("row-cell", args=[roster, 0, PLACE])


@register.simple_tag
def list_cells(row: Mapping[str, Any]) -> SafeString:
    """A record's cells in a list; the first names the row and leads to it."""
    first, *others = row["cells"]
    name = _text(first["value"])
    named = f'<a href="{escape(row["address"])}">{name}</a>' if row["address"] else name
    cells = "".join(f"<td{STANDING.get(cell['kind'], '')}>{_written(cell)}</td>" for cell in others)
    return mark_safe(f'<th scope="row">{named}</th>{cells}')  # noqa: S308  each part is escaped


@register.filter
def written(cell: Mapping[str, Any]) -> SafeString:
    """A value as its kind is written."""
    return mark_safe(_written(cell))  # noqa: S308  each kind escapes what it does not make itself


def _written(cell: Mapping[str, Any]) -> str:
    return "" if cell["value"] is None else WRITTEN[cell["kind"]](cell)


def _text(value: Any) -> str:
    return "" if value is None else conditional_escape(value if isinstance(value, str) else localize(value))


def _local(moment: Any) -> Any:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment


STANDING = {
    "number": ' class="number"',
    "yuan": ' class="number"',
    "day": ' class="day"',
    "moment": ' class="day"',
}
WRITTEN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "text": lambda cell: _text(cell["value"]),
    "state": lambda cell: f'<span class="chip {colour(cell["value"])}">{escape(cell["word"])}</span>',
    "yuan": lambda cell: yuan_text(cell["value"]),
    "number": lambda cell: thousands(cell["value"]),
    "day": lambda cell: f"{_local(cell['value']):%Y-%m-%d}",
    "moment": lambda cell: f"{_local(cell['value']):%Y-%m-%d %H:%M}",
}
