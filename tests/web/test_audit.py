"""The auditor's room: every act found and proved, read-only; and closed to everybody else."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.people.models import Person
from tests.web.conftest import reads, text_of
from tests.web.job import Job, accept_and_sign, decide, pay, seal

pytestmark = pytest.mark.django_db

ROOMS = ("/audit/", "/audit/entries/", "/audit/heads/", "/audit/sample/")


def entry_of(job: Job, action: str) -> AuditEntry:
    return job.of(lambda: AuditEntry.objects.filter(action=action).latest("pk"))


@pytest.mark.parametrize("room", ROOMS)
def test_only_the_auditor_enters(job: Job, room: str) -> None:
    assert job.at("auditor").get(room).status_code == 200
    for name in ("clerk", "rights", "finance", "leader1", "cashier", "head", "outsider", "security"):
        assert job.desk(name).get(room).status_code in (403, 404), name


def test_the_log_is_narrowed_by_what_the_address_says(job: Job) -> None:
    accept_and_sign(job)
    signed = entry_of(job, "awards.sign_roster")
    browser = job.at("auditor")
    for query in (
        "action=awards.sign_roster",
        f"key={signed.subject_id}&action=awards.sign_roster",
        "who=head&action=awards.sign_roster",
        f"action=awards.sign_roster&from={signed.recorded_at:%Y-%m-%d}",
        "action=awards.sign_roster&union=上海市嘉定区总工会",
    ):
        rows = browser.get(f"/audit/entries/?{query}").context["rows"]
        assert [row["entry"].pk for row in rows] == [signed.pk], query
    for query in ("who=nobody", "union=没有的工会", "to=2001-01-01", "from=2999-01-01", "key=x"):
        assert browser.get(f"/audit/entries/?{query}").context["rows"] == [], query
    assert browser.get("/audit/entries/?actor=x").status_code == 404


def test_a_row_tells_what_changed_in_words_of_both_languages(job: Job) -> None:
    accept_and_sign(job)
    address = f"/audit/entries/{entry_of(job, 'awards.sign_roster').pk}/"
    browser = job.at("auditor")
    assert "signed a list" in text_of(browser.get(address))
    browser.cookies.load({"django_language": "zh-hans"})
    assert "签署名册" in text_of(browser.get(address))


def test_a_row_that_is_not_sealed_yet_says_when_it_will_be(job: Job) -> None:
    accept_and_sign(job)
    number = entry_of(job, "awards.sign_roster").pk
    assert "within a minute" in text_of(job.at("auditor").get(f"/audit/entries/{number}/"))
    assert job.at("auditor").get(f"/audit/entries/{number}/proof.json").status_code == 404


@pytest.mark.requirement("R-192")
def test_who_takes_a_proof_out_of_the_house_leaves_a_row_and_looking_leaves_none(job: Job) -> None:
    accept_and_sign(job)
    seal(job)
    signed = entry_of(job, "awards.sign_roster")
    place = f"/audit/entries/{signed.pk}/"
    with scoped(Scope.for_path("/")):
        before = AuditEntry.objects.count()
    assert job.at("auditor").get(place).context["proof"].content_holds
    with scoped(Scope.for_path("/")):
        assert AuditEntry.objects.count() == before
    answer = job.at("auditor").get(f"{place}proof.json")
    assert answer.json()["digest"] == signed.digest.hex()
    with scoped(Scope.for_path("/")):
        taken = AuditEntry.objects.latest("id")
    assert (taken.action, taken.subject_kind, taken.subject_id, taken.actor_id) == (
        "audit.take_proof",
        "audit.auditentry",
        str(signed.pk),
        job.world.cast.auditor.user_id,
    )


@pytest.mark.requirement("R-044")
def test_a_row_of_another_district_is_not_there(job: Job) -> None:
    accept_and_sign(job)
    number = entry_of(job, "awards.sign_roster").pk
    outsider = job.desk("outsider")
    assert outsider.get(f"/audit/entries/{number}/").status_code == 404
    assert outsider.get(f"/audit/entries/{number}/proof.json").status_code == 404


def test_nothing_in_the_room_offers_an_act_but_to_prove_the_log_and_take_a_sample(job: Job) -> None:
    accept_and_sign(job)
    for room, offered in (("/audit/", 1), ("/audit/entries/", 0), ("/audit/heads/", 0)):
        forms = (
            text_of(job.at("auditor").get(room))
            .split("<main", 1)[1]
            .split("</main")[0]
            .count('method="post"')
        )
        assert forms == offered, room


def test_who_looked_at_many_values_on_a_day_is_shown_with_the_rows(job: Job, monkeypatch: Any) -> None:
    monkeypatch.setattr("nuanliu.web.views.audit.REVEALS_A_DAY", 1)
    accept_and_sign(job)
    for person in job.of(lambda: list(Person.objects.order_by("pk")[:2])):
        form = {"what": "identity", "ground": "papers", "reason": "核对"}
        job.at("clerk").post(f"/people/{person.pk}/reveal/", form)
    page = job.at("auditor").get("/audit/")
    (busy,) = page.context["busy"]
    assert (busy["name"], busy["day"].count) == (job.world.cast.clerk.user_name, 2)
    assert len(job.at("auditor").get(busy["address"]).context["rows"]) == 2
    assert next(one["count"] for one in page.context["figures"]) == 2


def test_a_sample_is_drawn_again_by_its_seed_and_taken_with_a_trace(job: Job) -> None:
    pay(job, decide(job, accept_and_sign(job)))
    query = {"campaign": job.world.campaign.pk, "count": 5, "seed": "2022-a"}
    first, again = (job.at("auditor").get("/audit/sample/", query).context["sample"] for _ in range(2))
    assert first == again
    other = job.at("auditor").get("/audit/sample/", {**query, "seed": "2022-b"}).context["sample"]
    assert [one.award_id for one in other.rows] != [one.award_id for one in first.rows]
    assert first.population == job.of(lambda: Award.objects.filter(state="delivered").count())
    taken = job.at("auditor").post("/audit/sample/", query)
    assert taken.content.decode("utf-8-sig").count("\r\n") == 2 + len(first.rows)
    with scoped(Scope.for_path("/0/31/")):
        entry = AuditEntry.objects.get(action="awards.export_sample")
    assert entry.after["seed"] == "2022-a"
    names = job.of(lambda: set(Person.objects.values_list("name", flat=True)))
    assert not [name for name in names if name in taken.content.decode("utf-8-sig")]


def test_a_sample_of_nothing_is_refused(job: Job) -> None:
    query = {"campaign": job.world.campaign.pk, "count": 5, "seed": "x"}
    assert job.at("auditor").post("/audit/sample/", query).status_code == 422
    assert job.at("auditor").get("/audit/sample/", {**query, "count": 501}).status_code == 422


@pytest.mark.parametrize("room", ["/audit/", "/audit/entries/", "/audit/heads/"])
def test_a_page_asks_a_fixed_number_of_times(job: Job, room: str) -> None:
    accept_and_sign(job)
    browser = job.at("auditor")
    browser.get(room)
    with CaptureQueriesContext(connection) as asked:
        browser.get(room)
    assert len(reads(asked)) <= 8, reads(asked)
