"""A list at the clerk's screen: dropped, shown with what was found, put right, accepted, signed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.awards.models import Correction, Roster, RosterFinding
from nuanliu.awards.states import RosterState
from nuanliu.base.scope import Scope, scoped
from nuanliu.web.jobs import import_lists
from nuanliu.web.views import rosters
from tests.awards.conftest import DAY, JIADING, LISTS, World
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db


def dropped(browser: Client, world: World, *names: str) -> Any:
    """The answer to dropping sample lists on the campaign's page."""
    sent = [SimpleUploadedFile(name, (LISTS / name).read_bytes()) for name in names]
    form = {"organization": world.jiading.pk, "business_date": DAY, "lists": sent}
    return browser.post(f"/campaigns/{world.campaign.pk}/lists/", form)


def expected_of(name: str) -> dict[str, Any]:
    return dict(json.loads((LISTS / name.replace(".xlsx", ".expected.json")).read_text()))


def expected_rows(name: str) -> int:
    return int(expected_of(name)["accepted"]) + int(expected_of(name)["refused"])


def in_scope[Result](read: Callable[[], Result]) -> Result:
    """Read the database as 嘉定 sees it."""
    with scoped(Scope.for_path(JIADING)):
        return read()


@pytest.mark.parametrize("name", ["list-a-official.xlsx", "list-b-reordered.xlsx"])
def test_a_dropped_list_shows_what_was_found(desk: Callable[[str], Client], world: World, name: str) -> None:
    browser = desk("clerk")
    page = browser.get(dropped(browser, world, name).headers["Location"])
    shown = {
        entry["code"]: entry["count"] for entry in page.context["codes"] if entry["info"].severity != "note"
    }
    assert shown == expected_of(name)["counts"]


def test_the_sheet_is_drawn_as_received_with_findings_in_their_cells(
    desk: Callable[[str], Client], world: World
) -> None:
    browser = desk("clerk")
    address = dropped(browser, world, "list-a-official.xlsx").headers["Location"]
    code = "identity.checksum"
    table = browser.get(f"{address}?code={code}").context["sheets"].tables[0]
    place = [heading.text for heading in table.headings].index(
        next(found.column for found in table.rows[0].findings if found.code == code)
    )
    assert all(code in {found.code for found in row.findings} for row in table.rows)
    assert table.rows[0].cells[place].severity == "error"


def test_a_cell_is_put_right_with_its_reason_and_the_row_checked_again(
    desk: Callable[[str], Client], world: World
) -> None:
    browser = desk("clerk")
    address = dropped(browser, world, "list-a-official.xlsx").headers["Location"]
    row = browser.get(f"{address}?code=standard.exceeded").context["sheets"].tables[0].rows[0]
    form = browser.get(f"{address}rows/{row.key}/")
    assert form.context["form"].initial["field"] == "cash"
    answer = browser.post(
        f"{address}rows/{row.key}/", {"field": "cash", "value": "1", "reason": "对照标准更正"}
    )
    assert answer.status_code == 302
    assert in_scope(Correction.objects.count) == 1
    left = in_scope(
        lambda: list(
            RosterFinding.objects.filter(row_number=row.number, severity="error").values_list(
                "code", flat=True
            )
        )
    )
    assert "standard.exceeded" not in left


def test_a_correction_without_reason_is_sent_back(desk: Callable[[str], Client], world: World) -> None:
    browser = desk("clerk")
    address = dropped(browser, world, "list-a-official.xlsx").headers["Location"]
    row = browser.get(address).context["sheets"].tables[0].rows[0]
    answer = browser.post(f"{address}rows/{row.key}/", {"field": "cash", "value": "1", "reason": ""})
    assert answer.status_code == 422
    assert in_scope(Correction.objects.count) == 0


def test_the_good_rows_are_accepted_and_numbers_masked_from_then_on(
    desk: Callable[[str], Client], world: World
) -> None:
    browser = desk("clerk")
    name = "list-a-official.xlsx"
    address = dropped(browser, world, name).headers["Location"]
    warnings = browser.get(address).context["warnings"]
    browser.post(f"{address}accept/", {"acknowledge": warnings})
    assert in_scope(lambda: Roster.objects.get().rows_accepted) == expected_of(name)["accepted"]
    rows = browser.get(f"{address}?show=accepted").context["sheets"].tables[0].rows
    accepted = next(row for row in rows if row.accepted)
    assert any("********" in cell.text for cell in accepted.cells)
    assert not accepted.editable


