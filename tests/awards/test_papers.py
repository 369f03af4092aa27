"""The real-name roster on paper and as a workbook: every row as given, sums to the fen, signature lines."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook

from nuanliu.awards.papers import (
    ROWS_PER_PART,
    RosterHeader,
    RosterTotals,
    roster_data,
    roster_form,
    roster_frame,
    roster_parts,
    roster_pdf,
    roster_totals,
    roster_xlsx,
)
from nuanliu.awards.papers_text import breakable, lines_of, row_height_mm
from nuanliu.base.documents import query_document

AT = datetime(2022, 1, 19, tzinfo=UTC)
HEADER = RosterHeader(
    "上海市嘉定区总工会",
    reporter="王秀英",
    phone="021-59520000",
    filled_on=date(2022, 1, 19),
    reference="3f9a",
)


def row(seq: int, **changed: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "name": "王#*_$秀英",
        "gender": "女",
        "id_number": "310101198001011234",
        "employer": "上海市嘉定区安亭镇汽车零部件（集团）股份有限公司",
        "phone": "13800000000",
        "category": "C7",
        "reason": "春节坚守岗位",
        "cash": 100050,
        "goods": "大米 1 袋",
        "goods_value": 20000,
        "bank": "中国工商银行",
        "account": "0222021001012345678",
        "pay_date": date(2021, 12, 20),
        "receipt_ref": "R2021122012345678901234567890",
        "fund_source": "工会经费",
        "remark": None,
    } | changed


def rows(count: int) -> pl.DataFrame:
    return roster_frame(row(seq) for seq in range(1, count + 1))


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    alive = row(2, cash=None, name="=1+1", employer="<r><t>x</t></r>")
    frame = roster_frame([row(1), alive, row(3, remark="@家属代领")])
    roster_xlsx(tmp_path / "roster.xlsx", HEADER, frame)
    return load_workbook(tmp_path / "roster.xlsx").active


def test_the_workbook_gives_every_row_back(sheet: Any) -> None:
    labels = [column.label for column in roster_form().columns]
    assert [cell.value for cell in sheet[3]] == labels
    first = dict(zip([column.key for column in roster_form().columns], sheet[4], strict=True))
    assert (first["seq"].value, first["name"].value) == (1, "王#*_$秀英")
    assert (first["id_number"].value, first["id_number"].data_type) == ("310101198001011234", "s")
    assert (first["account"].value, first["account"].data_type) == ("0222021001012345678", "s")
    assert (first["cash"].value, first["goods_value"].value, first["total"].value) == (1000.5, 200, 1200.5)
    assert first["pay_date"].value == datetime(2021, 12, 20)  # noqa: DTZ001


def test_what_looks_like_a_formula_stays_a_text(sheet: Any) -> None:
    assert [(cell.value, cell.data_type) for cell in (sheet["B5"], sheet["E5"], sheet["R6"])] == [
        ("=1+1", "s"),
        ("<r><t>x</t></r>", "s"),
        ("@家属代领", "s"),
    ]


@pytest.mark.requirement("R-065", "R-066")
def test_the_workbook_has_head_totals_and_signature_lines(sheet: Any) -> None:
    texts = [cell.value for line in sheet.iter_rows() for cell in line if isinstance(cell.value, str)]
    assert sheet["A1"].value == "送温暖慰问实名制汇总表"
    for text in (
        "填报单位（公章）：上海市嘉定区总工会",
        "填报人：王秀英",
        "联系电话：021-59520000",
        "2022年1月19日",
    ):
        assert text in texts
    assert {"负责人签字：", "经办人签字："} <= set(texts)
    total = [cell.value for cell in sheet[7]]
    assert (total[1], total[4], total[8], total[10], total[11]) == ("合计", "3人次", 2001, 600, 2601)
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$3:$3")


def test_sums_are_exact() -> None:
    frame = roster_frame(
        [row(1, cash=1, goods_value=None), row(2, cash=None, goods_value=2), row(3, cash=30)]
    )
    assert roster_totals(frame) == RosterTotals(person_times=3, cash_fen=31, goods_value_fen=20002)
    assert roster_totals(frame).total_fen == 20033
    assert roster_totals(roster_frame([])) == RosterTotals(0, 0, 0)


def test_a_long_list_comes_in_parts_that_lose_nobody() -> None:
    frame = rows(2 * ROWS_PER_PART + 1)
    parts = roster_parts(frame)
    assert [part.height for part in parts] == [ROWS_PER_PART, ROWS_PER_PART, 1]
    assert pl.concat(parts).equals(frame)
    assert len(roster_parts(roster_frame([]))) == 1


def test_each_part_has_its_own_sums_and_the_last_one_all() -> None:
    header = RosterHeader("某工会", totals=RosterTotals(5, 500000, 0))
    first = roster_data(header, rows(2), 1, 2)["sums"]
    last = roster_data(header, rows(3), 2, 2)["sums"]
    assert first == [["本册小计", "2", "2,001.00", "400.00", "2,401.00"]]
    assert last == [
        ["本册小计", "3", "3,001.50", "600.00", "3,601.50"],
        ["全部合计", "5", "5,000.00", "0.00", "5,000.00"],
    ]
    assert roster_data(header, rows(2), 1, 1)["sums"] == [["合计", "2", "2,001.00", "400.00", "2,401.00"]]


def test_a_part_beyond_its_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 2000 rows"):
        roster_pdf(HEADER, rows(ROWS_PER_PART + 1))


def test_every_text_is_on_the_paper() -> None:
    data = roster_data(HEADER, rows(1), 1, 1)
    [grid] = query_document("awards/roster", data, "<rows>")
    printed = [cell["body"].get("text", "") for cell in grid["children"]]
    assert [text.replace("\u200b", "") for text in printed] == [
        "1",
        "王#*_$秀英",
        "女",
        "310101198001011234",
        "上海市嘉定区安亭镇汽车零部件（集团）股份有限公司",
        "13800000000",
        "C7",
        "春节坚守岗位",
        "1,000.50",
        "大米 1 袋",
        "200.00",
        "1,200.50",
        "中国工商银行",
        "0222021001012345678",
        "2021-12-20",
        "R2021122012345678901234567890",
        "工会经费",
        "",
    ]


def test_the_paper_has_head_and_signature_lines_on_its_pages() -> None:
    frame = roster_frame(row(seq, receipt_ref=None) for seq in range(1, 61))
    pdf = roster_pdf(HEADER, frame, at=AT)
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 3
    assert roster_pdf(HEADER, frame, at=AT) == pdf
    assert roster_pdf(HEADER, roster_frame([]), at=AT).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("key", "text", "lines"),
    [
        ("employer", "上海市嘉定区总工会", 1),
        ("employer", "上海市嘉定区安亭镇汽车零部件有限公司", 2),
        ("reason", "本人患大病，家庭生活困难", 2),
        ("remark", "家属代领，附委托书和身份证复印件一份", 5),
        ("receipt_ref", breakable("receipt_ref", "R" + "0" * 28), 3),
        ("account", "6222021001012345678", 1),
    ],
)
def test_the_height_of_a_row_is_known_before_it_is_set(key: str, text: str, lines: int) -> None:
    assert lines_of(key, text) == lines


def test_a_character_that_cannot_be_printed_is_named_beside_the_totals() -> None:
    frame = roster_frame([row(1), row(2, name="吉𠮷野"), row(3, name="买买提·吐尔逊", employer="䶮㛃龘公司")])
    assert roster_data(HEADER, frame, 1, 1)["notes"] == [
        "序号2“姓名”中 U+20BB7 为字库未收之字，印作方框，请手工填写。"
    ]
    assert roster_pdf(HEADER, frame, at=AT) != roster_pdf(HEADER, rows(3), at=AT)


def test_a_row_beyond_measure_is_left_to_the_typesetter() -> None:
    columns = roster_form().columns
    short, endless = [""] * len(columns), [""] * (len(columns) - 1) + ["附" * 500]
    assert row_height_mm(columns, short) == 7.2
    assert row_height_mm(columns, endless) is None
    assert roster_pdf(HEADER, roster_frame([row(1, remark="附" * 500)]), at=AT).startswith(b"%PDF-")
