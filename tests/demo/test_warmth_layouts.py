"""Lists in layouts that the samples do not have, through the command: one submission of many files."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from nuanliu.awards.actions import SubmittedFile
from nuanliu.demo.warmth.headers import headers_of
from nuanliu.kernel.money import parse_yuan
from tests.demo.conftest import Done, Warmth
from tests.demo.layouts import LAYOUTS, Layout
from tests.demo.paper import JIADING, Book, Order, People, save

# Eight digits and more that are no amount.
LONG_NUMBER = re.compile(r"(?<![0-9.])[0-9]{8,}(?![0-9]*\.[0-9]{2}元)")
NAMES = [layout.__name__ for layout in LAYOUTS]


@dataclass
class Told(Done):
    """What the command wrote about all layouts, and what was handed in."""

    books: dict[str, Book]


@pytest.fixture(scope="module")
def told(warmth: Warmth, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All layouts as one submission of 嘉定."""
    people, folder = People(7), tmp_path_factory.mktemp("layouts")
    books = {layout.__name__: layout(people) for layout in LAYOUTS}
    lists = [save(book, folder) for book in books.values()]
    done = warmth(*lists, organization=JIADING)
    return Told(done.out, done.summary, done.findings, books)


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_unit_and_day_are_read_in_every_layout(layout: Layout) -> None:
    book = layout(People(7))
    headers = [header for header in headers_of([SubmittedFile(book.name, book.content)]) if header.unit]
    assert {(header.unit, header.day) for header in headers} == {(book.unit, book.day)}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_told_what_the_contract_says(told: Told, name: str) -> None:
    book = told.books[name]
    found: dict[str, list[str]] = {}
    for finding in told.findings:
        if finding["file"] == book.name:
            found.setdefault(f"{finding['sheet']}!{finding['row']}", []).append(finding["code"])
    assert {place: sorted(codes) for place, codes in found.items()} == book.told()


def test_no_message_shows_a_number(told: Told) -> None:
    texts = [finding["message"] + finding["column"] for finding in told.findings]
    assert [text for text in texts if LONG_NUMBER.search(text)] == []


def test_the_counts_are_those_of_the_rows(told: Told) -> None:
    pages = [page for book in told.books.values() for page in book.pages]
    codes = Counter(code for page in pages for found in [*page.told.values(), page.whole] for code in found)
    wanted = {
        "rows_read": sum(page.read for page in pages),
        "rows_accepted": sum(page.accepted for page in pages),
        "rows_refused": sum(page.read - page.accepted for page in pages),
        "orders": sum(len(page.orders) for page in pages),
        "findings": dict(codes),
    }
    assert {name: told.summary[name] for name in wanted} == wanted


def test_orders_stand_in_the_order_of_file_sheet_and_row(told: Told) -> None:
    wanted = [order for book in told.books.values() for page in book.pages for order in page.orders]
    assert orders_of(told.out / "payments.xlsx") == wanted


def orders_of(path: Path) -> list[Order]:
    """Name, account and fen of each line of the bank file, whose numbers are texts."""
    heading, *lines = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    place = {name: heading.index(name) for name in ("收款人", "账号", "金额(元)")}
    taken = [[line[column] for column in place.values()] for line in lines]
    assert all(isinstance(cell, str) for line in taken for cell in line)
    return [Order(name, account, parse_yuan(amount)) for name, account, amount in taken]