def test_who_may_not_correct_never_sees_a_full_number(desk: Callable[[str], Client], world: World) -> None:
    browser = desk("clerk")
    address = dropped(browser, world, "list-a-official.xlsx").headers["Location"]
    for reader in ("auditor", "head", "rights"):
        page = desk(reader).get(address)
        names = [cell.text for row in page.context["sheets"].tables[0].rows for cell in row.cells]
        assert any("***" in name for name in names)
        assert not any(row.editable for row in page.context["sheets"].tables[0].rows)


def test_the_handler_does_not_sign_and_the_head_does(desk: Callable[[str], Client], world: World) -> None:
    clerk, head = desk("clerk"), desk("head")
    address = dropped(clerk, world, "list-a-official.xlsx").headers["Location"]
    clerk.post(f"{address}accept/")
    assert clerk.post(f"{address}sign/", {"sign-on": DAY}).status_code == 404
    assert head.post(f"{address}sign/", {"sign-on": DAY}).status_code == 302
    assert in_scope(lambda: Roster.objects.get().signed_on) == DAY


def test_a_refusal_is_told_with_its_code_and_changes_nothing(
    desk: Callable[[str], Client], world: World
) -> None:
    clerk, head = desk("clerk"), desk("head")
    address = dropped(clerk, world, "list-a-official.xlsx").headers["Location"]
    answer = head.post(f"{address}sign/", {"sign-on": DAY})
    assert answer.status_code == 422
    assert "roster.state" in text_of(answer)
    assert in_scope(lambda: Roster.objects.get().state) == RosterState.CHECKED


def test_the_same_files_again_lead_to_the_first_result(desk: Callable[[str], Client], world: World) -> None:
    browser = desk("clerk")
    first = dropped(browser, world, "list-a-official.xlsx").headers["Location"]
    assert dropped(browser, world, "list-a-official.xlsx").headers["Location"] == first


def test_a_file_that_is_no_list_says_why(desk: Callable[[str], Client], world: World) -> None:
    browser = desk("clerk")
    sent = SimpleUploadedFile("名册.xlsx", b"PK\x03\x04 this is no workbook")
    form = {"organization": world.jiading.pk, "business_date": DAY, "lists": [sent]}
    page = browser.post(f"/campaigns/{world.campaign.pk}/lists/", form)
    assert page.status_code == 422
    assert "《名册.xlsx》：The file cannot be read" in text_of(page)
    assert in_scope(Roster.objects.count) == 0


@pytest.mark.django_db(transaction=True)
def test_a_big_list_is_read_by_a_worker_whose_progress_shows(
    desk: Callable[[str], Client], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "AT_ONCE_BYTES", 10)
    browser = desk("clerk")
    answer = dropped(browser, world, "list-a-official.xlsx")
    page = browser.get(answer.headers["Location"])
    assert page.context["job"].kind == "web.import_lists"
    part = browser.get(answer.headers["Location"], headers={"HX-Request": "true"})
    assert "hx-trigger" in text_of(part)
    assert "<html" not in text_of(part)
    assert in_scope(Roster.objects.count) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'web.import_lists'")
        import_lists(**json.loads(cursor.fetchone()[0]))
    assert in_scope(lambda: Roster.objects.get().rows_read) == expected_rows("list-a-official.xlsx")
    asked = browser.get(answer.headers["Location"], headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"] == f"/lists/{in_scope(Roster.objects.get).pk}/"
    assert "/lists/" in text_of(browser.get(answer.headers["Location"]))


def test_an_unknown_heading_is_explained_once(desk: Callable[[str], Client], world: World) -> None:
    browser = desk("clerk")
    address = dropped(browser, world, "list-b-reordered.xlsx").headers["Location"]
    answer = browser.post(f"{address}headings/", {"heading": "某一栏", "field": "remark"})
    assert answer.status_code == 302
    assert browser.post(f"{address}headings/", {"heading": "某一栏", "field": "no-field"}).status_code == 404


def test_the_list_of_lists_asks_as_much_for_three_as_for_one(
    desk: Callable[[str], Client], world: World
) -> None:
    browser = desk("clerk")
    dropped(browser, world, "list-a-official.xlsx")
    browser.get("/lists/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/lists/")
    dropped(browser, world, "list-b-reordered.xlsx")
    dropped(browser, world, "list-d-unchecked.xlsx")
    with CaptureQueriesContext(connection) as three:
        page = browser.get("/lists/")
    assert len(page.context["list"]["page"].rows) == 3
    assert len(reads(three)) == len(reads(one)) <= 8
