"""Every list narrows, sorts, counts, adds up, is kept under a name, and leaves as a marked workbook."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import load_workbook

from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.queries import content_of
from nuanliu.programmes.models import Campaign
from nuanliu.web.listings.listing import LISTINGS
from nuanliu.web.models import SavedView
from tests.awards.conftest import JIADING
from tests.web.conftest import reads, text_of
from tests.web.job import Job, accept_and_sign, decide, pay

pytestmark = pytest.mark.django_db


def rows_of(answer: Any) -> list[Any]:
    return [row["cells"][0]["value"] for row in answer.context["list"]["rows"]]


@pytest.fixture
def awards(job: Job) -> str:
    """嘉定's awards, paid; one in five came back."""
    pay(job, decide(job, accept_and_sign(job)), fail_every=5)
    return f"/campaigns/{job.world.campaign.pk}/awards/"


def test_a_tab_shows_the_rows_of_its_state_alone(job: Job, awards: str) -> None:
    shown = job.at("finance").get(awards, {"state": "failed"}).context["list"]
    assert {row["cells"][5]["value"] for row in shown["rows"]} == {"failed"}


def test_tabs_count_what_the_other_filters_leave(job: Job) -> None:
    accept_and_sign(job)
    tabs = {tab["value"]: tab["count"] for tab in job.at("clerk").get("/lists/").context["list"]["tabs"]}
    assert (tabs[""], tabs["accepted"], tabs["checked"]) == (1, 1, 0)
    narrowed = job.at("clerk").get("/lists/", {"day_from": "2030-01-01"}).context["list"]
    assert [tab["count"] for tab in narrowed["tabs"] if tab["count"]] == []


def test_pages_by_key_show_every_row_once(job: Job, awards: str) -> None:
    everything = job.of(lambda: list(Award.objects.order_by("-pk").values_list("pk", flat=True)))
    seen: list[int] = []
    after = ""
    while not seen or after:
        shown = job.at("finance").get(awards, {"size": "100", "after": after}).context["list"]
        seen += [row["key"] for row in shown["rows"]]
        after = shown["page"].next
    assert len(everything) > 100
    assert seen == everything


@pytest.mark.parametrize("order", ["rows_read", "-rows_read", "business_date", "-accepted_fen"])
def test_a_list_is_ordered_by_a_column_and_turned_round(job: Job, order: str) -> None:
    accept_and_sign(job)
    answer = job.at("clerk").get("/lists/", {"order": order})
    assert len(rows_of(answer)) == 1
    assert 'aria-sort="' in text_of(answer)


def test_sorted_pages_go_on_where_the_last_one_ended(job: Job) -> None:
    accept_and_sign(job)
    first = job.at("clerk").get("/lists/", {"order": "rows_read"}).context["list"]["rows"][0]["key"]
    with scoped(Scope.for_path(JIADING)):
        from nuanliu.web.tables.rosters import ROSTERS

        found = ROSTERS.rows(job.world.cast.clerk).get(pk=first)
    after = f"{found.pk}~{found.rows_read}"
    assert rows_of(job.at("clerk").get("/lists/", {"order": "rows_read", "after": after})) == []


def test_the_foot_adds_up_all_rows_found(job: Job) -> None:
    accept_and_sign(job)
    shown = job.at("clerk").get("/lists/").context["list"]
    read = next(cell["value"] for cell in shown["totals"] if cell["kind"] == "number")
    assert read == shown["rows"][0]["cells"][2]["value"]


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [({}, True), ({"state": "accepted"}, True), ({"state": "checked"}, False), ({"state": "no state"}, True),
     ({"day_from": "2030-01-01"}, False), ({"state": "accepted", "day_from": "2030-01-01"}, False)],
)  # fmt: skip
def test_the_foot_adds_up_what_tab_and_filters_leave(job: Job, asked: dict[str, str], is_there: bool) -> None:
    accept_and_sign(job)
    shown = job.at("clerk").get("/lists/", asked).context["list"]
    sums = [cell["value"] for cell in shown["totals"] if cell["kind"] in ("number", "yuan")]
    in_the_row = [
        cell["value"] for row in shown["rows"] for cell in row["cells"] if cell["kind"] in ("number", "yuan")
    ]
    assert len(shown["rows"]) == int(is_there)
    # The last number is of lists that came late, and has no sum.
    assert sums == ([*in_the_row[:3], None] if is_there else [None] * 4)


def test_columns_are_chosen_and_stay_in_the_address(job: Job) -> None:
    accept_and_sign(job)
    shown = job.at("clerk").get("/lists/", {"columns": ["handler", "state"]}).context["list"]
    assert [heading["column"].name for heading in shown["headings"]] == ["organization", "state", "handler"]
    assert "columns=handler" in shown["asked"].query


