"""Bank files and replies by profiles that are data."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.kernel.errors import Refused
from nuanliu.payments.layouts import (
    BatchFacts,
    Layout,
    OrderRows,
    Profile,
    UnwritableError,
    file_name,
    read_reply,
    read_rows,
    write_file,
    write_reply,
)
from nuanliu.payments.reference import shipped

FACTS = BatchFacts(
    "NL20220120-00017",
    date(2022, 1, 20),
    payer_name="嘉定区总工会",
    payer_account="1001234567890123",
    payer_bank="工商银行嘉定支行",
)
ORDERS = OrderRows(
    order_keys=["NL20220120-00017-000001", "NL20220120-00017-000002"],
    ordinals=[1, 2],
    payee_names=["王建国", "欧阳小明"],
    accounts=["6222021234567890128", "6217001234567890123"],
    banks=["中国建设银行嘉定支行", "上海农商银行"],
    amounts_fen=[100_000, 50_050],
)
ANSWERS = replace(
    ORDERS,
    words=["交易成功", "无此账户"],
    settled_on=[date(2022, 1, 21), date(2022, 1, 22)],
    references=["B1", "B2"],
)
KEYS = [said["key"] for said in shipped()["profiles"]]


def profile(key: str) -> Profile:
    return next(Profile.from_data(said) for said in shipped()["profiles"] if said["key"] == key)


def cells(content: bytes) -> list[list[str | None]]:
    return [list(row) for row in read_workbook(content)[0].frame.iter_rows()]


def lines(key: str, orders: OrderRows = ORDERS) -> list[str]:
    bank = profile(key)
    return write_file(bank, FACTS, orders).decode(bank.layout.encoding).splitlines()


def test_the_six_layouts_of_the_banks_and_our_own_are_shipped():
    assert KEYS == [
        "nuanliu_standard",
        "icbc_batch_excel",
        "icbc_gbpt",
        "ccb_batch",
        "abc_list",
        "boc_direct",
        "small_list",
    ]


@pytest.mark.parametrize("key", KEYS)
def test_a_bank_file_reads_back_as_it_was_written(key):
    bank = profile(key)
    rows = read_rows(bank.layout, write_file(bank, FACTS, ORDERS))
    keys = ORDERS.order_keys if bank.layout.key_field == "order_key" else ["1", "2"]
    assert (rows.keys, rows.payee_names, rows.accounts, rows.amounts_fen) == (
        keys,
        ORDERS.payee_names,
        ORDERS.accounts,
        ORDERS.amounts_fen,
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_reply_reads_back_as_the_bank_wrote_it(key):
    bank = profile(key)
    rows = read_reply(bank, write_reply(bank, FACTS, ANSWERS))
    keys = ORDERS.order_keys if bank.reply.key_field == "order_key" else ["1", "2"]
    assert (rows.keys, rows.amounts_fen, rows.words) == (keys, ORDERS.amounts_fen, ANSWERS.words)
    days = ANSWERS.settled_on if bank.reply.place_of("settled_on") is not None else [None, None]
    assert rows.settled_on == days


@pytest.mark.parametrize("key", KEYS)
def test_the_same_orders_give_the_same_bytes(key):
    assert write_file(profile(key), FACTS, ORDERS) == write_file(profile(key), FACTS, ORDERS)


def test_our_own_layout_is_a_plain_table():
    assert cells(write_file(profile("nuanliu_standard"), FACTS, ORDERS)) == [
        ["流水号", "收款人", "账号", "开户行", "金额(元)", "用途"],
        ["NL20220120-00017-000001", "王建国", "6222021234567890128", "中国建设银行嘉定支行", "1000.00", "送温暖慰问金"],
        ["NL20220120-00017-000002", "欧阳小明", "6217001234567890123", "上海农商银行", "500.50", "送温暖慰问金"],
    ]  # fmt: skip


def test_a_text_file_has_comments_totals_in_fen_and_a_closing_mark():
    assert lines("icbc_gbpt") == [
        "#总计信息",
        "#注意：本文件中的金额均以分为单位",
        "RMB|20220120|1|150050|2|",
        "RMB|20220120|1|1001234567890123|对公|6222021234567890128|王建国|100000|送温暖慰问金|NL20220120-00017-000001|1|",
        "RMB|20220120|2|1001234567890123|对公|6217001234567890123|欧阳小明|50050|送温暖慰问金|NL20220120-00017-000002|1|",
        "*",
    ]


def test_a_footer_states_count_and_sum_below_their_columns():
    sheet = cells(write_file(profile("abc_list"), FACTS, ORDERS))
    assert sheet[0][:2] == ["单位名称", "嘉定区总工会"]
    assert [cell or "" for cell in sheet[-1]] == ["合计", "2", "", "1500.50"]


def test_a_column_tells_the_own_bank_from_others():
    sheet = cells(write_file(profile("ccb_batch"), FACTS, ORDERS))
    place = sheet[0].index("跨行标识")
    assert [row[place] for row in sheet[1:]] == ["0", "1"]


def test_a_csv_states_the_batch_above_its_rows():
    assert lines("boc_direct")[:2] == [
        "actacn,actnam,pybcur,pybamt,pybnum,furinfo,trfdate",
        "1001234567890123,嘉定区总工会,CNY,1500.50,2,送温暖慰问金,20220120",
    ]


def test_numbers_go_out_as_text_and_empty_cells_hold_no_empty_text():
    content = write_file(profile("ccb_batch"), FACTS, ORDERS)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>6222021234567890128</v>" not in sheet
    assert "6222021234567890128</t>" in sheet
    assert "<t></t>" not in sheet
    assert '<t xml:space="preserve"></t>' not in sheet


def test_a_name_that_looks_like_a_formula_stays_a_name():
    orders = replace(ORDERS, payee_names=["=1+1", "@SUM"])
    content = write_file(profile("nuanliu_standard"), FACTS, orders)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert [row[1] for row in cells(content)[1:]] == ["=1+1", "@SUM"]


@pytest.mark.parametrize(
    ("key", "name", "why"),
    [
        ("icbc_gbpt", "王喆", "含有银行编码（gb2312）没有的字"),
        ("icbc_gbpt", "王|五", "含有分隔符|"),
        ("icbc_gbpt", "王\n五", "含有换行或制表符"),
        ("boc_direct", "=王五", "以公式符号开头"),
    ],
)
def test_a_text_that_the_bank_could_not_read_is_told_by_row(key, name, why):
    bank = profile(key)
    heading = next(column.heading for column in bank.layout.columns if column.field == "payee_name")
    with pytest.raises(UnwritableError) as caught:
        write_file(bank, FACTS, replace(ORDERS, payee_names=["王建国", name]))
    assert caught.value.rows == ((2, heading, why),)


def test_the_file_is_named_as_the_bank_wants():
    assert file_name(profile("icbc_gbpt").layout, FACTS) == "NL20220120-00017.gbpt"


@pytest.mark.parametrize("key", [key for key in KEYS if key != "icbc_gbpt"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 nothing", "姓名,金额\r\n王建国,1".encode()])
def test_a_file_that_is_no_reply_is_refused(key, content):
    with pytest.raises(Refused) as caught:
        read_reply(profile(key), content)
    assert caught.value.code == "replies.unreadable"


def test_a_text_without_headings_that_is_no_reply_names_no_order():
    assert read_reply(profile("icbc_gbpt"), b"first\r\nnothing").keys == [""]


def test_a_number_that_a_spreadsheet_has_spoilt_names_no_order():
    """18 digits in a numeric cell lose their end: whoever owns what is left is not paid by it."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("回盘")
        for column, heading in enumerate(
            ["流水号", "收款人", "金额(元)", "处理结果", "入账日期", "银行流水号"]
        ):
            sheet.write(0, column, heading)
        sheet.write_row(1, 0, [110000000000000001, "王建国", "1000", "交易成功", "2022-01-21", ""])
    assert read_reply(profile("nuanliu_standard"), stream.getvalue()).keys == ["#SPOILT"]


