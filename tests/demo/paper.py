"""Lists as offices make them: pages of rows, with what each row must be told, saved as XLSX, ODS or CSV.

All people are invented; numbers are generated and valid.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter

from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.findings import CODES, Severity
from nuanliu.kernel.identity import generate_identity
from nuanliu.kernel.phones import generate_mobile

JIADING = "上海市嘉定区总工会"
OFFICIAL = {
    "seq": "序号",
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
}
SHORT = {
    "name": "姓名",
    "identity_number": "身份证号",
    "category": "类别",
    "cash": "金额",
    "account": "银行卡号",
}
TITLE = "送温暖慰问实名制汇总表"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with its stored value; None where no program has ever computed it."""

    text: str
    value: str | int | None = None


type Cell = str | int | float | date | Formula | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist, with a number, a card and a phone that pass every check."""

    name: str
    number: str
    account: str
    phone: str


@dataclass(frozen=True, slots=True)
class Order:
    """What must reach whose account."""

    name: str
    account: str
    fen: int


class People:
    """Gives a new person at each call; no two share anything."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def __call__(self) -> Person:
        self.count += 1
        first, rest = divmod(self.count, 24)
        name = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金"[rest]
        name += "建国文辉力志海燕嘉思涵宇诚"[first % 13] + "伟芳娜敏静丽强磊军洋勇艳杰娟涛"[self.count % 15]
        born = date(1960, 1, 1) + timedelta(days=self.random.randrange(14_000))
        number = generate_identity(self.random, born, "310114")
        return Person(name, number, generate_account(self.random), generate_mobile(self.random))


@dataclass
class Page:
    """One sheet while it is written, and what the program must tell of it."""

    people: People
    title: str = "名册"
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False
    fields: tuple[str, ...] = ()
    first_column: int = 0
    told: dict[int, list[str]] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    read: int = 0
    accepted: int = 0
    count: int = 0

    def line(self, *cells: Cell, note: str = "") -> int:
        """One row of anything; its number."""
        self.rows.append(list(cells))
        if note:
            self.told[len(self.rows)] = [note]
        return len(self.rows)

    def opening(self, unit: str = JIADING, day: str = "2022年1月10日") -> None:
        """Title and header line as the official form has them."""
        self.line(TITLE)
        self.line(f"填报单位（公章）：{unit}", None, None, None, "填报人：王某", None, None, day)

    def head(self, headings: Mapping[str, str] | None = None, first_column: int = 0) -> None:
        """The heading row; people stand in its order from now on."""
        headings = headings or OFFICIAL
        self.first_column = first_column
        self.fields = tuple(headings)
        self.line(*[None] * first_column, *headings.values())

    def person(self, *codes: str, fen: int = 100_000, who: Person | None = None, **cells: Cell) -> Person:
        """A row about a person, C1 and 1,000 yuan unless told otherwise, with the codes that it must carry."""
        who = who or self.people()
        self.count += 1
        plain: dict[str, Cell] = {
            "seq": self.count,
            "name": who.name,
            "identity_number": who.number,
            "employer": "上海嘉源医疗有限公司工会",
            "phone": who.phone,
            "category": "C1",
            "cash": 1000,
            "bank": "上海银行",
            "account": who.account,
        }
        given = plain | cells
        row = self.line(*[None] * self.first_column, *(given.get(name) for name in self.fields))
        self._expect(row, codes, who, fen, cash_alone=given.get("cash") not in (None, "", "/", "-", "无", 0))
        return who

    def _expect(self, row: int, codes: Sequence[str], who: Person, fen: int, *, cash_alone: bool) -> None:
        self.read += 1
        if codes:
            self.told[row] = sorted(codes)
        if any(CODES[code].severity is Severity.ERROR for code in codes):
            return
        self.accepted += 1
        if cash_alone:
            self.orders.append(Order(who.name, who.account, fen))


@dataclass
class Book:
    """A file: its pages as `save` writes them."""

    name: str
    pages: list[Page]
    save: Callable[[Sequence[Page]], bytes]
    unit: str = JIADING
    day: date | None = date(2022, 1, 10)

    @property
    def content(self) -> bytes:
        return self.save(self.pages)

    def told(self) -> dict[str, list[str]]:
        """Codes by "sheet!row"; a sheet as a whole is row ''."""
        found = {f"{page.title}!{row}": codes for page in self.pages for row, codes in page.told.items()}
        return found | {f"{page.title}!": sorted(page.whole) for page in self.pages if page.whole}


def save(book: Book, folder: Path) -> Path:
    """The book as a file in the folder."""
    place = folder / book.name
    place.write_bytes(book.content)
    return place


def by_xlsxwriter(pages: Sequence[Page]) -> bytes:
    """As one widespread library writes it: shared texts, plain attributes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for page in pages:
            sheet = book.add_worksheet(page.title)
            if page.hidden:
                sheet.hide()
            for row, column, cell in cells_of(page):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif isinstance(cell, Formula):
                    sheet.write_formula(row, column, cell.text, None, cell.value)
                elif isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, day)
                else:
                    sheet.write_number(row, column, cell)
            for area in page.merged:
                first = openpyxl.utils.cell.range_boundaries(area)
                value = page.rows[first[1] - 1][first[0] - 1]
                sheet.merge_range(area, value)
            for row in page.hidden_rows:
                sheet.set_row(row - 1, None, None, {"hidden": True})
    return stream.getvalue()


def by_openpyxl(pages: Sequence[Page]) -> bytes:
    """As another one does; its formulas have no stored value."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title)
        sheet.sheet_state = "hidden" if page.hidden else "visible"
        for row, column, cell in cells_of(page):
            sheet.cell(row + 1, column + 1, cell.text if isinstance(cell, Formula) else cell)
        for area in page.merged:
            sheet.merge_cells(area)
        for row in page.hidden_rows:
            sheet.row_dimensions[row].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def by_csv(encoding: str, delimiter: str = ",") -> Callable[[Sequence[Page]], bytes]:
    """As text in an encoding; one page."""

    def save(pages: Sequence[Page]) -> bytes:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=delimiter)
        for row in pages[0].rows:
            writer.writerow(["" if cell is None else str(cell) for cell in row])
        return stream.getvalue().encode(encoding)

    return save


def by_opendocument(pages: Sequence[Page]) -> bytes:
    """As LibreOffice's own format."""
    tables = "".join(
        f'<table:table table:name="{escape(page.title)}">{"".join(map(_ods_row, page.rows))}</table:table>'
        for page in pages
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


def _ods_row(row: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    text = escape(str(cell))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def cells_of(page: Page) -> Iterator[tuple[int, int, str | int | float | date | Formula]]:
    """Row and column from 0, and what stands there."""
    for row, cells in enumerate(page.rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                yield row, column, cell
