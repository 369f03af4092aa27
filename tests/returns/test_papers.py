"""Annex 1 on paper and as a workbook says what its cells say, where the official form has it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from nuanliu.base.documents import query_document
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.papers import Annex1Header, CellText, annex1_data, annex1_pdf, annex1_xlsx, printed_lines

AT = datetime(2022, 1, 19, tzinfo=UTC)
HEADER = Annex1Header(
    "上海市嘉定区总工会",
    reporter="王秀英",
    phone="021-59520000",
    filled_on=date(2022, 1, 19),
    as_of=date(2022, 1, 18),
    reference="第1版 3f9a",
)


def cells() -> dict[str, CellText]:
    """Every code with a number of its own; A, G and I typed by hand."""
    values: dict[str, CellText] = {}
    for place, row in enumerate(form(ANNEX1).rows, 1):
        number: int | Decimal = Decimal(place * 137).scaleb(-2) if row.is_money else place * 1000
        values[row.code] = CellText(str(number), number, entered=row.code in {"A", "G", "I"})
    return values


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    annex1_xlsx(tmp_path / "annex1.xlsx", HEADER, cells())
    return load_workbook(tmp_path / "annex1.xlsx").active


def rows_by_code(sheet: Any) -> dict[str, int]:
    return {sheet.cell(row, 2).value: row for row in range(5, 5 + len(form(ANNEX1).rows))}


def all_text(document: list[dict[str, Any]]) -> str:
    def walk(node: Any) -> str:
        if isinstance(node, dict):
            return str(node.get("text", "")) + "".join(walk(part) for part in node.values())
        return "".join(map(walk, node)) if isinstance(node, list) else ""

    return walk(document)


def test_the_lines_are_those_of_the_official_form() -> None:
    lines = {line.code: line for line in printed_lines(form(ANNEX1), {})}
    assert len(lines) == 49
    assert lines["B"].label == "筹集慰问款物总额（万元） B=B1+B2+B3+B4+B5+B6"
    assert lines["B1"].label == "其中：中央财政（万元）"
    assert lines["B2"].label == "地方财政（万元）"
    assert lines["E1"].label == "其中：落实民生政策（人次）"
    assert (lines["C3"].cell, lines["D3"].cell) == ("慰问对象（人次）", "发放款物（万元）")
    assert (lines["C3"].label_span, lines["D3"].label_span) == (2, 0)
    spans = {line.group: line.group_span for line in lines.values() if line.group_span}
    assert spans == {1: 1, 2: 7, 3: 24, 4: 6, 5: 4, 6: 3, 7: 4}


def test_the_workbook_gives_back_every_figure_as_a_number(sheet: Any) -> None:
    rows = rows_by_code(sheet)
    assert {code: sheet.cell(row, 5).value for code, row in rows.items()} == {
        code: float(cell.number or 0) for code, cell in cells().items()
    }
    assert {code: sheet.cell(row, 5).data_type for code, row in rows.items()} == dict.fromkeys(rows, "n")


@pytest.mark.requirement("R-112")
def test_the_workbook_is_laid_out_as_the_form(sheet: Any) -> None:
    rows = rows_by_code(sheet)
    assert sheet["A2"].value == "2022年元旦春节期间各级工会送温暖统计表"
    assert sheet["A3"].value == (
        "填报单位：上海市嘉定区总工会    填报人：王秀英    电话：021-59520000    2022年1月19日"
    )
    assert [sheet["A4"].value, sheet["B4"].value, sheet["E4"].value] == ["编号", "项目", "合计"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A2:E2", "B4:D4", f"A{rows['C']}:A{rows['D11']}", f"C{rows['C5']}:C{rows['D5']}"} <= merged
    assert f"C{rows['E2']}:D{rows['E2']}" in merged
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True


def test_figures_typed_by_hand_are_marked_in_both(sheet: Any) -> None:
    rows = rows_by_code(sheet)
    marked = {code for code, row in rows.items() if "填" in sheet.cell(row, 5).number_format}
    assert marked == {"A", "G", "I"}
    data = annex1_data(HEADER, cells())
    assert {line["code"] for line in data["lines"] if line["entered"]} == {"A", "G", "I"}
    assert data["notes"] == [
        "统计截至2022年1月18日。",
        "标“填”的数据含人工填报，其余由资金和发放记录汇总生成。",
    ]


def test_the_paper_holds_every_label_and_figure() -> None:
    data = annex1_data(HEADER, cells())
    text = all_text(query_document("returns/annex1", data, "table"))
    for line in printed_lines(form(ANNEX1), cells()):
        assert line.label in text
        assert line.value.text in text
    assert text.count("填") == 3


@pytest.mark.parametrize(
    "unit", ["上海市嘉定区总工会", "上海市" + "嘉定区安亭镇汽车零部件" * 4 + "工会 #*_$"]
)
def test_the_paper_is_one_page_whatever_the_union_is_called(unit: str) -> None:
    pdf = annex1_pdf(Annex1Header(unit, filled_on=date(2022, 1, 19)), cells(), at=AT)
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_the_same_cells_give_the_same_bytes() -> None:
    assert annex1_pdf(HEADER, cells(), at=AT) == annex1_pdf(HEADER, cells(), at=AT)
    other = cells() | {"C1": CellText("7", 7)}
    assert annex1_pdf(HEADER, other, at=AT) != annex1_pdf(HEADER, cells(), at=AT)


def test_a_figure_that_is_not_there_stays_blank(tmp_path: Path) -> None:
    annex1_xlsx(tmp_path / "annex1.xlsx", Annex1Header("某工会"), {"A": CellText("3", 3)})
    sheet = load_workbook(tmp_path / "annex1.xlsx").active
    rows = rows_by_code(sheet)
    assert {code for code, row in rows.items() if sheet.cell(row, 5).value not in (None, "")} == {"A"}


def test_a_code_that_the_form_lacks_is_refused() -> None:
    with pytest.raises(KeyError, match="Z9"):
        annex1_pdf(HEADER, {"Z9": CellText("1")})


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "<r><t>x</t></r>", "https://example.org", "=HYPERLINK(1)"]
)
def test_nothing_in_the_workbook_comes_alive(tmp_path: Path, text: str) -> None:
    annex1_xlsx(tmp_path / "a.xlsx", Annex1Header(text, title=text), {"A": CellText(text)})
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A2"].value.strip() == text
    assert sheet.cell(5, 5).value.strip() == text
    assert [sheet["A2"].data_type, sheet.cell(5, 5).data_type] == ["s", "s"]
    assert sheet.cell(5, 5).hyperlink is None
