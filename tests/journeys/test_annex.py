"""Annex 1 by keyboard alone: into a cell and back, a broken total shown and mended, days compared, printed."""

import re
import time
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nuanliu.base.scope import Scope, scoped
from nuanliu.returns.models import Return
from tests.cast import Cast
from tests.journeys.conftest import Desks
from tests.returns.conftest import AS_OF, World, delivering, make_world  # noqa: F401  a fixture
from tests.returns.test_versions import drafted_with

PAGES = re.compile(rb"/Type\s*/Page[^s]")


@pytest.fixture
def world(cast: Cast, delivering: None) -> World:  # noqa: F811  the fixture above
    """Awards of two days, a typed value."""
    with scoped(Scope.for_path("/0/")):
        world = make_world(cast)
        for number in range(45):
            world.give("C5", on=date(2022, 1, 3 if number < 5 else 10), cash_fen=50_000)
        world.give("C1")
        return world


def until(page: Page, selector: str, presses: int = 120) -> None:
    """Press Tab until something is focused."""
    for _ in range(presses):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def settles(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait until something holds; the page's policy forbids the waiting of the library, which evaluates text."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


@pytest.mark.django_db(transaction=True)
def test_annex_1_is_read_by_keyboard_compared_and_printed(desks: Desks, world: World, tmp_path: Path) -> None:
    place = f"/annex1/{world.campaign.pk}/{world.jiading.pk}/"
    rights = desks.open(desks.at("rights"), f"{place}?as_of={AS_OF}")
    into_records_and_back(desks, rights)
    type_a_value(desks, rights)
    print_on_one_page(rights, tmp_path)
    compare(desks, rights, place)
    mend_a_broken_total(desks, world)
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


def into_records_and_back(desks: Desks, page: Page) -> None:
    until(page, "[data-cell=C5]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-opened=C5]")
    settles(page, "document.activeElement.matches('#records h2')")
    assert "cell=C5" in page.url
    assert page.locator("#records tbody tr").count() == 20
    assert "45" in page.locator("#records .sum").inner_text()
    desks.look(page)
    until(page, "#records .acts a")
    page.keyboard.press("Enter")
    settles(page, "document.querySelector('#records .sum').innerText.includes('21')")
    until(page, "#records tbody a")
    page.keyboard.press("Escape")
    settles(page, "document.activeElement.matches('[data-cell=C5]')")
    assert "cell=" not in page.url
    assert page.locator("[data-opened]").count() == 0


def type_a_value(desks: Desks, page: Page) -> None:
    until(page, "[data-cell=G]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-opened=G]")
    until(page, "#id_value")
    page.keyboard.type("130")
    page.keyboard.press("Tab")
    page.keyboard.type("返乡服务登记表")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    until(page, "#cell-G .mark")
    page.wait_for_selector("#typed-G:popover-open")
    assert "返乡服务登记表" in page.locator("#typed-G").inner_text()
    desks.look(page)
    page.keyboard.press("Escape")


def print_on_one_page(page: Page, folder: Path) -> None:
    printed = page.pdf(path=folder / "annex1.pdf", prefer_css_page_size=True)
    assert len(PAGES.findall(printed)) == 1


def compare(desks: Desks, page: Page, place: str) -> None:
    desks.open(page, f"{place}difference/?before=2022-01-05&as_of={AS_OF}")
    figure = page.locator("[data-cell=C5]")
    assert figure.inner_text() == "+40"
    until(page, "[data-cell=C5]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-opened=C5]")
    assert "40" in page.locator("#records .sum").inner_text()


def mend_a_broken_total(desks: Desks, world: World) -> None:
    """A draft whose C is one too many shows it on the cell and cannot be signed; a new draft can."""
    with scoped(Scope.for_path("/0/")):
        broken = drafted_with(world, {"C": 1})
    address = f"/annex1/versions/{broken.pk}/"
    head = desks.open(desks.at("head"), address)
    assert head.locator("form[action$='/sign/']").count() == 0
    until(head, "#cell-C .mark.wrong")
    head.wait_for_selector("#break-C:popover-open")
    said = head.locator("#break-C").inner_text()
    assert "C = C1 + C2" in said
    desks.look(head)
    rights = desks.open(desks.at("rights"), address)
    until(rights, ".actlist a[href*='#act-draft']")
    with rights.expect_navigation():
        rights.keyboard.press("Enter")
    rights.fill("#id_reporter_phone", "021-59990000")
    desks.press(rights, "form[action*='/draft/'] button")
    assert rights.locator(".broken").count() == 0
    mended = rights.url.removeprefix(desks.address)
    head = desks.open(desks.at("head"), mended)
    desks.press(head, f"form[action='{mended}sign/'] button")
    with scoped(Scope.for_path("/0/")):
        assert Return.objects.get(pk=mended.split("/")[-2]).state == "signed"
