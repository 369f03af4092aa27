"""Two ways to work a page: with the mouse, and with the keyboard alone (Tab, Enter, Space, letters)."""

from pathlib import Path
from typing import Protocol

from playwright.sync_api import FileChooser, Page

from tests.journeys.conftest import Desks

MOST_TABS = 400
PRESSED_AT_MOST = 3


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
        # Listened for before the way there: a browser told only when the key goes down may show its own dialog.
        dialogs: list[FileChooser] = []

        def note(dialog: FileChooser) -> None:
            dialogs.append(dialog)

        page.on("filechooser", note)
        for _ in range(PRESSED_AT_MOST):
            reach(page, selector)
            page.keyboard.press("Space")
            if self._shown(page, dialogs):
                break
        page.remove_listener("filechooser", note)
        assert dialogs, f"no dialog for {selector}: {page.url}"
        dialogs[0].set_files(str(file))

    def _shown(self, page: Page, dialogs: list[FileChooser]) -> bool:
        """Whether a dialog comes within eight seconds."""
        for _ in range(80):
            if dialogs:
                return True
            page.wait_for_timeout(100)
        return False

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
