"""A person's page: masked, everything received, one value for a reason; and nothing of it for others."""

import logging
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.crypto import Place, open_
from nuanliu.people.models import BankAccount, Connection, Person
from tests.web.conftest import reads, text_of
from tests.web.job import Job, accept_and_sign, decide, pay

pytestmark = pytest.mark.django_db

REASON = {"ground": "papers", "reason": "核对原件"}


def somebody(job: Job) -> Person:
    """One of 嘉定's people with an account."""
    accept_and_sign(job)
    return job.of(lambda: BankAccount.objects.select_related("person").order_by("pk")[0].person)


def number_of(person: Person) -> str:
    return open_(person.identity_sealed, place=Place("people_person", "identity_sealed"), row_key=person.pk)


def reveal(job: Job, username: str, person: Person, **form: Any) -> Any:
    return job.at(username).post(f"/people/{person.pk}/reveal/", {"what": "identity", **REASON, **form})


def test_a_person_is_shown_masked_with_what_was_received(job: Job) -> None:
    roster = accept_and_sign(job)
    pay(job, decide(job, roster))
    award = job.of(lambda: Award.objects.filter(state="delivered").select_related("person").earliest("pk"))
    page = text_of(job.at("clerk").get(f"/people/{award.person_id}/"))
    assert f'href="/awards/{award.pk}/"' in page
    assert award.person.name not in page
    assert number_of(award.person) not in page
    noted = job.of(lambda: Connection.objects.get(person_id=award.person_id))
    assert (noted.last_aid_on, noted.is_shared) == (award.delivered_on, False)


@pytest.mark.parametrize("username", ["clerk", "rights", "head", "auditor", "cashier", "city"])
def test_who_has_business_with_people_opens_the_page(job: Job, username: str) -> None:
    person = somebody(job)
    assert job.at(username).get(f"/people/{person.pk}/").status_code == 200


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("address", ["", "reveal/", "death/"])
def test_another_district_finds_nobody(job: Job, address: str) -> None:
    person = somebody(job)
    outsider = job.desk("outsider")
    assert outsider.get(f"/people/{person.pk}/{address}").status_code in (404, 405)
    assert outsider.post(f"/people/{person.pk}/{address}", {"what": "identity", **REASON}).status_code in (
        404,
        405,
    )


def test_one_value_is_shown_once_and_leaves_a_row_without_it(job: Job, caplog: Any) -> None:
    person = somebody(job)
    caplog.set_level(logging.DEBUG)
    answer = reveal(job, "clerk", person)
    assert number_of(person) in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    entry = job.of(lambda: AuditEntry.objects.filter(action="people.reveal").get())
    assert (entry.subject_id, entry.after) == (str(person.pk), {"field": "identity", "ground": "papers"})
    assert entry.reason == "核对原件"
    assert number_of(person) not in caplog.text
    assert number_of(person) not in text_of(job.at("clerk").get(f"/people/{person.pk}/"))


def test_an_account_is_shown_to_who_pays(job: Job) -> None:
    person = somebody(job)
    account = job.of(lambda: BankAccount.objects.filter(person=person).get())
    answer = reveal(job, "cashier", person, what=f"account:{account.pk}")
    value = open_(
        account.number_sealed, place=Place("people_bankaccount", "number_sealed"), row_key=account.pk
    )
    assert value in text_of(answer)


@pytest.mark.parametrize("username", ["rights", "head", "auditor", "leader1", "finance"])
def test_a_role_without_the_right_sees_no_value(job: Job, username: str) -> None:
    person = somebody(job)
    answer = reveal(job, username, person)
    assert answer.status_code in (403, 404)
    assert number_of(person) not in text_of(answer)


def test_who_pays_sees_no_identity_number(job: Job) -> None:
    person = somebody(job)
    assert reveal(job, "cashier", person).status_code == 422
    assert job.of(lambda: AuditEntry.objects.filter(action="people.reveal").count()) == 0


@pytest.mark.parametrize(
    "missing", [{"reason": ""}, {"reason": "  "}, {"ground": ""}, {"ground": "x"}, {"what": "name"}]
)
def test_without_a_reason_nothing_is_shown(job: Job, missing: dict[str, str]) -> None:
    person = somebody(job)
    answer = reveal(job, "clerk", person, **missing)
    assert answer.status_code == 422
    assert number_of(person) not in text_of(answer)


def test_a_reason_that_gives_the_number_away_is_refused(job: Job) -> None:
    person = somebody(job)
    answer = reveal(job, "clerk", person, reason=f"核对 {number_of(person)[6:]}")
    assert answer.status_code == 422
    assert "person.reason_tells_value" in text_of(answer)
    assert job.of(lambda: AuditEntry.objects.filter(action="people.reveal").count()) == 0


def test_looking_at_the_address_reveals_nothing(job: Job) -> None:
    person = somebody(job)
    assert job.at("clerk").get(f"/people/{person.pk}/reveal/?what=identity").status_code == 405


def test_another_persons_account_is_not_shown_here(job: Job) -> None:
    person = somebody(job)
    other = job.of(lambda: BankAccount.objects.exclude(person=person)[0])
    assert reveal(job, "clerk", person, what=f"account:{other.pk}").status_code == 422


def test_the_page_asks_a_fixed_number_of_times(job: Job) -> None:
    person = somebody(job)
    browser = job.at("clerk")
    browser.get(f"/people/{person.pk}/")
    with CaptureQueriesContext(connection) as asked:
        browser.get(f"/people/{person.pk}/")
    assert len(reads(asked)) <= 8, reads(asked)
