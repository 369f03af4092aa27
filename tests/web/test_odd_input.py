"""Whatever stands in an address or a form, the answer is never a fault of the server."""

from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from django.test import Client

from nuanliu.web.guards import Guard
from tests.reference.routes import guard_of, routes
from tests.web.job import Job
from tests.web.test_matrix import asked, desks_by_role, every_address

pytestmark = pytest.mark.django_db

NAMES = (
    "after", "before", "state", "code", "as_of", "from", "to", "q", "list", "like", "key", "page", "size", "sort",
    "view", "columns", "token", "next", "field", "day", "kept", "campaign", "organization", "fund", "plan", "kind",
)  # fmt: skip
VALUES = {
    "huge number": "9" * 40,
    "beyond bigint": str(2**63),
    "negative": "-1",
    "exponent": "1e400",
    "not a number": "NaN",
    "quote": "'; DROP TABLE access_user; --",
    "union": "1' UNION SELECT 1,2,3 --",
    "format": "%s%d%(x)s{0.__class__}{{7*7}}",
    "long": "长" * 4_000,
    "path": "../../../../etc/passwd",
    "uuid-like": "00000000-0000-0000-0000-00000000000g",
    "real uuid": "00000000-0000-0000-0000-000000000000",
    "impossible day": "2022-02-30",
    "day before all days": "0000-00-00",
    "last day": "9999-12-31",
    "markup": "<script>alert(1)</script>",
    "right to left": "\u202e\u0661\u0662",
    "bracketed": "[]",
}
# Not text in any encoding: half of a surrogate pair, and bytes that are no UTF-8.
BROKEN = ("%ED%A0%80", quote_from_bytes(b"\xff\xfe"), "%", "%u0000")


@pytest.fixture
def guards() -> dict[str, Guard]:
    return {str(route.name): guard for route in routes() if (guard := guard_of(route))}


def opening(job: Job, guards: dict[str, Guard]) -> list[tuple[str, Client]]:
    """Every address that can be read, with the browser of somebody who may."""
    browsers = {role: job.desk(username) for role, username in desks_by_role().items()}
    for browser in browsers.values():
        browser.raise_request_exception = False
    found = []
    for name, address in every_address(job).items():
        guard = guards[name]
        if "GET" in guard.methods:
            roles = browsers if guard.policy is None else guard.policy.roles[guard.act]
            reader = next((browsers[role] for role in browsers if role in roles), None)
            if reader:
                found.append((address, reader))
    return found


def test_odd_words_in_an_address_never_break_a_page(job: Job, guards: dict[str, Guard]) -> None:
    """Each address gets every word under some name, and each name every word at some address."""
    broken = [
        (address, query)
        for place, (address, browser) in enumerate(opening(job, guards))
        for query in queries(place)
        if browser.get(f"{address}?{query}").status_code >= 500
    ]
    assert broken == []


def queries(place: int) -> list[str]:
    """Three addresses' ends that hold all odd words, turned a little further at each place."""
    words = [quote(value) for value in VALUES.values()] + list(BROKEN)
    turned = [words[(place + step) % len(words)] for step in range(len(words))]
    thirds = (turned[start : start + len(NAMES)] for start in range(0, len(turned), 9))
    return [
        "&".join(f"{name}={word}" for name, word in zip(NAMES, (*third, *turned), strict=False))
        for third in thirds
    ]


def test_nul_is_answered_before_anything_is_looked_for(job: Job) -> None:
    for page in ("/lists/?q=%00", "/campaigns/?after=a%00b"):
        assert job.at("clerk").get(page).status_code == 400
    assert job.at("clerk").post("/search/", {"q": "a\x00"}).status_code == 400


def test_odd_words_in_every_form_never_break_a_page(job: Job, guards: dict[str, Guard]) -> None:
    """Forms answer with their faults, or the rules refuse; nothing is written by such a form."""
    known = every_address(job)
    browsers = {role: job.desk(username) for role, username in desks_by_role().items()}
    broken = []
    for name, address in known.items():
        guard = guards[name]
        if "POST" not in guard.methods:
            continue
        roles = browsers if guard.policy is None else guard.policy.roles[guard.act]
        browser = next((browsers[role] for role in browsers if role in roles), None)
        if browser is None:
            continue
        browser.raise_request_exception = False
        fields = form_fields(browser, guard, address)
        broken += [
            (address, said)
            for said in ("huge number", "quote", "long", "impossible day")
            if browser.post(address, dict.fromkeys(fields, VALUES[said])).status_code >= 500
        ]
    assert broken == []


def form_fields(browser: Client, guard: Guard, address: str) -> set[str]:
    """The fields that the address's own page offers, and those that forms of the house mostly have."""
    usual = {
        *(
            "reason",
            "on",
            "amount_fen",
            "value",
            "field",
            "code",
            "name",
            "post",
            "opinion",
            "number",
            "held_on",
            "plan",
        ),
    }
    if "GET" not in guard.methods or asked(browser, guard, address) != 200:
        return usual
    context: Any = browser.get(address).context or []
    forms = [
        value for layer in context for one in layer for value in one.values() if hasattr(value, "add_prefix")
    ]
    return usual | {form.add_prefix(field) for form in forms for field in getattr(form, "fields", ())}


@pytest.mark.parametrize("piece", ["%00", "%2e%2e/", "%ff", quote("长" * 400), "//", "%0d%0aSet-Cookie:x=1"])
def test_odd_paths_are_not_found(job: Job, piece: str) -> None:
    browser = job.at("clerk")
    browser.raise_request_exception = False
    for start in ("/lists/", "/plans/", "/annex1/", "/history/", "/static/", "/files/"):
        assert browser.get(f"{start}{piece}").status_code in (302, 400, 404), (start, piece)
