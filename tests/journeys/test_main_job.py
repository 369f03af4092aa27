"""From a union's spreadsheet to a signed Annex 1, in browsers, each act by who does it."""

import json
from datetime import date
from pathlib import Path

import pytest

from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.warmth.bank import Bank
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.states import SourceClass
from nuanliu.payments.models import PaymentBatch
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import JIADING, LISTS, build_world
from tests.cast import Cast
from tests.journeys.conftest import Desks

DAY = "2022-01-10"
LIST = "list-a-official.xlsx"


@pytest.fixture
def campaign(cast: Cast) -> str:
    """The campaign's address; 嘉定 has money for it."""
    with scoped(Scope.for_path(JIADING)):
        world = build_world(cast)
        fund = open_fund(
            world.jiading,
            name="送温暖专项经费",
            source_class=SourceClass.UNION_BUDGET,
            purpose=Purpose.objects.get(pk="WARMTH_VISIT"),
            campaign=world.campaign,
            by=cast.finance,
        )
        receive(
            fund, 500_000_000, on=date(2022, 1, 4), evidence="预算安排", by=cast.finance, idempotency_key="j"
        )
        return f"/campaigns/{world.campaign.pk}/"


@pytest.mark.django_db(transaction=True)
def test_a_list_is_paid_and_reported(desks: Desks, cast: Cast, campaign: str, tmp_path: Path) -> None:
    roster = hand_in(desks, campaign)
    plan = plan_and_propose(desks, campaign, roster)
    decide(desks, plan)
    pay(desks, plan, tmp_path)
    delivered = report(desks, campaign)
    expected = json.loads((LISTS / LIST.replace(".xlsx", ".expected.json")).read_text())
    assert 0 < delivered <= expected["accepted"]
    walk(desks, roster)
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


def hand_in(desks: Desks, campaign: str) -> str:
    """The clerk drops the file, looks at a finding, puts a row right, accepts; the head signs."""
    clerk = desks.open(desks.at("clerk"), campaign)
    clerk.fill("#id_business_date", DAY)
    clerk.set_input_files("#id_lists", str(LISTS / LIST))
    desks.press(clerk, "main form button.main")
    roster = clerk.url.removeprefix(desks.address)
    desks.press(clerk, ".codes a.red")
    desks.press(clerk, ".listsheet tbody th a")
    clerk.fill("#id_reason", "对照原件核对")
    desks.open(clerk, roster)
    for box in clerk.locator("input[name=acknowledge]").all():
        box.check()
    desks.press(clerk, f"form[action='{roster}accept/'] button")
    head = desks.open(desks.at("head"), roster)
    head.fill("#id_sign-on", DAY)
    desks.press(head, f"form[action='{roster}sign/'] button")
    return roster


def plan_and_propose(desks: Desks, campaign: str, roster: str) -> str:
    """The rights officer composes the plan; both departments sign."""
    rights = desks.open(desks.at("rights"), f"{campaign}plan/")
    asked = rights.locator("section.card p").last.inner_text()
    amount = "".join(sign for sign in asked if sign in "0123456789.")
    rights.fill("input[name^=amount-]", amount)
    desks.press(rights, "form.card button.main")
    plan = rights.url.removeprefix(desks.address)
    desks.open(rights, roster)
    desks.press(rights, f"form[action='{roster}attach/'] button")
    for name in ("rights", "finance"):
        officer = desks.open(desks.at(name), plan)
        officer.fill("#id_on", DAY)
        officer.fill("#id_opinion", "拟同意")
        desks.press(officer, f"form[action='{plan}propose/'] button")
    return plan


def decide(desks: Desks, plan: str) -> None:
    """A leader records the meeting."""
    leader = desks.open(desks.at("leader1"), f"{plan}decision/")
    leader.fill("#id_number", "2022年第1次主席办公会")
    leader.fill("#id_held_on", DAY)
    leader.fill("#id_minutes", "经集体研究，同意按方案实施。")
    for choice in leader.locator("input[type=radio][value=for]").all():
        choice.check()
    desks.press(leader, "form.card button.main")