def test_filters_stay_until_they_are_cleared(job: Job) -> None:
    clerk = job.at("clerk")
    clerk.get("/lists/", {"state": "refused"})
    again = clerk.get("/lists/")
    assert again.headers["Location"] == "/lists/?state=refused"
    clerk.get("/lists/", {"all": "1"})
    assert clerk.get("/lists/").status_code == 200


def test_a_view_is_kept_under_a_name_and_belongs_to_one_person(job: Job) -> None:
    form = {"address": "/lists/", "query": "state=refused", "title": "要改的"}
    answer = job.at("clerk").post("/views/rosters/save/", form)
    assert answer.headers["Location"] == "/lists/?state=refused"
    assert [view.title for view in job.at("clerk").get("/lists/?all=1").context["list"]["views"]] == [
        "要改的"
    ]
    assert job.at("head").get("/lists/?all=1").context["list"]["views"] == []
    key = job.at("clerk").get("/lists/?all=1").context["list"]["views"][0].pk
    assert job.at("head").post(f"/views/{key}/forget/").status_code == 404
    job.post("clerk", f"/views/{key}/forget/")
    assert job.at("clerk").get("/lists/?all=1").context["list"]["views"] == []


def test_the_database_shows_a_view_to_its_owner_alone(job: Job) -> None:
    job.at("clerk").post("/views/rosters/save/", {"address": "/lists/", "query": "", "title": "全部"})
    cast = job.world.cast
    for actor, count in ((cast.clerk, 1), (cast.head, 0)):
        with scoped(Scope.for_path(actor.organization_path, actor.user_id)):
            assert SavedView.objects.count() == count


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "/nowhere/", "lists"])
def test_a_view_leads_to_our_own_pages_only(job: Job, address: str) -> None:
    answer = job.at("clerk").post("/views/rosters/save/", {"address": address, "query": "", "title": "x"})
    assert answer.headers["Location"] == "/"


def test_a_dozen_views_are_enough(job: Job) -> None:
    for number in range(12):
        form = {"address": "/lists/", "query": "", "title": str(number)}
        assert job.at("clerk").post("/views/rosters/save/", form).status_code == 302
    answer = job.at("clerk").post("/views/rosters/save/", {"address": "/lists/", "query": "", "title": "13"})
    assert answer.status_code == 422
    assert "view.too_many" in text_of(answer)


def workbook_of(job: Job, address: str) -> Any:
    key = address.split("/")[-2]
    with scoped(Scope.for_path(JIADING)):
        made = FileRequest.objects.select_related("file").get(pk=key)
        return load_workbook(BytesIO(content_of(made.file))).active


def test_an_export_tells_its_scope_first_and_asks_what_for(job: Job, awards: str) -> None:
    campaign = job.world.campaign.pk
    page = job.at("finance").get("/exports/awards/", {"state": "failed", "campaign": campaign})
    failed = page.context["count"]
    assert failed == len(rows_of(job.at("finance").get(awards, {"state": "failed", "size": "200"})))
    refused = job.at("finance").post(
        "/exports/awards/", {"query": f"state=failed&campaign={campaign}", "reason": ""}
    )
    assert refused.status_code == 422
    answer = job.post(
        "finance", "/exports/awards/", query=f"state=failed&campaign={campaign}", reason="年终核对"
    )
    sheet = workbook_of(job, answer.headers["Location"])
    names = [row[0].value for row in sheet.iter_rows(min_row=7)]
    assert len(names) == failed
    assert all("*" in name for name in names)
    assert "年终核对" in sheet["A3"].value


def test_an_export_and_each_taking_of_it_leave_their_rows(job: Job) -> None:
    accept_and_sign(job)
    answer = job.post("clerk", "/exports/rosters/", query="", reason="核对")
    job.at("clerk").get(f"{answer.headers['Location']}content/")
    with scoped(Scope.for_path(JIADING)):
        told = [entry.action for entry in AuditEntry.objects.order_by("id")]
    assert told[-1] == "evidence.take_file"
    assert "evidence.ask_file" in told
    assert "evidence.finish_file" in told


def test_a_search_for_a_name_is_kept_nowhere(job: Job, awards: str) -> None:
    asked = job.at("finance").get(awards, {"q": "王"}).context["list"]["asked"]
    assert asked.search == "王"
    assert "q=" not in asked.query


@pytest.mark.parametrize("name", ["awards", "batches", "plans", "rosters"])
def test_an_outsider_exports_nothing_of_jiading(job: Job, awards: str, name: str) -> None:
    page = job.at("outsider").get(f"/exports/{name}/")
    assert page.status_code in (404, 403) or page.context["count"] == 0


