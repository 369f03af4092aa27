"""What is written opens elsewhere, prints, and can do no harm."""

import io
from datetime import date

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanliu.base.spreadsheets.columns import yuan_text
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.base.spreadsheets.tables import find_tables
from nuanliu.base.spreadsheets.writer import Column, Kind, write_csv, write_table

COLUMNS = (
    Column("seq", "序号", Kind.INTEGER),
    Column("name", "姓名"),
    Column("identity_number", "身份证号", width=20),
    Column("cash", "现金", Kind.AMOUNT, group="慰问金（元）"),
    Column("goods_value", "实物", Kind.AMOUNT, group="慰问金（元）"),
    Column("paid_on", "发放日期", Kind.DATE),
)
ROWS = [
    (1, "张三", "310101199001011237", 100050, None, date(2022, 1, 10)),
    (2, "=1+1", "31010119770707333X", -5, 0, None),
]
AROUND = {
    "title": "送温暖慰问实名制汇总表",
    "header_lines": [("填报单位（公章）：嘉定区总工会", "填报人：王某", "2022年1月10日")],
    "footer_lines": ["负责人签字：        经办人签字："],
}


def written(rows=ROWS, columns=COLUMNS, **around) -> bytes:
    stream = io.BytesIO()
    write_table(stream, columns, rows, **around)
    return stream.getvalue()


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def csv_of(rows, columns) -> str:
    stream = io.BytesIO()
    write_csv(stream, columns, rows)
    return stream.getvalue().decode("utf-8")


def test_values_keep_their_type():
    sheet = opened(written(**AROUND))
    cells = [sheet.cell(5, column) for column in range(1, 7)]
    assert [cell.value for cell in cells[:5]] == [1, "张三", "310101199001011237", 1000.5, None]
    assert cells[5].value.date() == date(2022, 1, 10)
    assert [cell.number_format for cell in cells] == ["0", "@", "@", "#,##0.00", "#,##0.00", "yyyy-mm-dd"]
    assert sheet.dimensions == "A1:F7"


def test_the_sheet_is_laid_out_for_paper():
    sheet = opened(written(**AROUND))
    assert sheet.title == "送温暖慰问实名制汇总表"
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {
        "A1:F1",
        "A3:A4",
        "B3:B4",
        "C3:C4",
        "D3:E3",
        "F3:F4",
    }
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$3:$4"
    assert sheet["A7"].value == "负责人签字：        经办人签字："
    assert sheet.column_dimensions["C"].width == pytest.approx(20, abs=1)


def test_what_is_written_is_read_and_found_again():
    (cells,) = read_workbook(written(**AROUND))
    (table,) = find_tables(cells)
    assert (table.heading_rows, table.reporting_unit, table.reporter) == ((3, 4), "嘉定区总工会", "王某")
    assert [column.field for column in table.columns] == [
        "seq",
        "name",
        "identity_number",
        "cash",
        "goods_value",
        "pay_date",
    ]
    assert table.rows["cash"].to_list() == ["1000.5", "-0.05"]
    assert table.skipped == ((7, "signature"),)


def test_mappings_frames_and_sequences_write_the_same_bytes():
    mappings = [dict(zip([column.key for column in COLUMNS], row, strict=True)) for row in ROWS]
    frame = pl.DataFrame(mappings)
    assert written(mappings) == written(frame) == written(ROWS) == written(iter(ROWS))


def test_the_same_content_gives_the_same_bytes_on_another_day(monkeypatch):
    first = written(**AROUND)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 5, 5, 5, 5, 0, 1, 0))
    assert written(**AROUND) == first


def test_a_table_without_rows():
    sheet = opened(written([], **AROUND))
    assert sheet["A5"].value == "负责人签字：        经办人签字："


def test_many_rows_are_written_in_order():
    rows = [(number, f"第{number}人", "", number, 0, None) for number in range(25_000)]
    frame = read_workbook(written(rows))[0].frame
    assert frame["column_0"].to_list()[2:] == [str(number) for number in range(25_000)]


LIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", LIVE)
def test_no_text_comes_alive(text):
    cell = opened(written([(1, text, None, 0, 0, None)]))["B3"]
    assert cell.data_type == "s"
    line = csv_of([(text,)], [Column("name", "姓名")]).split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: "\r" not in text)


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_text_opens_as_the_same_string(texts):
    sheet = opened(written([(text,) for text in texts], [Column("name", "姓名")]))
    found = [sheet.cell(row, 1).value or "" for row in range(2, len(texts) + 2)]
    assert [openpyxl.utils.escape.unescape(text) for text in found] == texts


@given(st.integers(-(10**15), 10**15))
def test_yuan_has_two_decimals_and_no_float(fen):
    text = pl.select(yuan_text(pl.lit(fen, dtype=pl.Int64))).item()
    sign, whole, cents = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    assert text == f"{sign}{whole}.{cents:02d}"


def test_csv_has_a_mark_and_plain_values(tmp_path):
    place = tmp_path / "roster.csv"
    write_csv(place, COLUMNS, ROWS)
    assert place.read_bytes().decode("utf-8") == (
        "\ufeff序号,姓名,身份证号,现金,实物,发放日期\r\n"
        "1,张三,310101199001011237,1000.50,,2022-01-10\r\n"
        "2,'=1+1,31010119770707333X,-0.05,0.00,\r\n"
    )


def test_two_columns_may_have_one_heading():
    assert (
        csv_of([("甲", "乙")], [Column("a", "备注"), Column("b", "备注")]) == "\ufeff备注,备注\r\n甲,乙\r\n"
    )
