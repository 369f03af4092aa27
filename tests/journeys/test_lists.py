"""Lists on a bad day: put right where they stand, sent again after the line was cut, and all of it by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from nuanliu.awards.models import Roster
from nuanliu.base.scope import Scope, scoped
from tests.awards.conftest import JIADING, LISTS, build_world
from tests.awards.making import People, list_of
from tests.cast import Cast
from tests.journeys.conftest import Desks

pytestmark = pytest.mark.django_db(transaction=True)
DAY = "2022-01-10"
SEND = "form.upload button.main"


@pytest.fixture
def campaign(cast: Cast) -> str:
    """The campaign's address."""
    with scoped(Scope.for_path(JIADING)):
        return f"/campaigns/{build_world(cast).campaign.pk}/"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A list with a good row, a sum that cannot be read, one above the standard, and a phone to look at."""
    people = People()
    rows = [people(), people(cash="五百"), people(cash="99999"), people(phone="12")]
    path = tmp_path / "名册.xlsx"
    path.write_bytes(list_of(*rows).content)
    return path


def lists() -> list[Roster]:
    with scoped(Scope.for_path(JIADING)):
        return list(Roster.objects.all())


def chosen(desks: Desks, campaign: str, *files: Path) -> Page:
    """The clerk at the campaign's page, with files chosen."""
    clerk = desks.open(desks.at("clerk"), campaign)
    clerk.fill("#id_business_date", DAY)
    clerk.set_input_files("#id_lists", [str(file) for file in files])
    return clerk


def refused(page: Page) -> str:
    return page.locator("#head .counts .red b").inner_text()


def test_a_refused_list_is_put_right_in_place_until_it_is_accepted(
    desks: Desks, campaign: str, made: Path
) -> None:
    clerk = chosen(desks, campaign, made)
    assert clerk.locator(".chosen li").count() == 1
    desks.press(clerk, SEND)
    assert refused(clerk) == "2"
    assert clerk.locator("#act-accept_rows-whole [aria-disabled]").count() == 1
    clerk.locator("td.error button.cell", has_text="99999").hover()
    clerk.locator(".found:popover-open button.main").click()
    clerk.locator("#head .counts .red b", has_text="1").wait_for()
    clerk.locator("td.error button.cell", has_text="五百").click()
    desks.look(clerk)
    clerk.locator(".found:popover-open a.button").click()
    clerk.fill("form.cellform input[name=value]", "1000")
    clerk.fill("form.cellform input[name=reason]", "电话核实")
    clerk.keyboard.press("Enter")
    clerk.locator("#head .counts .red b", has_text="0").wait_for()
    # What was written stays to be seen, and can be taken back.
    clerk.locator("td.corrected button.cell", has_text="1000").first.hover()
    assert "五百" in clerk.locator(".found:popover-open").inner_text()
    clerk.mouse.move(5, 5)
    for box in clerk.locator("input[name=acknowledge]").all():
        box.check()
    desks.press(clerk, "#act-accept_rows-whole button")
    assert [roster.rows_accepted for roster in lists()] == [4]
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


def test_files_sent_over_a_line_that_was_cut_stay_and_are_sent_again_as_one_list(
    desks: Desks, campaign: str, made: Path
) -> None:
    clerk = chosen(desks, campaign, made, LISTS / "list-a-official.xlsx")
    assert clerk.locator(".chosen li").count() == 2
    clerk.context.set_offline(True)
    clerk.locator(SEND).click()
    clerk.locator(".sending[role=alert]").wait_for()
    assert lists() == []
    assert clerk.locator(".chosen li").count() == 2
    assert clerk.input_value("#id_business_date") == DAY
    # The line comes back: it goes by itself, and the answer is lost on its way.
    clerk.route("**/lists/", lambda route: (route.fetch(), route.abort("connectionreset")))
    clerk.context.set_offline(False)
    clerk.locator(f"{SEND}[disabled]").wait_for()
    clerk.locator(".sending[role=alert]").wait_for()
    clerk.unroute("**/lists/")
    clerk.locator(SEND).click()
    clerk.wait_for_url("**/lists/*/")
    desks.look(clerk)
    assert len(lists()) == 1
    # The browser says that the line was cut; nothing else is wrong.
    assert [
        fault
        for fault in desks.faults
        if "ERR_INTERNET_DISCONNECTED" not in fault and "ERR_CONNECTION_RESET" not in fault
    ] == []


def test_a_wrong_file_is_told_beside_its_name_and_the_others_stay(
    desks: Desks, campaign: str, made: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "扫描件.xlsx"
    wrong.write_bytes(b"%PDF-1.7 a scan")
    clerk = chosen(desks, campaign, made, wrong)
    clerk.locator(SEND).click()
    told = clerk.locator(".chosen li", has_text="扫描件.xlsx").locator(".wrong")
    told.filter(has_text="PDF").wait_for()
    clerk.locator(".chosen li", has_text="扫描件.xlsx").locator("button").click()
    desks.press(clerk, SEND)
    assert len(lists()) == 1


def test_handing_in_putting_right_and_accepting_need_no_mouse(
    desks: Desks, campaign: str, made: Path
) -> None:
    clerk = chosen(desks, campaign, made)
    clerk.focus(SEND)
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    for value in ("1000", "1000"):
        before = refused(clerk)
        clerk.focus(".sheetbox")
        while "cell" not in (clerk.evaluate("document.activeElement.className") or ""):
            clerk.keyboard.press("Tab")
        clerk.locator(".found:popover-open").wait_for()
        clerk.keyboard.press("Escape")
        assert clerk.locator(".found:popover-open").count() == 0
        clerk.keyboard.press("Enter")
        clerk.locator(".found:popover-open").wait_for()
        while clerk.evaluate("document.activeElement.textContent.trim()") != "更正":
            clerk.keyboard.press("Tab")
        clerk.keyboard.press("Enter")
        clerk.locator("form.cellform").wait_for()
        clerk.keyboard.type(value)
        clerk.keyboard.press("Tab")
        clerk.keyboard.type("电话核实")
        clerk.keyboard.press("Enter")
        clerk.locator("#head .counts .red b", has_text=str(int(before) - 1)).wait_for()
        clerk.reload()
    clerk.focus("#act-accept_rows-whole button")
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    assert [roster.rows_accepted for roster in lists()] == [3]
