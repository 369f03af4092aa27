"""From a union's spreadsheet to a signed Annex 1, each act by who does it, with nothing but what the screens offer.

The walk of the README: the list, the bank's reply and its receipt are those that the demonstration lends.
"""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.seed import YUAN
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.states import SourceClass
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import JIADING, build_world
from tests.cast import Cast
from tests.journeys.conftest import Desks
from tests.journeys.hands import Hands, Keyboard, Mouse, reach

PHONE = {"width": 360, "height": 780}
# Of the sixty rows lent, four are wrong; the category of the last is put right, three stay behind.
ACCEPTED = 57
CELL = ".listsheet tbody tr:last-child"
ROOMS = (
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

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.usefixtures("campaign")
def test_a_list_is_paid_and_reported(desks: Desks, tmp_path: Path) -> None:
    roster = from_list_to_annex(desks, Mouse(desks), tmp_path)
    walk(desks, roster)
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


@pytest.mark.usefixtures("campaign")
def test_the_whole_job_is_done_without_a_mouse(
    desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the pages look like is judged in the walk with the mouse.
    monkeypatch.setattr(desks, "look", lambda page: None)
    from_list_to_annex(desks, Keyboard(), tmp_path)
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))


def from_list_to_annex(desks: Desks, hands: Hands, folder: Path) -> str:
    """The whole job; the list's address."""
    roster = hand_in(desks, hands, folder)
    sign_on_a_phone(desks, hands, roster)
    plan = compose_and_propose(desks, hands, roster)
    decide_on_a_phone(desks, hands, plan)
    batch = pay(desks, hands, plan, folder)
    follow_the_money(desks, hands, batch)
    report(desks, hands)
    return roster


def at_desk(desks: Desks, name: str) -> Page:
    """Somebody at the workbench, where everything that waits is a link."""
    return desks.open(desks.at(name), "/")


def address_of(desks: Desks, page: Page) -> str:
    return page.url.removeprefix(desks.address).partition("?")[0]


def hand_in(desks: Desks, hands: Hands, folder: Path) -> str:
    """The clerk saves the list lent, hands it in, puts one row right, accepts what is good."""
    clerk = at_desk(desks, "clerk")
    hands.press(clerk, "main a[href$='#act-import_roster']")
    file = hands.save(clerk, "main a[href$='/specimen/']", folder)
    hands.choose(clerk, "#id_lists", file)
    hands.press(clerk, "form.upload button.main")
    roster = address_of(desks, clerk)
    cash = clerk.locator(f"{CELL} td").nth(6).inner_text()
    hands.press(clerk, f"{CELL} th a")
    category = next(code for code, yuan in YUAN.items() if yuan == int(cash))
    hands.write(clerk, "#id_value", category)
    hands.write(clerk, "#id_reason", "对照原件核对")
    hands.press(clerk, "main form button.main")
    assert address_of(desks, clerk) == roster
    hands.press(clerk, f"form[action='{roster}accept/'] button.main")
    assert f"已接收 {ACCEPTED} 行" in clerk.locator("main").inner_text()
    assert "负责人签字确认名册" in clerk.locator(".onward").inner_text()
    return roster


def sign_on_a_phone(desks: Desks, hands: Hands, roster: str) -> None:
    """The responsible person finds it at the workbench and signs."""
    head = at_desk(desks, "head")
    head.set_viewport_size(PHONE)
    hands.press(head, f".tasks a[href='{roster}']")
    head.set_viewport_size(PHONE)
    hands.press(head, f"form[action='{roster}sign/'] button")
    assert "名册已签字" in head.locator("main").inner_text()


def compose_and_propose(desks: Desks, hands: Hands, roster: str) -> str:
    """The rights officer comes from the list to the composer; both departments sign."""
    rights = at_desk(desks, "rights")
    hands.press(rights, f".tasks a[href='{roster}']")
    hands.press(rights, ".onward a")
    hands.touch(rights, "[data-take]")
    hands.press(rights, "form.composer button.main")
    plan = address_of(desks, rights)
    hands.press(rights, f"form[action='{plan}propose/'] button")
    finance = at_desk(desks, "finance")
    hands.press(finance, f".tasks a[href='{plan}']")
    hands.write(finance, "#id_opinion", "拟同意")
    hands.press(finance, f"form[action='{plan}propose/'] button")
    assert "领导集体研究决定" in finance.locator(".onward").inner_text()
    return plan


