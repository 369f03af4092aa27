"""The sample lists through the command: findings, sums, Annex 1 and every file it writes."""

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

from tests.awards.conftest import LISTS
from tests.demo.conftest import Done, Warmth

NAMES = ("list-a-official", "list-b-reordered", "list-c-clean-2000")
COUNTS = (
    "rows_read", "rows_accepted", "rows_refused", "people", "awards", "amount_fen", "orders", "paid", "paid_fen",
    "failed", "failed_fen",
)  # fmt: skip
STEPS = ("read", "check", "load", "decide", "pay", "reconcile", "report", "total")
FILES = {
    "summary.json", "findings.csv", "payments.xlsx", "payments.sha256", "replies.xlsx", "annex1.xlsx", "annex1.pdf",
    "roster.xlsx", "roster.pdf",
}  # fmt: skip
MONEY = {"B", "D", "I", "J2", "J4", *(f"B{n}" for n in range(1, 7)), *(f"D{n}" for n in range(1, 12))}


@pytest.fixture(scope="module")
def done(warmth: Warmth) -> dict[str, Done]:
    """All sample lists, one after the other on one database; the first with every fiftieth order failing."""
    failing = {NAMES[0]: 50}
    return {name: warmth(LISTS / f"{name}.xlsx", fail_every=failing.get(name, 0)) for name in NAMES}


def expected_of(name: str) -> dict:
    return json.loads((LISTS / f"{name}.expected.json").read_text())


def fen_of(wan: str) -> int:
    """Fen of an exact 万元 text."""
    whole, _, decimals = wan.partition(".")
    assert 2 <= len(decimals) <= 6
    return int(whole + decimals.ljust(6, "0"))


@pytest.mark.parametrize("name", NAMES)
def test_findings_and_counts_are_the_expected_ones(done: dict[str, Done], name: str) -> None:
    expected, found = expected_of(name), done[name]
    assert found.told() == {place: sorted(codes) for place, codes in expected["rows"].items()}
    assert found.counts() == expected["counts"]
    summary = found.summary
    assert (summary["rows_accepted"], summary["rows_refused"]) == (expected["accepted"], expected["refused"])
    assert summary["findings"] == expected["counts"] | {"row.total": summary["findings"]["row.total"]}


@pytest.mark.parametrize("name", NAMES[1:])
def test_annex_1_is_the_expected_one_whatever_was_paid_before(done: dict[str, Done], name: str) -> None:
    cells, expected = done[name].summary["annex1"], expected_of(name)["annex1_fen"]
    found = {code: fen_of(cells[code]) if code[0] == "D" else cells[code] for code in expected}
    assert found == expected
    assert cells["C"] == sum(fen for code, fen in expected.items() if code[0] == "C")
    assert fen_of(cells["D"]) == sum(fen for code, fen in expected.items() if code[0] == "D")
    assert fen_of(cells["B3"]) == fen_of(cells["B"]) == done[name].summary["amount_fen"]


