"""Cells of big tables, written by Python: a page of a list has eight hundred of them, mostly bare text, and the
template language takes ten times as long for each.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nuanliu.kernel.money import yuan_text
from nuanliu.web.addresses import reverse
from nuanliu.web.escaping import escaped
from nuanliu.web.sheets import Cell, Heading, Row
from nuanliu.web.templatetags.nuanliu import colour, thousands

register = template.Library()


@register.simple_tag(takes_context=True)
def sheet_rows(context: Context, rows: Sequence[Row]) -> SafeString:
    """Rows of a sheet as received; a cell that was found faulty or put right has its template."""
    return mark_safe("".join(_row(context, row) for row in rows))  # noqa: S308  each part is escaped


@register.simple_tag(takes_context=True)
def sheet_row(context: Context, row: Row) -> SafeString:
    """One of them, alone."""
    return mark_safe(_row(context, row))  # noqa: S308  each part is escaped


def _row(context: Context, row: Row) -> str:
    look = "accepted" if row.accepted else "fresh" if context.get("fresh") else ""
    place = _place(context["roster"].pk, row.key) if _can_edit(context, row) else ""
    with context.push(row=row):
        cells = "".join(_cell(context, row, cell, place) for cell in row.cells)
        return (
            f'<tr id="row-{row.key}"{f' class="{look}"' if look else ""}>\n'
            f"{_number(context, row, can_edit=bool(place))}\n{cells}\n</tr>\n"
        )


def _number(context: Context, row: Row, *, can_edit: bool) -> str:
    """The number of the row, which leads to it, and what was found of the row as a whole."""
    number = str(row.number)
    if can_edit:
        spoken = _("Put right row %(number)s") % {"number": row.number}
        address = reverse("row", [context["roster"].pk, row.key])
        number = f'<a href="{address}" aria-label="{escaped(spoken)}">{number}</a>'
    gravest = f" {row.loose[0].found.severity}" if row.loose else ""
    return f'<th scope="row" class="place{gravest}">{number}{_loose(context, row)}</th>'


def _loose(context: Context, row: Row) -> str:
    if not row.loose:
        return ""
    with context.push(marks=row.loose, place="row", cell=None):
        told: str = _template("web/parts/found.html").template.render(context)
    name = f"{row.key}-row"
    return (
        f'<button type="button" class="mark" popovertarget="found-{name}" aria-describedby="says-{name}">'
        f"{escaped(row.loose[0].short)}</button>{told}"
    )


def _can_edit(context: Context, row: Row) -> bool:
    return bool(row.editable and context["is_open"] and context["can"].get("correct_row"))


def _cell(context: Context, row: Row, cell: Cell, place: str) -> str:
    heading = cell.heading
    known, standing = heading.known, _standing(heading)
    spoken = f"{cell.severity} corrected{standing}" if cell.corrected else f"{cell.severity}{standing}"
    edit = f' data-edit="{place.replace(PLACE, known)}"' if place and known else ""
    told = _told(context, cell) if cell.marks or cell.corrected else escaped(cell.text)
    return f'<td id="cell-{row.key}-{escaped(heading.key)}" class="{spoken}"{edit}>{told}</td>'


def _told(context: Context, cell: Cell) -> str:
    with context.push(cell=cell):
        told: str = _template("web/parts/row_cell.html").template.render(context)
    return told


@cache
def _template(name: str) -> Any:
    return get_template(name)


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
    return reverse("row-cell", [roster, 0, PLACE])


@register.simple_tag
def list_cells(row: Mapping[str, Any]) -> SafeString:
    """A record's cells in a list; the first names the row and leads to it."""
    first, *others = row["cells"]
    name = _text(first["value"])
    named = f'<a href="{escaped(row["address"])}">{name}</a>' if row["address"] else name
    cells = "".join(f"<td{STANDING.get(cell['kind'], '')}>{_written(cell)}</td>" for cell in others)
    return mark_safe(f'<th scope="row">{named}</th>{cells}')  # noqa: S308  each part is escaped


@register.filter
def written(cell: Mapping[str, Any]) -> SafeString:
    """A value as its kind is written."""
    return mark_safe(_written(cell))  # noqa: S308  each kind escapes what it does not make itself


def _written(cell: Mapping[str, Any]) -> str:
    return "" if cell["value"] is None else WRITTEN[cell["kind"]](cell)


def _text(value: Any) -> str:
    if type(value) is str:
        return escaped(value)
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
    "state": lambda cell: f'<span class="chip {colour(cell["value"])}">{escaped(cell["word"])}</span>',
    "yuan": lambda cell: yuan_text(cell["value"]),
    "number": lambda cell: thousands(cell["value"]),
    "day": lambda cell: f"{_local(cell['value']):%Y-%m-%d}",
    "moment": lambda cell: f"{_local(cell['value']):%Y-%m-%d %H:%M}",
}
