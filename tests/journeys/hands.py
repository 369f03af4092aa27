"""Two ways to work a page: with the mouse, and with the keyboard alone (Tab, Enter, Space, letters)."""

from contextlib import suppress
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Error, Page

from tests.journeys.conftest import Desks

MOST_TABS = 400
PATIENCE_MS = (4_000, 8_000, 30_000)


class Hands(Protocol):
    """What a person does on a page; each field and button is named by a selector."""

    def press(self, page: Page, selector: str) -> None:
        """A button or link, and wait for the page that comes."""

    def touch(self, page: Page, selector: str) -> None:
        """A button, box or choice that stays on the page."""

    def write(self, page: Page, selector: str, text: str) -> None:
        """Into a field, in place of what stands there."""

    def choose(self, page: Page, selector: str, file: Path) -> None:
        """A file for a field."""

    def save(self, page: Page, selector: str, folder: Path) -> Path:
        """What a link or button hands out."""


class Mouse:
    """Clicks; every new page is judged by axe at both widths."""

    def __init__(self, desks: Desks) -> None:
        self.desks = desks

    def press(self, page: Page, selector: str) -> None:
        self.desks.press(page, selector)

    def touch(self, page: Page, selector: str) -> None:
        page.locator(selector).first.click()

    def write(self, page: Page, selector: str, text: str) -> None:
        page.fill(selector, text)

    def choose(self, page: Page, selector: str, file: Path) -> None:
        page.set_input_files(selector, str(file))

    def save(self, page: Page, selector: str, folder: Path) -> Path:
        with page.expect_download() as saved:
            page.locator(selector).first.click()
        return _kept(saved.value, folder)


class Keyboard:
    """Never a click: Tab until the thing has the focus, then the key that a person would press."""

    def press(self, page: Page, selector: str) -> None:
        reach(page, selector)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert not page.locator("section[role=alert]").count(), page.locator("main").inner_text()

    def touch(self, page: Page, selector: str) -> None:
        reach(page, selector)
        page.keyboard.press("Space")

    def write(self, page: Page, selector: str, text: str) -> None:
        reach(page, selector)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)

    def choose(self, page: Page, selector: str, file: Path) -> None:
        # A browser that is busy shows no dialog; whoever sees none presses again.
        for patience_ms in PATIENCE_MS:
            reach(page, selector)
            with suppress(Error), page.expect_file_chooser(timeout=patience_ms) as asked:
                page.keyboard.press("Space")
            if asked.is_done():
                asked.value.set_files(str(file))
                return
        raise AssertionError(f"no dialog for {selector}: {page.url}")

    def save(self, page: Page, selector: str, folder: Path) -> Path:
        reach(page, selector)
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        return _kept(saved.value, folder)


def reach(page: Page, selector: str) -> None:
    """Press Tab until the first of `selector` has the focus; whoever has it must be seen to have it."""
    wanted = page.locator(selector).first
    assert wanted.count(), f"{selector} is not on {page.url}: {page.locator('main').inner_text()}"
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the keyboard: {page.url}")


def _kept(download: object, folder: Path) -> Path:
    path = folder / str(download.suggested_filename)  # type: ignore[attr-defined]
    download.save_as(path)  # type: ignore[attr-defined]
    return path
