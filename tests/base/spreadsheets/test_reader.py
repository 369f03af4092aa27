"""Every kind of file gives its cells as text, in the place where they stand."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanliu.base.spreadsheets.cells import MergedRange, column_index, column_letters
from nuanliu.base.spreadsheets.limits import LIMITS
from nuanliu.base.spreadsheets.marks import find_marks
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.base.spreadsheets.walk import walk_sheet
from tests.base.spreadsheets.packages import number_cell, package, row, text_cell, worksheet

DATA = Path(__file__).parents[2] / "data"
PERSON = "310101199001011237"


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def only_sheet(content: bytes, filename: str = "list.xlsx"):
    (sheet,) = read_workbook(content, filename)
    return sheet


@pytest.fixture
def book() -> openpyxl.Workbook:
    return openpyxl.Workbook()


def test_row_and_column_of_the_frame_are_those_of_the_sheet(book):
    book.active["C4"] = "姓名"
    book.active["D6"] = 1000
    frame = only_sheet(saved(book)).frame
    assert frame.columns == ["column_0", "column_1", "column_2", "column_3"]
    assert frame.row(3) == (None, None, "姓名", None)
    assert frame.row(5) == (None, None, None, "1000")
    assert frame.height == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000, "1000"),
        (1000.0, "1000"),
        (99.5, "99.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (123456789012345, "123456789012345"),
        (-5, "-5"),
        (True, "true"),
        (" 张 三 ", " 张 三 "),
        ("000123", "000123"),
        (date(2022, 1, 10), "2022-01-10"),
        (
            datetime(2022, 1, 10, 8, 30),  # noqa: DTZ001
            "2022-01-10 08:30:00",
        ),
        ("#N/A", "#N/A"),
    ],
)
def test_a_value_becomes_its_plain_text(book, value, text):
    book.active["A1"] = value
    assert only_sheet(saved(book)).frame.item(0, 0) == text


def test_rich_text_shared_text_and_inline_text_are_read_alike():
    strings = '<sst uniqueCount="2"><si><t>张三</t></si><si><r><t>李</t></r><r><rPr><b/></rPr><t>四</t></r></si></sst>'
    shared = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    content = package(worksheet(row(1, shared, text_cell("C1", "王五"))), strings)
    assert only_sheet(content).frame.row(0) == ("张三", "李四", "王五")


@pytest.mark.parametrize("stored", [PERSON, "3.10101199001011E+17", "3.10101199001011e17", "1E15"])
def test_a_number_of_more_than_15_digits_is_marked_as_spoilt(stored):
    sheet = only_sheet(package(worksheet(row(1, number_cell("A1", "1")) + row(2, number_cell("B2", stored)))))
    assert sheet.numeric_long == {(2, 1)}
    assert sheet.frame.item(1, 1).isdigit()


@pytest.mark.parametrize(
    "cell",
    [
        text_cell("A1", PERSON),
        number_cell("A1", "123456789012345"),
        number_cell("A1", "0.30000000000000004"),
        f'<c r="A1" t="str"><f>"3"</f><v>{PERSON}</v></c>',
    ],
)
def test_long_texts_and_long_fractions_are_not_spoilt(cell):
    assert only_sheet(package(worksheet(row(1, cell)))).numeric_long == set()


def test_a_formula_with_a_stored_value_is_used_and_marked():
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    sheet.write_formula("B2", "=1+1", None, 2)
    sheet.write_formula("B3", '="张"&"三"', None, "张三")
    book.close()
    found = only_sheet(stream.getvalue())
    assert found.formula_cells == {(2, 1), (3, 1)}
    assert found.frame["column_1"].to_list() == [None, "2", "张三"]


def test_a_formula_without_a_stored_value_is_unreadable(book):
    book.active["A1"] = "姓名"
    book.active["B2"] = "=1+1"
    found = only_sheet(saved(book))
    assert (found.formula_cells, found.unreadable_cells) == (set(), {(2, 1)})


def test_a_formula_that_gives_an_empty_text_has_a_stored_value():
    cell = '<c r="A1" t="str"><f>""</f><v></v></c>'
    assert only_sheet(package(worksheet(row(1, cell)))).formula_cells == {(1, 0)}


def test_shared_formulas_are_marked():
    cell = '<c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>1</v></c>'
    follower = '<c r="A2"><f t="shared" si="0"/><v>2</v></c>'
    assert only_sheet(package(worksheet(row(1, cell) + row(2, follower)))).formula_cells == {(1, 0), (2, 0)}


def test_hidden_rows_hidden_sheets_and_merged_ranges_are_told(book):
    for number in range(1, 6):
        book.active.cell(number, 1, f"第{number}行")
    book.active.row_dimensions[3].hidden = True
    book.active.merge_cells("A1:C2")
    book.create_sheet("存档").sheet_state = "hidden"
    book["存档"]["A1"] = "旧"
    first, second = read_workbook(saved(book))
    assert first.hidden_rows == {3}
    assert first.merged == (MergedRange(1, 0, 2, 2),)
    assert (first.hidden, second.hidden) == (False, True)


def test_chart_sheets_are_left_out(book):
    book.active["A1"] = "姓名"
    book.create_chartsheet("图")
    assert [sheet.name for sheet in read_workbook(saved(book))] == ["Sheet"]


def test_an_empty_sheet_has_an_empty_frame(book):
    assert only_sheet(saved(book)).frame.is_empty()


PLAIN = worksheet(
    row(2, text_cell("A2", "张三"), number_cell("B2", "3.1E+17"), '<c r="C2"><f>1+1</f><v>2</v></c>')
    + '<row r="3" hidden="1"><c r="A3" t="e"><v>#N/A</v></c><c r="D3"><f>B2</f></c></row>'
    + '<row r="4" ht="0" customHeight="1"/>',
    '<mergeCells count="1"><mergeCell ref="A5:B6"/></mergeCells>',
)
DIALECTS = {
    "single quotes": PLAIN.replace('"', "'"),
    "prefixed": PLAIN.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
    "commented": PLAIN.replace("<sheetData>", "<!-- by hand --><sheetData>"),
    "style first": PLAIN.replace('<c r="C2"', '<c s="0" r="C2"'),
    "without references": PLAIN.replace(' r="A2"', "").replace(' r="B2"', ""),
}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_of_xml_tells_the_same(dialect):
    plain, other = only_sheet(package(PLAIN)), only_sheet(package(dialect))
    assert other.frame.equals(plain.frame)
    assert other.marks.sort(pl.all()).equals(plain.marks.sort(pl.all()))
    assert (other.hidden_rows, other.merged) == (plain.hidden_rows, plain.merged)
    assert other.hidden_rows == {3, 4}


CELLS = st.sampled_from(
    [
        '<c r="{}"/>',
        '<c r="{}" s="1"><v>5</v></c>',
        '<c r="{}"><v>310101199001011237</v></c>',
        '<c r="{}"><v>-1.5E+16</v></c>',
        '<c r="{}" t="str"><f>A1</f><v></v></c>',
        '<c r="{}"><f>A1</f><v></v></c>',
        '<c r="{}"><f>A1</f></c>',
        '<c r="{}"><f t="shared" si="0"/><v>7</v></c>',
        '<c r="{}" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="{}" t="inlineStr"><is><t>&lt;f 310101199001011237</t></is></c>',
        '<c r="{}" t="b"><v>1</v></c>',
    ]
)


@given(st.lists(st.tuples(st.booleans(), st.lists(CELLS, max_size=5)), max_size=8), st.integers(1, 400))
@settings(max_examples=150, deadline=None)
def test_patterns_and_parser_find_the_same_marks(rows, chunk):
    xml = worksheet(
        "".join(
            f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>'
            + "".join(cell.format(f"{column_letters(place)}{number}") for place, cell in enumerate(cells))
            + "</row>"
            for number, (hidden, cells) in enumerate(rows, start=1)
        )
    ).encode()
    pieces = [xml[start : start + chunk] for start in range(0, len(xml), chunk)]
    looked, walked = find_marks(pieces), walk_sheet(pieces, LIMITS)
    assert looked.frame().sort(pl.all()).equals(walked.frame().sort(pl.all()))
    assert looked.hidden_rows == walked.hidden_rows


def test_a_column_far_to_the_right_is_read_with_its_letters(book):
    book.active["AB2"] = "备注"
    assert only_sheet(saved(book)).frame["column_27"].to_list() == [None, "备注"]


@given(st.integers(0, 16_383))
def test_column_letters_and_index_are_each_others_inverse(index):
    assert column_index(column_letters(index)) == index


def test_xls_is_read_with_dates_and_spoilt_numbers():
    sheet = only_sheet((DATA / "spreadsheets/list.xls").read_bytes(), "list.xls")
    assert sheet.frame.row(4) == ("1", "张三", PERSON, "C1", "1000", "2022-01-10")
    assert sheet.numeric_long == {(6, 2)}


ODS_CELLS = (
    '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    '<table:table-row><table:table-cell/><table:table-cell office:value-type="string"><text:p>张三</text:p>'
    f'</table:table-cell><table:table-cell office:value-type="float" office:value="{PERSON}"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)


def opendocument(rows: str, manifest: str = "<manifest/>") -> bytes:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name='名单'>{rows}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return stream.getvalue()


def test_ods_is_read_without_its_blank_tail():
    sheet = only_sheet(opendocument(ODS_CELLS), "list.ods")
    assert sheet.frame.height == 3
    assert sheet.frame.row(2)[1] == "张三"
    assert sheet.numeric_long == {(3, 2)}


TABLE = [["姓名", "身份证号", "金额"], [], ["张三", PERSON, "1,000.00"], ["李四\n（女）", "", "800"]]


def csv_text(delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(TABLE)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_any_usual_encoding_and_delimiter(encoding, delimiter):
    sheet = only_sheet(csv_text(delimiter).encode(encoding), "名单.csv")
    assert sheet.name == "名单"
    assert sheet.frame.rows() == [
        ("姓名", "身份证号", "金额"),
        (None, None, None),
        ("张三", PERSON, "1,000.00"),
        ("李四\n（女）", None, "800"),
    ]


def test_csv_texts_kept_by_a_formula_are_unwrapped_and_scientific_numbers_marked():
    sheet = only_sheet(f'sep=;\n姓名;号码\n张三;"=""{PERSON}"""\n李四;3.10101E+17\n'.encode(), "a.csv")
    assert sheet.frame["column_1"].to_list() == ["号码", PERSON, "3.10101E+17"]
    assert sheet.numeric_long == {(3, 1)}


def test_a_path_reads_like_its_bytes(tmp_path, book):
    book.active["A1"] = "姓名"
    place = tmp_path / "名 单.xlsx"
    place.write_bytes(saved(book))
    assert read_workbook(place)[0].frame.rows() == [("姓名",)]
