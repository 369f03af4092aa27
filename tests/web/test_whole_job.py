"""The main job on its screens: from a list to a signed Annex 1, each act at the desk of who does it."""

import json

import pytest

from nuanliu.awards.models import Award
from nuanliu.awards.states import AwardState
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.models import AccountCorrection, PaymentBatch, PaymentOrder
from nuanliu.payments.states import BatchState
from nuanliu.returns.states import ReturnState
from tests.awards.conftest import DAY, LISTS
from tests.web.conftest import said_of, text_of
from tests.web.job import Job, accept_and_sign, decide, pay, report, settle

pytestmark = pytest.mark.django_db


def test_a_list_becomes_a_signed_annex(job: Job) -> None:
    roster = accept_and_sign(job)
    plan = decide(job, roster)
    assert plan.decided_on == DAY
    batch = pay(job, plan)
    assert batch.state == BatchState.CLOSED
    table = report(job)
    assert table.state == ReturnState.ACCEPTED
    expected = json.loads((LISTS / "list-a-official.expected.json").read_text())["annex1_fen"]
    page = job.at("rights").get(f"/annex1/versions/{table.pk}/")
    shown = {entry.row.code: entry.line.value.number for entry in page.context["sheet"].lines}
    delivered = job.of(lambda: Award.objects.filter(state=AwardState.DELIVERED).count())
    assert shown["C"] == delivered
    assert shown["A"] == 46
    goods_only = job.of(lambda: Award.objects.filter(cash_fen=0).count())
    assert delivered + goods_only == sum(
        value for code, value in expected.items() if code[0] == "C" and code != "C"
    )


def test_each_figure_of_the_annex_opens_onto_what_it_counts(job: Job) -> None:
    pay(job, decide(job, accept_and_sign(job)))
    place = f"/annex1/{job.world.campaign.pk}/{job.world.jiading.pk}/"
    table = job.at("auditor").get(f"{place}?as_of={DAY}")
    for entry in table.context["sheet"].lines:
        part = job.at("auditor").get(
            f"{place}cells/{entry.row.code}/?as_of={DAY}", headers={"HX-Request": "true"}
        )
        assert part.status_code == 200
        assert "<html" not in text_of(part)
    records = job.at("auditor").get(f"{place}?as_of={DAY}&cell=C").context["page"].rows
    assert all(record.person_name not in text_of(part) for record in records)


def test_the_paper_of_a_version_can_be_downloaded(job: Job) -> None:
    pay(job, decide(job, accept_and_sign(job)))
    table = report(job)
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = job.at("rights").get(f"/annex1/versions/{table.pk}/paper.{kind}")
        assert answer.content.startswith(start)
        assert "attachment" in answer.headers["Content-Disposition"]


def test_the_roster_on_paper_is_asked_for_with_a_reason(job: Job) -> None:
    roster = accept_and_sign(job)
    assert job.at("clerk").post(f"{roster}paper/", {"kind": "pdf", "reason": ""}).status_code == 422
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        address = job.post("clerk", f"{roster}paper/", kind=kind, reason="签字存档").headers["Location"]
        assert job.at("clerk").get(f"{address}content/").content.startswith(start)
        assert job.at("head").get(f"{address}content/").status_code == 404


def test_a_failed_payment_is_corrected_verified_and_paid_anew(job: Job) -> None:
    plan = decide(job, accept_and_sign(job))
    pay(job, plan, fail_every=5)
    failed = job.of(lambda: PaymentOrder.objects.filter(live=False).first())
    assert failed is not None
    board = job.at("cashier").get("/failures/")
    assert {row["failure"].care for row in board.context["rows"]} == {"correct"}
    job.post(
        "cashier",
        f"/failures/{failed.pk}/",
        account_number="6222021001020000342",
        bank="中国工商银行上海市嘉定支行",
        holder_name=failed.payee_name,
        reason="本人更换银行卡",
    )
    correction = job.of(AccountCorrection.objects.get)
    job.post("finance", f"/failures/corrections/{correction.pk}/", on=DAY)
    answer = job.post("cashier", "/failures/reissue/", order=[failed.pk], on=DAY)
    settle(job, str(answer.headers["Location"]))
    award = job.of(lambda: Award.objects.get(pk=failed.award_id))
    assert award.state == AwardState.DELIVERED


def test_a_rejected_plan_can_be_taken_up_again(job: Job) -> None:
    plan = decide(job, accept_and_sign(job), ballot="against")
    assert plan.state == "rejected"
    page = job.at("rights").get(f"/plans/{plan.pk}/")
    assert said_of(page)["draft_plan-reopen"] == "open"
    job.post("rights", f"/plans/{plan.pk}/reopen/")
    assert job.of(UsePlan.objects.get).state == "draft"


def test_two_leaders_are_no_meeting(job: Job) -> None:
    with pytest.raises(AssertionError, match=r"approvals\.quorum"):
        decide(job, accept_and_sign(job), ballot="absent")


def test_who_built_a_batch_does_not_release_it(job: Job) -> None:
    plan = decide(job, accept_and_sign(job))
    profile = job.at("cashier").get(f"/plans/{plan.pk}/batches/").context["form"].initial["profile"]
    address = job.post("cashier", f"/plans/{plan.pk}/batches/", profile=profile, business_date=DAY).headers[
        "Location"
    ]
    assert job.at("cashier").post(f"{address}release/").status_code == 404
    assert job.of(PaymentBatch.objects.get).state == BatchState.BUILT


def test_the_auditor_reads_what_was_done_and_changes_nothing(job: Job) -> None:
    roster = accept_and_sign(job)
    key = roster.split("/")[-2]
    told = job.at("auditor").get(f"/history/awards.roster/{key}/")
    assert [entry.title for entry in told.context["history"]] == [
        "awards.sign_roster",
        "awards.accept_rows",
        "awards.import_roster",
    ]
    assert job.at("auditor").post(f"{roster}accept/").status_code == 404
