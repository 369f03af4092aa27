"""Payments at their desks: built with what cannot be paid, released, taken, answered, failed, paid anew, traced."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.approvals.models import ApprovalRound
from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.ledger.actions import expire_reservations
from nuanliu.payments.actions import correct_account, reserve_again, verify_correction
from nuanliu.payments.models import PaymentBatch, PaymentOrder
from nuanliu.people.actions import change_account, record_death
from tests.awards.conftest import DAY, JIADING
from tests.web.conftest import reads, text_of
from tests.web.job import Job, settle
from tests.web.spending import built, decided, paid, signed_list

pytestmark = pytest.mark.django_db
NEW_ACCOUNT = "6222021001020000342"


def expire_all(job: Job, plan: Any) -> None:
    job.of(
        lambda: expire_reservations(plan, on=date(2022, 3, 1), older_than_days=1, by=job.world.cast.finance)
    )


# --- building ---


def test_the_builder_tells_the_plan_to_the_fen(job: Job) -> None:
    plan = decided(job)
    sums = job.at("cashier").get(f"/plans/{plan.pk}/batches/").context["sums"]
    assert (sums.in_batches_fen, sums.remaining_fen + sums.waiting_fen + sums.by_hand_fen) == (
        0,
        sums.planned_fen,
    )
    waiting = (sums.waiting, sums.waiting_fen)
    batch = built(job, plan)
    after = job.at("cashier").get(f"/plans/{plan.pk}/batches/").context["sums"]
    assert (after.in_batches, after.in_batches_fen) == waiting == (batch.declared_count, batch.declared_fen)
    assert (after.waiting, after.remaining_fen) == (0, sums.remaining_fen)


@pytest.mark.requirement("R-034")
def test_an_expired_reservation_is_told_and_set_aside_again_while_the_decision_stands(job: Job) -> None:
    plan = decided(job)
    expire_all(job, plan)
    address = f"/plans/{plan.pk}/batches/unpayable/"
    shown = job.at("cashier").get(address)
    waiting = job.of(lambda: Award.objects.filter(plan=plan, state="approved", account__isnull=False).count())
    assert len(shown.context["expired"]) == min(waiting, 100) > 0
    assert job.at("cashier").post(f"/plans/{plan.pk}/batches/renew/", {"renew-on": DAY}).status_code == 302
    assert job.at("cashier").get(address).context["expired"]
    job.post(
        "cashier",
        f"/plans/{plan.pk}/batches/renew/",
        **{"renew-on": "2022-03-02", "renew-reason": "名单属实，继续发放"},
    )
    assert job.at("cashier").get(address).context["rows"] == []
    entry = job.of(lambda: AuditEntry.objects.filter(action="payments.reserve_again").get())
    assert entry.reason == "名单属实，继续发放"


def test_money_is_set_aside_again_once_and_only_for_a_standing_decision(job: Job) -> None:
    plan = decided(job)
    expire_all(job, plan)
    with scoped(Scope.for_path(JIADING)):
        wanted = {"on": DAY.replace(month=3), "by": job.world.cast.cashier}
        with pytest.raises(Refused, match=r"payments\.reason_missing"):
            reserve_again(plan, reason=" ", **wanted)
        with pytest.raises(Refused, match=r"permission\.denied"):
            reserve_again(plan, reason="续", on=DAY, by=job.world.cast.clerk)
        first = reserve_again(plan, reason="续", **wanted)
        assert first.count > 0
        assert reserve_again(plan, reason="续", **wanted).count == 0


@pytest.mark.requirement("R-044")
def test_an_account_changed_before_the_first_batch_is_confirmed_by_another(job: Job) -> None:
    plan = decided(job)
    with scoped(Scope.for_path(JIADING)):
        award = (
            Award.objects.filter(plan=plan, state="approved", account__isnull=False)
            .select_related("person")
            .first()
        )
        assert award is not None
        change_account(
            award.person,
            number=NEW_ACCOUNT,
            bank="工商银行",
            holder_name=award.person.name,
            by=job.world.cast.releaser,
        )
    address = f"/awards/{award.pk}/"
    assert job.at("finance").get(address).context["hindrance"].fault == "payee.account_changed"
    asked = {"account-reason": "本人电话核对尾号"}
    assert job.at("releaser").post(f"{address}account/", asked).status_code == 422
    assert job.at("finance").post(f"{address}account/", {"account-reason": " "}).status_code == 422
    job.post("finance", f"{address}account/", **asked)
    assert job.at("finance").get(address).context["hindrance"] is None
    assert built(job, plan).declared_count > 0


# --- a batch ---


def test_each_step_is_offered_to_who_does_it_and_refused_with_the_reason(job: Job) -> None:
    batch = built(job, decided(job))
    address = f"/payments/{batch.pk}/"
    mine = {one.label: one for one in job.at("cashier").get(address).context["acts"]}
    assert mine["Release"].by_others
    others = {one.label: one for one in job.at("releaser").get(address).context["acts"]}
    assert others["Release"].is_open
    assert others["Take the reply"].why_not == "The bank answers what it was sent."
    assert [step.state for step in job.at("releaser").get(address).context["steps"]] == [
        "done",
        "now",
        "",
        "",
        "",
        "",
    ]


@pytest.mark.requirement("R-044")
def test_taking_the_bank_file_leaves_a_row_with_its_digest(job: Job) -> None:
    batch = built(job, decided(job))
    address = f"/payments/{batch.pk}/"
    assert job.at("releaser").post(f"{address}file/").status_code == 422
    job.post("releaser", f"{address}release/")
    for _ in range(2):
        answer = job.at("releaser").post(f"{address}file/")
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert job.at("releaser").get(f"{address}file/").status_code == 405
    rows = job.of(lambda: list(AuditEntry.objects.filter(action="payments.take_bank_file")))
    kept = job.of(lambda: PaymentBatch.objects.get(pk=batch.pk))
    assert [row.after["sha256"] for row in rows] == [bytes(kept.file_sha256 or b"").hex()] * 2


@pytest.mark.parametrize("name", ["clerk", "leader1", "auditor", "finance"])
def test_nobody_else_takes_the_bank_file(job: Job, name: str) -> None:
    batch = built(job, decided(job))
    job.post("releaser", f"/payments/{batch.pk}/release/")
    assert job.at(name).post(f"/payments/{batch.pk}/file/").status_code == 404


def test_the_parts_of_a_batch_add_up_to_what_was_declared(job: Job) -> None:
    batch = paid(job, fail_every=4)
    totals = job.at("releaser").get(f"/payments/{batch.pk}/").context["totals"]
    assert totals.paid_fen + totals.failed_fen + totals.open_fen + totals.void_fen == totals.declared_fen
    assert totals.failed > 0
    assert totals.void_fen == 0


# --- what failed ---


def test_no_failed_payment_is_lost_from_sight(job: Job) -> None:
    paid(job, fail_every=4)
    page = job.at("cashier").get("/failures/")
    totals = page.context["totals"]
    failed = job.of(lambda: PaymentOrder.objects.filter(state="failed").count())
    assert totals.failed == failed > 0
    assert totals.failed == totals.waiting + totals.paid_anew + totals.failed_again + totals.cancelled
    assert sum(board["care"].count for board in page.context["boards"]) == totals.waiting + totals.left_out
    seen = [
        row["failure"].order_id
        for board in page.context["boards"]
        for row in job.at("cashier").get(f"/failures/?care={board['care'].care}").context["rows"]
    ]
    assert sorted(seen) == sorted(row["failure"].order_id for row in page.context["rows"])


def test_a_failure_moves_over_the_board_until_the_money_is_there(job: Job) -> None:
    paid(job, fail_every=4)
    board = job.at("cashier").get("/failures/").context["rows"]
    row = next(one for one in board if one["failure"].care in ("correct", "ask"))
    order = row["failure"]
    job.post(
        "cashier",
        f"/failures/{order.order_id}/",
        account_number=NEW_ACCOUNT,
        bank="工商银行",
        holder_name=job.of(lambda: PaymentOrder.objects.get(pk=order.order_id)).payee_name,
        reason="本人提供银行卡复印件",
    )

    def now(name: str) -> Any:
        rows = job.at(name).get("/failures/").context["rows"]
        return next(one for one in rows if one["failure"].award_id == order.award_id)

    waiting = now("releaser")
    assert (waiting["failure"].care, waiting["may"]) == ("verify", True)
    job.post("releaser", f"/failures/corrections/{waiting['failure'].correction_id}/", on=DAY)
    assert now("cashier")["failure"].care == "reissue"
    answer = job.post("cashier", "/failures/reissue/", on=DAY, order=[order.order_id])
    settle(job, str(answer.headers["Location"]))
    totals = job.at("cashier").get("/failures/").context["totals"]
    assert totals.paid_anew == 1
    path = job.at("auditor").get(f"/awards/{order.award_id}/").context["path"]
    assert [step["title"] for step in path] == [
        "List of", "Decided in", "Set aside from", "In batch", "The bank answered for", "Money back to",
        "Account corrected to ****", "Set aside from", "In batch", "The bank answered for",
    ]  # fmt: skip
    assert path[-1]["colour"] == "green"


def test_all_that_is_ready_is_paid_anew_at_once(job: Job) -> None:
    batch = paid(job, fail_every=40)
    failed = job.of(lambda: list(PaymentOrder.objects.filter(batch=batch, state="failed")))
    with scoped(Scope.for_path(JIADING)):
        for place, order in enumerate(failed):
            correction = correct_account(
                order,
                account_number=str(6222021001020000000 + place),
                bank="工商银行",
                holder_name=order.payee_name,
                reason="本人更正",
                by=job.world.cast.cashier,
            )
            verify_correction(correction, by=job.world.cast.releaser, on=DAY)
    assert job.at("cashier").get("/failures/").context["reissuable"] == len(failed)
    job.post("cashier", "/failures/reissue/", on=DAY, whole="1")
    assert job.at("cashier").get("/failures/").context["totals"].paid_anew == len(failed)
    assert job.at("cashier").get("/failures/?care=nonsense").status_code == 200


def test_who_has_died_is_not_paid_and_the_money_goes_back(job: Job) -> None:
    batch = paid(job, fail_every=40)
    order = job.of(lambda: PaymentOrder.objects.filter(batch=batch, state="failed").earliest("pk"))
    with scoped(Scope.for_path(JIADING)):
        person = Award.objects.select_related("person").get(pk=order.award_id).person
        record_death(person, died_on=DAY, reason="家属告知", by=job.world.cast.clerk)
    rows = job.at("cashier").get("/failures/?care=return").context["rows"]
    assert [row["failure"].order_id for row in rows] == [order.pk]
    job.post("clerk", f"/awards/{order.award_id}/cancel/", **{"cancel-reason": "已去世"})
    assert job.at("cashier").get("/failures/").context["totals"].cancelled == 1


# --- where the money is ---


def test_an_award_tells_where_its_money_is(job: Job) -> None:
    batch = paid(job)
    award = job.of(lambda: PaymentOrder.objects.filter(batch=batch).earliest("pk")).award_id
    page = job.at("head").get(f"/awards/{award}/")
    assert page.context["where"] == "With the person."
    assert [step["colour"] for step in page.context["path"]] == ["green"] * 5
    assert batch.number in text_of(page)


def test_an_award_without_a_plan_has_only_its_list(job: Job) -> None:
    roster = signed_list(job)
    award = job.of(lambda: Award.objects.filter(roster=roster).earliest("pk"))
    assert [step["title"] for step in job.at("head").get(f"/awards/{award.pk}/").context["path"]] == [
        "List of"
    ]


@pytest.mark.requirement("R-044")
def test_another_union_finds_nothing_of_it_by_any_address(job: Job) -> None:
    batch = paid(job)
    plan, award = batch.plan_id, job.of(lambda: Award.objects.earliest("pk")).pk
    round_ = job.of(lambda: ApprovalRound.objects.get()).pk
    addresses = [
        f"/plans/{plan}/compose/",
        f"/plans/{plan}/minutes/{round_}/",
        f"/plans/{plan}/decision/record/",
        f"/plans/{plan}/batches/unpayable/",
        f"/plans/{plan}/batches/renew/",
        f"/payments/{batch.pk}/file/",
        f"/awards/{award}/account/",
    ]
    found = [
        (address, status)
        for address in addresses
        for status in (
            job.at("outsider").get(address).status_code,
            job.at("outsider").post(address).status_code,
        )
        if status not in (404, 405)
    ]
    assert found == []


# --- costs ---


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("cashier", "/plans/{plan}/batches/"),
        ("cashier", "/plans/{plan}/batches/unpayable/"),
        ("releaser", "/payments/{batch}/"),
        ("cashier", "/failures/"),
        ("head", "/awards/{award}/"),
    ],
)
def test_a_page_of_payments_asks_eight_times_at_most(job: Job, name: str, address: str) -> None:
    batch = paid(job, fail_every=4)
    award = job.of(lambda: PaymentOrder.objects.filter(state="failed").earliest("pk")).award_id
    place = address.format(plan=batch.plan_id, batch=batch.pk, award=award)
    browser = job.at(name)
    browser.get(place)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(place).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)
