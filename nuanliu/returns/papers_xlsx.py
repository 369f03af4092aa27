"""Annex 1 as a workbook: the paper's merged cells and print set-up, values as numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from nuanliu.returns.papers import Line

GROUP, CODE, LABEL, CELL, VALUE = range(5)
_WIDTHS = (6, 6, 62, 17, 15)
_TABLE_TOP = 3
A4 = 9


def write_annex1(path: Path | str, data: Mapping[str, Any], lines: Sequence["Line"]) -> None:
    """Write the file; `data` is what the PDF's template is given too."""
    # Nothing that was typed somewhere may come alive as a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("附件1")
        formats = _formats(book)
        _set_up_page(sheet, data)
        _write_head(sheet, data, formats)
        for row, line in enumerate(lines, _TABLE_TOP + 1):
            _write_line(sheet, row, line, formats)
        _write_foot(sheet, _TABLE_TOP + 1 + len(lines), data["notes"], formats)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    boxed = base | {"border": 1}
    centred = boxed | {"align": "center"}
    number = boxed | {"align": "right"}
    looks: dict[str, dict[str, Any]] = {
        "title": base | {"font_name": "黑体", "font_size": 16, "align": "center"},
        "plain": base,
        "note": base | {"font_size": 9, "text_wrap": True, "valign": "top"},
        "centre": base | {"align": "center"},
        "head": centred | {"font_name": "黑体"},
        "boxed": centred,
        "label": boxed | {"text_wrap": True},
        "count": number | {"num_format": "0"},
        "money": number | {"num_format": "0.00"},
        # The mark is part of the number's look, so that the cell stays a number.
        "count entered": number | {"num_format": '0"填"', "font_color": "#B3261E"},
        "money entered": number | {"num_format": '0.00"填"', "font_color": "#B3261E"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _set_up_page(sheet: Worksheet, data: Mapping[str, Any]) -> None:
    sheet.set_paper(A4)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.set_footer("&L" + data["reference"].replace("&", "&&") + "&R第 &P 页 共 &N 页")
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)


def _write_head(sheet: Worksheet, data: Mapping[str, Any], formats: Mapping[str, Format]) -> None:
    sheet.write_string(0, GROUP, "附件1", formats["plain"])
    sheet.merge_range(1, GROUP, 1, VALUE, _plain(data["title"]), formats["title"])
    sheet.set_row(1, 26)
    date = "{}年{}月{}日".format(*data["filled_on"]) if data["filled_on"] else "    年  月  日"
    fields = (
        f"填报单位：{data['reporting_unit']}    填报人：{data['reporter']}    电话：{data['phone']}    {date}"
    )
    sheet.merge_range(2, GROUP, 2, VALUE, fields, formats["plain"])
    sheet.write_string(_TABLE_TOP, GROUP, "编号", formats["head"])
    sheet.merge_range(_TABLE_TOP, CODE, _TABLE_TOP, CELL, "项目", formats["head"])
    sheet.write_string(_TABLE_TOP, VALUE, "合计", formats["head"])


def _write_line(sheet: Worksheet, row: int, line: "Line", formats: Mapping[str, Format]) -> None:
    if line.group_span:
        _write_spanning(sheet, row, GROUP, line.group_span, str(line.group), formats["boxed"])
    sheet.write_string(row, CODE, line.code, formats["boxed"])
    if not line.cell:
        sheet.merge_range(row, LABEL, row, CELL, line.label, formats["label"])
    else:
        if line.label_span:
            _write_spanning(sheet, row, LABEL, line.label_span, line.label, formats["label"])
        sheet.write_string(row, CELL, line.cell, formats["boxed"])
    _write_value(sheet, row, line, formats)


def _write_spanning(sheet: Worksheet, row: int, column: int, span: int, text: str, look: Format) -> None:
    if span > 1:
        sheet.merge_range(row, column, row + span - 1, column, text, look)
    else:
        sheet.write_string(row, column, text, look)


def _write_value(sheet: Worksheet, row: int, line: "Line", formats: Mapping[str, Format]) -> None:
    look = formats[("money" if line.is_money else "count") + (" entered" if line.value.entered else "")]
    if line.value.number is None:
        sheet.write_string(row, VALUE, _plain(line.value.text), look)
    else:
        sheet.write_number(row, VALUE, float(line.value.number), look)


def _write_foot(sheet: Worksheet, row: int, notes: Sequence[str], formats: Mapping[str, Format]) -> None:
    text = "\n".join(f"注{number}：{note}" for number, note in enumerate(notes, 1))
    sheet.merge_range(row, GROUP, row, LABEL, text, formats["note"])
    sheet.merge_range(row, CELL, row, VALUE, "（填报单位盖章）", formats["centre"])
    sheet.set_row(row, 30)


def _plain(text: str) -> str:
    # The writer copies a text of this shape into the sheet as markup.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