def pay(desks: Desks, plan: str, folder: Path) -> None:
    """The cashier builds, the releaser releases, sends, takes the reply, archives the receipt, closes."""
    cashier = desks.open(desks.at("cashier"), f"{plan}batches/")
    cashier.fill("#id_business_date", DAY)
    desks.press(cashier, "form.card button.main")
    batch = cashier.url.removeprefix(desks.address)
    releaser = desks.open(desks.at("releaser"), batch)
    desks.press(releaser, f"form[action='{batch}release/'] button")
    desks.press(releaser, f"form[action='{batch}send/'] button")
    releaser.set_input_files("#id_reply-file", str(bank_reply(batch, folder)))
    desks.press(releaser, f"form[action='{batch}reply/'] button")
    receipt = folder / "回单.pdf"
    receipt.write_bytes(b"%PDF-1.4 receipt")
    releaser.set_input_files("#id_receipt-file", str(receipt))
    desks.press(releaser, f"form[action='{batch}receipt/'] button")
    desks.press(releaser, f"form[action='{batch}close/'] button")
    assert "已办结" in releaser.locator("main .title").inner_text()


def bank_reply(batch: str, folder: Path) -> Path:
    with scoped(Scope.for_path(JIADING)):
        found = PaymentBatch.objects.select_related("profile").get(pk=batch.split("/")[-2])
        name, content = Bank(date(2022, 1, 10)).answer(found)
    path = folder / name
    path.write_bytes(content)
    return path


def report(desks: Desks, campaign: str) -> int:
    """Annex 1: a figure opened, one typed, a version drafted, signed, sent up, accepted; the figure C."""
    rights = desks.open(desks.at("rights"), campaign)
    desks.press(rights, ".title .acts a:last-child")
    figure = rights.locator("a[aria-label^='C ']")
    delivered = int(figure.inner_text())
    figure.click()
    rights.wait_for_selector("#records td")
    desks.look(rights)
    rights.locator("[data-cell=A]").click()
    rights.wait_for_selector("[data-opened=A]")
    rights.fill("#id_value", "46")
    rights.locator("form[action*='/enter/'] #id_reason").fill("走访企业台账")
    desks.press(rights, "form[action*='/enter/'] button")
    rights.fill("#id_reporter_phone", "021-59990000")
    desks.press(rights, "form[action*='/draft/'] button")
    version = rights.url.removeprefix(desks.address)
    head = desks.open(desks.at("head"), version)
    desks.press(head, f"form[action='{version}sign/'] button")
    desks.press(head, f"form[action='{version}submit/'] button")
    city = desks.open(desks.at("city"), version)
    desks.press(city, f"form[action='{version}accept/'] button")
    assert "已接收" in city.locator("main .title").inner_text()
    return delivered


def walk(desks: Desks, roster: str) -> None:
    """Every room once more, in English and at night; the outsider finds nothing."""
    rooms = (
        "/",
        "/campaigns/",
        "/lists/",
        "/plans/",
        "/funds/",
        "/payments/",
        "/failures/",
        "/annex1/",
        "/jobs/",
        "/posts/",
    )
    auditor = desks.at("auditor", "en-GB", "dark")
    for room in (*rooms, roster, f"/history/awards.roster/{roster.split('/')[-2]}/"):
        desks.open(auditor, room)
    finance = desks.open(desks.at("finance"), "/funds/")
    desks.press(finance, "td a")
    outsider = desks.at("outsider")
    answer = outsider.goto(f"{desks.address}{roster}")
    assert answer is not None
    assert answer.status == 404
    # A page that is not there is heard on the console too.
    desks.faults = [fault for fault in desks.faults if "404" not in fault]
    desks.look(outsider)
