"""Which columns there are, in which order, and what they hold."""

from tests.demo.paper import JIADING, OFFICIAL, SHORT, Book, Page, People, by_openpyxl, by_xlsxwriter


def other_order(people: People) -> Book:
    """Synonyms in any order after a blank column, far below its instructions, with a wide remark."""
    page = Page(people)
    for number in range(1, 13):
        page.line(f"{number}、填写要求：请逐项核对，如有疑问请与区总工会联系。")
    page.line(None, f"填报单位：{JIADING}")
    page.line(None, "2022年1月10日")
    page.head(
        {
            "account": "工资卡账号", "bank": "开户银行全称", "remark": "备注说明", "cash": "实发金额（元）",
            "category": "人员类别", "phone": "手机", "identity_number": "居民身份证号码", "name": "职工姓名",
            "employer": "用人单位",
        },
        first_column=1,
    )  # fmt: skip
    page.person(remark="家庭困难，" * 60)
    page.person()
    page.line(None, "合计", None, None, 2000, note="row.total")
    return Book("别样顺序.xlsx", [page], by_xlsxwriter)


def unknown_heading(people: People) -> Book:
    """A heading that nobody knows is asked about once, for the sheet and not for rows."""
    page = Page(people)
    page.opening()
    page.head({**OFFICIAL, "unknown": "幸运数字"})
    page.person(unknown="7")
    page.person()
    page.whole = ["column.unmapped"]
    return Book("未知栏.xlsx", [page], by_openpyxl)


def usual_other_headings(people: People) -> Book:
    """Columns that the program does not need are no finding."""
    page = Page(people)
    page.opening()
    page.head(
        {**OFFICIAL, "x1": "性别", "x2": "部门", "x3": "岗位", "x4": "签收", "x5": "备注", "x6": "发放日期"}
    )
    page.person(x1="男", x2="一车间", x3="钳工")
    return Book("多余栏.xlsx", [page], by_xlsxwriter)


def no_category_column(people: People) -> Book:
    """Without the column every row lacks its category."""
    page = Page(people)
    page.opening()
    page.head({name: heading for name, heading in OFFICIAL.items() if name != "category"})
    page.person("category.missing")
    page.person("category.missing")
    return Book("无类别栏.xlsx", [page], by_xlsxwriter)


def no_account_column(people: People) -> Book:
    """Without the column every row with cash lacks its account."""
    page = Page(people)
    page.opening()
    page.head({name: heading for name, heading in OFFICIAL.items() if name not in ("account", "bank")})
    page.person("account.missing")
    page.person(cash=None, goods="大米", goods_value=1000)
    return Book("无账号栏.xlsx", [page], by_xlsxwriter)


def merged_downwards(people: People) -> Book:
    """工作单位 and category merged over several people; a merged sum belongs to the first alone."""
    page = Page(people)
    page.opening()
    page.head()
    page.person()
    page.person(employer=None, category=None)
    page.person(employer=None, category=None)
    page.merged = ["D4:D6", "F4:F6"]
    return Book("向下合并.xlsx", [page], by_xlsxwriter)


def shifted_columns(people: People) -> Book:
    """Somebody filled one column too far: no message may show the numbers."""
    page = Page(people)
    page.opening()
    page.head()
    who, other = people(), people()
    page.person(
        "identity.format", "category.unknown", who=who, identity_number="嘉源公司", category=who.number
    )
    page.person("goods.prohibited", who=other, goods=f"购物卡{other.account}")
    who = people()
    wide = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
    page.person("category.unknown", who=who, category=who.account.translate(wide))
    page.person("identity.format", identity_number="31011419900101123456", phone=None)
    return Book("错栏.xlsx", [page], by_xlsxwriter)


def amounts_in_wan(people: People) -> Book:
    """慰问金（万元）."""
    page = Page(people)
    page.opening()
    page.head({**SHORT, "cash": "慰问金（万元）"})
    page.person(cash=0.1)
    page.person(cash="0.2", category="C2", fen=200_000)
    page.person("standard.exceeded", cash=1000)
    return Book("万元.xlsx", [page], by_openpyxl)


def amounts_in_wan_by_the_sheet(people: People) -> Book:
    """单位：万元 above the table."""
    page = Page(people)
    page.opening()
    page.line(None, None, None, None, "单位：万元")
    page.head({**SHORT, "cash": "慰问金"})
    page.person(cash=0.1)
    page.person("standard.below", cash=0.08, fen=80_000)
    return Book("单位万元.xlsx", [page], by_openpyxl)


def goods_worth_so_much(people: People) -> Book:
    """慰问品（元） is what they are worth."""
    page = Page(people)
    page.opening()
    page.head({**SHORT, "cash": "慰问金（元）", "goods_value": "慰问品（元）"})
    page.person(cash=800, goods_value=200, fen=80_000)
    page.person("standard.below", cash=800, goods_value=None, fen=80_000)
    return Book("慰问品元.xlsx", [page], by_xlsxwriter)


def goods_by_what_stands_below(people: People) -> Book:
    """慰问金 and 慰问品 alone: names on one sheet, sums on the other."""
    named, worth = Page(people, "名称"), Page(people, "金额")
    for page, field in ((named, "goods"), (worth, "goods_value")):
        page.opening()
        page.line("姓名", "身份证号", "类别", "慰问情况", None, "银行卡号")
        page.line(None, None, None, "慰问金", "慰问品", None)
        page.fields = ("name", "identity_number", "category", "cash", field, "account")
    named.person(goods="大米1袋")
    named.person("goods.prohibited", goods="香烟1条")
    worth.person(cash=800, goods_value=200, fen=80_000)
    worth.person("standard.exceeded", cash=1000, goods_value=200)
    return Book("慰问品一栏.xlsx", [named, worth], by_openpyxl)


def goods_beside_their_value(people: People) -> Book:
    """慰问情况 over money, goods and what they are worth."""
    page = Page(people)
    page.opening()
    page.line("姓名", "身份证号", "类别", "慰问情况", None, None, "银行卡号")
    page.line(None, None, None, "慰问金（元）", "慰问品（名称/数量）", "慰问品折价（元）", None)
    page.fields = ("name", "identity_number", "category", "cash", "goods", "goods_value", "account")
    page.person(cash=800, goods="大米1袋", goods_value=200, fen=80_000)
    page.person("goods.prohibited", cash=800, goods="购物卡1张", goods_value=200)
    return Book("慰问品三栏.xlsx", [page], by_xlsxwriter)


LAYOUTS = (
    goods_worth_so_much,
    goods_by_what_stands_below,
    goods_beside_their_value,
    other_order,
    unknown_heading,
    usual_other_headings,
    no_category_column,
    no_account_column,
    merged_downwards,
    shifted_columns,
    amounts_in_wan,
    amounts_in_wan_by_the_sheet,
)
