"""Programmes, campaigns, standards, prohibited goods and the register of rules on their screens."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Programme, ProhibitedGoods, Standard
from nuanliu.programmes.queries import lines_of
from tests.awards.conftest import JIADING, LISTS, World
from tests.cast import Cast
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db

CITY = "/0/31/"
HEAD = {"document": "2023年元旦春节慰问标准", "valid_from": "2022-12-15", "valid_to": "2023-02-28"}
ROWS = {"cash-C1": "1000", "per-C1": "person", "cash-C7": "500", "goods-C7": "200.50", "per-C7": "household"}
ADOPTION = {"procedure": "工会委员会会议", "adopted_on": "2022-12-01", "minutes": "会议纪要第3号"}


@pytest.fixture
def rights(desk: Any, world: World) -> Client:
    return desk("rights")


@pytest.fixture
def city(desk: Any, cast: Cast) -> Client:
    return desk("city")


def standard_file(name: str = "standard.yaml", content: bytes | None = None) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content or (LISTS / "standard-2022.yaml").read_bytes())}


def drafted(browser: Client, **changed: str) -> str:
    answer = browser.post("/standards/new/", HEAD | ROWS | {"convertible-C7": "1"} | changed)
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def standard_at(address: str, path: str = JIADING) -> Standard:
    with scoped(Scope.for_path(path)):
        return Standard.objects.get(pk=address.split("/")[-2])


# --- programmes and campaigns ---


def test_the_city_opens_a_programme_and_the_campaign_of_a_notice(city: Client) -> None:
    assert (
        city.post("/programmes/new/", {"name": "送温暖", "year": 2023, "trigger": "key_date"}).status_code
        == 302
    )
    with scoped(Scope.for_path(CITY)):
        programme = Programme.objects.get()
    window = {"starts_on": "2022-12-15", "ends_on": "2023-01-22"}
    notice = {"notice_number": "沪工总权〔2022〕200号", "notice_title": "关于做好送温暖工作的通知"}
    days = {"notice_printed_on": "2022-12-16", "reports_due_on": "2023-02-10"}
    months = {"service_month_starts_on": "2022-12-15", "service_month_ends_on": "2023-01-15"}
    form = {"programme": programme.pk, "name": "2023年元旦春节送温暖", "entry_lag_days": 15}
    answer = city.post("/campaigns/new/", form | window | notice | days | months)
    assert answer.status_code == 302, text_of(answer)
    with scoped(Scope.for_path(CITY)):
        campaign = Campaign.objects.get()
    assert (campaign.notice_number, campaign.reports_due_on) == (notice["notice_number"], date(2023, 2, 10))
    assert campaign.service_month_ends_on == date(2023, 1, 15)
    assert campaign.name in text_of(city.get("/programmes/"))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ends_on": "2022-12-01"}, "campaign.window"),
        ({"service_month_starts_on": "2022-12-15"}, "campaign.service_month"),
    ],
)
def test_a_campaign_with_days_out_of_order_is_refused(
    rights: Client, world: World, wrong: dict[str, str], code: str
) -> None:
    with scoped(Scope.for_path(JIADING)):
        programme = Programme.objects.get()
    form = {"programme": programme.pk, "name": "又一次", "entry_lag_days": 15}
    window = {"starts_on": "2022-12-15", "ends_on": "2023-01-22"}
    answer = rights.post("/campaigns/new/", form | window | wrong)
    assert answer.status_code == 422
    assert code in text_of(answer)


def test_who_does_not_lead_opens_no_campaign(desk: Any, world: World) -> None:
    clerk = desk("clerk")
    assert "/campaigns/new/" not in text_of(clerk.get("/campaigns/"))
    assert clerk.get("/campaigns/new/").status_code == 403


# --- standards ---


def test_a_standard_file_comes_into_force_and_twice_is_the_same(rights: Client, world: World) -> None:
    first, second = (rights.post("/standards/upload/", standard_file()) for _ in "12")
    assert first.headers["Location"] == second.headers["Location"] == f"/standards/{world.standard.pk}/"


def test_every_fault_of_a_standard_file_is_told(rights: Client, world: World) -> None:
    content = "document: 标准\ncategories:\n  C1: {cash_yuan: 很多}\n  C99: {cash_yuan: 1}\n".encode()
    answer = rights.post("/standards/upload/", standard_file(content=content))
    assert answer.status_code == 422
    page = text_of(answer)
    assert [
        fault for fault in ("C99", "categories.C1.cash_yuan", "adopted", "valid_from") if fault not in page
    ] == []


@pytest.mark.parametrize("content", [b"a: [1", b"\xff\xfe\x00", b"on: 2022-99-99"])
def test_what_is_no_yaml_is_told_at_the_field(rights: Client, world: World, content: bytes) -> None:
    answer = rights.post("/standards/upload/", standard_file(content=content))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]


@pytest.mark.requirement("R-025")
def test_a_draft_counts_once_its_procedure_is_recorded(rights: Client, world: World) -> None:
    address = drafted(rights)
    with scoped(Scope.for_path(JIADING)):
        lines = lines_of(standard_at(address))
    assert {
        code: (line.cash_fen, line.goods_fen, line.convertible, line.per) for code, line in lines.items()
    } == {
        "C1": (100_000, 0, False, "person"),
        "C7": (50_000, 20_050, True, "household"),
    }
    assert rights.post(f"{address}adopt/", ADOPTION | {"procedure": ""}).status_code == 422
    minutes = SimpleUploadedFile("纪要.pdf", b"%PDF minutes", "application/pdf")
    assert rights.post(f"{address}adopt/", ADOPTION | {"minutes_file": minutes}).status_code == 302
    adopted = standard_at(address)
    assert (adopted.state, adopted.minutes_file_id is not None) == ("adopted", True)


def test_a_row_that_cannot_be_read_is_told_at_the_row(rights: Client, world: World) -> None:
    answer = rights.post("/standards/new/", HEAD | ROWS | {"cash-C1": "一千块整"})
    assert answer.status_code == 422
    assert [row.category.code for row in answer.context["rows"] if row.error] == ["C1"]
    assert rights.post("/standards/new/", HEAD).status_code == 422


@pytest.mark.requirement("R-062")
def test_a_grassroots_standard_is_filed_above_before_it_counts(desk: Any, world: World) -> None:
    head = desk("base-head")
    address = drafted(head)
    head.post(f"{address}adopt/", ADOPTION)
    assert head.get(address).context["in_force"] is False
    early = {"filed_with": world.jiading.pk, "filed_on": "2022-11-01"}
    assert "standard.filed_early" in text_of(head.post(f"{address}file/", early))
    with scoped(Scope.for_path(JIADING)):
        baoshan = Organization.objects.get(path="/0/31/113/")
    beside = {"filed_with": baoshan.pk, "filed_on": "2022-12-05"}
    assert head.post(f"{address}file/", beside).status_code == 422
    above = {"filed_with": world.jiading.pk, "filed_on": "2022-12-05"}
    assert head.post(f"{address}file/", above).status_code == 302
    assert standard_at(address).state == "filed"
    assert head.post(f"{address}withdraw/", {"on": "2023-01-01", "reason": "另行制定"}).status_code == 302
    assert standard_at(address).withdrawn_on == date(2023, 1, 1)


def test_a_union_sees_the_standards_above_it_and_changes_none(desk: Any, world: World) -> None:
    base, outsider = desk("base-head"), desk("outsider")
    address = f"/standards/{world.standard.pk}/"
    assert world.standard.document in text_of(base.get("/standards/"))
    page = base.get(address)
    assert not any(act.is_open for act in page.context["acts"])
    assert base.post(f"{address}withdraw/", {"on": "2023-01-01", "reason": "不要"}).status_code == 403
    assert world.standard.document not in text_of(outsider.get("/standards/"))
    assert outsider.get(address).status_code == 404


# --- what the city keeps ---


def words(browser: Client, state: str) -> list[str]:
    """The words of the list that are in a state."""
    rows = browser.get("/goods/", {"state": state, "size": "200"}).context["list"]["rows"]
    return [row["cells"][0]["value"] for row in rows]


@pytest.mark.requirement("R-049")
def test_the_city_takes_several_words_off_at_once(city: Client) -> None:
    for word in ("无人机", "游戏机"):
        city.post("/goods/add/", {"word": word, "source": "通知", "on": "2022-01-01"})
    chosen = {"whole": "yes", "query": "q=机&state=standing", "on": "2022-06-30", "reason": "误录"}
    before = words(city, "standing")
    assert city.post("/goods/end/", chosen).status_code == 302
    assert sorted(words(city, "ended")) == sorted(word for word in before if "机" in word)


@pytest.mark.requirement("R-049")
def test_the_city_puts_a_word_on_the_list_and_takes_it_off(city: Client) -> None:
    form = {"word": "无人机", "exceptions": "无人机培训，无人机驾驶员", "source": "通知", "on": "2022-01-01"}
    for _ in "twice":
        assert city.post("/goods/add/", form).status_code == 302
    with scoped(Scope.for_path(CITY)):
        entry = ProhibitedGoods.objects.get(word="无人机")
    assert entry.exceptions == ["无人机培训", "无人机驾驶员"]
    end = {"row": [entry.pk], "on": "2022-06-30", "reason": "误录"}
    assert "goods.validity" in text_of(city.post("/goods/end/", {**end, "on": "2021-01-01"}))
    for nothing in ({**end, "reason": ""}, {**end, "row": []}):
        assert city.post("/goods/end/", nothing).status_code == 302
        assert words(city, "ended") == []
    city.post("/goods/end/", end)
    assert words(city, "ended") == ["无人机"]


def test_a_district_reads_the_list_and_keeps_it_not(rights: Client) -> None:
    page = rights.get("/goods/")
    assert page.context["may_keep"] is False
    shown = page.context["list"]
    assert shown["acts"] == []
    form = {"word": "无人机", "source": "通知", "on": "2022-01-01"}
    end = {"on": "2023-01-01", "reason": "不要"}
    assert rights.post("/goods/add/", form).status_code == 403
    assert rights.post("/goods/end/", {"row": [shown["rows"][0]["key"]], **end}).status_code == 404


def test_the_register_shows_what_was_replaced_too(rights: Client) -> None:
    page = rights.get("/rules/")
    assert "沪工总权〔2020〕178号" in text_of(page)
    days = [row["cells"][4]["value"] for row in page.context["list"]["rows"]]
    assert days == sorted(days, reverse=True)


def test_the_register_is_narrowed_to_what_is_in_force_and_turned_by_its_last_day(rights: Client) -> None:
    today = rights.get("/rules/", {"today": "yes"}).context["list"]["rows"]
    assert all(row["cells"][5]["value"] is None for row in today)
    for order in ("effective_to", "-effective_to"):
        ends = [
            row["cells"][5]["value"]
            for row in rights.get("/rules/", {"order": order}).context["list"]["rows"]
        ]
        ended = [day for day in ends if day]
        assert ended == sorted(ended, reverse=order[0] == "-")
        assert ends == [*ended, *[None] * (len(ends) - len(ended))]


def test_a_programme_leads_to_its_campaigns(rights: Client, campaign: Campaign) -> None:
    (row,) = rights.get("/programmes/").context["list"]["rows"]
    assert campaign.name in row["cells"][5]["value"]
    shown = rights.get(row["address"]).context["list"]["rows"]
    assert [one["key"] for one in shown] == [campaign.pk]
    other = rights.get("/campaigns/", {"programme": "0197f0f0-0000-7000-8000-000000000000"})
    assert other.context["list"]["rows"] == []


@pytest.mark.parametrize("address", ["/programmes/", "/standards/", "/goods/", "/rules/"])
def test_a_list_page_asks_at_most_eight_times(rights: Client, address: str) -> None:
    drafted(rights)
    drafted(rights, document="另一标准")
    rights.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert rights.get(address).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)


# --- campaigns put right and closed, categories, difference of standards ---


def test_a_running_campaign_keeps_its_window_and_is_put_right(rights: Client, campaign: Campaign) -> None:
    address = f"/campaigns/{campaign.pk}/"
    assert "its window stays" in text_of(rights.get(address))
    form = {
        "change-notice_number": "沪工总权〔2021〕194号",
        "change-notice_title": "更正",
        "change-entry_lag_days": "15",
    }
    assert rights.post(f"{address}change/", form).status_code == 422
    moved = {**form, "change-reason": "通知更正", "change-ends_on": "2022-03-31"}
    assert rights.post(f"{address}change/", moved).status_code == 302
    with scoped(Scope.for_path(JIADING)):
        found = Campaign.objects.get(pk=campaign.pk)
    assert (found.notice_title, found.ends_on) == ("更正", campaign.ends_on)
    assert "通知更正" in text_of(rights.get(f"/history/programmes.campaign/{campaign.pk}/"))


def test_a_campaign_is_closed_with_a_reason(rights: Client, campaign: Campaign) -> None:
    address = f"/campaigns/{campaign.pk}/"
    assert rights.post(f"{address}close/", {"close-on": "2022-01-20"}).status_code == 422
    assert (
        rights.post(f"{address}close/", {"close-on": "2022-01-20", "close-reason": "资金用完"}).status_code
        == 302
    )
    assert "closed on 2022-01-20" in text_of(rights.get(address))


@pytest.mark.parametrize("username", ["outsider", "clerk"])
def test_a_campaign_is_put_right_and_closed_by_nobody_else(
    desk: Any, campaign: Campaign, username: str
) -> None:
    browser, address = desk(username), f"/campaigns/{campaign.pk}/"
    assert [browser.post(f"{address}{verb}/").status_code for verb in ("change", "close")] == [404, 404]


def test_categories_are_shown_with_source_and_cells(desk: Any, cast: Cast) -> None:
    shown = text_of(desk("clerk").get("/categories/"))
    assert all(code in shown for code in ("C1", "C11", "D11", "沪工总权〔2020〕178号 第三条（一）"))


def test_a_standard_is_compared_with_the_version_before_it(rights: Client) -> None:
    draft = drafted(rights, **{"cash-C1": "1500"})
    shown = rights.get(draft)
    changes = {change.category.code: change for change in shown.context["changes"]}
    before = shown.context["before"]
    assert before is not None
    assert changes["C1"].difference_fen == 150_000 - (
        changes["C1"].before.cash_fen + changes["C1"].before.goods_fen
    )
    assert before.document in text_of(shown)
