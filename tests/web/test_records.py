"""A record's page says where it stands, what its reader can do now, and of everything else why not."""

from typing import Any

import pytest
import yaml

from nuanliu.access.models import Post, User
from nuanliu.base.scope import Scope, scoped
from nuanliu.payments.models import BankProfile
from nuanliu.programmes.models import Campaign
from nuanliu.returns.models import Return
from tests.awards.conftest import DAY
from tests.web.conftest import acts_on, now, said_of, stood, text_of
from tests.web.job import Job, received, report
from tests.web.spending import decided, drafted, proposed, signed_list
from tests.web.test_administration import give, opened
from tests.web.test_banks import SAID
from tests.web.test_matrix import desks_by_role, every_address

pytestmark = pytest.mark.django_db


# --- every page draws them the same way ---


# A cell of a list is put right where it stands; language and appearance are of every page.
IN_PLACE = ("/rows/", "/headings/", "/language/", "/appearance/")


def test_no_record_page_sends_what_is_not_one_of_its_acts(job: Job) -> None:
    """Whatever is sent from a record's page stands under “what can be done now”."""
    desks, looked = desks_by_role(), set()
    for name, address in every_address(job).items():
        for username in desks.values():
            page = job.at(username).get(address) if name in RECORDS else None
            if page is None or page.status_code != 200:
                continue
            told = {act.address for act in page.context["acts"] if act.is_open and not act.is_link}
            main = text_of(page).partition("<main")[2].partition("</main>")[0]
            sent = {part.partition('"')[0] for part in main.split('method="post" action="')[1:]}
            assert {one for one in sent if not any(part in one for part in IN_PLACE)} == told, (
                name,
                username,
            )
            assert text_of(page).count('id="actlist"') == 1, (name, username)
            looked.add(name)
    assert looked == RECORDS


RECORDS = {
    "annex",
    "award",
    "bank",
    "batch",
    "campaign",
    "cash-exception",
    "fund",
    "person",
    "plan",
    "return",
    "roster",
    "row",
    "standard",
    "system-backup",
    "system-backups",
    "system-keys",
    "union",
    "user",
}


# --- a bank's format ---


def bank_of(job: Job, said: dict[str, Any] = SAID) -> str:
    answer = job.post("finance", "/banks/new/", description=yaml.safe_dump(said, allow_unicode=True))
    return str(answer.headers["Location"])


@pytest.mark.requirement("R-044")
def test_who_described_a_format_reads_why_another_confirms_it(job: Job) -> None:
    address = bank_of(job)
    own = job.at("finance").get(address)
    assert said_of(own)["confirm_profile"] == "Another person than the one who described it confirms it."
    assert stood(own) == [("described", "done"), ("confirmed by another person", "now")]
    assert job.at("finance").post(f"{address}confirm/").status_code == 422
    assert said_of(job.at("releaser").get(address))["confirm_profile"] == "open"
    job.post("releaser", f"{address}confirm/")
    after = job.at("releaser").get(address)
    assert (said_of(after)["confirm_profile"], now(after)) == ("It is confirmed already.", "")


@pytest.mark.parametrize(
    ("username", "said"),
    [
        (
            "cashier",
            {"describe_profile": "open", "map_wording": "Done by: finance officer、foundation finance"},
        ),
        ("releaser", {"describe_profile": "Done by: cashier、finance officer", "map_wording": "open"}),
        ("finance", {"describe_profile": "open", "register_payer": "open", "map_wording": "open"}),
        ("auditor", {"describe_profile": "Done by: cashier", "register_payer": "Done by: finance officer"}),
    ],
)
def test_each_role_reads_what_it_does_with_a_shipped_format(
    job: Job, username: str, said: dict[str, str]
) -> None:
    profile = job.of(lambda: BankProfile.objects.get(key="icbc_batch_excel"))
    page = job.at(username).get(f"/banks/{profile.pk}/")
    told = said_of(page)
    assert {name: told[name].startswith(words) for name, words in said.items()} == dict.fromkeys(said, True)
    assert told["confirm_profile"] == "It came with the system and may be used."
    assert stood(page) == [("shipped", "done"), ("may be used", "done")]


def test_a_bank_that_wants_no_paying_account_says_so(job: Job) -> None:
    profile = job.of(lambda: BankProfile.objects.get(key="nuanliu_standard"))
    page = job.at("finance").get(f"/banks/{profile.pk}/")
    assert said_of(page)["register_payer"] == "This bank does not want the paying account in the file."


