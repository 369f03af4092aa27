"""A list drawn again as it was received: its own titles and headings, its own cells, and in each what was found."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404

from nuanliu.awards.models import Roster, RosterSheet
from nuanliu.awards.queries import (
    START,
    Corrected,
    Found,
    Place,
    Proposal,
    RowWithFindings,
    cells_of,
    proposals_of,
    rows_page,
)
from nuanliu.kernel.text import mask_account, mask_identity, mask_name, mask_phone
from nuanliu.web.findings import short_of, title_of
from nuanliu.web.paging import SIZE

IGNORED = "ignore"
# What a heading can mean; the labels are those of the official form, as the sheets carry them.
FIELDS = {
    "name": "姓名",
    "identity_number": "身份证号",
    "employer": "工作单位",
    "phone": "联系电话",
    "category": "慰问对象类别",
    "reason": "慰问事由",
    "cash": "慰问金",
    "goods": "慰问品",
    "goods_value": "慰问品折价",
    "bank": "开户银行",
    "account": "银行账号",
    "account_holder": "户名",
    "tags": "标签",
    "household": "家庭编号",
    "remark": "备注",
}
MASKS = {"identity_number": mask_identity, "account": mask_account, "phone": mask_phone}
NAMES = ("name", "account_holder")
SUMS = ("cash", "goods_value", "total")
GRAVITY = {"error": 0, "warning": 1, "note": 2}


@dataclass(slots=True)
class Heading:
    """A column as the sender named it; `key` finds its cells, `field` is None where nobody knows the heading.

    `known` is the field that people can put right, or ''; `is_sum` tells whether figures stand in it.
    """

    text: str
    field: str | None
    key: str
    known: str = dataclasses.field(init=False)
    is_sum: bool = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.known = self.field if self.field in FIELDS else ""
        self.is_sum = self.field in SUMS


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding where it stands: its short word, its title, and what is proposed."""

    found: Found
    short: str
    title: str
    proposal: Proposal | None = None


