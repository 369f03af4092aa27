"""The demonstration lends what somebody who tries it has not got; a real server knows no such address."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nuanliu.awards.models import Roster
from nuanliu.awards.queries import summary_of
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.states import BatchState
from tests.awards.conftest import DAY
from tests.web.conftest import text_of
from tests.web.job import Job, accept_and_sign, decide

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trying(settings: Any) -> None:
    settings.NUANLIU_DEMONSTRATION = True


def built_batch(job: Job) -> PaymentBatch:
    place = f"/plans/{decide(job, accept_and_sign(job)).pk}/batches/"
    profile = job.at("cashier").get(place).context["form"].initial["profile"]
    job.post("cashier", place, profile=profile, business_date=DAY)
    return job.of(PaymentBatch.objects.get)


def sent_batch(job: Job) -> PaymentBatch:
    batch = built_batch(job)
    for act in ("release", "send"):
        job.post("releaser", f"/payments/{batch.pk}/{act}/")
    return batch


def test_the_list_for_trying_has_sixty_people_and_four_rows_to_put_right(job: Job) -> None:
    campaign = job.world.campaign.pk
    lent = job.desk("clerk").get(f"/campaigns/{campaign}/specimen/")
    job.desk("clerk").post(
        f"/campaigns/{campaign}/lists/",
        {
            "organization": job.world.jiading.pk,
            "business_date": "2022-01-10",
            "lists": SimpleUploadedFile("演示.xlsx", lent.content),
        },
    )
    summary = job.of(lambda: summary_of(Roster.objects.get()))
    assert (summary.rows, summary.refused) == (60, 4)


def test_the_way_to_hand_in_a_list_leads_to_the_latest_campaign(job: Job) -> None:
    answer = job.desk("clerk").get("/lists/hand-in/")
    assert answer.headers["Location"] == f"/campaigns/{job.world.campaign.pk}/#act-import_roster"


def test_what_the_bank_gives_is_taken_and_closes_the_batch(job: Job) -> None:
    batch = sent_batch(job)
    place = f"/payments/{batch.pk}/"
    assert "specimen-reply" in text_of(job.desk("releaser").get(place))
    for kind, field in (("reply", "reply-file"), ("receipt", "receipt-file")):
        lent = job.desk("releaser").get(f"{place}specimen-{kind}/")
        file = SimpleUploadedFile(f"{kind}.pdf", lent.content)
        job.desk("releaser").post(f"{place}{kind}/", {field: file, "reply-on": "2022-01-10"})
    job.post("releaser", f"{place}close/")
    assert job.of(PaymentBatch.objects.get).state == BatchState.CLOSED


def test_a_bank_answers_nothing_that_it_was_not_sent(job: Job) -> None:
    batch = built_batch(job)
    assert job.desk("releaser").get(f"/payments/{batch.pk}/specimen-reply/").status_code == 404


def test_a_real_server_lends_nothing(job: Job, settings: Any) -> None:
    settings.NUANLIU_DEMONSTRATION = False
    campaign = job.world.campaign.pk
    assert "specimen" not in text_of(job.desk("clerk").get(f"/campaigns/{campaign}/"))
    assert job.desk("clerk").get(f"/campaigns/{campaign}/specimen/").status_code == 404
