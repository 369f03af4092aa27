"""The main job as its people do it at their desks; the steps that several tests share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nuanliu.audit import heads
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.warmth.bank import Bank
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.payments.models import PaymentBatch
from nuanliu.returns.models import Return
from tests.awards.conftest import DAY, JIADING, LISTS, World, file_of
from tests.web.conftest import text_of

LIST = "list-a-official.xlsx"
PURPOSE = "WARMTH_VISIT"


@dataclass
class Job:
    """The desks, and the records that the job has brought forth so far."""

    desk: Callable[[str], Client]
    world: World
    desks: dict[str, Client] = field(default_factory=dict)

    def at(self, username: str) -> Client:
        return self.desks.setdefault(username, self.desk(username))

    def post(self, username: str, address: str, **form: Any) -> Any:
        answer = self.at(username).post(address, form)
        assert answer.status_code == 302, text_of(answer)[-3000:]
        return answer

    def of[Row](self, find: Callable[[], Row]) -> Row:
        with scoped(Scope.for_path(JIADING)):
            return find()


def accept_and_sign(job: Job) -> str:
    sent = [SimpleUploadedFile(LIST, (LISTS / LIST).read_bytes())]
    form = {"organization": job.world.jiading.pk, "business_date": DAY, "lists": sent}
    address = str(job.post("clerk", f"/campaigns/{job.world.campaign.pk}/lists/", **form).headers["Location"])
    warnings = job.at("clerk").get(address).context["warnings"]
    job.post("clerk", f"{address}accept/", acknowledge=warnings)
    job.post("head", f"{address}sign/", **{"sign-on": DAY})
    return address


def decide(job: Job, roster: str, ballot: str = "for", minutes_file: bytes = b"") -> UsePlan:
    fund = job.of(Fund.objects.get)
    form = job.at("rights").get(f"/campaigns/{job.world.campaign.pk}/plan/")
    wanted = [total.code for total in form.context["asked"]]
    plan_address = job.post(
        "rights",
        f"/campaigns/{job.world.campaign.pk}/plan/",
        title="2022年元旦春节送温暖资金使用方案",
        purpose=PURPOSE,
        **{f"amount-{fund.pk}": f"{form.context['asked_fen'] / 100:.2f}", f"categories-{fund.pk}": wanted},
    ).headers["Location"]
    plan_address = plan_address.removesuffix("compose/")
    plan = job.of(UsePlan.objects.get)
    job.post("rights", f"{roster}attach/", plan=plan.pk)
    job.post("rights", f"{plan_address}propose/", on=DAY, opinion="拟同意")
    job.post("finance", f"{plan_address}propose/", on=DAY)
    kept = {"minutes_file": SimpleUploadedFile("纪要.pdf", minutes_file)} if minutes_file else {}
    leaders = [job.world.cast[name].user_id for name in ("leader1", "leader2", "leader3")]
    job.post(
        "leader1",
        f"{plan_address}decision/record/",
        number="2022年第1次主席办公会",
        held_on=DAY,
        minutes="经集体研究，同意。",
        rejection_reason="" if ballot == "for" else "标准偏高",
        **{f"dissent-{leader}": "" if ballot == "for" else "标准偏高" for leader in leaders},
        **{f"ballot-{leader}": ballot for leader in leaders},
        **kept,
    )
    return job.of(UsePlan.objects.get)


def pay(job: Job, plan: UsePlan, fail_every: int = 0) -> PaymentBatch:
    page = job.at("cashier").get(f"/plans/{plan.pk}/batches/")
    profile = page.context["form"].initial["profile"]
    answer = job.post("cashier", f"/plans/{plan.pk}/batches/", profile=profile, business_date=DAY)
    settle(job, str(answer.headers["Location"]), fail_every)
    return job.of(lambda: PaymentBatch.objects.latest("pk"))


def settle(job: Job, address: str, fail_every: int = 0) -> None:
    job.post("releaser", f"{address}release/")
    job.post("releaser", f"{address}send/")
    batch = job.of(lambda: PaymentBatch.objects.select_related("profile").get(pk=address.split("/")[-2]))
    name, content = job.of(lambda: Bank(DAY, fail_every).answer(batch))
    job.post(
        "releaser", f"{address}reply/", **{"reply-file": SimpleUploadedFile(name, content), "reply-on": DAY}
    )
    receipt = SimpleUploadedFile("回单.pdf", f"receipt {batch.number}".encode(), "application/pdf")
    job.post("releaser", f"{address}receipt/", **{"receipt-file": receipt})
    job.post("releaser", f"{address}close/")


def seal(job: Job) -> None:
    """A head over all that was done. The test is one transaction: none is older that could still bring an entry."""
    with scoped(Scope.for_path("/")), patch.object(heads, "_older_transactions_end", return_value=True):
        heads._seal(0)


def report(job: Job) -> Return:
    place = f"/annex1/{job.world.campaign.pk}/{job.world.jiading.pk}/"
    job.post("rights", f"{place}enter/?as_of={DAY}", code="A", value="46", reason="走访企业台账")
    job.post("rights", f"{place}draft/?as_of={DAY}", reporter="陆权", reporter_phone="021-59990000")
    drafted = job.of(Return.objects.get)
    job.post("head", f"/annex1/versions/{drafted.pk}/sign/", on=DAY)
    job.post("head", f"/annex1/versions/{drafted.pk}/submit/")
    job.post("city", f"/annex1/versions/{drafted.pk}/accept/")
    return job.of(Return.objects.get)


def received(job: Job) -> str:
    """The address of a list that has been handed in and read, with errors in it."""
    roster = job.of(lambda: job.world.submit(file_of(LIST)).roster)
    return f"/lists/{roster.pk}/"
