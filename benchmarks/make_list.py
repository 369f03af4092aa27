"""A clean list in the official layout, with as many rows as asked: `python benchmarks/make_list.py 100000 list.xlsx`.

Names, identity numbers, phones and cards are invented, pass every check, and follow from the seed alone.
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.identity import generate_identity
from nuanliu.kernel.phones import generate_mobile

HEADINGS = (
    "序号", "姓名", "身份证号", "工作单位", "联系电话", "慰问对象类别（C1-C11）",
    "慰问金（元）", "慰问品（名称/数量）", "慰问品折价（元）", "开户银行", "银行账号",
)  # fmt: skip
STANDARD_YUAN = {"C1": 1000, "C2": 2000, "C3": 800, "C4": 1500, "C5": 500, "C6": 600, "C7": 500, "C8": 500, "C9": 800,
                 "C10": 1000, "C11": 1200}  # fmt: skip
REGIONS = ("310101", "310104", "310110", "310114", "310115", "310151", "320602", "340104", "411503", "513021")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻柏窦章云苏潘葛范彭郎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅红建国文辉力志海燕嘉思涵子宇诚"
EMPLOYERS = tuple(
    f"上海{first}{second}有限公司工会"
    for first in "嘉申浦宝松青"
    for second in ("源医疗", "安物流", "达机电", "泰纺织", "顺建设", "通环卫")
)
BANKS = (
    "中国工商银行上海市分行",
    "中国建设银行上海浦东分行",
    "中国农业银行上海嘉定支行",
    "交通银行上海徐汇支行",
    "上海银行",
    "上海农商银行",
)


def make_list(path: Path, count: int, seed: int = 1) -> None:
    """Write a list of `count` rows that carry no finding."""
    random = Random(seed)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("实名制汇总表")
    sheet.write_string(0, 0, "送温暖慰问实名制汇总表")
    for column, text in (
        (0, "填报单位（公章）：上海市嘉定区总工会"),
        (4, "填报人：王某"),
        (7, "2022年1月10日"),
    ):
        sheet.write_string(1, column, text)
    sheet.write_row(2, 0, HEADINGS)
    numbers: set[str] = set()
    for ordinal in range(1, count + 1):
        write_row(sheet, ordinal, random, numbers)
    sheet.write_row(count + 3, 0, ("合计", f"{count}人"))
    sheet.write_string(count + 4, 0, "负责人签字：        经办人签字：")
    book.close()


def write_row(sheet: xlsxwriter.worksheet.Worksheet, ordinal: int, random: Random, numbers: set[str]) -> None:
    """One person nobody else on the list is."""
    number = fresh(lambda: generate_identity(random, birth_date(random), random.choice(REGIONS)), numbers)
    account = fresh(lambda: generate_account(random), numbers)
    category = random.choice(list(STANDARD_YUAN))
    name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2))))
    texts = (name, number, random.choice(EMPLOYERS), generate_mobile(random), category)
    row = ordinal + 2
    sheet.write_number(row, 0, ordinal)
    for column, text in enumerate(texts, 1):
        sheet.write_string(row, column, text)
    sheet.write_number(row, 6, STANDARD_YUAN[category])
    sheet.write_string(row, 9, random.choice(BANKS))
    sheet.write_string(row, 10, account)


def fresh(generate, taken: set[str]) -> str:
    """A value that has not been given before."""
    while (value := generate()) in taken:
        pass
    taken.add(value)
    return value


def birth_date(random: Random) -> date:
    """Of working age or retired."""
    return date(1950, 1, 1) + timedelta(days=random.randrange(18_000))


if __name__ == "__main__":
    make_list(Path(sys.argv[2]), int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
