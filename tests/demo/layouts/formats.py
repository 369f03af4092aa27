"""What the file itself brings: sheets, hidden rows, formulas, numeric cells, other formats."""

from tests.demo.paper import Book, Formula, Page, People, by_csv, by_opendocument, by_openpyxl, by_xlsxwriter


def several_sheets(people: People) -> Book:
    """Instructions first, a list on each of two sheets, an empty sheet, a hidden sheet of choices."""
    rules = Page(people, "填表说明")
    rules.line("填表说明")
    rules.line("一、请各单位如实填写，身份证号、银行账号须为文本格式。")
    rules.line("二、慰问对象类别按附件1填写代码。")
    rules.whole = ["sheet.no_table"]
    first, second = Page(people, "在职职工"), Page(people, "退休职工")
    for page in (first, second):
        page.opening()
        page.head()
        page.person()
    first_one = first.person()
    second.person("duplicate.in_list", who=first_one)
    second.person("duplicate.other_category", "standard.below", who=first_one, category="C2")
    choices = Page(people, "选项", hidden=True)
    for code in ("C1", "C2", "C3"):
        choices.line(code)
    return Book("多工作表.xlsx", [rules, first, second, Page(people, "Sheet4"), choices], by_openpyxl)


def hidden_rows(people: People) -> Book:
    """Hidden rows are read like others and noted."""
    page = Page(people)
    page.opening()
    page.head()
    page.person()
    page.person("row.hidden")
    page.person("row.hidden", "standard.below", cash=900, fen=90_000)
    page.hidden_rows = {5, 6}
    return Book("隐藏行.xlsx", [page], by_xlsxwriter)


def formulas(people: People) -> Book:
    """Amounts and numbers by formula with their stored value."""
    page = Page(people)
    page.opening()
    page.head()
    page.person("cell.formula", cash=Formula("=500*2", 1000))
    page.person("cell.formula", "standard.exceeded", cash=Formula("=500*3", 1500))
    who = people()
    page.person("cell.formula", who=who, name=Formula('="甲"', who.name))
    page.line("合计", None, None, None, None, None, Formula("=SUM(G4:G6)", 3500), note="row.total")
    return Book("公式.xlsx", [page], by_xlsxwriter)


def formulas_nobody_computed(people: People) -> Book:
    """A formula without a stored value is unreadable on its cell; the other rows stand."""
    page = Page(people)
    page.opening()
    page.head()
    page.person("file.unreadable", cash=Formula("=500*2"))
    page.person()
    page.person("file.unreadable", identity_number=Formula("=A1"))
    page.person("file.unreadable", category=Formula("=A1"))
    page.person("file.unreadable", account=Formula("=A1"))
    page.person("file.unreadable", name=Formula("=A1"))
    return Book("公式无值.xlsx", [page], by_openpyxl)


def spoilt_numbers(people: People) -> Book:
    """Numbers as numbers: 18 digits are spoilt, an old number of 15 digits is not."""
    page = Page(people)
    page.opening()
    page.head()
    page.person("identity.format", identity_number=310114199001010000)
    page.person("account.format", account=6222021001020003000)
    page.person("account.format", account=6222021001020003)
    page.person(account=None, cash=None, goods="大米1袋", goods_value=1000)
    old = people()
    page.person(who=old, identity_number=int(old.number[:6] + old.number[8:17]))
    page.person("duplicate.in_list", who=old)
    return Book("数字单元格.xlsx", [page], by_xlsxwriter)


def csv_in_gb18030(people: People) -> Book:
    """As Excel on Chinese Windows saves it."""
    return _text(people, "逗号.csv", "gb18030", ",")


def csv_with_mark(people: People) -> Book:
    """UTF-8 with BOM."""
    return _text(people, "带BOM.csv", "utf-8-sig", ",")


def csv_with_semicolons(people: People) -> Book:
    """Semicolons."""
    return _text(people, "分号.csv", "utf-8", ";")


def text_with_tabs(people: People) -> Book:
    """Unicode text as Excel saves it."""
    return _text(people, "制表符.txt", "utf-16", "\t")


def _text(people: People, name: str, encoding: str, delimiter: str) -> Book:
    page = Page(people, name.rpartition(".")[0])
    page.opening()
    page.head()
    page.person()
    page.person("standard.exceeded", cash="1,000.01")
    page.person("identity.format", identity_number="3.10114E+17")
    page.person("account.format", account="6.22202E+18")
    page.line("合计", "4人", note="row.total")
    return Book(name, [page], by_csv(encoding, delimiter))


def opendocument(people: People) -> Book:
    """LibreOffice."""
    page = Page(people)
    page.opening()
    page.head()
    page.person()
    page.person("identity.format", identity_number=310114199001010000)
    page.person("category.unknown", category="别的")
    page.line("合计", "3人", note="row.total")
    return Book("开放格式.ods", [page], by_opendocument)


LAYOUTS = (
    several_sheets,
    hidden_rows,
    formulas,
    formulas_nobody_computed,
    spoilt_numbers,
    csv_in_gb18030,
    csv_with_mark,
    csv_with_semicolons,
    text_with_tabs,
    opendocument,
)
