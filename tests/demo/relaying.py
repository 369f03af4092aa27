"""A sample list laid out anew by chance: the same rows under other headings, in another order and surroundings."""

import itertools
from collections.abc import Callable, Sequence
from random import Random

import openpyxl

from tests.awards.conftest import LISTS
from tests.demo.paper import (
    JIADING,
    Book,
    Cell,
    Page,
    People,
    by_csv,
    by_opendocument,
    by_openpyxl,
    by_xlsxwriter,
)

# What the samples' columns may be called, by the heading that they have.
HEADINGS = {
    "name": ("姓名", "职工姓名", "慰问对象姓名", "姓  名", "受助人姓名", "姓名*", "会员姓名", "领款人", "姓名（签字）"),
    "identity_number": (
        "身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证\n号码", "居民身份证号码", "身份证件号码",
        "身份证号（18位）", "身 份 证 号",
    ),
    "employer": ("工作单位", "所在单位", "单位名称", "用人单位", "单位", "所属单位", "工作单位（全称）"),
    "phone": ("联系电话", "手机", "手机号码", "联系方式", "电话", "移动电话", "手机号"),
    "category": (
        "慰问对象类别（C1-C11）", "类别", "慰问类别", "对象类别", "人员类别", "慰问对象类别代码", "类别（C1—C11）",
    ),
    "cash": (
        "慰问金（元）", "慰问金额", "金额（元）", "发放金额", "慰问金额\n（元）", "实发金额（元）", "慰问金",
        "现金（元）",
    ),
    "goods": ("慰问品（名称/数量）", "物品名称", "慰问品", "慰问物品", "实物名称", "慰问品名称及数量"),
    "goods_value": ("慰问品折价（元）", "物品价值（元）", "慰问品折价", "实物折价（元）", "折价（元）", "慰问品价值"),
    "bank": ("开户银行", "开户行", "开户行名称", "银行名称", "开户银行（支行）", "收款银行"),
    "account": ("银行账号", "银行卡号", "账号", "卡号", "工资卡号", "收款账号", "银行帐号", "本人银行卡号"),
}  # fmt: skip
TITLES = (
    "送温暖慰问实名制汇总表", "2022年元旦春节送温暖慰问人员名单", "附件：", "（2022年1月）",
    "嘉定区总工会送温暖资金发放表", "关于2022年“两节”送温暖慰问的汇总", "单位：元",
)  # fmt: skip
FACTS: tuple[Sequence[Cell], ...] = (
    (f"填报单位（公章）：{JIADING}", None, None, "填报人：王某", None, "2022年1月10日"),
    (f"填报单位：{JIADING}    填报人：王某    填报日期：2022年1月10日",),
    ("填报单位", JIADING, None, "填报日期", "2022-01-10", None, "联系电话", "59530000"),
    (f"单位名称（盖章）：{JIADING}", None, None, None, "日期：2022/1/10"),
    (f"填 报 单 位：{JIADING}", None, None, None, None, "2022.01.10"),
)
SAVES: tuple[tuple[str, Callable], ...] = (
    ("xlsx", by_xlsxwriter),
    ("xlsx", by_openpyxl),
    ("ods", by_opendocument),
    ("csv", by_csv("gb18030")),
    ("csv", by_csv("utf-8-sig", ";")),
)


# Columns that no check needs, and what stands in them.
OTHERS = {
    "gender": (("性别",), ("男", "女")),
    "department": (("部门", "所在部门", "岗位"), ("一车间", "机关", None)),
    "remark": (("备注", "备注说明"), (None, None, "快递员", "第一批")),
    "receipt": (("签收", "领取人签名", "签名"), (None,)),
    "pay_date": (("发放日期", "慰问日期"), ("2022-01-10", None)),
    "total": (("合计（元）", "合计"), (500, None)),
    "blank": ((None,), (None,)),
}
# Two rows of headings: a wider one over these.
GROUPS = {("bank", "account"): "银行信息", ("cash", "goods", "goods_value"): "慰问情况"}


