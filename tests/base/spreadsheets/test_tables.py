"""The list is found among whatever stands around it, and a person's row is never taken for anything else."""

import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from nuanliu.base.spreadsheets.cells import SheetCells
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.base.spreadsheets.synonyms import read_heading, standard_synonyms
from nuanliu.base.spreadsheets.tables import FoundTable, find_tables

LISTS = Path(__file__).parents[2] / "data/lists"
FIRST, SECOND, THIRD = "310101199001011237", "310101198505052222", "31010119770707333X"
HEADING = ("序号", "姓名", "身份证号", "类别", "慰问金（元）", "银行账号")


def sheet_of(*rows: tuple, **more) -> SheetCells:
    width = max(map(len, rows))
    columns = [[row[i] if i < len(row) else None for row in rows] for i in range(width)]
    frame = pl.DataFrame(
        {f"column_{i}": pl.Series(cells, dtype=pl.String) for i, cells in enumerate(columns)}
    )
    return SheetCells("名单", frame, **more)


def only_table(*rows: tuple, remembered=None, **more) -> FoundTable:
    (table,) = find_tables(sheet_of(*rows, **more), remembered=remembered)
    return table


def fields_of(*headings: str | None, second: tuple = (), remembered=None) -> dict[str, str | None]:
    rows = [headings, second] if second else [headings]
    table = only_table(*rows, remembered=remembered)
    return {column.heading_as_received: column.field for column in table.columns}


def person(number: str = FIRST, name: str = "张三") -> tuple:
    return ("1", name, number, "C1", "1000", "6222021001020003049")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("list-a-official", 400),
        ("list-b-reordered", 400),
        ("list-c-clean-2000", 2000),
        ("list-d-unchecked", 600),
    ],
)
def test_sample_lists_are_found_whole(name, count):
    (sheet,) = read_workbook(LISTS / f"{name}.xlsx")
    (table,) = find_tables(sheet)
    assert table.rows.height == count
    assert table.heading_rows == (3,)
    assert table.unmapped == ()
    assert (table.reporting_unit, table.reporter, table.date_text) == (
        "上海市嘉定区总工会",
        "王某",
        "2022年1月10日",
    )
    assert [kind for _, kind in table.skipped if kind != "blank"] == ["total", "signature"]
    expected = LISTS / f"{name}.expected.json"
    if expected.exists():
        named = {int(place.rpartition("!")[2]) for place in json.loads(expected.read_text())["rows"]}
        assert named <= set(table.rows["row_number"])


def test_rows_keep_their_number_and_their_text():
    table = only_table(
        ("名单",), (), HEADING, person(), (), ("2", " 李 四 ", SECOND.lower(), "c2 ", "￥800", "-")
    )
    assert table.first_row == 4
    assert table.rows.rows(named=True)[1] == {
        "row_number": 6,
        "seq": "2",
        "name": " 李 四 ",
        "identity_number": SECOND,
        "category": "c2 ",
        "cash": "￥800",
        "account": "-",
    }
    assert table.skipped == ((5, "blank"),)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓  名", "name"), ("*姓名", "name"), ("职工姓名", "name"), ("慰问对象姓名", "name"), ("受助人", "name"),
        ("身份证号码", "identity_number"), ("证件号码", "identity_number"), ("公民身份号码", "identity_number"),
        ("身份证\n号码（18位）", "identity_number"), ("ＩＤ身份证号", "identity_number"),
        ("所在单位", "employer"), ("工作单位", "employer"), ("手机号码", "phone"), ("联系电话（必填）", "phone"),
        ("慰问对象类别（C1-C11）", "category"), ("统计类别", "category"), ("慰问类别", "category"),
        ("慰问金（元）", "cash"), ("慰问金额", "cash"), ("金额(元)", "cash"), ("发放金额：", "cash"),
        ("慰问金/元", "cash"), ("C1：一线职工", None), ("开户银行账号", "account"),
        ("慰问品（名称/数量）", "goods"), ("物品名称", "goods"), ("慰问品折价（元）", "goods_value"),
        ("物品价值（元）", "goods_value"), ("实物折价", "goods_value"), ("折款", "goods_value"),
        ("开户行", "bank"), ("开户银行", "bank"), ("银行卡号", "account"), ("工资卡号", "account"), ("帐号", "account"),
        ("银行账号（本人）", "account"), ("户名", "account_holder"), ("开户名", "account_holder"),
        ("现金发放原因", "cash_exception"), ("现金领取", "cash_exception"), ("资金来源", "fund_source"),
        ("银行回单号/签收", "receipt"), ("领取人签名", "receipt"), ("备注", "remark"), ("与户主关系", "relation"),
        ("本人身份证号码（必填）", "identity_number"), ("发放慰问金金额", "cash"), ("本人收款银行账号", "account"),
        ("家属姓名", None), ("代领人身份证号", None), ("紧急联系人电话", None), ("去年慰问金额", None),
        ("出生年月", None),
        ("血型", None),
    ],
)  # fmt: skip
def test_a_heading_means_a_field(heading, field):
    place = standard_synonyms().field_of(read_heading(heading).key)
    assert (place[0] if place else None) == field


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("慰问金（元）", "元"), ("慰问金(万元)", "万元"), ("慰问金[单位：分]", "分"), ("金额：元", "元"), ("慰问金", ""),
     ("慰问标准（元/人）", "元")],
)  # fmt: skip
def test_a_heading_names_its_unit(heading, unit):
    assert read_heading(heading).unit == unit


