"""A list drawn again as it was received: its own headings, its own cells, and in each cell what was found there."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nuanliu.awards.models import Correction, Roster, RosterFinding, RosterSheet
from nuanliu.awards.queries import RowWithFindings, raw_of, rows_page
from nuanliu.kernel.text import mask_account, mask_identity, mask_name, mask_phone
from nuanliu.web.paging import SIZE, number_or_404, page_of

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
GRAVITY = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column as the sender named it; `key` finds its cells, `field` is None where nobody knows the heading."""

    text: str
    field: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text as the reader may see it, and the gravest finding in it."""

    text: str
    severity: str = ""
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet: its number there, its cells, and its findings."""

    key: int
    number: int
    accepted: bool
    cells: list[Cell]
    findings: tuple[RosterFinding, ...]
    editable: bool


@dataclass(slots=True)
class Table:
    """One table of one sheet of one file, as far as the page shows it."""

    sheet: RosterSheet
    headings: list[Heading]
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Sheets:
    """What a page shows of a list; `whole` are findings on files, sheets and headings."""

    tables: list[Table]
    whole: list[RosterFinding]
    next: str


@dataclass(frozen=True, slots=True)
class Received:
    """A row with its cells as received, by field or `column_j`, and the fields that were corrected since."""

    key: int
    found: RowWithFindings
    cells: Mapping[str, object]
    corrected: frozenset[str]


def sheets_of(roster: Roster, *, code: str = "", after: str | None = None, in_full: bool = False) -> Sheets:
    """A page of a list. `in_full` shows numbers and names until a row is accepted; else they are masked."""
    page = page_of(received(rows_page(roster, after=number_or_404(after), limit=SIZE + 1, code=code)), "key")
    by_sheet: dict[int, list[Received]] = defaultdict(list)
    for one in page.rows:
        by_sheet[one.found.row.sheet_ordinal].append(one)
    sheets = {sheet.ordinal: sheet for sheet in roster.sheets.select_related("file")}
    tables = [_table(sheets[ordinal], rows, in_full) for ordinal, rows in by_sheet.items()]
    whole = RosterFinding.objects.filter(roster=roster, row_number=0).order_by("pk")
    return Sheets(tables, list(whole), page.next)


def received(rows: Sequence[RowWithFindings]) -> list[Received]:
    """Rows with their cells opened; nothing is masked yet."""
    opened = raw_of([one.row for one in rows])
    corrected: dict[int, set[str]] = defaultdict(set)
    for row_id, name in Correction.objects.filter(row__in=[one.row for one in rows]).values_list(
        "row_id", "field"
    ):
        corrected[row_id].add(name)
    return [
        Received(one.row.pk, one, json.loads(raw or "{}"), frozenset(corrected[one.row.pk]))
        for one, raw in zip(rows, opened, strict=True)
    ]


def _table(sheet: RosterSheet, rows: list[Received], in_full: bool) -> Table:
    headings = headings_of(sheet, rows)
    return Table(sheet, headings, [row_of(one, headings, in_full=in_full) for one in rows])


def headings_of(sheet: RosterSheet, rows: list[Received]) -> list[Heading]:
    """The headings in their order; a column of unknown heading is found by its place among such columns."""
    unknown = iter(
        sorted({name for row in rows for name in row.cells if name.startswith("column_")}, key=_place)
    )
    return [
        Heading(text, name, name if name and name != IGNORED else next(unknown, ""))
        for text, name in sheet.headings
    ]


def row_of(one: Received, headings: list[Heading], *, in_full: bool) -> Row:
    """One row for the page."""
    row, findings = one.found.row, one.found.findings
    gravest = _gravest_by_heading(findings)
    masked = one.found.accepted or not in_full
    return Row(
        key=row.pk,
        number=row.row_number,
        accepted=one.found.accepted,
        cells=[_cell(one, heading, gravest, masked=masked) for heading in headings],
        findings=tuple(sorted(findings, key=lambda found: GRAVITY[found.severity])),
        editable=not masked,
    )


def _cell(one: Received, heading: Heading, gravest: Mapping[str, str], *, masked: bool) -> Cell:
    value = one.cells.get(heading.key)
    text = "" if value is None else str(value)
    return Cell(
        shown(heading.field, text, masked=masked),
        gravest.get(heading.text, ""),
        heading.field in one.corrected,
    )


def shown(name: str | None, text: str, *, masked: bool) -> str:
    """A cell's text as a reader may see it."""
    if not masked or not text:
        return text
    if name == "name" or name == "account_holder":
        return mask_name(text)
    mask: Any = MASKS.get(name or "")
    return mask(text) if mask else text


def _gravest_by_heading(findings: tuple[RosterFinding, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in sorted(findings, key=lambda finding: -GRAVITY[finding.severity]):
        found[one.column] = one.severity
    return found


def _place(name: str) -> int:
    return int(name.removeprefix("column_"))
