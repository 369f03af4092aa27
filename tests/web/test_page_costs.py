"""A page asks the database a fixed number of times, whatever it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.actions import open_fund
from nuanliu.ledger.states import SourceClass
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import JIADING
from tests.reference.routes import guard_of, may_open, routes
from tests.web.conftest import reads
from tests.web.job import PURPOSE, Job, accept_and_sign, decide, pay
from tests.web.test_matrix import desks_by_role, every_address

pytestmark = pytest.mark.django_db

OVERVIEWS = ("desk", "campaigns", "rosters", "plans", "funds", "batches", "failures", "returns", "jobs")


@pytest.mark.parametrize("route", OVERVIEWS)
def test_a_list_page_asks_a_fixed_number_of_times(job: Job, route: str) -> None:
    pay(job, decide(job, accept_and_sign(job)), fail_every=5)
    readers = {"desk": "rights", "jobs": "clerk"}
    browser = job.at(readers.get(route, "finance"))
    browser.get(reverse(route))
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(reverse(route)).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)


def test_every_page_asks_at_most_eight_times(job: Job) -> None:
    guards = {str(route.name): guard for route in routes() if (guard := guard_of(route))}
    desks = desks_by_role()
    dear = {}
    for name, address in every_address(job).items():
        if "GET" not in guards[name].methods:
            continue
        readers = (job.at(desks[role]) for role in desks if may_open(guards[name], role))
        # The first turn finds a reader, and computes what is kept.
        reader = next((one for one in readers if one.get(address).status_code == 200), None)
        if reader is None:
            continue
        with CaptureQueriesContext(connection) as asked:
            reader.get(address)
        if len(reads(asked)) > 8:
            dear[name] = reads(asked)
    assert {name: len(asked) for name, asked in dear.items()} == {}, dear


def test_pages_for_one_and_three_funds_ask_as_often(job: Job) -> None:
    browser = job.at("finance")
    browser.get("/funds/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/funds/")
    with scoped(Scope.for_path(JIADING)):
        for number in (1, 2):
            open_fund(
                job.world.jiading,
                name=f"另一项{number}",
                source_class=SourceClass.UNION_BUDGET,
                purpose=Purpose.objects.get(pk=PURPOSE),
                by=job.world.cast.finance,
            )
    with CaptureQueriesContext(connection) as three:
        browser.get("/funds/")
    assert len(reads(one)) == len(reads(three))
