"""A bank described by one person and confirmed by another; its words explained; payees left out of a batch."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.warmth.bank import Bank
from nuanliu.payments.models import BankProfile, PayerAccount, PaymentBatch, PaymentOrder, ReplyWording
from nuanliu.payments.reference import shipped
from nuanliu.people.actions import record_death
from nuanliu.people.models import Person
from tests.awards.conftest import DAY, JIADING
from tests.web.conftest import reads, text_of
from tests.web.job import Job, accept_and_sign, decide

pytestmark = pytest.mark.django_db

SAID = {**deepcopy(shipped()["profiles"][0]), "key": "rural_bank", "bank": "上海农商银行 代发"}
UNHEARD = "受理成功待处理"


def described(job: Job, said: dict[str, Any] = SAID) -> str:
    answer = job.post("finance", "/banks/new/", description=yaml.safe_dump(said, allow_unicode=True))
    return str(answer.headers["Location"])


def test_the_list_tells_state_and_costs_a_fixed_number_of_reads(job: Job) -> None:
    described(job)
    browser = job.at("finance")
    with CaptureQueriesContext(connection) as asked:
        page = browser.get("/banks/")
    assert len(reads(asked)) <= 8, reads(asked)
    states = [(row["cells"][0]["value"], row["cells"][1]["value"]) for row in page.context["list"]["rows"]]
    assert [state for _, state in states].count("shipped") == 7
    assert [bank for bank, state in states if state == "waiting"] == [SAID["bank"]]


def test_a_shipped_format_is_copied_edited_and_confirmed_by_another_person(job: Job) -> None:
    shipped_one = job.of(lambda: BankProfile.objects.get(key="nuanliu_standard"))
    page = job.at("cashier").get(f"/banks/new/?copy={shipped_one.pk}")
    text = page.context["form"]["description"].value()
    assert "key: nuanliu_standard_2" in text
    address = job.post("cashier", "/banks/new/", description=text).headers["Location"]
    assert text_of(job.at("cashier").get(address)).count(f"{address}confirm/") == 0
    job.post("releaser", f"{address}confirm/")
    assert job.of(lambda: BankProfile.objects.get(key="nuanliu_standard_2").active)


@pytest.mark.requirement("R-044")
def test_who_described_it_is_refused_to_confirm_it(job: Job) -> None:
    address = described(job)
    answer = job.at("finance").post(f"{address}confirm/")
    assert (answer.status_code, "payments.same_person" in text_of(answer)) == (422, True)


def test_all_faults_are_told_with_place_and_remedy_and_the_text_stays(job: Job) -> None:
    said = deepcopy(SAID)
    said["key"] = "X Y"
    said["layout"]["columns"][2]["value"] = "6222021234567890128"
    file = SimpleUploadedFile("bank.yaml", yaml.safe_dump(said, allow_unicode=True).encode())
    answer = job.at("finance").post("/banks/new/", {"file": file})
    assert answer.status_code == 422
    assert [found.column for found in answer.context["findings"]] == [
        "key",
        "layout.columns[3].value",
        "layout.columns",
    ]
    assert "X Y" in answer.context["form"]["description"].value()
    assert "收款账号只能用{账号}" in text_of(answer)


def test_what_is_no_yaml_is_refused_with_the_place_and_an_empty_form_is_told(job: Job) -> None:
    answer = job.at("finance").post("/banks/new/", {"description": "key: ["})
    assert (answer.status_code, "profile.unreadable" in text_of(answer)) == (422, True)
    assert job.at("finance").post("/banks/new/", {}).status_code == 422


def test_a_format_shows_two_invented_orders_and_gives_them_as_a_file(job: Job) -> None:
    address = described(job)
    assert "张三" in text_of(job.at("releaser").get(address))
    answer = job.at("releaser").get(f"{address}sample/")
    assert answer.content[:2] == b"PK"


def test_every_shipped_format_has_a_page(job: Job) -> None:
    keys = job.of(lambda: list(BankProfile.objects.values_list("pk", flat=True)))
    assert [job.at("finance").get(f"/banks/{key}/").status_code for key in keys] == [200] * 7


def test_finance_registers_the_paying_account_of_its_union(job: Job) -> None:
    profile = job.of(lambda: BankProfile.objects.get(key="icbc_batch_excel"))
    form = {
        "payer-holder_name": "嘉定区总工会",
        "payer-bank": "工商银行",
        "payer-number": "1001234500007654321",
    }
    job.post("finance", f"/banks/{profile.pk}/payer/", **form)
    payer = job.of(PayerAccount.objects.get)
    assert (payer.organization_path, payer.number_tail) == (JIADING, "4321")
    page = text_of(job.at("finance").get(f"/banks/{profile.pk}/"))
    assert "****4321" in page
    assert "1001234500007654321" not in page
    assert job.at("cashier").post(f"/banks/{profile.pk}/payer/", form).status_code == 404


def test_a_bank_of_another_district_is_not_found(job: Job) -> None:
    address = described(job)
    assert job.at("finance").get(address).status_code == 200
    assert job.at("outsider").get(address).status_code == 404


def test_words_nobody_explained_are_mapped_and_the_reply_read_again(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nuanliu.demo.warmth.bank.PAID", UNHEARD)
    plan = decide(job, accept_and_sign(job))
    profile = job.at("cashier").get(f"/plans/{plan.pk}/batches/").context["form"].initial["profile"]
    address = job.post("cashier", f"/plans/{plan.pk}/batches/", profile=profile, business_date=DAY).headers[
        "Location"
    ]
    job.post("releaser", f"{address}release/")
    job.post("releaser", f"{address}send/")
    batch = job.of(lambda: PaymentBatch.objects.select_related("profile").get())
    name, content = job.of(lambda: Bank(DAY).answer(batch))
    file = SimpleUploadedFile(name, content)
    job.post("releaser", f"{address}reply/", **{"reply-file": file, "reply-on": DAY})
    page = job.at("releaser").get(f"{address}answers/")
    assert page.context["words"] == [(UNHEARD, batch.declared_count)]
    assert {found.code for found in page.context["page"].rows} == {"replies.unmapped_words"}
    job.post("releaser", f"{address}answers/words/", words=UNHEARD, outcome="paid")
    assert job.of(lambda: ReplyWording.objects.get(words=UNHEARD).profile_id) == batch.profile_id
    reply = page.context["shown"]
    job.post("releaser", f"/payments/replies/{reply.pk}/again/", on=DAY)
    after = job.at("releaser").get(f"{address}answers/")
    assert (after.context["words"], after.context["page"].rows) == ([], [])
    assert job.of(lambda: set(PaymentOrder.objects.values_list("state", flat=True))) == {"paid"}


def test_payees_with_faults_are_shown_row_by_row_and_may_be_left_out(job: Job) -> None:
    plan = decide(job, accept_and_sign(job))
    with scoped(Scope.for_path(JIADING)):
        dead = Person.objects.earliest("pk")
        record_death(dead, died_on=DAY, reason="户籍证明", by=job.world.cast.clerk)
    address = f"/plans/{plan.pk}/batches/"
    form = {
        "profile": job.at("cashier").get(address).context["form"].initial["profile"],
        "business_date": DAY,
    }
    answer = job.at("cashier").post(address, form)
    assert answer.status_code == 422
    (fault,) = answer.context["faults"]
    assert (fault.award.person_id, "recorded as deceased" in fault.message) == (dead.pk, True)
    job.post("cashier", address, **form, without=[fault.award.pk])
    with scoped(Scope.for_path(JIADING)):
        assert not PaymentOrder.objects.filter(award=fault.award).exists()
        assert PaymentOrder.objects.exists()
