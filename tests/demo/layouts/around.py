"""What stands around the table: titles, facts, headings, totals, signatures."""

from datetime import date

from tests.demo.paper import JIADING, OFFICIAL, SHORT, TITLE, Book, Page, People, by_openpyxl, by_xlsxwriter


def two_row_headings(people: People) -> Book:
    """慰问情况 over 现金, 实物 and 折价; 银行信息 over bank and account; everything else merged downwards."""
    page = Page(people)
    page.line(TITLE)
    page.line(f"填报单位（盖章）：{JIADING}", None, None, None, None, "2022年1月10日")
    page.line("序号", "姓名", "身份证号码", "慰问对象类别", "慰问情况", None, None, "银行信息", None, "备注")
    page.line(None, None, None, None, "现金（元）", "物品名称", "折价（元）", "开户行", "账号", None)
    page.merged = ["A1:J1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:G3", "H3:I3", "J3:J4"]
    page.fields = (
        "seq",
        "name",
        "identity_number",
        "category",
        "cash",
        "goods",
        "goods_value",
        "bank",
        "account",
    )
    page.person()
    page.person("standard.below", category="C2", fen=100_000)
    page.person("account.missing", account=None)
    page.line("合计", None, None, None, 3000, note="row.total")
    return Book("两行表头.xlsx", [page], by_xlsxwriter)


def cash_over_goods(people: People) -> Book:
    """慰问金 over 现金 | 实物."""
    page = Page(people)
    page.line(TITLE)
    page.line(f"填报单位：{JIADING}", None, None, "日期：2022-01-10")
    page.line("姓名", "身份证号", "对象类别", "慰问金", None, "银行卡号")
    page.line(None, None, None, "现金", "实物", None)
    page.merged = ["A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4"]
    page.fields = ("name", "identity_number", "category", "cash", "goods_value", "account")
    page.person()
    page.person("standard.exceeded", goods_value=100)
    page.person(cash=800, goods_value=200, fen=80_000)
    return Book("现金实物.xlsx", [page], by_openpyxl)


def a_long_title_block(people: People) -> Book:
    """Five lines above, the unit in one, the date in another."""
    page = Page(people)
    page.line("附件2")
    page.line("2022年元旦春节期间" + TITLE)
    page.line("（根据沪工总权〔2021〕194号通知要求填报）")
    page.line("填报单位（公章）", JIADING, None, None, "联系电话", "021-59530000")
    page.line("填报人", "王某", None, None, "填报日期", "2022年1月10日")
    page.head()
    page.person()
    page.person("identity.checksum", identity_number="310114199001011234")
    page.line("合计", "2人", note="row.total")
    return Book("长标题.xlsx", [page], by_xlsxwriter)


def unit_below_the_table(people: People) -> Book:
    """填报单位 and date in the signature lines."""
    page = Page(people)
    page.line(TITLE)
    page.head()
    page.person()
    page.person()
    page.line("合计", None, None, None, None, None, 2000, note="row.total")
    page.line()
    page.line(f"填报单位（公章）：{JIADING}", None, None, "负责人签字：", note="row.total")
    page.line("经办人：王某", None, None, "2022年1月10日", note="row.total")
    return Book("单位在下.xlsx", [page], by_openpyxl)


def traditional_characters(people: People) -> Book:
    """填報單位."""
    page = Page(people)
    page.line(TITLE)
    page.line("填報單位：嘉定区总工会", None, None, "日期：2022/1/10")
    page.head()
    page.person()
    return Book("繁体.xlsx", [page], by_openpyxl, unit="嘉定区总工会")


def spaced_labels(people: People) -> Book:
    """填 报 单 位 with spaces inside, the seal's place behind the name, the date as a date cell."""
    page = Page(people)
    page.line(TITLE)
    page.line(f"填 报 单 位：{JIADING}（公章）", None, None, "填 报 日 期：", date(2022, 1, 10))
    page.head({**SHORT, "name": "姓  名", "identity_number": "身 份 证 号 码"})
    page.person()
    page.person("name.missing", name=None)
    return Book("空格标签.xlsx", [page], by_xlsxwriter)


def a_dated_remark_above(people: People) -> Book:
    """Another day is mentioned before the sheet's own."""
    page = Page(people)
    page.line(TITLE)
    page.line("（经2021年12月28日主席办公会研究）")
    page.line(f"填报单位（公章）：{JIADING}", None, None, "填报日期：2022年1月10日")
    page.head()
    page.person()
    return Book("另一日期.xlsx", [page], by_openpyxl)