def test_no_list_asks_more_than_eight_times(job: Job, awards: str) -> None:
    addresses = {"awards": awards, "rosters": "/lists/", "plans": "/plans/", "batches": "/payments/"}
    for name, address in addresses.items():
        browser = job.at("finance")
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        assert len(reads(asked)) <= 8, (name, reads(asked))


def test_every_listing_names_each_column_once() -> None:
    for listing in LISTINGS.values():
        names = [column.name for column in listing.columns]
        assert len(names) == len(set(names)), listing.name
        assert set(listing.totals) <= set(names), listing.name


def campaigns_due(job: Job, *days: int | None) -> None:
    """Campaigns of 嘉定 whose reports are due on days of April 2022, or on none."""
    with scoped(Scope.for_path(JIADING)):
        for number, day in enumerate(days):
            Campaign.objects.create(
                programme=job.world.campaign.programme,
                organization=job.world.jiading,
                organization_path=job.world.jiading.path,
                name=f"窗口{number}",
                starts_on=date(2022, 3, 1 + number),
                ends_on=date(2022, 4, 30),
                basis=job.world.campaign.basis,
                reports_due_on=day and date(2022, 4, day),
            )


@pytest.mark.parametrize("order", ["reports_due_on", "-reports_due_on"])
def test_empty_values_stand_last_whichever_way_a_list_is_turned(job: Job, order: str) -> None:
    campaigns_due(job, *[None if number % 3 == 0 else 1 + number % 5 for number in range(24)])
    pages: list[tuple[Any, date | None]] = []
    after = ""
    while not pages or after:
        shown = job.at("rights").get("/campaigns/", {"order": order, "size": "20", "after": after})
        pages += [(row["key"], row["cells"][5]["value"]) for row in shown.context["list"]["rows"]]
        after = shown.context["list"]["page"].next
    assert len({key for key, _ in pages}) == len(pages) == 25
    days = [day for _, day in pages]
    told = [day for day in days if day]
    assert told == sorted(told, reverse=order[0] == "-")
    assert days == [*told, *[None] * (len(days) - len(told))]


@pytest.mark.parametrize("after", ["x", "x~2022-01-01", "~", f"{'0' * 32}~no day"])
def test_a_page_after_nothing_that_could_be_is_not_there(job: Job, after: str) -> None:
    address = "/campaigns/"
    answer = job.at("rights").get(address, {"order": "reports_due_on", "after": after})
    assert answer.status_code == 404


ROOMS = {
    "/goods/": ("rights", "goods"),
    "/rules/": ("rights", "rules"),
    "/programmes/": ("rights", "programmes"),
    "/jobs/": ("clerk", "jobs"),
    "/users/": ("security", "users"),
}


@pytest.mark.parametrize("address", ROOMS)
def test_every_list_can_be_turned_by_each_of_its_columns(job: Job, address: str) -> None:
    who, name = ROOMS[address]
    accept_and_sign(job)
    for column in LISTINGS[name].columns:
        for order in (column.sort, f"-{column.sort}"):
            shown = job.at(who).get(
                address, {"order": order, "columns": [c.name for c in LISTINGS[name].columns]}
            )
            assert shown.status_code == 200
            assert not column.sort or shown.context["list"]["asked"].order == order


@pytest.mark.parametrize("address", ROOMS)
def test_the_tabs_of_a_list_add_up(job: Job, address: str) -> None:
    who, name = ROOMS[address]
    tabs = job.at(who).get(address, {"size": "200"}).context["list"]["tabs"]
    if LISTINGS[name].tabs is None:
        assert tabs == []
        return
    for tab in tabs:
        rows = job.at(who).get(address, {"state": tab["value"], "size": "200"}).context["list"]["rows"]
        assert len(rows) == tab["count"], tab
    assert tabs[0]["count"] == sum(tab["count"] for tab in tabs[1:]) > 0 or address == "/jobs/"


@pytest.mark.parametrize("name", ["recusals", "cash", "goods", "rules", "programmes"])
def test_rules_and_exceptions_leave_as_workbooks_too(job: Job, name: str) -> None:
    job.at("clerk").get("/goods/")
    answer = job.post("clerk", f"/exports/{name}/", query="", reason="核对")
    sheet = workbook_of(job, answer.headers["Location"])
    with override("en"):
        headings = [str(column.label) for column in LISTINGS[name].columns if column.shown]
    assert [cell.value for cell in sheet[6]] == headings


def test_what_one_asked_for_stands_in_a_list_of_its_own(job: Job) -> None:
    accept_and_sign(job)
    job.post("clerk", "/exports/rosters/", query="", reason="年终核对")
    (row,) = job.at("clerk").get("/files/", {"q": "年终"}).context["list"]["rows"]
    assert job.at("clerk").get(row["address"]).status_code == 200
    assert job.at("head").get("/files/").context["list"]["rows"] == []
