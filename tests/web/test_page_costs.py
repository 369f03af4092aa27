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
from tests.web.conftest import reads
from tests.web.job import PURPOSE, Job, accept_and_sign, decide, pay

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
