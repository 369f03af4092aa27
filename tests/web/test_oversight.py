"""What is wrong with a campaign as a whole, shown to who answers for it and to nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanliu.awards.actions.giving import settle
from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.findings import TIMELY_ENTRY, Finding
from nuanliu.kernel.findings import finding as found_of
from nuanliu.ledger.actions import reverse, settle_many
from nuanliu.ledger.models import Transfer
from nuanliu.web import concerns
from nuanliu.web.concerns import found_in
from tests.awards.conftest import DAY, JIADING, file_of
from tests.web.conftest import reads, text_of
from tests.web.job import LIST, Job, accept_and_sign, decide, pay

pytestmark = pytest.mark.django_db

OVERSEERS = ("rights", "finance", "leader1", "head", "auditor")


def place(job: Job) -> str:
    return f"/campaigns/{job.world.campaign.pk}/oversight/"


def counts(job: Job, username: str = "auditor") -> dict[str, int]:
    page = job.at(username).get(place(job))
    return {entry["name"]: entry["count"] for entry in page.context["entries"]}


def leave_unpaid(job: Job) -> None:
    """A batch that should have been paid on its day, and of which the bank says nothing."""
    address = f"/plans/{decide(job, accept_and_sign(job)).pk}/batches/"
    profile = job.at("cashier").get(address).context["form"].initial["profile"]
    job.post("cashier", address, profile=profile, business_date=DAY, due_on=DAY)


def test_who_answers_for_a_campaign_or_audits_it_sees_the_page_and_a_handler_does_not(job: Job) -> None:
    assert [job.at(name).get(place(job)).status_code for name in OVERSEERS] == [200] * 5
    assert [job.at(name).get(place(job)).status_code for name in ("clerk", "cashier")] == [404, 404]
    assert place(job) in text_of(job.at("auditor").get("/"))
    assert place(job) in text_of(job.at("rights").get(f"/campaigns/{job.world.campaign.pk}/"))
    assert place(job) not in text_of(job.at("clerk").get(f"/campaigns/{job.world.campaign.pk}/"))


@pytest.mark.requirement("R-105", "R-039")
def test_a_list_entered_long_after_the_money_was_given_is_found_and_leads_to_the_list(job: Job) -> None:
    assert set(counts(job).values()) == {0}
    roster = accept_and_sign(job)
    pay(job, decide(job, roster))
    found = counts(job)
    assert (found["late-entry"], found["not-entered"]) == (1, 0)
    page = text_of(job.at("auditor").get(f"{place(job)}late-entry/"))
    assert roster in page
    assert TIMELY_ENTRY in page


@pytest.mark.requirement("R-236")
def test_payments_after_their_due_day_are_listed_page_by_page_with_masked_names(job: Job) -> None:
    leave_unpaid(job)
    late = counts(job)["late-payment"]
    assert late > 0
    page = job.at("auditor").get(f"{place(job)}late-payment/")
    rows = page.context["page"].rows
    assert [row.days for row in rows] == [(timezone.localdate() - DAY).days] * min(late, 50)
    assert all(row.payee_name not in text_of(page) for row in rows)


@pytest.mark.requirement("R-050")
def test_findings_are_paged_by_key(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def many(campaign: object) -> list[Finding]:
        return [
            found_of("programme.same_amount_to_all", f"第{number:03}厂", subject=f"{number:03}")
            for number in range(70, 0, -1)
        ]

    monkeypatch.setattr(concerns, "same_amount_findings", many)
    first = job.at("auditor").get(f"{place(job)}same-amount/").context["page"]
    assert (first.rows[0].subject, first.rows[-1].subject, first.next) == ("001", "050", "050")
    second = job.at("auditor").get(f"{place(job)}same-amount/?after={first.next}").context["page"]
    assert [row.subject for row in second.rows] == [f"{number:03}" for number in range(51, 71)]
    assert second.next == ""


@pytest.mark.requirement("R-039")
def test_a_booking_for_which_no_award_stands_is_seen_at_once_and_gone_when_it_is_reversed(job: Job) -> None:
    decide(job, accept_and_sign(job))
    assert counts(job)["not-entered"] == 0
    with scoped(Scope.for_path(JIADING)):
        planned = list(Award.objects.filter(plan__isnull=False).values_list("pk", flat=True))
        with connection.cursor() as cursor:
            settle(cursor, planned, "post", DAY)
        settle_many(by=job.world.cast.clerk)
    found = counts(job)["not-entered"]
    assert found == len(planned) > 0
    with scoped(Scope.for_path(JIADING)):
        posted = Transfer.objects.filter(kind="post").first()
        reverse(posted, reason="无名册", by=job.world.cast.finance, on=DAY)
    assert counts(job)["not-entered"] == found - 1


@pytest.mark.requirement("R-105")
def test_a_list_that_comes_after_the_closing_is_seen_at_once_and_gone_when_it_is_withdrawn(job: Job) -> None:
    campaign = f"/campaigns/{job.world.campaign.pk}/"
    job.post("rights", f"{campaign}close/", **{"close-on": DAY, "close-reason": "资金用完"})
    assert counts(job)["late-entry"] == 0
    late = job.of(lambda: job.world.submit(file_of(LIST)).roster)
    assert counts(job)["late-entry"] == 1
    job.post("clerk", f"/lists/{late.pk}/withdraw/", **{"withdraw-reason": "报错活动"})
    assert counts(job)["late-entry"] == 0


def test_what_has_not_moved_is_not_counted_again(job: Job) -> None:
    pay(job, decide(job, accept_and_sign(job)))
    shown = counts(job)
    with CaptureQueriesContext(connection) as asked:
        assert counts(job) == shown
    assert not any("awards_rosterrow" in query["sql"] or "ledger_transfer" in query["sql"] for query in asked)


def test_who_sees_less_is_not_shown_what_another_saw(job: Job) -> None:
    pay(job, decide(job, accept_and_sign(job)))
    assert counts(job)["late-entry"] == 1
    with scoped(Scope.for_path("/0/31/101/")):
        assert found_in(["late-entry"], job.world.campaign, job.world.cast.auditor) == {"late-entry": []}


def test_a_key_that_is_none_and_a_kind_that_nobody_knows_are_not_found(job: Job) -> None:
    leave_unpaid(job)
    browser = job.at("auditor")
    assert browser.get(f"{place(job)}weather/").status_code == 404
    assert browser.get(f"{place(job)}late-payment/?after=nonsense").status_code == 404


@pytest.mark.parametrize("name", list(concerns.CONCERNS))
def test_each_kind_asks_a_fixed_number_of_times(job: Job, name: str) -> None:
    browser, address = job.at("auditor"), f"{place(job)}{name}/"
    page = browser.get(address)
    assert "Nothing was found." in text_of(page)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)