# --- an account ---


def user_page(desk: Any, by: str, user: User) -> Any:
    return desk(by).get(f"/users/{user.pk}/")


@pytest.mark.requirement("R-044")
def test_a_post_waits_on_the_page_of_its_account_for_the_other_administrator(desk: Any, cast: Any) -> None:
    user, _password = opened(desk)
    assert now(user_page(desk, "security", user)) == "post confirmed"
    form = {"post-role": "handler", "post-organization": "嘉定区总工会", "post-valid_from": "2021-01-01"}
    desk("security").post(f"/users/{user.pk}/posts/", form)
    with scoped(Scope.for_path("/0/")):
        post = Post.objects.get(user=user)
    confirming = f"confirm_post-{post.pk}"
    own = user_page(desk, "security", user)
    assert said_of(own)[confirming] == "Another administrator than who asked for it confirms it."
    assert acts_on(own)[confirming].label == "Confirm the post: handler · 上海市嘉定区总工会"
    assert desk("security").post(f"/users/posts/{post.pk}/confirm/").status_code == 422
    assert said_of(user_page(desk, "system", user))[confirming] == "open"
    desk("system").post(f"/users/posts/{post.pk}/confirm/")
    after = user_page(desk, "system", user)
    assert confirming not in said_of(after)
    assert now(after) == "own password chosen"


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("security", {"grant_post": "open", "reset_account": "open", "deactivate_user": "open"}),
        ("system", {"grant_post": "Done by: security administrator", "reset_account": "open"}),
        ("auditor", {"grant_post": "Done by", "reset_account": "Done by", "end_sessions": "Done by"}),
    ],
)
def test_each_administrator_reads_what_is_the_others(
    desk: Any, cast: Any, username: str, said: dict[str, str]
) -> None:
    user, _password = opened(desk)
    give(desk, user)
    told = said_of(user_page(desk, username, user))
    assert {name: told[name].startswith(words) for name, words in said.items()} == dict.fromkeys(said, True)
    ending = [words for name, words in told.items() if name.startswith("end_post-")]
    administrators = "Done by: security administrator、system administrator"
    assert ending == ([administrators] if username == "auditor" else ["open"])


def test_nobody_gives_rights_to_himself_or_shuts_himself_out(desk: Any, cast: Any) -> None:
    own = User.objects.get(username="security")
    told = said_of(user_page(desk, "security", own))
    other = "For one's own account another administrator does this."
    assert told["grant_post"] == "Nobody gives a post to himself: another administrator does."
    assert [told[name] for name in ("reset_account", "end_sessions", "deactivate_user")] == [other] * 3
    form = {"post-role": "auditor", "post-organization": "嘉定区总工会", "post-valid_from": "2021-01-01"}
    assert desk("security").post(f"/users/{own.pk}/posts/", form).status_code == 422


def test_an_account_that_was_shut_gets_nothing_more(desk: Any, cast: Any) -> None:
    user, _password = opened(desk)
    desk("security").post(f"/users/{user.pk}/deactivate/", {"deactivate-reason": "离职"})
    page = user_page(desk, "security", user)
    told = said_of(page)
    assert {told[name] for name in ("grant_post", "reset_account", "deactivate_user")} == {
        "The account is shut."
    }
    assert (now(page), told["end_sessions"]) == ("shut", "The account is signed in nowhere.")
    reset = {"reset-kind": "password", "reset-reason": "本人来电"}
    assert desk("security").post(f"/users/{user.pk}/reset/", reset).status_code == 422


# --- a campaign ---


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("clerk", {"import_roster": "open", "draft_plan": "Done by", "change_campaign": "Done by"}),
        ("head", {"import_roster": "open", "draft_plan": "Done by", "change_campaign": "open"}),
        ("rights", {"import_roster": "Done by", "draft_plan": "open", "change_campaign": "open"}),
        ("finance", {"import_roster": "Done by", "draft_plan": "open", "change_campaign": "Done by"}),
        ("cashier", {"import_roster": "Done by", "draft_plan": "Done by", "close_campaign": "It has come"}),
        ("auditor", {"import_roster": "Done by", "draft_plan": "Done by", "change_campaign": "Done by"}),
    ],
)
def test_each_role_reads_what_it_does_in_a_campaign(job: Job, username: str, said: dict[str, str]) -> None:
    told = said_of(job.at(username).get(f"/campaigns/{job.world.campaign.pk}/"))
    assert {name: told[name].startswith(words) for name, words in said.items()} == dict.fromkeys(said, True)


