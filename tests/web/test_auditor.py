"""The auditor sees everything below and changes nothing: no room offers a form that writes in the trade."""

from html.parser import HTMLParser
from typing import Any, override
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve

from nuanliu.access.states import Role
from nuanliu.programmes.actions import open_campaign, open_programme
from nuanliu.web.views.audit import CAMPAIGNS_SHOWN
from tests.awards.conftest import DAY
from tests.reference.routes import guard_of, may_open, routes
from tests.web.conftest import text_of
from tests.web.job import Job
from tests.web.test_matrix import every_address

pytestmark = pytest.mark.django_db

# What is sent without changing anything of the trade: oneself, how pages look, looking for something, files asked for,
# and the proof of the log.
HARMLESS = {
    "account", "appearance", "set_language", "account_logout", "search", "search-suggest", "posts", "password",
    "password-strength", "session", "sessions-end", "second-factor", "factor-remove", "recovery-codes",
    "recovery-codes-renew", "proof", "kept", "kept-drop", "notices",
    "notice", "view-save", "view-forget", "list-export", "people-find", "person-reveal", "audit-sample",
    "system-prove", "job-repeat", "job-cancel", "file",
    # Work that the auditor asked for, several at once; the form's own address takes nothing.
    "jobs", "jobs-repeat", "jobs-cancel",
}  # fmt: skip


class Forms(HTMLParser):
    """Where a page sends something: its posted forms, buttons and links that send elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.targets = page, set[str]()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("hx-post", "hx-put", "hx-delete", "formaction"):
            if given.get(name):
                self.targets.add(self._path(str(given[name])))
        if tag == "form" and (given.get("method") or "").lower() == "post":
            self.targets.add(self._path(given.get("action") or ""))

    def _path(self, address: str) -> str:
        return urlsplit(urljoin(self.page, address)).path


def offered(job: Job) -> dict[str, set[str]]:
    """The names of the routes to which the auditor's pages send something, and on which pages."""
    known = every_address(job)
    browser, found = job.at("auditor"), dict[str, set[str]]()
    for route in routes():
        guard = guard_of(route)
        if guard is None or not may_open(guard, Role.AUDITOR) or "GET" not in guard.methods:
            continue
        address = known.get(str(route.name), "")
        answer = browser.get(address) if address else None
        if answer is None or answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        forms = Forms(address)
        forms.feed(text_of(answer))
        for target in forms.targets:
            found.setdefault(str(resolve(target).url_name), set()).add(str(route.name))
    return found


@pytest.mark.requirement("R-044", "R-047")
def test_no_page_offers_the_auditor_a_form_that_writes_in_the_trade(job: Job) -> None:
    found = offered(job)
    guards: dict[str, Any] = {str(route.name): guard_of(route) for route in routes()}
    assert {name: pages for name, pages in found.items() if name not in HARMLESS} == {}
    shut = {name for name in found if guards.get(name) and not may_open(guards[name], Role.AUDITOR)}
    assert shut == set()
    # The walk saw forms at all.
    assert {"system-prove", "search"} <= found.keys()


def test_the_whole_log_is_proved_from_the_auditors_room(job: Job) -> None:
    assert "/system/prove/" in text_of(job.at("auditor").get("/audit/"))
    assert job.at("auditor").post("/system/prove/").headers["Location"].startswith("/jobs/")


def test_every_campaign_below_is_reached_and_the_room_says_how_many(job: Job) -> None:
    def many() -> None:
        programme = open_programme(job.world.jiading, name="日常", year=2022, by=job.world.cast.rights)
        for number in range(CAMPAIGNS_SHOWN + 1):
            open_campaign(
                programme,
                organization=job.world.jiading,
                name=f"第{number}次",
                starts_on=DAY,
                ends_on=DAY,
                by=job.world.cast.rights,
            )

    job.of(many)
    browser = job.at("auditor")
    first = browser.get("/audit/").context
    assert (first["campaigns_all"], len(first["campaigns"])) == (CAMPAIGNS_SHOWN + 2, CAMPAIGNS_SHOWN)
    rest = browser.get(f"/audit/?campaigns={first['earlier']}").context
    assert (len(rest["campaigns"]), rest["later"], rest["earlier"]) == (2, 0, None)
    seen = {one.pk for page in (first, rest) for one in page["campaigns"]}
    assert len(seen) == CAMPAIGNS_SHOWN + 2
    for odd in ("x", "-1", "99999", "²", "9" * 400):
        assert browser.get("/audit/", {"campaigns": odd}).status_code == 200