def test_places_are_read_whatever_way_they_are_written():
    bank = profile("small_list")
    written: list[Any] = ["001", "2.0"]
    reply = replace(ANSWERS, ordinals=written)
    assert read_reply(bank, write_reply(bank, FACTS, reply)).keys == ["1", "2"]


def test_a_layout_without_headings_reads_by_place():
    layout = Layout.from_data({
        "format": "csv",
        "headings": False,
        "columns": [
            {"heading": "", "value": "{流水号}"},
            {"heading": "", "value": "{金额}"},
            {"heading": "", "value": "{结果}"},
        ],
    })  # fmt: skip
    rows = read_rows(layout, 'A-1,1000.00,成功\r\nA-2,"1,000.00",失败\r\n'.encode())
    assert (rows.keys, rows.amounts_fen) == (["A-1", "A-2"], [100_000, 100_000])


def test_ten_thousand_orders_fill_one_file():
    many = OrderRows(
        order_keys=[f"K-{place}" for place in range(10_000)],
        ordinals=range(1, 10_001),
        payee_names=["王建国"] * 10_000,
        accounts=["6222021234567890128"] * 10_000,
        banks=[""] * 10_000,
        amounts_fen=[50_000] * 10_000,
    )
    rows = read_rows(profile("nuanliu_standard").layout, write_file(profile("nuanliu_standard"), FACTS, many))
    assert (len(rows), sum(amount or 0 for amount in rows.amounts_fen)) == (10_000, 500_000_000)
