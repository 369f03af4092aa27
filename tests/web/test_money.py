"""Funds at the finance officer's desk: opened, filled once, passed down, taken back."""

from typing import Any

import pytest
from django.test import Client

from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import grassroots_union
from nuanliu.ledger.models import Fund, Transfer
from nuanliu.ledger.queries import balance_of
from tests.awards.conftest import DAY, JIADING, World
from tests.web.conftest import text_of
from tests.web.job import PURPOSE, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(desk: Any, world: World) -> Client:
    return desk("finance")


def terms(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "organization": world.jiading.pk,
        "name": "帮扶专项",
        "source_class": "union_budget",
        "purpose": PURPOSE,
        **changed,
    }


def fund_named(name: str) -> Fund:
    with scoped(Scope.for_path(JIADING)):
        return Fund.objects.get(name=name)


def available_fen(fund: Fund) -> int:
    with scoped(Scope.for_path(JIADING)):
        return balance_of(fund).available_fen


def opened(finance: Client, world: World, **changed: Any) -> Fund:
    answer = finance.post("/funds/new/", terms(world, **changed))
    assert answer.status_code == 302, text_of(answer)
    return fund_named(changed.get("name", "帮扶专项"))


def received(finance: Client, fund: Fund, amount: str = "50000") -> Any:
    address = f"/funds/{fund.pk}/receive/"
    token = finance.get(address).context["form"]["token"].value()
    form = {"token": token, "amount_fen": amount, "on": DAY, "evidence": "进账单0001号"}
    return address, form, finance.post(address, form)


def test_a_fund_opens_with_everything_that_binds_it(finance: Client, world: World) -> None:
    fund = opened(
        finance,
        world,
        campaign=world.campaign.pk,
        allowed_categories=["C1", "C3"],
        required_tag="FLEXIBLE_WORKER",
        region_path=JIADING,
        valid_from="2022-01-01",
        valid_to="2022-12-31",
    )
    assert fund.allowed_categories == ["C1", "C3"]
    assert (fund.campaign_id, fund.region_path, str(fund.valid_to)) == (
        world.campaign.pk,
        JIADING,
        "2022-12-31",
    )
    page = text_of(finance.get(f"/funds/{fund.pk}/"))
    assert world.jiading.name in page


def test_donated_money_without_its_donors_intent_is_refused_with_the_rule(
    finance: Client, world: World
) -> None:
    answer = finance.post("/funds/new/", terms(world, source_class="social_donation"))
    assert answer.status_code == 422
    assert "捐赠人意愿" in text_of(answer)


def test_what_cannot_be_read_is_told_at_its_field(finance: Client, world: World) -> None:
    answer = finance.post("/funds/new/", terms(world, name=""))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]


@pytest.mark.requirement("R-177")
def test_a_double_click_books_once(finance: Client, world: World) -> None:
    fund = opened(finance, world)
    address, form, answer = received(finance, fund)
    assert answer.status_code == 302
    assert finance.post(address, form).status_code == 302
    assert available_fen(fund) == 5_000_000
    assert finance.post(address, form | {"amount_fen": "1"}).status_code == 422
    received(finance, fund)
    assert available_fen(fund) == 10_000_000


def test_money_goes_down_only_to_a_fund_bound_alike(finance: Client, world: World) -> None:
    fund = opened(finance, world)
    received(finance, fund)
    address = f"/funds/{fund.pk}/allocate/"
    assert finance.get(address).context["takers"] == []
    proposed = finance.get(f"/funds/new/?like={fund.pk}").context["form"].initial
    assert (proposed["source_class"], proposed["purpose"]) == ("superior_subsidy", PURPOSE)
    with scoped(Scope.for_path(JIADING)):
        below = grassroots_union()
    taker = opened(
        finance, world, organization=below.pk, name="上级补助", source_class=proposed["source_class"]
    )
    token = finance.get(address).context["form"]["token"].value()
    form = {"token": token, "taker": taker.pk, "amount_fen": "20000", "on": DAY, "evidence": "拨款单"}
    for _ in "twice":
        assert finance.post(address, form).status_code == 302
    assert (available_fen(fund), available_fen(taker)) == (3_000_000, 2_000_000)


def test_a_receipt_is_taken_back_once_with_its_reason(finance: Client, world: World) -> None:
    fund = opened(finance, world)
    received(finance, fund)
    with scoped(Scope.for_path(JIADING)):
        entry = Transfer.objects.get()
    address = f"/funds/{fund.pk}/entries/{entry.pk}/reverse/"
    assert address in text_of(finance.get(f"/funds/{fund.pk}/"))
    assert finance.post(address, {"on": DAY, "reason": ""}).status_code == 422
    for _ in "twice":
        assert finance.post(address, {"on": DAY, "reason": "重复入账"}).status_code == 302
    assert available_fen(fund) == 0
    page = text_of(finance.get(f"/funds/{fund.pk}/"))
    assert "taken back" in page
    assert address not in page


def test_what_is_spent_or_planned_is_not_taken_back(job: Job) -> None:
    from tests.web.job import accept_and_sign, decide

    decide(job, accept_and_sign(job))
    fund = job.of(Fund.objects.get)
    entry = job.of(lambda: Transfer.objects.get(kind="receive"))
    address = f"/funds/{fund.pk}/entries/{entry.pk}/reverse/"
    answer = job.at("finance").post(address, {"on": DAY, "reason": "撤回"})
    assert answer.status_code == 422
    reserved = job.of(lambda: Transfer.objects.filter(kind="reserve").earliest("pk"))
    assert job.at("finance").get(f"/funds/{fund.pk}/entries/{reserved.pk}/reverse/").status_code == 404


def test_an_allocation_is_taken_back_by_who_gave_it(finance: Client, world: World) -> None:
    fund = opened(finance, world)
    received(finance, fund)
    with scoped(Scope.for_path(JIADING)):
        below = grassroots_union()
    taker = opened(finance, world, organization=below.pk, name="上级补助", source_class="superior_subsidy")
    address = f"/funds/{fund.pk}/allocate/"
    token = finance.get(address).context["form"]["token"].value()
    finance.post(
        address, {"token": token, "taker": taker.pk, "amount_fen": "200", "on": DAY, "evidence": "拨款单"}
    )
    own, theirs = (finance.get(f"/funds/{one.pk}/").context["rows"][0] for one in (fund, taker))
    assert (own["may_reverse"], theirs["may_reverse"]) == (True, False)
    entry = f"/funds/{fund.pk}/entries/{own['line'].transfer_id}/reverse/"
    assert finance.post(entry, {"on": DAY, "reason": "误拨"}).status_code == 302
    assert (available_fen(fund), available_fen(taker)) == (5_000_000, 0)


def test_who_may_not_open_a_fund_is_shown_no_way_to_it(desk: Any, world: World) -> None:
    clerk, leader = desk("clerk"), desk("leader1")
    assert clerk.get("/funds/new/").status_code == 403
    assert "/funds/new/" not in text_of(leader.get("/funds/"))