def test_a_campaign_of_years_ago_has_ended_and_is_not_closed_any_more(job: Job) -> None:
    page = job.at("rights").get(f"/campaigns/{job.world.campaign.pk}/")
    assert stood(page) == [("Opened", "done"), ("Under way", "done"), ("Ended", "done")]
    assert said_of(page)["close_campaign"] == "It has come to its end by itself."


def test_a_closed_campaign_says_which_lists_it_still_takes(job: Job) -> None:
    address = f"/campaigns/{job.world.campaign.pk}/"
    job.post("rights", f"{address}close/", **{"close-on": "2022-01-20", "close-reason": "资金用完"})
    told = said_of(job.at("rights").get(address))
    assert {told["change_campaign"], told["close_campaign"]} == {"The campaign is closed."}
    taking = acts_on(job.at("clerk").get(address))["import_roster"]
    assert taking.help == "Closed on 2022-01-20: lists of a later day are not taken."
    assert job.of(lambda: Campaign.objects.get(pk=job.world.campaign.pk)).close_reason == "资金用完"


def test_what_was_typed_wrong_stays_in_the_opened_act(job: Job) -> None:
    address = f"/campaigns/{job.world.campaign.pk}/"
    answer = job.at("rights").post(f"{address}change/", {"change-notice_title": "更正的标题"})
    assert answer.status_code == 422
    assert "<details open>" in text_of(answer)
    assert "更正的标题" in text_of(answer)


def test_a_union_below_reads_that_the_campaign_belongs_to_another(job: Job) -> None:
    address = f"/campaigns/{job.world.campaign.pk}/"
    told = said_of(job.at("base-head").get(address))
    assert (told["import_roster"], told["change_campaign"]) == ("open", "It belongs to another union.")
    assert job.at("base-head").post(f"{address}change/").status_code == 404


# --- a use plan ---


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("rights", {"draft_plan": "open", "propose_plan": "open", "propose_plan-withdraw": "open"}),
        ("finance", {"draft_plan": "open", "propose_plan": "open", "expire": "It is decided upon first."}),
        ("leader1", {"decide_plan": "It is proposed by two departments first.", "propose_plan": "Done by"}),
        ("cashier", {"build": "It is decided upon first.", "draft_plan": "Done by"}),
        ("auditor", {"draft_plan": "Done by", "propose_plan": "Done by", "decide_plan": "It is proposed by"}),
    ],
)
def test_each_role_reads_what_it_does_with_a_draft(job: Job, username: str, said: dict[str, str]) -> None:
    plan = drafted(job, signed_list(job))
    page = job.at(username).get(f"/plans/{plan.pk}/")
    told = said_of(page)
    assert {name: told[name].startswith(words) for name, words in said.items()} == dict.fromkeys(said, True)
    assert now(page) == "proposed by two departments"


@pytest.mark.requirement("R-044")
def test_a_department_signs_once_and_then_the_leaders_decide(job: Job) -> None:
    plan = drafted(job, signed_list(job))
    job.post("rights", f"/plans/{plan.pk}/propose/", on=DAY, opinion="拟同意")
    own = said_of(job.at("rights").get(f"/plans/{plan.pk}/"))
    assert own["propose_plan"] == "Your department has signed."
    plan = proposed(job, plan)
    told = said_of(job.at("rights").get(f"/plans/{plan.pk}/"))
    assert told["draft_plan"] == "It is under approval: withdraw it, or wait for the decision."
    assert told["draft_plan-reopen"] == "Only a plan that was not passed is taken up again."
    assert said_of(job.at("leader1").get(f"/plans/{plan.pk}/"))["decide_plan"] == "open"


def test_a_decided_plan_is_paid_and_neither_changed_nor_withdrawn(job: Job) -> None:
    plan = decided(job)
    address = f"/plans/{plan.pk}/"
    assert said_of(job.at("cashier").get(address))["build"] == "open"
    rights = job.at("rights").get(address)
    told = said_of(rights)
    assert {told["draft_plan"], told["propose_plan-withdraw"]} == {"It is decided upon."}
    assert now(rights) == "closed"
    answer = job.at("rights").post(f"{address}withdraw/", {"withdraw-reason": "改主意"})
    assert (answer.status_code, "plan.state" in text_of(answer)) == (422, True)


