"""The frame by keyboard alone: search, open, change colours and language, and find the menu on a phone."""

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.journeys.conftest import Desks
from tests.journeys.test_main_job import campaign

__all__ = ["campaign"]


@pytest.mark.django_db(transaction=True)
def test_the_frame_needs_no_mouse(desks: Desks, cast: Cast, campaign: str, tmp_path: Path) -> None:
    page = desks.open(desks.at("rights"), "/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "global-search"
    page.keyboard.type("送温暖")
    page.wait_for_selector("#suggestions a")
    desks.look(page)
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/campaigns/")
    page.keyboard.press("Control+k")
    page.keyboard.type("嘉定")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/search/?q=" in page.url
    desks.look(page)
    page.locator("summary.round").focus()
    page.keyboard.press("Enter")
    page.locator("button[value=dark]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("link[href*=dark]:not([media])").count() == 1
    assert "/search/?q=" in page.url
    desks.look(page)
    page.locator("button[name=language]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("lang") == "en"
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu nav a").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".menu nav a").first.is_visible()
    desks.open(page, "/notices/")
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))
