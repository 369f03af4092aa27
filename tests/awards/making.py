"""Lists made for one test: a few rows, as a spreadsheet."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

import xlsxwriter

from nuanliu.awards.actions import SubmittedFile
from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.identity import generate_identity

FIELDS = {
    "name": "姓名",
    "identity_number": "身份证号",
    "employer": "工作单位",
    "phone": "联系电话",
    "category": "慰问对象类别（C1-C11）",
    "cash": "慰问金（元）",
    "goods": "慰问品（名称/数量）",
    "goods_value": "慰问品折价（元）",
    "bank": "开户银行",
    "account": "银行账号",
    "account_holder": "户名",
    "reason": "慰问事由",
}
PLAIN = {
    "name": "张三",
    "employer": "上海嘉源医疗有限公司工会",
    "category": "C1",
    "cash": "1000",
    "bank": "上海银行",
}

type Person = dict[str, str | None]


class People:
    """Invented people, each with a number and a card that pass every check."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed)
        self.count = 0

    def __call__(self, **given: str | None) -> Person:
        """One row of a list: nobody else's number and account unless given."""
        self.count += 1
        name = "赵钱孙李周吴郑王冯陈"[self.count % 10] + "甲乙丙丁戊己庚辛壬癸"[self.count // 10 % 10]
        fresh = {
            "name": name,
            "identity_number": generate_identity(self.random, date(1970, 1, 1 + self.count % 28), "310114"),
            "account": generate_account(self.random),
        }
        return {**PLAIN, **fresh, **given}


def list_of(
    *rows: Mapping[str, str | None], name: str = "名册.xlsx", sheets: Sequence[str] = ("名册",)
) -> SubmittedFile:
    """An XLSX with a heading and these rows, row 2 first; on several sheets the same rows are on each."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        for title in sheets:
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, FIELDS.values())
            for number, row in enumerate(rows, 1):
                for column, field in enumerate(FIELDS):
                    if row.get(field) is not None:
                        sheet.write_string(number, column, str(row[field]))
    return SubmittedFile(name, memory.getvalue())