# --- a version of Annex 1 ---


def test_an_accepted_version_is_done_and_only_a_new_one_follows(job: Job) -> None:
    found: Return = report(job)
    address = f"/annex1/versions/{found.pk}/"
    page = job.at("head").get(address)
    assert {state for _label, state in stood(page)} == {"done"}
    assert said_of(page)["sign"] == "It is signed already."
    assert said_of(page)["submit"] == "It has gone up already."
    city = said_of(job.at("city").get(address))
    assert {city["judge-accept"], city["judge-back"]} == {"Only a version that was sent up is judged."}
    assert said_of(job.at("rights").get(address))["draft"] == "open"
    answer = job.at("head").post(f"{address}sign/", {"on": DAY})
    assert answer.status_code in (302, 422)
    assert job.of(lambda: Return.objects.get(pk=found.pk)).state == "accepted"


@pytest.mark.parametrize("ended", ["send-back", "accept"])
def test_what_was_sent_up_is_judged_by_the_union_above_alone(job: Job, ended: str) -> None:
    place = f"/annex1/{job.world.campaign.pk}/{job.world.jiading.pk}/"
    job.post("rights", f"{place}draft/?as_of={DAY}", reporter="陆权", reporter_phone="021-59990000")
    drafted_one = job.of(Return.objects.get)
    address = f"/annex1/versions/{drafted_one.pk}/"
    assert said_of(job.at("head").get(address))["submit"] == "It is signed first."
    job.post("head", f"{address}sign/", on=DAY)
    job.post("head", f"{address}submit/", on=DAY)
    own = said_of(job.at("rights").get(address))
    assert {own["judge-accept"], own["judge-back"]} == {"The union above judges it."}
    assert job.at("rights").post(f"{address}accept/").status_code == 422
    city = said_of(job.at("city").get(address))
    assert {city["judge-accept"], city["judge-back"]} == {"open"}
    job.post("city", f"{address}{ended}/", reason="C栏与名册不符")
    after = job.at("rights").get(address)
    assert now(after) == ("returned for correction" if ended == "send-back" else "")


# --- a row, the living table ---


def row_page(job: Job, address: str, show: str) -> Any:
    """The page of the first row that a tab of the list shows."""
    tables = job.at("clerk").get(f"{address}?show={show}").context["sheets"].tables
    row = next(row for table in tables for row in table.rows)
    return job.at("clerk").get(f"{address}rows/{row.key}/")


def test_a_row_is_put_right_until_it_is_accepted(job: Job) -> None:
    address = received(job)
    open_row = row_page(job, address, "error")
    assert said_of(open_row) == {"correct_row": "open"}
    job.post("clerk", f"{address}accept/", acknowledge=job.at("clerk").get(address).context["warnings"])
    accepted = row_page(job, address, "accepted")
    assert said_of(accepted) == {"correct_row": "The row is accepted: it stays as it is."}
    put = {"field": "cash", "value": "1", "reason": "改"}
    assert job.at("clerk").post(accepted.request["PATH_INFO"], put).status_code == 422


def test_a_correction_is_taken_back_from_the_row_with_a_reason(job: Job) -> None:
    address = received(job)
    place = row_page(job, address, "error").request["PATH_INFO"]
    job.post("clerk", f"{place}cells/cash/", value="1000", reason="电话核实")
    assert said_of(job.at("clerk").get(place)) == {"correct_row": "open", "correct_row-cash": "open"}
    job.post("clerk", f"{place}cells/cash/undo/", reason="听错了")
    assert said_of(job.at("clerk").get(place)) == {"correct_row": "open"}


def test_a_row_of_a_list_in_a_plan_says_where_it_is_held(job: Job) -> None:
    roster = signed_list(job)
    drafted(job, roster)
    page = row_page(job, f"/lists/{roster.pk}/", "error")
    assert said_of(page) == {"correct_row": "It stands in a use plan: take it out first."}


def test_a_table_is_drafted_where_its_figures_stand(job: Job) -> None:
    place = f"/annex1/{job.world.campaign.pk}/{job.world.jiading.pk}/"
    assert said_of(job.at("rights").get(place)) == {"draft": "open"}
    assert said_of(job.at("head").get(place)) == {"draft": "Done by: handler、rights officer"}
    assert (
        job.at("head").post(f"{place}draft/", {"reporter": "金立", "reporter_phone": "1"}).status_code == 404
    )
