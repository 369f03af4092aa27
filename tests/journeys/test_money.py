"""Money in browsers: a rejected plan taken up again, failed payments paid anew; a leader's phone, a keyboard alone."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nuanliu.awards.actions import accept_rows, sign_roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.warmth.bank import Bank
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.states import SourceClass
from nuanliu.payments.models import PaymentBatch
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import JIADING, World, build_world, file_of
from tests.cast import Cast
from tests.journeys.conftest import Desks
from tests.web.spending import WARNINGS

DAY = "2022-01-10"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def world(cast: Cast) -> World:
    """嘉定 with money and a signed list."""
    with scoped(Scope.for_path(JIADING)):
        made = build_world(cast)
        fund = open_fund(
            made.jiading,
            name="送温暖专项经费",
            source_class=SourceClass.UNION_BUDGET,
            purpose=Purpose.objects.get(pk="WARMTH_VISIT"),
            campaign=made.campaign,
            by=cast.finance,
        )
        receive(
            fund, 500_000_000, on=date(2022, 1, 4), evidence="预算安排", by=cast.finance, idempotency_key="j"
        )
        roster = made.submit(file_of("list-a-official.xlsx")).roster
        accept_rows(roster, by=cast.clerk, acknowledge=WARNINGS)
        sign_roster(roster, by=cast.head, on=date(2022, 1, 10))
        return made


@pytest.mark.django_db(transaction=True)
def test_a_rejected_plan_is_taken_up_changed_decided_and_its_failures_are_paid_anew(
    desks: Desks, world: World, tmp_path: Path
) -> None:
    plan = compose(desks, f"/campaigns/{world.campaign.pk}/")
    propose(desks, plan)
    reject_on_a_phone(desks, plan)
    take_up(desks, plan)
    propose(desks, plan)
    approve_by_keyboard(desks, plan)
    batch = pay_by_keyboard(desks, plan)
    answer(desks, batch, tmp_path, fail_every=300)
    again = correct_verify_reissue(desks)
    answer(desks, again, tmp_path)
    two_clicks(desks)
    # A meeting without its reason is answered with 422, which is heard on the console too.
    desks.faults = [fault for fault in desks.faults if "422" not in fault]
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


def compose(desks: Desks, campaign: str) -> str:
    """What is typed changes what the fund has left; the draft takes the list along."""
    rights = desks.open(desks.at("rights"), f"{campaign}plan/")
    before = rights.locator("[data-after]").inner_text()
    amount = rights.locator("input[name^=amount-]")
    wanted = amount.input_value()
    amount.fill("1")
    assert not desks.faults, desks.faults
    assert rights.locator("[data-after]").inner_text() == "4,999,999.00" != before
    assert rights.locator("[data-lacking].amber").count() == 1
    rights.locator("[data-take]").click()
    assert amount.input_value() == wanted
    desks.press(rights, "form.composer button.main")
    return rights.url.removeprefix(desks.address)


def propose(desks: Desks, plan: str) -> None:
    for name in ("rights", "finance"):
        officer = desks.open(desks.at(name), plan)
        assert officer.locator("#id_on").count(), officer.locator("main").inner_text()
        officer.fill("#id_on", DAY)
        officer.fill("#id_opinion", "拟同意")
        desks.press(officer, f"form[action='{plan}propose/'] button")


def reject_on_a_phone(desks: Desks, plan: str) -> None:
    """A leader with two minutes and a phone: nothing is wider than it, and what is doubtful stands above the money."""
    leader = desks.open(desks.at("leader1"), f"{plan}decision/")
    leader.set_viewport_size(PHONE)
    leader.goto(f"{desks.address}{plan}decision/")
    assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    places = [leader.locator(one).first.bounding_box() for one in ("#exceptions", ".flow", "#meeting")]
    tops = [place["y"] for place in places if place]
    assert tops == sorted(tops)
    fill_meeting(leader, "2022年第1次主席办公会", "against")
    for field in leader.locator("input[name^=dissent-]").all():
        field.fill("困难职工类标准偏高")
    desks.press(leader, "#meeting button.main")
    assert leader.locator("#id_rejection_reason").input_value() == ""
    leader.fill("#id_rejection_reason", "请重新核定标准。")
    leader.set_viewport_size(PHONE)
    desks.press(leader, "#meeting button.main")
    assert "请重新核定标准。" in leader.locator("main").inner_text()


def fill_meeting(leader: Page, number: str, ballot: str) -> None:
    leader.fill("#id_number", number)
    leader.fill("#id_held_on", DAY)
    leader.fill("#id_minutes", "经集体研究，形成纪要。")
    for choice in leader.locator(f"input[type=radio][value={ballot}]").all():
        choice.check()


def take_up(desks: Desks, plan: str) -> None:
    """Its proposers read why, take it up, change the sum."""
    rights = desks.open(desks.at("rights"), plan)
    assert "请重新核定标准。" in rights.locator("section.notice").inner_text()
    desks.press(rights, f"form[action='{plan}reopen/'] button")
    desks.open(rights, f"{plan}compose/")
    amount = rights.locator("input[name^=amount-]")
    amount.fill(f"{float(amount.input_value()) + 1:.2f}")
    desks.press(rights, "form.composer button.main")


def approve_by_keyboard(desks: Desks, plan: str) -> None:
    leader = desks.open(desks.at("leader1"), f"{plan}decision/")
    assert "请重新核定标准。" in leader.locator("main").inner_text()
    for name in ("leader1", "leader2", "leader3"):
        reach(leader, f"ballot-{_key(leader, name)}")
        leader.keyboard.press("Space")
    reach(leader, "number")
    leader.keyboard.type("2022年第2次主席办公会")
    leader.locator("#id_held_on").fill(DAY)
    reach(leader, "minutes")
    leader.keyboard.type("经集体研究，同意。")
    enter(leader, "#meeting button.main")
    assert leader.locator("main .title .chip.green").count() == 1


def _key(page: Page, name: str) -> str:
    names = {"leader1": 0, "leader2": 1, "leader3": 2}
    field = page.locator(".ballot").nth(names[name]).locator("input[type=radio]").first
    return str(field.get_attribute("name")).removeprefix("ballot-")


def reach(page: Page, name: str) -> None:
    """Press Tab until the field has the focus."""
    for _ in range(200):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by the keyboard")


def enter(page: Page, selector: str) -> None:
    """Press Tab until the button has the focus, then Enter."""
    for _ in range(200):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the keyboard: {page.url}")


def pay_by_keyboard(desks: Desks, plan: str) -> str:
    """Built, released, sent without a mouse."""
    cashier = desks.open(desks.at("cashier"), f"{plan}batches/")
    cashier.locator("#id_business_date").fill(DAY)
    enter(cashier, "main form.card button.main")
    batch = cashier.url.removeprefix(desks.address)
    releaser = desks.open(desks.at("releaser"), batch)
    for act in ("release", "send"):
        enter(releaser, f"form[action='{batch}{act}/'] button")
    return batch


def answer(desks: Desks, batch: str, folder: Path, fail_every: int = 0) -> None:
    """The bank answers; the receipt is archived, the batch closed."""
    releaser = desks.open(desks.at("releaser"), batch)
    for act in ("release", "send"):
        if releaser.locator(f"form[action='{batch}{act}/']").count():
            desks.press(releaser, f"form[action='{batch}{act}/'] button")
    with scoped(Scope.for_path(JIADING)):
        found = PaymentBatch.objects.select_related("profile").get(pk=batch.split("/")[-2])
        name, content = Bank(date(2022, 1, 10), fail_every).answer(found)
    reply, receipt = folder / name, folder / f"{found.number}.pdf"
    reply.write_bytes(content)
    receipt.write_bytes(b"%PDF-1.4 " + found.number.encode())
    releaser.set_input_files("#id_reply-file", str(reply))
    desks.press(releaser, f"form[action='{batch}reply/'] button")
    receiving = releaser.locator("#id_receipt-file")
    if not receiving.is_visible():
        releaser.locator("#act-archive_receipt summary").click()
    receiving.set_input_files(str(receipt))
    desks.press(releaser, f"form[action='{batch}receipt/'] button")
    desks.press(releaser, f"form[action='{batch}close/'] button")
    assert "已办结" in releaser.locator("main .title").inner_text()


def correct_verify_reissue(desks: Desks) -> str:
    """One corrects, another verifies, the first pays anew."""
    cashier = desks.open(desks.at("cashier"), "/failures/")
    assert cashier.locator("a.button[href^='/failures/']").count() == 1
    desks.press(cashier, "a.button[href^='/failures/']")
    cashier.fill("#id_account_number", "6222021001020000342")
    cashier.fill("#id_bank", "工商银行")
    cashier.fill("#id_reason", "本人提供银行卡复印件")
    desks.press(cashier, "main form button.main")
    releaser = desks.open(desks.at("releaser"), "/failures/")
    desks.press(releaser, "a.button[href^='/failures/corrections/']")
    releaser.fill("#id_on", DAY)
    desks.press(releaser, "main form button.main")
    desks.open(cashier, "/failures/")
    cashier.locator("input[name=order]").check()
    cashier.fill("#id_on", DAY)
    desks.press(cashier, "form[action='/failures/reissue/'] button.main")
    return cashier.url.removeprefix(desks.address)


def two_clicks(desks: Desks) -> None:
    """Where is this person's money: from the list of awards to the path of one."""
    head = desks.open(desks.at("head"), "/campaigns/")
    desks.press(head, "main a[href^='/campaigns/']:not([href$='new/'])")
    desks.open(head, f"{head.url.removeprefix(desks.address)}awards/")
    desks.press(head, "main a[href^='/awards/']")
    assert head.locator("ol.path li").count() >= 5