@dataclass(slots=True)
class Cell:
    """One cell: its text as the reader may see it, what was found in it, and the text as received if corrected.

    A page has eight hundred, so they are made in the plain way.
    """

    text: str
    heading: Heading
    marks: tuple[Mark, ...] = ()
    corrected: Corrected | None = None
    original: str = ""
    raw: str = ""

    @property
    def severity(self) -> str:
        """That of the gravest finding in it."""
        return self.marks[0].found.severity if self.marks else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet: its number there, its cells, and its findings; `loose` are those that no cell has."""

    key: int
    number: int
    accepted: bool
    cells: list[Cell]
    marks: tuple[Mark, ...]
    loose: tuple[Mark, ...]
    editable: bool

    @property
    def findings(self) -> tuple[Found, ...]:
        """All that was found in it, the gravest first."""
        return tuple(mark.found for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Line:
    """A line above the data as received: its number, whether it is a heading, (width, height, text) of its cells."""

    number: int
    is_heading: bool
    cells: Sequence[Sequence[Any]]


@dataclass(slots=True)
class Table:
    """One table of one sheet of one file, as far as the page shows it."""

    sheet: RosterSheet
    headings: list[Heading]
    lines: list[Line]
    rows: list[Row] = dataclasses.field(default_factory=list)

    @property
    def pinned(self) -> str:
        """The heading whose column stays in sight."""
        return next((one.text.rpartition("/")[2] for one in self.headings if one.field == "name"), "")


@dataclass(slots=True)
class Sheets:
    """What a page shows of a list, and where the next page begins ('' on the last)."""

    tables: list[Table]
    next: str
    samples: dict[str, list[str]] = dataclasses.field(default_factory=dict)


def sheets_of(
    roster: Roster,
    sheets: Mapping[int, RosterSheet],
    *,
    only: str = "",
    code: str = "",
    after: str | None = None,
    in_full: bool = False,
) -> Sheets:
    """A page of a list. `in_full` shows numbers and names until a row is accepted; else they are masked."""
    found = rows_page(roster, after=place_or_404(after), limit=SIZE + 1, only=only, code=code)
    more, found = len(found) > SIZE, found[:SIZE]
    cells = cells_of(found)
    drawn = drawn_rows(found, cells, sheets, in_full=in_full)
    by_sheet: dict[int, list[Row]] = defaultdict(list)
    for one, row in zip(found, drawn, strict=True):
        by_sheet[one.row.sheet_ordinal].append(row)
    return Sheets(
        tables=[table_of(sheets[ordinal], rows) for ordinal, rows in by_sheet.items()],
        next=f"{found[-1].row.sheet_ordinal}-{found[-1].row.row_number}" if more else "",
        samples=_samples(found, cells, sheets) if in_full else {},
    )


def drawn_rows(
    found: Sequence[RowWithFindings],
    cells: Sequence[Mapping[str, object]],
    sheets: Mapping[int, RosterSheet],
    *,
    in_full: bool,
) -> list[Row]:
    """Rows as the page draws them; what is proposed for their cells only to who may put them right."""
    now = [
        {**given, **{name: one.value for name, one in row.corrections.items()}}
        for row, given in zip(found, cells, strict=True)
    ]
    proposals = proposals_of(found, now) if in_full else {}
    headings = {ordinal: headings_of(sheets[ordinal]) for ordinal in {one.row.sheet_ordinal for one in found}}
    return [
        row_of(one, given, headings[one.row.sheet_ordinal], proposals, in_full=in_full)
        for one, given in zip(found, cells, strict=True)
    ]


def place_or_404(text: str | None) -> Place:
    """Sheet and row from an address."""
    if not text:
        return START
    ordinal, _, number = text.partition("-")
    if not (ordinal.isdecimal() and number.isdecimal() and len(text) < 20):
        raise Http404
    return int(ordinal), int(number)


def before_row(row: RowWithFindings) -> str:
    """The address part of a page that begins with this row."""
    return urlencode({"show": "all", "after": f"{row.row.sheet_ordinal}-{row.row.row_number - 1}"})


def table_of(sheet: RosterSheet, rows: list[Row]) -> Table:
    """A table with its lines above the data."""
    heading_rows = sheet.header.get("heading_rows", [sheet.heading_row])
    lines = [
        Line(number, number in heading_rows, cells) for number, cells in sheet.header.get("lines", ())
    ] or [Line(sheet.heading_row, True, [(1, 1, text) for text, _ in sheet.headings])]
    return Table(sheet, headings_of(sheet), lines, rows)


def headings_of(sheet: RosterSheet) -> list[Heading]:
    """The headings in their order; the cells of a column that no field has are found by its place."""
    places = sheet.header.get("columns") or range(len(sheet.headings))
    return [
        Heading(text, name, name if name and name != IGNORED else f"column_{place}")
        for (text, name), place in zip(sheet.headings, places, strict=True)
    ]


def row_of(
    one: RowWithFindings,
    given: Mapping[str, object],
    headings: Sequence[Heading],
    proposals: Mapping[tuple[int, str], Proposal],
    *,
    in_full: bool,
) -> Row:
    """One row for the page."""
    masked = one.accepted or not in_full
    marks = sorted(
        (_mark(found, proposals.get((one.row.pk, found.code))) for found in one.findings),
        key=lambda mark: GRAVITY[mark.found.severity],
    )
    texts = {heading.text[:60] for heading in headings}
    return Row(
        key=one.row.pk,
        number=one.row.row_number,
        accepted=one.accepted,
        cells=[_cell(one, given, heading, marks, masked=masked) for heading in headings],
        marks=tuple(marks),
        loose=tuple(mark for mark in marks if mark.found.column not in texts),
        editable=not masked,
    )


def _mark(found: Found, proposal: Proposal | None) -> Mark:
    return Mark(found, short_of(found.code), title_of(found.code), proposal)


def _cell(
    one: RowWithFindings,
    given: Mapping[str, object],
    heading: Heading,
    marks: Sequence[Mark],
    *,
    masked: bool,
) -> Cell:
    received = given.get(heading.key)
    original = "" if received is None else str(received)
    if not marks and not one.corrections:
        return Cell(shown(heading.field, original, masked=masked), heading, raw="" if masked else original)
    corrected = one.corrections.get(heading.known)
    value = corrected.value if corrected else original
    return Cell(
        text=shown(heading.field, value, masked=masked),
        heading=heading,
        marks=tuple(mark for mark in marks if mark.found.column == heading.text[:60]),
        corrected=corrected,
        original=shown(heading.field, original, masked=masked) if corrected else "",
        raw="" if masked else value,
    )


def shown(name: str | None, text: str, *, masked: bool) -> str:
    """A cell's text as a reader may see it."""
    if not masked or not text:
        return text
    if name in NAMES:
        return mask_name(text)
    mask: Any = MASKS.get(name or "")
    return mask(text) if mask else text


SAMPLES = 3


def _samples(
    found: Sequence[RowWithFindings], cells: Sequence[Mapping[str, object]], sheets: Mapping[int, RosterSheet]
) -> dict[str, list[str]]:
    """Of each column that nobody knows a few values, so that a person can tell what it is."""
    samples: dict[str, list[str]] = defaultdict(list)
    unknown = {
        ordinal: [heading for heading in headings_of(sheet) if heading.field is None]
        for ordinal, sheet in sheets.items()
    }
    for one, given in zip(found, cells, strict=True):
        for heading in unknown[one.row.sheet_ordinal]:
            text = str(given.get(heading.key) or "").strip()[:40]
            if text and len(samples[heading.text[:60]]) < SAMPLES and text not in samples[heading.text[:60]]:
                samples[heading.text[:60]].append(text)
    return dict(samples)