def test_the_sheet_names_the_unit_of_all_amounts():
    table = only_table(
        ("送温暖名单", None, "单位：万元"),
        ("姓名", "身份证号", "慰问金", "折价（元）"),
        ("张三", FIRST, "0.1", "5"),
    )
    assert {column.field: column.unit for column in table.columns} == {
        "name": "", "identity_number": "", "cash": "万元", "goods_value": "元",
    }  # fmt: skip


def test_of_two_headings_for_one_field_the_stronger_gets_it():
    assert fields_of("姓名", "金额", "慰问金") == {"姓名": "name", "金额": None, "慰问金": "cash"}
    assert fields_of("姓名", "单位", "工作单位") == {"姓名": "name", "单位": None, "工作单位": "employer"}


def test_what_the_sender_said_goes_first():
    remembered = {"工号": "seq", "金额": "ignore", "补贴": "cash"}
    assert fields_of("工号", "姓名", "金额", "补贴（元）", remembered=remembered) == {
        "工号": "seq", "姓名": "name", "金额": "ignore", "补贴（元）": "cash",
    }  # fmt: skip


def test_a_single_sum_headed_total_is_the_cash():
    assert fields_of("姓名", "身份证号", "合计（元）")["合计（元）"] == "cash"
    assert fields_of("姓名", "慰问金", "合计（元）")["合计（元）"] == "total"


def test_a_heading_of_two_rows_with_merged_cells():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["送温暖慰问名单"])
    sheet.append(["序号", "姓名", "身份证号", "慰问金（元）", None, "银行信息", None])
    sheet.append([None, None, None, "现金", "实物", "开户行", "账号"])
    sheet.append([1, "张三", FIRST, 1000, 50, "上海银行", "6222021001020003049"])
    for merged in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"):
        sheet.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    (cells,) = read_workbook(stream.getvalue())
    (table,) = find_tables(cells)
    assert table.heading_rows == (2, 3)
    assert [(column.field, column.unit) for column in table.columns][3:] == [
        ("cash", "元"), ("goods_value", "元"), ("bank", ""), ("account", ""),
    ]  # fmt: skip
    assert table.rows["row_number"].to_list() == [4]


def test_a_wider_heading_over_a_complete_one():
    top = ("基本情况", None, "慰问品", None, None)
    table = only_table(
        top, ("姓名", "身份证号", "名称", "数量", "折价（元）"), ("张三", FIRST, "大米", "1", "50")
    )
    assert [column.field for column in table.columns] == [
        "name",
        "identity_number",
        "goods",
        "goods_quantity",
        "goods_value",
    ]


