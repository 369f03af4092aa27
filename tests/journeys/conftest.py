"""A real server on the test database, a real browser, and axe-core to look over its shoulder."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from nuanliu.demo.cast import PASSWORD
from tests.web.test_sign_in import code_now

PROJECT = Path(__file__).resolve().parents[2]
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1440, 360)
KEY = re.compile(r"[0-9a-f-]{36}|[0-9]+")
START_SECONDS = 40


@pytest.fixture
def server(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The web server as it runs anywhere, on this test's database."""
    settings.NUANLIU_MARKS_DIR = tmp_path / "marks"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {
        **os.environ,
        "NUANLIU_MARKS_DIR": str(tmp_path / "marks"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "nuanliu.cli.main", "serve", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(command, cwd=PROJECT, env=surroundings)
    try:
        _await(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the web server did not start")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = next((found for name in BROWSERS if name and (found := shutil.which(name))), None)
    assert path, "the journeys need Chromium: apt-get install chromium"
    # Playwright's loop lives in this thread; Django would take its calls for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Desks:
    """One browser context for each account; every page that is looked at is judged by axe at both widths."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []
        self.seen: set[object] = set()

    def at(self, username: str, locale: str = "zh-CN", scheme: Literal["light", "dark"] = "light") -> Page:
        """The account's own window, signed in with password and second factor."""
        if username not in self.pages:
            size = {"width": WIDTHS[0], "height": 900}
            context = self.browser.new_context(viewport=size, locale=locale, color_scheme=scheme)
            page = context.new_page()
            page.on("console", self._heard)
            page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
            self.pages[username] = page
            self._sign_in(page, username)
        return self.pages[username]

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _sign_in(self, page: Page, username: str) -> None:
        page.goto(f"{self.address}/accounts/login/")
        self.look(page)
        page.fill("#id_login", username)
        page.fill("#id_password", PASSWORD)
        page.click("button.main")
        self.look(page)
        self._show_code(page)
        if page.locator("#id_code").count():  # the code turned between reading and sending
            self._show_code(page)
        page.wait_for_url(f"{self.address}/")
        self.look(page)

    def _show_code(self, page: Page) -> None:
        page.fill("#id_code", code_now())
        with page.expect_navigation():
            page.click("button.main")

    def open(self, page: Page, path: str) -> Page:
        """Go somewhere and look."""
        answer = page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.look(page)
        return page

    def press(self, page: Page, selector: str) -> None:
        """Press a button, wait for the next page, and look at it."""
        assert page.locator(selector).count(), (
            f"{selector} is not on {page.url}: {page.locator('main').inner_text()}"
        )
        with page.expect_navigation():
            page.locator(selector).first.click()
        assert not page.locator("section[role=alert]").count(), page.locator("main").inner_text()
        self.look(page)

    def look(self, page: Page) -> None:
        """axe finds nothing, and nothing is wider than the window. Each account looks at each kind of page once."""
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        place = KEY.sub("", page.url.partition("?")[0]), page.title(), dark
        if place in self.seen:
            return
        self.seen.add(place)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            self.faults += [
                f"{page.url} at {width}: {one['id']} {one['nodes'][0]['html'][:160]}"
                for one in found["violations"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.faults.append(f"{page.url} is {wide} wide at {width}")
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@pytest.fixture
def desks(server: str, browser: Browser) -> Iterator[Desks]:
    found = Desks(browser, server)
    yield found
    for page in found.pages.values():
        page.context.close()
