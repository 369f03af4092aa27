"""Every address as every role of the union, with real keys: open exactly where the guard's policy says so."""

from collections import defaultdict
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nuanliu.access.models import Post, User
from nuanliu.access.states import Role
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import CITY, JIADING
from nuanliu.web.guards import Guard
from tests.architecture.test_routes import PUBLIC
from tests.reference.routes import guard_of, may_open, routes
from tests.web.job import Job
from tests.web.test_outsiders import addresses

pytestmark = pytest.mark.django_db

# What each guard may answer to whom it lets in: a page, a redirect, a rule that speaks, a form with faults, a record
# that is not there any more or lies outside of this post's scope. Never a fault of the server.
LET_IN = {200, 302, 400, 404, 422}
REFUSED = {403, 404, 405}
# Everybody may handle work that is one's own; the record says whose it is.
ONES_OWN = {"job-repeat", "job-cancel"}
# Whoever opens these has to sign in again.
ENDS_SESSION = {"sessions-end"}
# A page that is there once only.
ONCE = {"recovery-codes-file"}


def desks_by_role() -> dict[str, str]:
    """An account for each role that somebody holds in 嘉定 or above it."""
    with scoped(Scope.for_path("/")):
        held = Post.objects.filter(organization_path__in=[JIADING, CITY]).order_by("organization_path", "-pk")
        return {post.role: post.user.username for post in held.select_related("user")}


def every_address(job: Job) -> dict[str, str]:
    """Records by their keys, overviews by their names."""
    known = addresses(job)
    for route in routes():
        if route.name not in {*PUBLIC, *known} and "<" not in str(route.pattern):
            known[str(route.name)] = reverse(route.name)
    return {name: address for name, address in known.items() if "//" not in address}


@pytest.mark.requirement("R-044")
def test_every_route_opens_for_the_roles_of_its_policy_and_for_nobody_else(job: Job) -> None:
    known, wrong = every_address(job), []
    reached: dict[str, set[int]] = defaultdict(set)
    guards = {str(route.name): guard for route in routes() if (guard := guard_of(route))}
    for role, username in desks_by_role().items():
        for name, address in known.items():
            lets_in = may_open(guards[name], role)
            status = asked(job.at(username), guards[name], address)
            if name in ENDS_SESSION:
                del job.desks[username]
            expected = (LET_IN | REFUSED if name in ONES_OWN else LET_IN) if lets_in else REFUSED
            if status not in expected:
                wrong.append((name, role, status))
            reached[name] |= {status} if lets_in else set()
    assert wrong == []
    # The other half: a guard that refused everybody would pass every test of refusals.
    closed = {name for name, statuses in reached.items() if statuses and not statuses & {200, 302}}
    assert {name for name in closed if "GET" in guards[name].methods} <= ONCE


def asked(browser: Client, guard: Guard, address: str) -> int:
    """Reading where the guard allows it; else an empty form, which no action takes for an order."""
    ask = browser.get if "GET" in guard.methods else browser.post
    return int(ask(address).status_code)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_no_page_answers_to_a_method_that_it_does_not_name(job: Job, method: str) -> None:
    browser = job.at("clerk")
    answered = [
        route.name
        for route in routes()
        if guard_of(route)
        and "<" not in str(route.pattern)
        and "(?P" not in str(route.pattern)
        and getattr(browser, method)(reverse(route.name)).status_code < 400
    ]
    assert answered == []


def test_nobody_who_has_not_signed_in_gets_past_the_sign_in_page(job: Job) -> None:
    known = every_address(job)
    stranger: Any = Client()
    inside = [
        name
        for name, address in known.items()
        for ask in (stranger.get, stranger.post)
        if (answer := ask(address)).status_code != 302
        or not answer.headers["Location"].startswith("/accounts/login/")
    ]
    assert inside == []


def test_a_role_without_a_post_in_the_trade_opens_no_record(job: Job) -> None:
    """A donor, a worker: signed in, and nothing of the union's work lies open."""
    known = every_address(job)
    guards = {str(route.name): guard for route in routes() if (guard := guard_of(route))}
    for username in ("donor", "worker"):
        role = Role.DONOR if username == "donor" else Role.WORKER
        browser = job.desk(username)
        opened = [
            name
            for name, address in known.items()
            if not may_open(guards[name], role) and asked(browser, guards[name], address) not in REFUSED
        ]
        assert opened == [], User.objects.get(username=username)
