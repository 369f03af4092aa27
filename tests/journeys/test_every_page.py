"""Every page that can be opened: axe finds nothing, nothing is wider than the window, the browser's log stays empty.

In Chinese and in English; each by day on a desk and by night on a phone, or the other way round.
"""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import AXE
from tests.reference.routes import guard_of, may_open, routes
from tests.web.conftest import desk, job, world
from tests.web.job import Job
from tests.web.test_matrix import desks_by_role, every_address

__all__ = ["desk", "job", "world"]

type Look = tuple[Literal["light", "dark"], int]

LOOKS: dict[str, tuple[Look, Look]] = {
    "zh-hans": (("light", 1440), ("dark", 360)),
    "en": (("dark", 1440), ("light", 360)),
}
HTML = "text/html"


def pages(job: Job) -> Iterator[tuple[str, str, str]]:
    """Name, address and first reader of every page that answers with HTML."""
    guards = {str(route.name): guard for route in routes() if (guard := guard_of(route))}
    desks = desks_by_role()
    for name, address in every_address(job).items():
        if "GET" not in guards[name].methods:
            continue
        readers = (job.at(user) for role, user in desks.items() if may_open(guards[name], role))
        for reader in readers:
            answer = reader.get(address)
            if (
                answer.status_code == 200
                and answer.headers["Content-Type"].startswith(HTML)
                and is_page(answer)
            ):
                yield name, address, next(user for user, one in job.desks.items() if one is reader)
                break


def is_page(answer: HttpResponse) -> bool:
    """A page of its own; what the frame asks for alone is looked at where it stands."""
    return b"<html" in answer.content


def window(browser: Browser, server: str, client: Client, language: str) -> Page:
    """A browser window in which the account of a test client sits."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    kept: dict[str, Any] = {name: morsel.value for name, morsel in client.cookies.items()}
    kept["django_language"] = language
    context.add_cookies([{"name": name, "value": value, "url": server} for name, value in kept.items()])
    return context.new_page()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(server: str, browser: Browser, job: Job, language: str) -> None:
    faults: list[str] = []
    windows: dict[str, Page] = {}
    looked = 0
    for name, address, username in pages(job):
        page = windows.get(username)
        if page is None:
            page = windows[username] = window(browser, server, job.at(username), language)
            listen(page, faults)
        page.goto(f"{server}{address}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for scheme, width in LOOKS[language]:
            faults += [f"{name} {language} {scheme} {width}: {fault}" for fault in look(page, scheme, width)]
        looked += 1
    for page in windows.values():
        page.context.close()
    assert looked > 60
    assert not faults, "\n".join(sorted(set(faults)))


def listen(page: Page, faults: list[str]) -> None:
    """What the browser's log tells is a fault."""
    page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))


def look(page: Page, scheme: Literal["light", "dark"], width: int) -> list[str]:
    """What is wrong with a page by day or by night at one width."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{one['id']} {one['nodes'][0]['html'][:160]}" for one in found] + (
        [f"{wide} wide"] if wide > width else []
    )
