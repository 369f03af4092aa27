"""A list says where it stands, what its reader can do with it now, and of everything else why not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.awards.conftest import DAY, LISTS
from tests.web.conftest import acts_on, now, said_of, stood, text_of
from tests.web.job import LIST, Job, accept_and_sign, received
from tests.web.spending import decided, drafted, signed_list

pytestmark = pytest.mark.django_db


def test_a_list_with_errors_is_taken_in_part_and_says_what_is_missing_of_the_whole(job: Job) -> None:
    page = job.at("clerk").get(received(job))
    told, acts, wrong = said_of(page), acts_on(page), page.context["summary"].refused
    assert wrong > 0
    assert acts["accept_rows-good"].label == f"Accept only the {page.context['summary'].acceptable} good rows"
    assert told["accept_rows-good"] == "open"
    assert told["accept_rows-whole"].startswith("All can be accepted once")
    assert now(page) == "put right and accepted"
    assert (
        "Done by: responsible person" in told["sign_roster"]
        or told["sign_roster"] == "No row is accepted yet."
    )
    refused = job.at("clerk").post(f"{page.request['PATH_INFO']}accept/", {"whole": "1"})
    assert (refused.status_code, "roster.has_errors" in text_of(refused)) == (422, True)


@pytest.mark.requirement("R-067")
def test_nobody_signs_a_list_before_a_row_is_accepted_and_never_who_handled_it(job: Job) -> None:
    address = received(job)
    assert said_of(job.at("head").get(address))["sign_roster"] == "No row is accepted yet."
    assert job.at("head").post(f"{address}sign/", {"sign-on": DAY}).status_code == 422
    job.post("clerk", f"{address}accept/", acknowledge=job.at("clerk").get(address).context["warnings"])
    head = job.at("head").get(address)
    assert (said_of(head)["sign_roster"], now(head)) == ("open", "signed by the responsible person")


@pytest.mark.requirement("R-067")
def test_who_handed_a_list_in_reads_that_another_person_signs_it(job: Job) -> None:
    sent = [SimpleUploadedFile(LIST, (LISTS / LIST).read_bytes())]
    form = {"organization": job.world.jiading.pk, "business_date": DAY, "lists": sent}
    address = str(job.post("head", f"/campaigns/{job.world.campaign.pk}/lists/", **form).headers["Location"])
    job.post("clerk", f"{address}accept/", acknowledge=job.at("clerk").get(address).context["warnings"])
    own = said_of(job.at("head").get(address))
    assert own["sign_roster"] == "Another person than who handles it signs."
    answer = job.at("head").post(f"{address}sign/", {"sign-on": DAY})
    assert (answer.status_code, "roster.signed_by_handler" in text_of(answer)) == (422, True)


@pytest.mark.parametrize(
    ("username", "said"),
    [
        (
            "clerk",
            {
                "accept_rows-whole": "All can be accepted once",
                "import_roster": "open",
                "withdraw_roster": "open",
            },
        ),
        (
            "head",
            {"sign_roster": "It is signed already.", "withdraw_roster": "open", "map_heading": "Done by"},
        ),
        ("rights", {"attach_roster-to": "There is no use plan in draft", "withdraw_roster": "Done by"}),
        ("leader1", {"attach_roster-to": "There is no", "record_handout": "Its plan is decided upon first."}),
    ],
)
def test_each_role_reads_what_it_does_with_a_signed_list(
    job: Job, username: str, said: dict[str, str]
) -> None:
    address = accept_and_sign(job)
    page = job.at(username).get(address)
    told = said_of(page)
    assert {name: told[name].startswith(words) for name, words in said.items()} == dict.fromkeys(said, True)
    assert now(page) == "into a plan"


def test_a_list_in_a_draft_is_taken_out_before_anything_else(job: Job) -> None:
    roster = signed_list(job)
    drafted(job, roster)
    page = job.at("clerk").get(f"/lists/{roster.pk}/")
    told = said_of(page)
    inside = "It stands in a use plan: take it out first."
    assert {told["import_roster"], told["withdraw_roster"]} == {inside}
    assert (told["attach_roster-to"], told["attach_roster-out"]) == ("It stands in a use plan.", "open")
    assert now(page) == "decided together"
    answer = job.at("clerk").post(f"/lists/{roster.pk}/withdraw/", {"withdraw-reason": "重报"})
    assert (answer.status_code, "roster.state" in text_of(answer)) == (422, True)


def test_a_decided_list_stays_and_its_goods_are_handed_out(job: Job) -> None:
    plan = decided(job)
    roster = job.of(lambda: plan.rosters.get())
    page = job.at("clerk").get(f"/lists/{roster.pk}/")
    told, fixed = said_of(page), "It was decided upon and stays as it is."
    assert {told["import_roster"], told["withdraw_roster"], told["attach_roster-out"]} == {fixed}
    assert (told["record_handout"], now(page)) == ("open", "")


def test_a_withdrawn_list_has_stopped(job: Job) -> None:
    address = received(job)
    job.post("clerk", f"{address}withdraw/", **{"withdraw-reason": "报错活动"})
    page = job.at("clerk").get(address)
    assert ("withdrawn", "stopped") in stood(page)
    closed = {words for name, words in said_of(page).items() if name in ("import_roster", "withdraw_roster")}
    assert closed == {"The list is withdrawn."}


def test_a_cell_put_right_brings_the_acts_up_to_date(job: Job) -> None:
    address = received(job)
    before = job.at("clerk").get(f"{address}?show=error")
    (row, *_more) = [
        row
        for table in before.context["sheets"].tables
        for row in table.rows
        if any(cell.heading.known == "cash" and cell.marks for cell in row.cells)
    ]
    put = {"value": "1000", "reason": "电话核实"}
    cell = f"{address}rows/{row.key}/cells/cash/"
    part = text_of(job.at("clerk").post(cell, put, headers={"HX-Request": "true"}))
    good = before.context["summary"].acceptable
    assert 'hx-target="#actlist"' in part
    assert f"Accept only the {good + 1} good rows" in part