def test_facts_in_cells_of_their_own_are_no_heading():
    facts = ("填报单位", "嘉定区总工会", "填报人", "王某", "联系电话", "021-59991234")
    table = only_table(facts, HEADING, person())
    assert table.heading_rows == (2,)
    assert (table.reporting_unit, table.reporter, table.phone) == ("嘉定区总工会", "王某", "021-59991234")


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        (("填报单位（公章）：上海市嘉定区总工会  填报人：王某  2022年1月10日",), "上海市嘉定区总工会"),
        (("填報單位：宝山区总工会",), "宝山区总工会"),
        (("填报单位:", "宝山区总工会"), "宝山区总工会"),
        (("单位名称：某某公司工会委员会", None, "单位：元"), "某某公司工会委员会"),
        (("填报单位（盖章）：", None, None), ""),
        (("填报单位：", None, "填报人：王某"), ""),
        (("填 报 单 位：嘉定区总工会（公章）",), "嘉定区总工会"),
        (("填报单位：嘉定区总工会 2022年1月10日",), "嘉定区总工会"),
        (("单位：嘉定区总工会", "单位：元"), "嘉定区总工会"),
        (("金额单位：万元",), ""),
    ],
)
def test_the_reporting_unit_is_told_in_many_ways(line, unit):
    assert only_table(line, HEADING, person()).reporting_unit == unit


@pytest.mark.parametrize(
    "lines",
    [
        (("（经2021年12月28日会议研究）",), ("填报日期：2022年1月10日",)),
        (("（经2021年12月28日会议研究）",), (None, "2022年1月10日")),
        (("2022年1月10日",), ("填报单位：嘉定区总工会",)),
    ],
)
def test_the_sheet_s_own_day_is_the_one_that_is_called_so_or_stands_alone(lines):
    assert only_table(*lines, HEADING, person()).date_text == "2022年1月10日"


def test_a_heading_repeated_word_for_word_is_no_person():
    heading = ("领款人", "公民身份号码", "金额")
    table = only_table(heading, ("张三", FIRST, "1000"), heading, ("李四", SECOND, "1000"))
    assert table.skipped == ((3, "heading"),)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (("合计", None, None, None, "1000"), "total"),
        ((None, "合  计", "20人", None, "1000"), "total"),
        (("本页小计", None, None, None, "1000"), "total"),
        (("共计：", "2人"), "total"),
        (("总计（大写）", None, "壹仟元整"), "total"),
        ((None, None, None, None, "2000"), "total"),
        (("第一车间小计", None, None, None, "1000"), "total"),
        (("C1小计", None, None, None, "1000"), "total"),
        (("其中：一线职工", "10人", None, None, "1000"), "total"),
        (("一、一线职工", "10人"), "total"),
        (("人民币（大写）", "壹仟元整"), "total"),
        ((None, "第1页 共3页"), "remark"),
        ((None, "以下空白"), "remark"),
        ((None, "嘉定镇街道总工会"), "remark"),
        (("备注：身份证号须为18位",), "remark"),
        (("说明：1、本表一式两份",), "remark"),
        (("注：类别按附件1",), "remark"),
        (("二、在职困难职工",), "remark"),
        (("负责人签字：        经办人签字：",), "signature"),
        (("单位负责人：王某", None, None, "填表人：李某"), "signature"),
        (("审核人：", None, "制表人："), "signature"),
        ((None, None, None, "嘉定区总工会（盖章）"), "signature"),
        ((None, None, None, None, "2022年1月10日"), "signature"),
        (HEADING, "heading"),
        ((None, " ", ""), "blank"),
        (("31",), "blank"),
    ],
)
def test_what_is_no_person_is_skipped_and_listed(row, kind):
    table = only_table(HEADING, person(), row, person(SECOND, "李四"))
    assert table.skipped == ((3, kind),)
    assert table.rows["row_number"].to_list() == [2, 4]


@pytest.mark.parametrize(
    "row",
    [
        ("3", "合某", THIRD, "C1", "1000"),
        ("3", "合计", THIRD),
        (None, "合浦", None, "C1", "1000"),
        ("3", "张三等20人", None, "C1", "20000"),
        (
            None,
            "李四等20人",
        ),
        ("3", None, THIRD, "C1", "1000"),
        ("3", None, None, "C1", "1000"),
        ("3", "备注", THIRD, "C1", "1000"),
        ("3", "签字", THIRD, "C1", "1000"),
        (
            "3",
            "王小二",
        ),
    ],
)
def test_a_row_about_a_person_is_data(row):
    table = only_table(HEADING, person(), row, ("合计",))
    assert table.rows["row_number"].to_list() == [2, 3]


