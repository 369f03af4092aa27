"""What handlers record of people: who lives from one purse, and who has died."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.crypto import Place, open_
from nuanliu.people.models import HouseholdMember, Person
from tests.awards.conftest import DAY
from tests.web.conftest import reads, text_of
from tests.web.job import Job, accept_and_sign

pytestmark = pytest.mark.django_db

UNKNOWN = "310114195907042014"
IDENTITY = Place("people_person", "identity_sealed")


def numbers(job: Job, count: int) -> list[str]:
    """The identity numbers of people whom a list of 嘉定 has named."""
    accept_and_sign(job)

    def opened() -> list[str]:
        people = Person.objects.order_by("pk")[:count]
        return [open_(one.identity_sealed, place=IDENTITY, row_key=one.pk) for one in people]

    return job.of(opened)


def members(*named: tuple[str, str]) -> dict[str, str]:
    """The lines of the form, one left empty after them."""
    form = {"members-TOTAL_FORMS": str(len(named) + 1), "members-INITIAL_FORMS": "0"}
    for place, (number, relation) in enumerate([*named, ("", "01")]):
        form |= {f"members-{place}-identity_number": number, f"members-{place}-relation": relation}
    return form


def household(job: Job, *named: tuple[str, str]) -> dict[str, Any]:
    return {"organization": job.world.jiading.pk, "name": "陆家", "on": DAY, **members(*named)}


def test_a_household_is_recorded_of_people_whom_lists_named_and_shown_masked(job: Job) -> None:
    head, wife = numbers(job, 2)
    job.post("clerk", "/people/households/", **household(job, (head, "01"), (wife, "10")))
    kept = job.of(lambda: list(HouseholdMember.objects.select_related("person").order_by("relation")))
    assert [member.relation for member in kept] == ["01", "10"]
    page = text_of(job.at("clerk").get("/people/households/"))
    assert "陆家" in page
    assert "spouse" in page
    assert not [member for member in kept if member.person.name in page]
    assert head not in page


def test_somebody_whom_no_list_has_named_is_refused_with_what_to_do(job: Job) -> None:
    answer = job.at("clerk").post("/people/households/", household(job, (UNKNOWN, "01")))
    assert answer.status_code == 422
    assert "person.unknown" in text_of(answer)
    assert UNKNOWN not in text_of(answer)


def test_a_household_of_nobody_is_refused(job: Job) -> None:
    answer = job.at("clerk").post("/people/households/", household(job))
    assert answer.status_code == 422
    assert "household.empty" in text_of(answer)


@pytest.mark.requirement("R-054")
def test_a_death_is_recorded_with_its_evidence(job: Job) -> None:
    (number,) = numbers(job, 1)
    form = {"identity_number": number, "died_on": DAY, "reason": "死亡医学证明"}
    assert job.at("clerk").post("/people/deaths/", form).status_code == 422
    paper = SimpleUploadedFile("证明.pdf", b"paper", "application/pdf")
    job.post("clerk", "/people/deaths/", **form, file=paper)
    dead = job.of(lambda: Person.objects.get(deceased_on__isnull=False))
    assert dead.deceased_on == DAY
    assert job.of(lambda: Award.objects.filter(person=dead).exists())
    entry = job.of(lambda: AuditEntry.objects.filter(action="people.record_death").get())
    assert entry.reason.startswith("死亡医学证明（")


def test_officers_may_record_a_death_but_no_household_and_cashiers_neither(job: Job) -> None:
    page = text_of(job.at("rights").get("/people/households/"))
    assert "Record a death" in page
    assert "Record a household" not in page
    assert "No household is on record." in page
    assert job.at("cashier").get("/people/households/").status_code == 403


def test_the_page_asks_a_fixed_number_of_times(job: Job) -> None:
    head, wife = numbers(job, 2)
    job.post("clerk", "/people/households/", **household(job, (head, "01"), (wife, "10")))
    browser = job.at("clerk")
    browser.get("/people/households/")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/people/households/")
    assert len(reads(asked)) <= 8, reads(asked)


def test_people_are_listed_masked_and_found_by_name_initials_and_filters(job: Job) -> None:
    accept_and_sign(job)
    person = job.of(lambda: Person.objects.exclude(initials="").order_by("pk")[0])
    browser = job.at("clerk")
    page = browser.get("/people/")
    assert person.name not in text_of(page)
    everybody = {row["key"] for row in page.context["list"]["rows"]}
    for text in (person.name[0], person.initials):
        found = {
            row["key"] for row in browser.get("/people/", {"all": "1", "q": text}).context["list"]["rows"]
        }
        assert person.pk in found
    idle = browser.get("/people/?all=1&idle=1").context["list"]["rows"]
    assert {row["key"] for row in idle} == everybody
    for name in ("shared", "stale", "deceased"):
        assert browser.get(f"/people/?all=1&{name}=1").context["list"]["rows"] == []


def test_a_number_is_found_by_its_end_or_whole_and_stands_in_no_address(job: Job) -> None:
    (number,) = numbers(job, 1)
    for typed in (number[-4:], number):
        answer = job.at("clerk").post("/people/find/", {"number": typed})
        assert typed not in answer.headers.get("Location", "")
        assert answer.status_code == 302 or answer.context["rows"]
        assert job.at("outsider").post("/people/find/", {"number": typed}).context["rows"] == []
    assert job.at("clerk").get("/people/find/").status_code == 405
    assert job.at("clerk").post("/people/find/", {"number": "1"}).status_code == 422


@pytest.mark.parametrize("filters", ["", "&idle=1", "&shared=1", "&stale=1"])
def test_the_list_asks_a_fixed_number_of_times(job: Job, filters: str) -> None:
    accept_and_sign(job)
    browser = job.at("clerk")
    browser.get(f"/people/?all=1{filters}")
    with CaptureQueriesContext(connection) as asked:
        browser.get(f"/people/?all=1{filters}")
    assert len(reads(asked)) <= 8, reads(asked)