def test_failed_orders_are_every_fiftieth_and_in_no_cell(done: dict[str, Done]) -> None:
    summary = done[NAMES[0]].summary
    assert (summary["orders"], summary["paid"], summary["failed"]) == (373, 366, 7)
    assert summary["amount_fen"] == summary["paid_fen"] + summary["failed_fen"]
    assert (summary["annex1"]["C"], fen_of(summary["annex1"]["D"])) == (366, summary["paid_fen"])
    words = [row[3] for row in rows_of(done[NAMES[0]].out / "replies.xlsx")]
    assert [place for place, word in enumerate(words, start=1) if word == "账号错误"] == list(
        range(50, 374, 50)
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_as_the_contract_has_it(done: dict[str, Done], name: str) -> None:
    summary = done[name].summary
    assert json.loads((done[name].out / "summary.json").read_text()) == summary
    assert set(summary) == {*COUNTS, "findings", "annex1", "seconds"}
    assert tuple(summary["seconds"]) == STEPS
    assert all(type(summary[count]) is int for count in COUNTS)
    assert all(type(count) is int for count in summary["findings"].values())
    texts = {code for code, value in summary["annex1"].items() if isinstance(value, str)}
    assert texts == MONEY
    assert all(type(summary["annex1"][code]) is int for code in set(summary["annex1"]) - MONEY)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_there_and_hangs_together(done: dict[str, Done], name: str) -> None:
    out = done[name].out
    assert {place.name for place in out.iterdir()} == FILES
    digest = hashlib.sha256((out / "payments.xlsx").read_bytes()).hexdigest()
    assert (out / "payments.sha256").read_text() == f"{digest}  payments.xlsx\n"
    sent, answered = rows_of(out / "payments.xlsx"), rows_of(out / "replies.xlsx")
    assert [row[0] for row in answered] == [row[0] for row in sent]
    assert len(sent) == done[name].summary["orders"]
    assert [(out / paper).read_bytes()[:5] for paper in ("annex1.pdf", "roster.pdf")] == [b"%PDF-"] * 2


def test_findings_are_a_table_that_excel_opens(done: dict[str, Done]) -> None:
    raw = (done[NAMES[0]].out / "findings.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbffile,sheet,row,column,code,severity,message,rule\r\n")
    first = done[NAMES[0]].findings[0]
    assert (first["file"], first["sheet"], first["row"]) == ("list-a-official.xlsx", "实名制汇总表", "9")
    assert first["column"] == "慰问对象类别（C1-C11）"
    assert {finding["severity"] for finding in done[NAMES[0]].findings} == {"error", "warning", "note"}


@pytest.mark.parametrize("name", NAMES)
def test_no_message_shows_a_number_of_a_person(done: dict[str, Done], name: str) -> None:
    book = openpyxl.load_workbook(LISTS / f"{name}.xlsx").active
    numbers = {str(cell) for row in book.iter_rows(values_only=True) for cell in row if len(str(cell)) > 10}
    numbers = {number for number in numbers if number[:10].isdigit()}
    texts = " ".join(finding["message"] + finding["column"] for finding in done[name].findings)
    assert [number for number in numbers if number in texts] == []


@pytest.mark.parametrize("name", NAMES)
def test_orders_stand_as_the_list_does_and_numbers_are_texts(done: dict[str, Done], name: str) -> None:
    sent = rows_of(done[name].out / "payments.xlsx")
    assert all(isinstance(cell, str) for row in sent for cell in row[1:5])
    listed = [str(cell) for row in rows_of(LISTS / f"{name}.xlsx") for cell in row]
    places = {text: place for place, text in reversed(list(enumerate(listed)))}
    in_order = [places[account] for account in (row[2] for row in sent) if account in places]
    assert in_order == sorted(in_order)
    assert len(in_order) > len(sent) * 0.9


@pytest.mark.parametrize("name", NAMES)
def test_annex_1_on_paper_says_what_the_summary_says(done: dict[str, Done], name: str) -> None:
    cells = done[name].summary["annex1"]
    texts = [
        str(cell)
        for row in openpyxl.load_workbook(done[name].out / "annex1.xlsx").active.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert any("上海市嘉定区总工会" in text for text in texts)
    assert str(cells["C"]) in texts
    printed = f"{round(fen_of(cells['D']) / 1_000_000, 2)}"
    assert any(printed in text for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_roster_has_every_award(done: dict[str, Done], name: str) -> None:
    texts = [[str(cell) for cell in row] for row in rows_of(done[name].out / "roster.xlsx")]
    numbers = [cell for row in texts for cell in row if len(cell) == 18 and cell[:17].isdigit()]
    assert len(numbers) == done[name].summary["awards"]


def test_the_same_list_again_returns_the_earlier_result(done: dict[str, Done], warmth: Warmth) -> None:
    again = warmth(LISTS / f"{NAMES[0]}.xlsx", fail_every=7)
    earlier = done[NAMES[0]]
    assert again.summary | {"seconds": 0} == earlier.summary | {"seconds": 0}
    for same in ("findings.csv", "payments.xlsx", "payments.sha256", "replies.xlsx"):
        assert (again.out / same).read_bytes() == (earlier.out / same).read_bytes(), same


def rows_of(path: Path) -> list[tuple]:
    """The rows below the first."""
    return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))[1:]
