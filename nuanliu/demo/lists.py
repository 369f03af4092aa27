"""Invented real-name lists in the official layout. Numbers are generated and valid, people do not exist."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from nuanliu.base.spreadsheets.columns import Column, Kind
from nuanliu.base.spreadsheets.writer import write_table
from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.identity import generate_identity
from nuanliu.kernel.phones import generate_mobile

COLUMNS = (
    Column("ordinal", "序号", Kind.INTEGER),
    Column("name", "姓名"),
    Column("identity_number", "身份证号"),
    Column("employer", "工作单位"),
    Column("phone", "联系电话"),
    Column("category", "慰问对象类别（C1-C11）"),
    Column("cash", "慰问金（元）"),
    Column("goods", "慰问品（名称/数量）"),
    Column("goods_value", "慰问品折价（元）"),
    Column("bank", "开户银行"),
    Column("account", "银行账号"),
    Column("remark", "备注"),
)
SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹章苏潘葛范彭鲁马方俞任袁柳唐薛雷贺倪汤"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅红建国文辉力志海燕嘉思涵宇诚"
FIRMS = ("机电", "医疗", "物流", "环卫", "建设", "纺织", "出租汽车", "电力", "快递", "食品")
PLACES = "嘉申浦松青泰顺达源通安宝"
BANKS = (
    "中国工商银行上海市分行",
    "中国建设银行上海市分行",
    "中国农业银行上海市分行",
    "交通银行上海市分行",
    "上海银行",
    "上海农商银行",
)
REGIONS = (
    "310101",
    "310104",
    "310105",
    "310110",
    "310114",
    "310115",
    "310230",
    "320602",
    "340104",
    "411503",
    "513021",
)
REMARKS = ("", "", "", "", "快递员", "网约车司机", "外卖配送员", "疫情防控一线")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list: who sends it, how many rows, what the standard gives, and every how many rows a fault stands."""

    unit: str
    day: date
    rows: int
    yuan_by_category: dict[str, int]
    fault_every: int = 0


def make_list(wanted: Wanted, random: Random) -> bytes:
    """The list as an XLSX."""
    target = io.BytesIO()
    write_table(
        target,
        COLUMNS,
        list(_rows(wanted, random)),
        title="送温暖慰问实名制汇总表",
        header_lines=[[f"填报单位（公章）：{wanted.unit}", "填报人：王敏", f"{wanted.day:%Y年%-m月%-d日}"]],
        footer_lines=[["合计", f"{wanted.rows}人"], ["负责人签字：", "经办人签字："]],
        sheet_name="实名制汇总表",
    )
    return target.getvalue()


def _rows(wanted: Wanted, random: Random) -> Iterator[dict[str, object]]:
    taken: set[str] = set()
    for ordinal in range(1, wanted.rows + 1):
        row = _row(ordinal, wanted, random, taken)
        if wanted.fault_every and ordinal % wanted.fault_every == 0:
            row |= _fault(ordinal // wanted.fault_every, row, random)
        yield row


def _row(ordinal: int, wanted: Wanted, random: Random, taken: set[str]) -> dict[str, object]:
    category = random.choice(list(wanted.yuan_by_category))
    return {
        "ordinal": ordinal,
        "name": random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2)))),
        "identity_number": _fresh(
            lambda: generate_identity(random, _born(random), random.choice(REGIONS)), taken
        ),
        "employer": f"上海{random.choice(PLACES)}{random.choice(PLACES)}{random.choice(FIRMS)}有限公司工会",
        "phone": generate_mobile(random),
        "category": category,
        "cash": str(wanted.yuan_by_category[category]),
        "goods": "",
        "goods_value": "",
        "bank": random.choice(BANKS),
        "account": _fresh(lambda: generate_account(random), taken),
        "remark": random.choice(REMARKS),
    }


def _fault(turn: int, row: dict[str, object], random: Random) -> dict[str, object]:
    """What goes wrong in offices, in turn."""
    number = str(row["identity_number"])
    faults: tuple[dict[str, object], ...] = (
        {"identity_number": number[:-1] + str((int(number[-1], 36) + 1) % 10)},
        {"cash": str(int(str(row["cash"])) + 300)},
        {"account": ""},
        {"category": "退休职工"},
        {"identity_number": ""},
        {"cash": "伍佰"},
        {"phone": "1351234"},
        {"goods": "购物卡1张", "goods_value": "200", "cash": str(max(100, int(str(row["cash"])) - 200))},
    )
    return faults[(turn - 1) % len(faults)]


def _fresh(generate: Callable[[], str], taken: set[str]) -> str:
    while (value := generate()) in taken:
        pass
    taken.add(value)
    return value


def _born(random: Random) -> date:
    return date(1955, 1, 1) + timedelta(days=random.randrange(17_000))
