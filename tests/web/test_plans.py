"""A use plan composed, proposed, decided, rejected and taken up again."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.approvals.models import CollectiveDecision, Vote
from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.states import SourceClass
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import DAY, JIADING
from tests.web.conftest import acts_on, reads, said_of, text_of
from tests.web.job import PURPOSE, Job
from tests.web.spending import LEADERS, composer, decided, drafted, meeting, proposed, signed_list

pytestmark = pytest.mark.django_db


def another_fund(job: Job, name: str, amount_fen: int = 10_000_000, **terms: Any) -> Fund:
    with scoped(Scope.for_path(JIADING)):
        wanted = {
            "source_class": SourceClass.UNION_BUDGET,
            "purpose": Purpose.objects.get(pk=PURPOSE),
            **terms,
        }
        fund = open_fund(job.world.jiading, name=name, by=job.world.cast.finance, **wanted)
        receive(fund, amount_fen, on=DAY, evidence="进账单", by=job.world.cast.finance, idempotency_key=name)
        return fund


# --- the composer ---


def test_the_composer_begins_with_what_signed_lists_ask(job: Job) -> None:
    roster = signed_list(job)
    page = composer(job)
    assert page.status_code == 200
    assert page.context["asked_fen"] == roster.accepted_fen
    assert (page.context["planned_fen"], page.context["lacking_fen"]) == (roster.accepted_fen, 0)
    assert [entry["chosen"] for entry in page.context["lists"]] == [True]


def test_an_unsigned_list_is_shown_with_what_it_lacks(job: Job) -> None:
    roster = signed_list(job)
    job.of(lambda: Roster.objects.filter(pk=roster.pk).update(responsible=None, signed_on=None))
    page = composer(job)
    assert page.context["asked"] == []
    assert "the responsible person signs the list first" in text_of(page)


def test_counting_keeps_nothing_and_tells_what_each_fund_has_left(job: Job) -> None:
    roster = signed_list(job)
    fund = job.of(Fund.objects.get)
    shown = composer(job)
    form = {
        "act": "count",
        "purpose": PURPOSE,
        f"amount-{fund.pk}": "100",
        f"categories-{fund.pk}": [total.code for total in shown.context["asked"]],
        "list": [str(roster.pk)],
    }
    page = job.at("rights").post(f"/campaigns/{job.world.campaign.pk}/plan/", form)
    assert page.status_code == 200
    assert page.context["entries"][0]["entry"].after_fen == 500_000_000 - 10_000
    assert page.context["lacking_fen"] == roster.accepted_fen - 10_000
    assert job.of(UsePlan.objects.count) == 0


def test_a_kept_draft_has_its_lists_attached_and_can_be_gone_on_with(job: Job) -> None:
    roster = signed_list(job)
    plan = drafted(job, roster)
    assert job.of(lambda: Roster.objects.get(pk=roster.pk)).plan_id == plan.pk
    again = job.at("rights").get(f"/plans/{plan.pk}/compose/")
    assert again.context["hindrance"] == ""
    assert again.context["planned_fen"] == roster.accepted_fen
    assert b"disabled" not in again.content


def test_a_list_that_does_not_fit_is_named_and_the_draft_is_kept(job: Job) -> None:
    roster = signed_list(job)
    fund = job.of(Fund.objects.get)
    plan = drafted(job, roster, **{f"amount-{fund.pk}": "1.00"})
    assert job.of(lambda: Roster.objects.get(pk=roster.pk)).plan_id is None
    page = job.at("rights").get(f"/plans/{plan.pk}/")
    assert "is not attached" in text_of(page)
    assert said_of(page)["propose_plan"] == "It can be proposed once a list is attached."


def test_a_draft_that_asks_more_than_its_fund_has_cannot_be_signed(job: Job) -> None:
    fund = job.of(Fund.objects.get)
    plan = drafted(job, signed_list(job), **{f"amount-{fund.pk}": "5000000.01"})
    hindrance = "送温暖专项经费 has 0.01 yuan less than this plan takes from it."
    assert job.at("finance").get(f"/plans/{plan.pk}/compose/").context["hindrance"] == hindrance
    assert said_of(job.at("finance").get(f"/plans/{plan.pk}/"))["propose_plan"] == hindrance
    assert job.at("finance").post(f"/plans/{plan.pk}/propose/", {"on": DAY}).status_code == 302
    assert job.at("rights").post(f"/plans/{plan.pk}/propose/", {"on": DAY}).status_code == 422


@pytest.mark.requirement("R-085")
@pytest.mark.parametrize(
    ("name", "terms", "words"),
    [
        ("会员节日慰问", {"member_welfare": True}, "会员节日慰问品经费"),
        ("助学", {"purpose": "EDUCATION_AID"}, "只能用于"),
    ],
)
def test_a_fund_that_cannot_be_used_says_why(job: Job, name: str, terms: dict[str, Any], words: str) -> None:
    if "purpose" in terms:
        with scoped(Scope.for_path(JIADING)):
            other = Purpose.objects.filter(allowed=True).exclude(pk=PURPOSE).first()
        terms = {"purpose": other}
    another_fund(job, name, **terms)
    signed_list(job)
    page = composer(job)
    shut = next(entry for entry in page.context["entries"] if entry["fund"].name == name)
    assert any(words in message for message in shut["obstacles"])
    assert f'name="amount-{shut["fund"].pk}"' not in text_of(page)


@pytest.mark.requirement("R-055")
def test_a_fund_for_some_categories_offers_only_those(job: Job) -> None:
    fund = another_fund(job, "只给一类", allowed_categories=["C3"])
    signed_list(job)
    entry = next(one for one in composer(job).context["entries"] if one["fund"].pk == fund.pk)
    assert [choice["code"] for choice in entry["categories"]] == ["C3"]


def test_two_funds_that_name_one_category_are_counted_as_the_decision_pays(job: Job) -> None:
    roster = signed_list(job)
    first, second = job.of(Fund.objects.get), another_fund(job, "另一项")
    asked = composer(job).context["asked"]
    form = {"act": "count", "purpose": PURPOSE, "list": [str(roster.pk)]}
    for fund, amount in ((first, roster.accepted_fen - 100), (second, 100)):
        form |= {
            f"amount-{fund.pk}": f"{amount / 100:.2f}",
            f"categories-{fund.pk}": [total.code for total in asked],
        }
    page = job.at("rights").post(f"/campaigns/{job.world.campaign.pk}/plan/", form)
    assert page.context["planned_fen"] == roster.accepted_fen
    # One line pays a category whole: whichever comes first has not enough for all of it.
    assert page.context["lacking_fen"] > 0


@pytest.mark.parametrize("amount", ["abc", "-5", "1.234", "1e9"])
def test_an_amount_that_is_none_is_told_at_its_fund(job: Job, amount: str) -> None:
    fund = job.of(Fund.objects.get)
    signed_list(job)
    form = {"title": "方案", "purpose": PURPOSE, f"amount-{fund.pk}": amount, f"categories-{fund.pk}": ["C1"]}
    page = job.at("rights").post(f"/campaigns/{job.world.campaign.pk}/plan/", form)
    assert page.status_code == 422
    assert page.context["entries"][0]["entry"].error
    assert job.of(UsePlan.objects.count) == 0


def test_a_list_of_another_union_cannot_be_slipped_in(job: Job) -> None:
    roster = signed_list(job)
    forged = {"list": ["01a20000-0000-7000-8000-000000000000", "nonsense"]}
    plan = drafted(job, roster, **forged)
    assert job.of(lambda: Roster.objects.filter(plan=plan.pk).count()) == 0


def test_a_proposed_plan_is_no_longer_composed(job: Job) -> None:
    plan = proposed(job, drafted(job, signed_list(job)))
    assert job.at("rights").get(f"/plans/{plan.pk}/compose/").status_code == 302


# --- the decision ---


def test_the_decision_page_tells_money_people_lists_and_opinions(job: Job) -> None:
    roster = signed_list(job)
    plan = proposed(job, drafted(job, roster))
    page = job.at("leader1").get(f"/plans/{plan.pk}/decision/")
    text = text_of(page)
    line = page.context["lines"][0]
    assert (line.before_fen, line.after_fen) == (500_000_000, 500_000_000 - roster.accepted_fen)
    assert page.context["dossier"].sum_fen == roster.accepted_fen
    assert page.context["dossier"].awards == roster.rows_accepted
    assert roster.content_hex[:32] in text
    assert "资金已到账" in text
    assert text.index("Out of the ordinary") < text.index("Money before and after")


def test_what_was_left_out_and_what_was_accepted_stands_first(job: Job) -> None:
    plan = proposed(job, drafted(job, signed_list(job)))
    dossier = job.at("leader1").get(f"/plans/{plan.pk}/decision/").context["dossier"]
    assert dossier.refused_rows == sum(one.rows_read - one.rows_accepted for one in dossier.lists) > 0
    assert dict(dossier.refused)


@pytest.mark.requirement("R-034")
def test_a_dissent_is_kept_word_for_word_with_the_minutes_as_a_file(job: Job) -> None:
    plan = proposed(job, drafted(job, signed_list(job)))
    third = job.world.cast["leader3"].user_id
    said = "建议先核实第7行，<再>发放。"
    sent = SimpleUploadedFile("纪要.pdf", b"%PDF-1.4 minutes", "application/pdf")
    form = meeting(job, minutes_file=sent, **{f"ballot-{third}": "against", f"dissent-{third}": said})
    job.post("leader1", f"/plans/{plan.pk}/decision/record/", **form)
    assert job.of(lambda: Vote.objects.get(user=third)).dissent == said
    page = job.at("auditor").get(f"/plans/{plan.pk}/")
    assert "建议先核实第7行，&lt;再&gt;发放。" in text_of(page)
    decision = page.context["round"].decision
    assert decision.digest == bytes(job.of(CollectiveDecision.objects.get).subject_digest).hex()
    kept = job.at("auditor").get(f"/plans/{plan.pk}/minutes/{page.context['round'].id}/")
    assert kept.content == b"%PDF-1.4 minutes"
    with scoped(Scope.for_path("/0/")):
        taken = AuditEntry.objects.get(action="evidence.take_evidence")
    assert taken.actor_id == job.world.cast.auditor.user_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"dissents": ""}, "recorded with its reason"), ({"rejection_reason": " "}, "Tell its proposers why")],
)
def test_a_plan_is_not_turned_down_without_words(job: Job, changed: dict[str, str], field: str) -> None:
    plan = proposed(job, drafted(job, signed_list(job)))
    form = meeting(job, "against", **changed)
    if "dissents" in changed:
        form |= {name: "" for name in form if name.startswith("dissent-")}
    answer = job.at("leader1").post(f"/plans/{plan.pk}/decision/record/", form)
    assert answer.status_code == 422
    assert field in text_of(answer)
    assert job.of(CollectiveDecision.objects.count) == 0


def test_what_was_typed_stays_when_the_meeting_is_refused(job: Job) -> None:
    plan = proposed(job, drafted(job, signed_list(job)))
    form = meeting(job, **{f"ballot-{job.world.cast['leader3'].user_id}": "absent", "minutes": ""})
    page = job.at("leader1").post(f"/plans/{plan.pk}/decision/record/", form)
    assert page.status_code == 422
    assert 'value="2022年第1次主席办公会"' in text_of(page)
    assert text_of(page).count(" checked") == len(LEADERS)


def test_who_has_stepped_back_is_marked_among_the_voters(job: Job) -> None:
    form = {
        "user": job.world.cast["leader2"].user_id,
        "identity_number": "310114195907042014",
        "replaced_by": job.world.cast["head"].user_id,
        "reason": "亲属",
    }
    job.post("rights", f"/campaigns/{job.world.campaign.pk}/recusals/record/", **form)
    plan = proposed(job, drafted(job, signed_list(job)))
    page = job.at("leader1").get(f"/plans/{plan.pk}/decision/")
    marked = {leader["user"].username: leader["recused"] for leader in page.context["leaders"]}
    assert marked == {"leader1": False, "leader2": True, "leader3": False}


# --- not passed ---


def test_a_rejected_plan_tells_why_and_is_decided_again(job: Job) -> None:
    plan = decided(job, "against")
    assert plan.state == "rejected"
    page = job.at("rights").get(f"/plans/{plan.pk}/")
    assert "C4类标准偏高" in text_of(page)
    assert said_of(page)["draft_plan-reopen"] == "open"
    assert acts_on(job.at("leader1").get(f"/plans/{plan.pk}/"))["draft_plan-reopen"].by_others
    job.post("rights", f"/plans/{plan.pk}/reopen/")
    fund = job.of(Fund.objects.get)
    composing = job.at("rights").get(f"/plans/{plan.pk}/compose/")
    amount = composing.context["planned_fen"] + 100
    form = {
        f"amount-{fund.pk}": f"{amount / 100:.2f}",
        f"categories-{fund.pk}": [total.code for total in composing.context["asked"]],
    }
    job.post("rights", f"/plans/{plan.pk}/compose/", **form)
    again = job.at("rights").get(f"/plans/{plan.pk}/")
    assert (said_of(again)["propose_plan"], again.context["round"]) == ("open", None)
    proposed(job, plan)
    page = job.at("leader1").get(f"/plans/{plan.pk}/decision/")
    assert "C4类标准偏高" in text_of(page)
    job.post("leader1", f"/plans/{plan.pk}/decision/record/", **meeting(job, number="2022年第2次主席办公会"))
    assert job.of(lambda: UsePlan.objects.get(pk=plan.pk)).state == "approved"
    record = job.at("auditor").get(f"/plans/{plan.pk}/")
    assert "Earlier decision" in text_of(record)
    assert record.context["amount_fen"] == amount


# --- costs ---


@pytest.mark.parametrize(
    ("state", "name", "address"),
    [
        ("none", "rights", "/campaigns/{campaign}/plan/"),
        ("draft", "rights", "/plans/{plan}/compose/"),
        ("draft", "rights", "/plans/{plan}/"),
        ("proposed", "leader1", "/plans/{plan}/decision/"),
        ("decided", "finance", "/plans/{plan}/"),
    ],
)
def test_a_page_of_a_plan_asks_eight_times_at_most(job: Job, state: str, name: str, address: str) -> None:
    roster = signed_list(job)
    plan = drafted(job, roster) if state != "none" else None
    if plan and state in ("proposed", "decided"):
        proposed(job, plan)
    if plan and state == "decided":
        job.post("leader1", f"/plans/{plan.pk}/decision/record/", **meeting(job))
    place = address.format(campaign=job.world.campaign.pk, plan=plan and plan.pk)
    browser = job.at(name)
    browser.get(place)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(place).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)
