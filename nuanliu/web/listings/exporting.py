"""A list as a workbook: the rows that the screen would show, masked as there, marked with who took them and why."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from nuanliu.base.actor import Actor
from nuanliu.evidence.actions import finish_file, start_file
from nuanliu.evidence.models import FileRequest
from nuanliu.kernel.errors import refuse_if
from nuanliu.web.listings.asked import Asked, asked_of
from nuanliu.web.listings.listing import LISTINGS, Column, Kind
from nuanliu.web.listings.ordering import ordered

KIND = "listing"
KEPT = timedelta(days=7)
# A sheet holds 1,048,576 rows; some stand above the table.
MOST_ROWS = 1_000_000
AT_ONCE_ROWS = 2_000
CHUNK = 5_000
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    Kind.NUMBER: {"num_format": "#,##0"},
    Kind.YUAN: {"num_format": "#,##0.00"},
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
}


def asked_by(parameters: dict[str, Any]) -> Asked:
    """The reading of a list that a file request keeps. KeyError when there is no such list any more."""
    return asked_of(LISTINGS[parameters["listing"]], QueryDict(parameters["query"]))


def export(request: FileRequest, *, by: Actor) -> FileRequest:
    """Make the workbook that `request` asks for; it is kept for a week. Refused `listing.too_long`."""
    start_file(request, by=by)
    with override(request.parameters["language"]):
        asked = asked_by(request.parameters)
        listing = asked.listing
        listing.policy.require(by, listing.act)
        count = asked.rows(by).count()
        refuse_if(count > MOST_ROWS, "listing.too_long", "结果超过一百万行，请先用筛选条件缩小范围再导出")
        content = _workbook(asked, _marks(request, asked, by, count), by)
        name = f"{listing.title}-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    expires = timezone.localdate() + KEPT
    return finish_file(request, content, name=name, media_type=MEDIA_TYPE, by=by, expires_on=expires)


def _marks(request: FileRequest, asked: Asked, by: Actor, count: int) -> list[str]:
    """What stands above the rows: who took what, when and what for; the log knows the number."""
    return [
        str(asked.listing.title),
        _("Taken by %(name)s on %(moment)s, number %(number)s")
        % {"name": by.user_name, "moment": f"{timezone.localtime():%Y-%m-%d %H:%M}", "number": request.pk},
        _("What for: %(reason)s") % {"reason": request.reason},
        _("Scope: %(scope)s; %(count)s rows")
        % {"scope": "; ".join(asked.told(by)) or _("everything in the union's scope"), "count": count},
    ]


def _workbook(asked: Asked, marks: list[str], by: Actor) -> bytes:
    # In constant memory: rows leave for the disk as they are written.
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    formats = {kind: book.add_format(FORMATS.get(kind, {})) for kind in Kind}
    bold = book.add_format({"bold": True})
    # The mark stands on every printed page too.
    sheet.set_header(f"&L{marks[0]}&R{marks[1]}")
    sheet.set_column(0, len(asked.columns) - 1, 18)
    for place, mark in enumerate(marks):
        sheet.write_string(place, 0, mark, bold if place == 0 else None)
    top = len(marks) + 1
    for place, column in enumerate(asked.columns):
        sheet.write_string(top, place, str(column.label), bold)
    sheet.freeze_panes(top + 1, 1)
    for number, row in enumerate(_rows(asked, by), start=top + 1):
        for place, column in enumerate(asked.columns):
            _write(sheet, number, place, column, row, formats[column.kind])
    book.close()
    return buffer.getvalue()


def _rows(asked: Asked, by: Actor) -> Any:
    """All rows in the list's order, in chunks, each prepared as a page would be."""
    prepared, chunk = asked.listing.prepared, []
    for row in ordered(asked.rows(by), asked.order).iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from prepared(chunk) if prepared else chunk
            chunk = []
    yield from prepared(chunk) if prepared else chunk


def _write(sheet: Any, number: int, place: int, column: Column, row: Any, form: Any) -> None:
    value = column.of(row)
    if value is None:
        return
    match column.kind:
        case Kind.STATE:
            sheet.write_string(number, place, column.word_of(row))
        case Kind.YUAN:
            sheet.write_number(number, place, value / 100, form)
        case Kind.NUMBER:
            sheet.write_number(number, place, value, form)
        case Kind.DAY:
            sheet.write_datetime(number, place, value, form)
        case Kind.MOMENT:
            sheet.write_datetime(number, place, timezone.localtime(value).replace(tzinfo=None), form)
        case _:
            sheet.write_string(number, place, str(value))