def page_breaks(people: People) -> Book:
    """Headings and titles repeated on each printed page, 小计 on each, page numbers, blank rows between."""
    page = Page(people)
    page.opening()
    page.head()
    page.person()
    page.line()
    page.person()
    page.line(None, "本页小计", None, None, None, None, 2000, note="row.total")
    page.line(None, "第1页 共2页", note="row.total")
    page.line(TITLE, note="row.total")
    page.line(*OFFICIAL.values())
    page.person()
    page.line("小  计", None, None, None, None, None, 1000, note="row.total")
    page.line(None, "合  计", "3人", None, None, None, 3000, note="row.total")
    page.line("第2页，共2页", note="row.total")
    return Book("分页.xlsx", [page], by_xlsxwriter)


def departments(people: People) -> Book:
    """A merged line for each department, 小计 below it, numbers starting again, 总计 and remarks at the end."""
    page = Page(people)
    page.opening()
    page.head()
    for name in ("一、机关", "（二）第一车间"):
        row = page.line(name, note="row.total")
        page.merged.append(f"A{row}:K{row}")
        page.count = 0
        page.person()
        page.person("phone.format", phone="1381234")
        page.line(f"{name[-2:]}小计", "2人", None, None, None, None, 2000, note="row.total")
    page.line("总计", "4人", None, None, None, None, 4000, note="row.total")
    page.line("备注：以上人员均已公示。", note="row.total")
    page.line("注：1.慰问金通过银行发放；2.无重复慰问。", note="row.total")
    page.line("单位负责人：", None, "审核：", None, "制表：", note="row.total")
    return Book("分部门.xlsx", [page], by_xlsxwriter)


def departments_without_numbers(people: People) -> Book:
    """The department's merged line begins in the column of names."""
    page = Page(people)
    page.opening()
    page.head({**SHORT, "remark": "备注"})
    for name in ("第一车间", "嘉定镇街道总工会"):
        row = page.line(name, note="row.total")
        page.merged.append(f"A{row}:F{row}")
        page.person()
    page.line("合计2人", None, None, 2000, note="row.total")
    return Book("分部门二.xlsx", [page], by_openpyxl)


def numbers_under_the_heading(people: People) -> Book:
    """栏次 1 2 3 … below the heading; rows numbered in advance at the end."""
    page = Page(people)
    page.opening()
    page.head()
    page.line(*range(1, 12))
    page.person()
    page.line(2)
    page.line(3)
    page.line("合计", "1人", note="row.total")
    return Book("栏次.xlsx", [page], by_openpyxl)


def total_in_a_column_without_heading(people: People) -> Book:
    """The column of numbers has no heading, and 合计 stands in it."""
    page = Page(people)
    page.opening()
    page.head({**OFFICIAL, "seq": None})
    page.person()
    page.person()
    page.line("合计", "2人", None, None, None, None, 2000, note="row.total")
    page.line("负责人签字：", None, None, None, "经办人签字：", note="row.total")
    return Book("无序号表头.xlsx", [page], by_xlsxwriter)


def two_lists_in_one_sheet(people: People) -> Book:
    """Cash above, goods below, each with its own heading."""
    page = Page(people)
    page.opening()
    page.line("一、慰问金发放名单")
    page.head(SHORT)
    page.person()
    page.line("合计", None, None, 1000, note="row.total")
    page.line()
    page.line("二、慰问品发放名单", note="row.total")
    page.head(
        {
            "name": "姓名",
            "identity_number": "身份证号",
            "category": "类别",
            "goods": "物品名称",
            "goods_value": "物品价值（元）",
        }
    )
    page.person(cash=None, goods="大米", goods_value=1000)
    page.person("standard.below", cash=None, goods="大米", goods_value=200)
    page.line("合计", None, None, None, 1200, note="row.total")
    return Book("两张表.xlsx", [page], by_xlsxwriter)


LAYOUTS = (
    two_row_headings,
    cash_over_goods,
    a_long_title_block,
    unit_below_the_table,
    traditional_characters,
    spaced_labels,
    a_dated_remark_above,
    page_breaks,
    departments,
    departments_without_numbers,
    numbers_under_the_heading,
    total_in_a_column_without_heading,
    two_lists_in_one_sheet,
)
