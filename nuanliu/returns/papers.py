"""Annex 1 on paper: the PDF to be sealed and the workbook to be sent, both from one list of printed lines.

Nothing is counted here. Cells come as they are to be read, `nuanliu.returns.rules.printed` makes them.
Source: 沪工总权〔2021〕194号 附件1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from nuanliu.base.documents import compile_pdf
from nuanliu.returns.definitions import ANNEX1, Form, Row, form
from nuanliu.returns.papers_xlsx import write_annex1

ENTERED_MARK = "填"


@dataclass(frozen=True, slots=True)
class Annex1Header:
    """What the form asks for above the table; what is empty leaves a rule to write on.

    `title` replaces the form's own in other years; `as_of` is the day up to which the stream was counted;
    `reference` (version, digest) goes into the foot, so that a sheet can be traced to what was signed.
    """

    reporting_unit: str
    reporter: str = ""
    phone: str = ""
    filled_on: date | None = None
    as_of: date | None = None
    title: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CellText:
    """One cell: its text on paper, its number in the workbook, and whether a part of it was typed by hand."""

    text: str
    number: int | Decimal | None = None
    entered: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. A span of 0 means that the cell above reaches down to this line."""

    code: str
    group: int
    group_span: int
    label: str
    label_span: int
    cell: str
    value: CellText
    is_money: bool


def annex1_pdf(header: Annex1Header, cells: Mapping[str, CellText], *, at: datetime | None = None) -> bytes:
    """Annex 1 as the official form, on one A4 page. The same input and `at` give the same bytes.

    A code without a cell stays blank; a cell whose code the form lacks is refused with `KeyError`.
    """
    return compile_pdf("returns/annex1", annex1_data(header, cells), at=at)


def annex1_xlsx(path: Path | str, header: Annex1Header, cells: Mapping[str, CellText]) -> None:
    """Annex 1 as a workbook laid out like the paper; values are numbers."""
    data = annex1_data(header, cells)
    write_annex1(path, data, printed_lines(form(ANNEX1), cells))


def annex1_data(header: Annex1Header, cells: Mapping[str, CellText]) -> dict[str, Any]:
    """What the template is given."""
    definition = form(ANNEX1)
    lines = printed_lines(definition, cells)
    day = header.filled_on
    return {
        "title": header.title or definition.title,
        "reporting_unit": header.reporting_unit,
        "reporter": header.reporter,
        "phone": header.phone,
        "filled_on": [day.year, day.month, day.day] if day else None,
        "lines": [_line_data(line) for line in lines],
        "notes": _notes(header, lines),
        "reference": header.reference,
    }


def printed_lines(definition: Form, cells: Mapping[str, CellText]) -> list[Line]:
    """The form's rows with labels as printed and the spans of merged cells."""
    if unknown := sorted(cells.keys() - {row.code for row in definition.rows}):
        raise KeyError(f"附件1没有这些栏目：{'、'.join(unknown)}")
    spans = _spans([str(row.group) for row in definition.rows])
    labels = _spans([row.label if row.cell else row.code for row in definition.rows])
    return [
        Line(
            code=row.code,
            group=row.group,
            group_span=group_span,
            label=_label(definition, row),
            label_span=label_span,
            cell=_fullwidth(row.cell),
            value=cells.get(row.code, CellText("")),
            is_money=row.is_money,
        )
        for row, group_span, label_span in zip(definition.rows, spans, labels, strict=True)
    ]


def _spans(keys: list[str]) -> list[int]:
    """The length of each run of equal keys at its first place, 0 at the others."""
    spans: list[int] = []
    for place, key in enumerate(keys):
        if place and keys[place - 1] == key:
            spans.append(0)
        else:
            following = (later for later in range(place, len(keys)) if keys[later] != key)
            spans.append(next(following, len(keys)) - place)
    return spans


def _label(definition: Form, row: Row) -> str:
    if row.cell:
        return row.label
    text = f"{row.label}（{row.unit}）"
    if row.parts:
        return f"{text} {row.code}={'+'.join(row.parts)}"
    return f"其中：{text}" if any(row.code == total.parts[0] for total in definition.totals) else text


def _fullwidth(cell: str) -> str:
    return cell.replace("(", "（").replace(")", "）")


def _line_data(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "group": line.group,
        "group_span": line.group_span,
        "label": line.label,
        "label_span": line.label_span,
        "cell": line.cell,
        "text": line.value.text,
        "entered": line.value.entered,
    }


def _notes(header: Annex1Header, lines: list[Line]) -> list[str]:
    notes = []
    if header.as_of:
        notes.append(f"统计截至{header.as_of.year}年{header.as_of.month}月{header.as_of.day}日。")
    if any(line.value.entered for line in lines):
        notes.append(f"标“{ENTERED_MARK}”的数据含人工填报，其余由资金和发放记录汇总生成。")
    return notes
