"""What tests of money begin with: a signed list, a draft, a decided plan, batches; by actions and desks."""

from typing import Any

from nuanliu.awards.actions import accept_rows, sign_roster
from nuanliu.awards.models import Roster
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.payments.models import PaymentBatch
from tests.awards.conftest import DAY, file_of
from tests.web.job import LIST, PURPOSE, Job, settle

WARNINGS = (
    "account.checksum",
    "duplicate.other_category",
    "standard.below",
    "phone.format",
    "column.unmapped",
)
LEADERS = ("leader1", "leader2", "leader3")


def signed_list(job: Job) -> Roster:
    """The clerk's list, accepted and signed by the head."""

    def make() -> Roster:
        roster = job.world.submit(file_of(LIST)).roster
        accept_rows(roster, by=job.world.cast.clerk, acknowledge=WARNINGS)
        return sign_roster(roster, by=job.world.cast.head, on=DAY)

    return job.of(make)


def asked_codes(job: Job) -> list[str]:
    return [total.code for total in composer(job).context["asked"]]


def composer(job: Job, name: str = "rights") -> Any:
    return job.at(name).get(f"/campaigns/{job.world.campaign.pk}/plan/")


def drafted(job: Job, roster: Roster, **changed: Any) -> UsePlan:
    """A draft with the list attached, kept on the composer's page."""
    fund, shown = job.of(Fund.objects.get), composer(job)
    form = {
        "title": "2022年元旦春节送温暖资金使用方案",
        "purpose": PURPOSE,
        f"amount-{fund.pk}": f"{shown.context['asked_fen'] / 100:.2f}",
        f"categories-{fund.pk}": [total.code for total in shown.context["asked"]],
        "list": [str(roster.pk)],
        **changed,
    }
    job.post("rights", f"/campaigns/{job.world.campaign.pk}/plan/", **form)
    return job.of(lambda: UsePlan.objects.latest("pk"))


def proposed(job: Job, plan: UsePlan) -> UsePlan:
    for name, opinion in (("rights", "对象属实，拟同意"), ("finance", "资金已到账")):
        job.post(name, f"/plans/{plan.pk}/propose/", on=DAY, opinion=opinion)
    return job.of(lambda: UsePlan.objects.get(pk=plan.pk))


def meeting(job: Job, ballot: str = "for", **changed: Any) -> dict[str, Any]:
    leaders = [job.world.cast[name].user_id for name in LEADERS]
    against = ballot == "against"
    return {
        "number": "2022年第1次主席办公会",
        "held_on": DAY,
        "minutes": "经集体研究，形成本纪要。",
        "rejection_reason": "C4类标准偏高，请重新核定。" if against else "",
        **{f"ballot-{leader}": ballot for leader in leaders},
        **{f"dissent-{leader}": "标准偏高" if against else "" for leader in leaders},
        **changed,
    }


def decided(job: Job, ballot: str = "for") -> UsePlan:
    """A plan that went to the leaders."""
    plan = proposed(job, drafted(job, signed_list(job)))
    job.post("leader1", f"/plans/{plan.pk}/decision/record/", **meeting(job, ballot))
    return job.of(lambda: UsePlan.objects.get(pk=plan.pk))


def built(job: Job, plan: UsePlan) -> PaymentBatch:
    page = job.at("cashier").get(f"/plans/{plan.pk}/batches/")
    profile = page.context["form"].initial["profile"]
    job.post("cashier", f"/plans/{plan.pk}/batches/", profile=profile, business_date=DAY)
    return job.of(lambda: PaymentBatch.objects.latest("pk"))


def paid(job: Job, fail_every: int = 0) -> PaymentBatch:
    """A closed batch; of its orders each `fail_every`-th failed."""
    batch = built(job, decided(job))
    settle(job, f"/payments/{batch.pk}/", fail_every)
    return job.of(lambda: PaymentBatch.objects.get(pk=batch.pk))