def sample_rows(name: str) -> tuple[list[str], dict[int, tuple[Cell, ...]]]:
    """The fields of a sample's columns, and its people by row number."""
    rows = list(openpyxl.load_workbook(LISTS / f"{name}.xlsx").active.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if sum(map(bool, row)) > 7)
    fields = [_field(str(heading)) for heading in rows[top]]
    people = {
        number: row
        for number, row in enumerate(rows[top + 1 :], start=top + 2)
        if any(row) and not str(row[0]).startswith(("合计", "负责人"))
    }
    return fields, people


def _field(heading: str) -> str:
    return next((field for field, known in HEADINGS.items() if heading in known), "seq")


def relaid(name: str, told: dict[str, list[str]], seed: int) -> Book:
    """The sample in a layout made by chance; each row carries the codes of the row that it was."""
    random = Random(seed)
    fields, people = sample_rows(name)
    order = [field for field in fields if field != "seq"]
    random.shuffle(order)
    for field in random.sample(sorted(OTHERS), random.randrange(4)):
        order.insert(random.randrange(len(order) + 1), field)
    if random.random() < 0.7:
        order.insert(0, "seq")
    grouped = random.random() < 0.3
    if grouped:
        order = _side_by_side(order)
    suffix, save = random.choice(SAVES)
    pages = [Page(People(seed), title) for title in (("一", "二", "三")[: random.choice((1, 1, 2, 3))])]
    if suffix == "csv":
        pages = [Page(People(seed), f"名册{seed}")]
    headings = {field: random.choice(_choices(field)) for field in order}
    for page, part in zip(pages, _shares(sorted(people), len(pages)), strict=True):
        rows = [(fields, people[number], told.get(f"实名制汇总表!{number}", [])) for number in part]
        _fill(page, random, headings, rows, grouped=grouped)
    return Book(f"名册{seed}.{suffix}", pages, save)


def _shares(numbers: list[int], count: int) -> list[list[int]]:
    """The numbers in order, in so many parts."""
    cuts = [place * len(numbers) // count for place in range(count + 1)]
    return [numbers[start:end] for start, end in itertools.pairwise(cuts)]


def _choices(field: str) -> Sequence[str | None]:
    if field in OTHERS:
        return OTHERS[field][0]
    return HEADINGS.get(field, ("序号", "编号", "序"))


def _side_by_side(order: list[str]) -> list[str]:
    """The order with the members of each group next to each other."""
    for members in GROUPS:
        first = min(order.index(member) for member in members if member in order)
        before = [field for field in order[:first] if field not in members]
        order = [*before, *members, *(field for field in order[first:] if field not in members)]
    return order


def _heading_lines(headings: dict[str, str], *, grouped: bool) -> list[list[Cell]]:
    if not grouped:
        return [list(headings.values())]
    upper: list[Cell] = []
    lower: list[Cell] = []
    for field, heading in headings.items():
        group = next((name for members, name in GROUPS.items() if field in members), None)
        upper.append(
            heading if group is None else group if field in {members[0] for members in GROUPS} else None
        )
        lower.append(None if group is None else heading)
    return [upper, lower]


def _fill(page: Page, random: Random, headings: dict[str, str], people: list, *, grouped: bool) -> None:
    left = random.choice((0, 0, 0, 1))
    above = random.sample(TITLES, random.randrange(4))
    for title in above:
        page.line(title)
    page.line(*[None] * left, *random.choice(FACTS))
    for _ in range(random.randrange(3)):
        page.line()
    lines = _heading_lines(headings, grouped=grouped)
    for line in lines:
        page.line(*[None] * left, *line)
    every = random.choice((0, 0, 23, 60))
    blank = random.choice((0, 0, 17))
    for place, (fields, cells, codes) in enumerate(people, start=1):
        others = {field: random.choice(values) for field, (_, values) in OTHERS.items()}
        values = dict(zip(fields, cells, strict=True)) | others | {"seq": place}
        row = page.line(*[None] * left, *(values[field] for field in headings))
        page.read += 1
        if codes:
            page.told[row] = codes
        if every and place % every == 0:
            page.line(*[None] * left, "小计", f"{every}人", note="row.total")
            for line in lines:
                page.line(*[None] * left, *line)
        if blank and place % blank == 0:
            page.line()
    page.line(*[None] * left, "合计", f"{len(people)}人", note="row.total")
    page.line(*[None] * left, "负责人签字：        经办人签字：", note="row.total")