def decide_on_a_phone(desks: Desks, hands: Hands, plan: str) -> None:
    """A leader records the meeting; nothing is wider than the phone."""
    leader = at_desk(desks, "leader1")
    leader.set_viewport_size(PHONE)
    hands.press(leader, f".tasks a[href='{plan}decision/']")
    leader.set_viewport_size(PHONE)
    assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for ballot in range(leader.locator(".ballot").count()):
        hands.touch(leader, f":nth-match(.ballot, {ballot + 1}) input[value=for]")
    hands.write(leader, "#id_number", "2022年第1次主席办公会")
    hands.write(leader, "#id_minutes", "经集体研究，同意按方案实施。")
    hands.press(leader, "#meeting button.main")
    assert "已通过" in leader.locator("main .title").inner_text()


def pay(desks: Desks, hands: Hands, plan: str, folder: Path) -> str:
    """The cashier builds; the releaser releases, sends, hands in what the bank gave, closes."""
    cashier = at_desk(desks, "cashier")
    hands.press(cashier, f".tasks a[href='{plan}batches/']")
    hands.press(cashier, "main form.card button.main")
    batch = address_of(desks, cashier)
    releaser = at_desk(desks, "releaser")
    hands.press(releaser, f".tasks a[href='{batch}']")
    hands.press(releaser, f"form[action='{batch}release/'] button")
    assert hands.save(releaser, f"form[action='{batch}file/'] button", folder).stat().st_size
    hands.press(releaser, f"form[action='{batch}send/'] button")
    for act in ("reply", "receipt"):
        file = hands.save(releaser, f"a[href='{batch}specimen-{act}/']", folder)
        field = f"#id_{act}-file"
        hands.choose(releaser, field, file)
        hands.press(releaser, f"form[action='{batch}{act}/'] button")
    hands.press(releaser, f"form[action='{batch}close/'] button")
    assert "已办结" in releaser.locator("main .title").inner_text()
    return batch


def follow_the_money(desks: Desks, hands: Hands, batch: str) -> None:
    """From the batch to one person's award: list, decision, fund, batch, bank."""
    releaser = desks.open(desks.at("releaser"), batch)
    hands.press(releaser, "td a[href^='/awards/']")
    assert releaser.locator("ol.path li").count() == 5


def report(desks: Desks, hands: Hands) -> None:
    """Annex 1 has the people paid; one figure is opened, one typed; signed, sent up, accepted."""
    rights = at_desk(desks, "rights")
    hands.press(rights, ".crumbs a[href^='/campaigns/']")
    hands.press(rights, ".title .acts a[href^='/annex1/']")
    figure = "a[aria-label^='C ']"
    assert rights.locator(figure).inner_text() == str(ACCEPTED)
    open_cell(rights, hands, figure, "#records td")
    open_cell(rights, hands, "[data-cell=A]", "[data-opened=A]")
    hands.write(rights, "#id_value", "46")
    hands.write(rights, "form[action*='/enter/'] #id_reason", "走访企业台账")
    hands.press(rights, "form[action*='/enter/'] button")
    hands.write(rights, "#id_reporter_phone", "021-59990000")
    hands.press(rights, "form[action*='/draft/'] button")
    version = address_of(desks, rights)
    head = at_desk(desks, "head")
    hands.press(head, f".tasks a[href='{version}']")
    hands.press(head, f"form[action='{version}sign/'] button")
    hands.press(head, f"form[action='{version}submit/'] button")
    city = at_desk(desks, "city")
    hands.press(city, f".tasks a[href='{version}']")
    hands.press(city, f"form[action='{version}accept/'] button")
    assert "已接收" in city.locator("main .title").inner_text()


def open_cell(page: Page, hands: Hands, selector: str, shown: str) -> None:
    """A figure opens beside the table; a link is followed with Enter, not with Space."""
    if isinstance(hands, Mouse):
        page.locator(selector).first.click()
    else:
        reach(page, selector)
        page.keyboard.press("Enter")
    page.wait_for_selector(shown)


def walk(desks: Desks, roster: str) -> None:
    """Every room once more, in English and at night; the outsider finds nothing."""
    auditor = desks.at("auditor", "en-GB", "dark")
    for room in (*ROOMS, roster, f"/history/awards.roster/{roster.split('/')[-2]}/"):
        desks.open(auditor, room)
    finance = desks.open(desks.at("finance"), "/funds/")
    desks.press(finance, "main table a[href^='/funds/']:not([href*='?'])")
    outsider = desks.at("outsider")
    answer = outsider.goto(f"{desks.address}{roster}")
    assert answer is not None
    assert answer.status == 404
    # A page that is not there is heard on the console too.
    desks.faults = [fault for fault in desks.faults if "404" not in fault]
    desks.look(outsider)
