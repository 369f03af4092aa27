"""The sheet on screen: what a cell says, how it is put right where it stands, and what the page costs."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Correction, HeadingMapping, Roster
from nuanliu.awards.queries import finding_counts
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.queries import content_of
from nuanliu.web.views import papers
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.web.conftest import reads, text_of
from tests.web.test_lists import dropped, in_scope

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def handed_in(browser: Client, world: World, *files: Any, **headers: str) -> Any:
    sent = [SimpleUploadedFile(file.name, file.content) for file in files]
    form = {"organization": world.jiading.pk, "business_date": DAY, "lists": sent}
    return browser.post(f"/campaigns/{world.campaign.pk}/lists/", form, headers=headers)


@pytest.fixture
def clerk(desk: Callable[[str], Client]) -> Client:
    return desk("clerk")


@pytest.fixture
def address(clerk: Client, world: World) -> str:
    """A list of one good row, one whose sum cannot be read, and one above the standard."""
    people = People()
    made = list_of(people(), people(cash="五百"), people(cash="99999"))
    return str(handed_in(clerk, world, made).headers["Location"])


def rows_of(browser: Client, address: str, **asked: str) -> list[Any]:
    tables = browser.get(address, asked).context["sheets"].tables
    return [row for table in tables for row in table.rows]


def test_the_lines_above_the_list_are_drawn_as_they_were_merged(clerk: Client, world: World) -> None:
    page = clerk.get(dropped(clerk, world, "list-a-official.xlsx").headers["Location"])
    [table] = page.context["sheets"].tables
    assert [line.is_heading for line in table.lines].count(True) >= 1
    assert not table.lines[0].is_heading
    assert f'colspan="{table.lines[0].cells[0][0]}"' in text_of(page)
    assert all(f">{text}</th>" in text_of(page) for _, _, text in table.lines[-1].cells if text)


def test_what_must_be_put_right_is_shown_first(clerk: Client, address: str) -> None:
    assert [row.number for row in rows_of(clerk, address)] == [3, 4]
    assert [row.number for row in rows_of(clerk, address, show="good")] == [2]
    assert [row.number for row in rows_of(clerk, address, show="all")] == [2, 3, 4]
    assert [row.number for row in rows_of(clerk, address, code="amount.format")] == [3]
    assert [row.number for row in rows_of(clerk, address, show="all", after="1-3")] == [4]
    assert clerk.get(address, {"show": "all", "after": "x"}).status_code == 404


def test_a_cell_tells_its_finding_with_rule_and_remedy_and_how_to_put_it_right(
    clerk: Client, address: str
) -> None:
    page = text_of(clerk.get(address, {"code": "amount.format"}))
    assert "沪工总权〔2020〕178号 第七条" in page
    assert "请填写以元为单位的阿拉伯数字" in page
    [described] = re.findall(r'aria-describedby="(says-[^"]+)"', page)
    assert f'id="{described}"' in page
    assert "popovertarget" in page


def test_a_cell_opens_in_the_sheet_and_closes_again(clerk: Client, address: str) -> None:
    row = rows_of(clerk, address)[0]
    cell = f"{address}rows/{row.key}/cells/cash/"
    opened = text_of(clerk.get(cell, headers=HTMX))
    assert 'name="reason"' in opened
    assert "<html" not in opened
    assert "五百" in text_of(clerk.get(f"{cell}?shown=1", headers=HTMX))
    assert clerk.get(cell).headers["Location"] == f"{address}rows/{row.key}/?field=cash"
    assert clerk.get(f"{address}rows/{row.key}/cells/nothing/", headers=HTMX).status_code == 404


def test_a_cell_put_right_in_the_sheet_gives_back_its_row_and_the_figures(
    clerk: Client, address: str
) -> None:
    row = rows_of(clerk, address)[0]
    answer = clerk.post(
        f"{address}rows/{row.key}/cells/cash/", {"value": "1000", "reason": "电话核实"}, headers=HTMX
    )
    told = text_of(answer)
    assert f'<tr id="row-{row.key}"' in told
    assert 'id="head"' in told
    assert answer.context["summary"].refused == 1
    assert "五百" in told
    assert [one.number for one in rows_of(clerk, address)] == [4]


def test_a_correction_without_reason_is_asked_for_it_in_the_cell(clerk: Client, address: str) -> None:
    row = rows_of(clerk, address)[0]
    answer = clerk.post(
        f"{address}rows/{row.key}/cells/cash/", {"value": "1000", "reason": " "}, headers=HTMX
    )
    assert 'role="alert"' in text_of(answer)
    assert in_scope(Correction.objects.count) == 0


def test_what_is_proposed_is_put_in_by_one_press(clerk: Client, address: str) -> None:
    row = rows_of(clerk, address, code="standard.exceeded")[0]
    [proposal] = [mark.proposal for mark in row.marks if mark.proposal]
    clerk.post(f"{address}rows/{row.key}/cells/cash/", {"value": proposal.value, "reason": proposal.source})
    assert [one.number for one in rows_of(clerk, address)] == [3]


def test_a_correction_is_taken_back_in_the_sheet(clerk: Client, address: str) -> None:
    row = rows_of(clerk, address)[0]
    cell = f"{address}rows/{row.key}/cells/cash/"
    clerk.post(cell, {"value": "1000", "reason": "电话核实"})
    answer = clerk.post(f"{cell}undo/", headers=HTMX)
    assert answer.context["summary"].refused == 2
    assert clerk.post(f"{cell}undo/", headers=HTMX).status_code == 404
    assert in_scope(Correction.objects.count) == 2


def test_who_may_not_correct_opens_no_cell_and_is_proposed_nothing(
    desk: Callable[[str], Client], clerk: Client, address: str
) -> None:
    row = rows_of(clerk, address)[0]
    for name in ("auditor", "head", "rights"):
        browser = desk(name)
        page = browser.get(address)
        assert "data-edit" not in text_of(page)
        assert not any(mark.proposal for one in rows_of(browser, address) for mark in one.marks)
        assert browser.post(f"{address}rows/{row.key}/cells/cash/", {"value": "1"}).status_code == 404


def test_a_row_of_another_list_is_not_put_right_through_this_one(
    clerk: Client, world: World, address: str
) -> None:
    other = handed_in(clerk, world, list_of(People(seed=5)(cash="x"))).headers["Location"]
    row = rows_of(clerk, address)[0]
    for method in (clerk.get, clerk.post):
        assert method(f"{other}rows/{row.key}/cells/cash/", headers=HTMX).status_code == 404
        assert method(f"{other}rows/{row.key}/").status_code == 404


def test_all_rows_are_accepted_only_when_none_is_refused(clerk: Client, address: str) -> None:
    assert "disabled" in text_of(clerk.get(address))
    assert clerk.post(f"{address}accept/", {"whole": "1"}).status_code == 422
    for row in rows_of(clerk, address):
        clerk.post(f"{address}rows/{row.key}/cells/cash/", {"value": "1000", "reason": "按标准"})
    clerk.post(f"{address}accept/", {"whole": "1"})
    assert in_scope(lambda: Roster.objects.get().rows_accepted) == 3


def test_the_marked_workbook_is_asked_for_with_its_reason_and_noted(clerk: Client, address: str) -> None:
    assert clerk.post(f"{address}marked/", {"reason": ""}).status_code == 422
    answer = clerk.post(f"{address}marked/", {"reason": "退回报送单位更正"})
    asked = in_scope(lambda: FileRequest.objects.select_related("file").get())
    assert answer.headers["Location"] == f"/files/{asked.pk}/"
    assert in_scope(lambda: AuditEntry.objects.filter(reason="退回报送单位更正").count()) == 1
    content = in_scope(lambda: content_of(asked.file))
    assert zipfile.is_zipfile(io.BytesIO(content))
    again = {"replace-lists": [SimpleUploadedFile("标注.xlsx", content)]}
    before = in_scope(lambda: finding_counts(Roster.objects.get()))
    assert clerk.post(f"{address}replace/", again).status_code == 302
    assert in_scope(lambda: finding_counts(Roster.objects.get())) == before


def test_the_marked_workbook_of_a_big_list_is_made_by_a_worker(
    clerk: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "MARKED_AT_ONCE_ROWS", 1)
    clerk.post(f"{address}marked/", {"reason": "退回更正"})
    assert in_scope(lambda: FileRequest.objects.get().state) == "asked"


def packed(**parts: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("空.xlsx", b"", "文件是空的"),
        (
            "密码.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "密码保护",
        ),
        ("名册.pdf", b"%PDF-1.7 ...", "这是PDF文件"),
        ("网页.xls", b"<html><table></table></html>", "网页或XML格式"),
        (
            "文字.docx",
            packed(**{"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
            "这是文字文档",
        ),
        ("炸弹.xlsx", packed(**{"xl/workbook.xml": b"\0" * 40_000_000}), "压缩比异常"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_name_with_its_remedy_and_nothing_is_kept(
    clerk: Client, world: World, name: str, content: bytes, told: str
) -> None:
    sent = [list_of(People()()), type("File", (), {"name": name, "content": content})]
    answer = handed_in(clerk, world, *sent, Accept="application/json")
    assert answer.status_code == 422
    [wrong] = answer.json()["files"]
    assert wrong["index"] == 1
    assert told in wrong["told"]
    assert wrong["told"].endswith("。")
    assert f"《{name}》" in text_of(handed_in(clerk, world, *sent))
    assert in_scope(Roster.objects.count) == 0


def test_a_script_that_sends_files_is_told_where_to_go_and_twice_the_same(
    clerk: Client, world: World
) -> None:
    made = list_of(People()())
    first = handed_in(clerk, world, made, Accept="application/json").json()["to"]
    assert handed_in(clerk, world, made, Accept="application/json").json()["to"] == first
    assert in_scope(Roster.objects.count) == 1
    assert clerk.get(first).status_code == 200


def test_a_heading_is_asked_with_samples_read_again_remembered_and_forgotten(
    clerk: Client, world: World
) -> None:
    person = People()()
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["姓名", "身份证号", "类别", "慰问金", "神秘卡"])
        sheet.write_row(1, 0, [person["name"], person["identity_number"], "C1", "1000", person["account"]])
    made = type("File", (), {"name": "名册.xlsx", "content": memory.getvalue()})
    address = handed_in(clerk, world, made).headers["Location"]
    page = clerk.get(address)
    assert page.context["sheets"].samples == {"神秘卡": [person["account"]]}
    assert f"<q>{person['account']}</q>" in text_of(page)
    clerk.post(f"{address}headings/", {"heading": "神秘卡", "field": "account"})
    assert clerk.get(address).context["summary"].codes == {}
    known = f"{address}headings/remembered/"
    [mapping] = clerk.get(known).context["mappings"]
    assert clerk.post(known, {"mapping": str(mapping.pk)}).status_code == 302
    assert in_scope(HeadingMapping.objects.count) == 0
    assert clerk.post(known, {"mapping": "x"}).status_code == 404


def test_a_list_is_compared_with_the_last_one_on_its_page_and_on_one_of_its_own(
    clerk: Client, world: World
) -> None:
    people = People()
    stays, goes = people(), people()
    first = handed_in(clerk, world, list_of(stays, goes)).headers["Location"]
    now = handed_in(clerk, world, list_of(stays, people(), people())).headers["Location"]
    part = clerk.get(f"{now}compared/", headers=HTMX)
    assert "2 new, 1 gone, 0 changed" in text_of(part)
    page = clerk.get(f"{now}compared/", {"kind": "gone"})
    assert str(goes["name"]) not in text_of(page)
    assert len(page.context["page"].rows) == 1
    assert clerk.get(f"{now}compared/", {"kind": "nobody"}).status_code == 404
    assert "no list before" in text_of(clerk.get(f"{first}compared/"))


def test_the_page_of_a_list_asks_a_fixed_number_of_times_in_every_state(clerk: Client, world: World) -> None:
    address = dropped(clerk, world, "list-a-official.xlsx").headers["Location"]
    asked = []
    for show in ("error", "good", "all"):
        clerk.get(address, {"show": show})
        with CaptureQueriesContext(connection) as queries:
            clerk.get(address, {"show": show})
        asked.append(len(reads(queries)))
    clerk.post(f"{address}accept/", {"acknowledge": clerk.get(address).context["warnings"]})
    with CaptureQueriesContext(connection) as queries:
        clerk.get(address, {"show": "accepted"})
    asked.append(len(reads(queries)))
    assert max(asked) <= 8, (asked, reads(queries))