def test_column_numbers_under_the_heading_are_part_of_it():
    table = only_table(HEADING, ("1", "2", "3", "4", "5", "6"), person())
    assert table.rows["row_number"].to_list() == [3]
    assert table.skipped == ((2, "heading"),)


def test_several_tables_in_a_sheet():
    other = ("职工姓名", "证件号码", "发放金额")
    rows = [HEADING, person(), ("合计",), (), ("第二部分",), other, ("李四", SECOND, "800")]
    first, second = find_tables(sheet_of(*rows))
    assert (first.rows["name"].to_list(), second.rows["name"].to_list()) == (["张三"], ["李四"])
    assert second.heading_rows == (6,)
    assert second.rows.columns == ["row_number", "name", "identity_number", "cash"]


def test_a_list_far_below_its_instructions():
    table = only_table(*[("请认真填写",)] * 450, HEADING, person())
    assert table.heading_rows == (451,)


def test_a_list_in_the_second_sheet_and_right_of_blank_columns():
    book = openpyxl.Workbook()
    book.active["A1"] = "填写说明"
    book.active["A2"] = "类别"
    book.active["B2"] = "C1：一线职工"
    sheet = book.create_sheet("名单")
    for place, text in enumerate(HEADING, start=3):
        sheet.cell(5, place, text)
        sheet.cell(6, place, person()[place - 3])
    stream = io.BytesIO()
    book.save(stream)
    found = [find_tables(cells) for cells in read_workbook(stream.getvalue())]
    assert [len(tables) for tables in found] == [0, 1]
    assert [column.index for column in found[1][0].columns] == [2, 3, 4, 5, 6, 7]
    assert found[1][0].rows.row(0) == (6, *person())


@pytest.mark.parametrize(
    "rows",
    [
        [("张三", FIRST, "C1", "1000"), ("李四", SECOND, "C2", "800")],
        [("类别", "说明"), ("C1", "一线职工")],
        [("关于开展送温暖活动的通知",)],
    ],
)
def test_no_heading_no_table(rows):
    assert find_tables(sheet_of(*rows)) == []


def test_an_empty_sheet_has_no_table():
    assert find_tables(SheetCells("空", pl.DataFrame())) == []


def test_marks_and_hidden_rows_of_people_come_with_the_table():
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    book.active.append([1, "张三", int(FIRST), "C1", "=500+500", "6222021001020003049"])
    book.active.append(["合计", None, None, None, "=SUM(E2)"])
    book.active.row_dimensions[2].hidden = True
    book.active.row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    (table,) = find_tables(read_workbook(stream.getvalue())[0])
    assert table.hidden_rows == (2,)
    assert table.marks.select("row_number", "field", "heading", "kind").rows() == [
        (2, "identity_number", "身份证号", "spoilt"),
        (2, "cash", "慰问金（元）", "unreadable"),
    ]


def test_a_merged_cell_speaks_for_its_rows_but_never_for_sums():
    book = openpyxl.Workbook()
    book.active.append(["姓名", "身份证号", "工作单位", "慰问金"])
    book.active.append(["张三", FIRST, "嘉源公司", 1000])
    book.active.append(["李四", SECOND, None, None])
    book.active.merge_cells("C2:C3")
    book.active.merge_cells("D2:D3")
    stream = io.BytesIO()
    book.save(stream)
    (table,) = find_tables(read_workbook(stream.getvalue())[0])
    assert table.rows["employer"].to_list() == ["嘉源公司", "嘉源公司"]
    assert table.rows["cash"].to_list() == ["1000", None]


def test_unknown_columns_are_kept_raw():
    table = only_table((*HEADING, "血型"), (*person(), "A"))
    assert [column.heading_as_received for column in table.unmapped] == ["血型"]
    assert table.rows["column_6"].to_list() == ["A"]
