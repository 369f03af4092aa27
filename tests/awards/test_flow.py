"""From the list to the approved award, as the cast does it."""

import pytest

from nuanliu.approvals.actions import BallotCast, Meeting
from nuanliu.awards.actions import (
    accept_rows,
    attach_roster,
    cancel_award,
    decide_plan,
    propose_plan,
    record_handout,
    sign_roster,
)
from nuanliu.awards.models import Award, Roster
from nuanliu.evidence.actions import archive
from nuanliu.kernel.errors import Refused
from nuanliu.ledger.actions import draft_plan, open_fund, receive
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.queries import balance_of
from nuanliu.programmes.models import Purpose
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of

MINUTES = "会议听取了权益保障部、财务部的汇报，经集体研究，同意按方案实施。"


def accepted(world: World, *rows: dict) -> Roster:
    """A list of these rows, imported and accepted with all warnings."""
    roster = world.submit(list_of(*rows)).roster
    accept_rows(roster, by=world.cast.clerk, acknowledge=["standard.below", "duplicate.other_category"])
    return roster


def planned(world: World, roster: Roster, categories: list[str], fen: int) -> tuple[UsePlan, Fund]:
    """A draft plan of one fund that holds just enough."""
    fund = open_fund(
        world.jiading,
        name=f"工会经费{roster.pk}",
        source_class="union_budget",
        purpose=Purpose.objects.filter(allowed=True).order_by("code").first(),
        by=world.cast.finance,
    )
    receive(fund, fen, on=DAY, evidence="拨款单", by=world.cast.finance, idempotency_key=str(fund.pk))
    plan = draft_plan(
        world.jiading,
        world.campaign,
        title="慰问方案",
        purpose=fund.purpose,
        lines=[(fund, categories, fen)],
        by=world.cast.rights,
    )
    return plan, fund


def meeting(world: World, number: str = "第1次") -> Meeting:
    leaders = (world.cast.leader1, world.cast.leader2, world.cast.leader3)
    ballots = tuple(BallotCast(leader.user_id, "for", "") for leader in leaders)
    return Meeting(number=number, held_on=DAY, minutes=MINUTES, ballots=ballots)


def approve(world: World, roster: Roster, categories: list[str], fen: int) -> tuple[UsePlan, Fund]:
    """The whole way from a signature to the decision."""
    plan, fund = planned(world, roster, categories, fen)
    sign_roster(roster, by=world.cast.head, on=DAY)
    attach_roster(roster, plan, by=world.cast.rights)
    for proposer in (world.cast.rights, world.cast.finance):
        propose_plan(UsePlan.objects.get(pk=plan.pk), by=proposer, on=DAY, opinion="同意")
    decide_plan(plan, meeting(world), by=world.cast.leader1)
    return UsePlan.objects.get(pk=plan.pk), fund


def test_a_decision_approves_the_awards_and_reserves_their_money(world: World) -> None:
    people = People()
    roster = accepted(world, people(), people(category="C2", cash="2000"))
    plan, fund = approve(world, roster, ["C1", "C2"], 300_000)
    assert list(Award.objects.order_by("id").values_list("state", "plan_id", "fund_id")) == [
        ("approved", plan.pk, fund.pk),
        ("approved", plan.pk, fund.pk),
    ]
    assert balance_of(fund).reserved_fen == 300_000
    roster.refresh_from_db()
    assert roster.state == "decided"


def test_the_same_meeting_twice_changes_nothing(world: World) -> None:
    roster = accepted(world, People()())
    plan, fund = approve(world, roster, ["C1"], 100_000)
    decide_plan(plan, meeting(world), by=world.cast.leader1)
    assert balance_of(fund).reserved_fen == 100_000


def test_goods_are_delivered_by_the_signed_list(world: World) -> None:
    roster = accepted(world, People()(cash=None, goods="大米1袋", goods_value="900", account=None))
    _, fund = approve(world, roster, ["C1"], 90_000)
    signed = archive(
        b"signed",
        name="签收名册.pdf",
        kind="signed_roster",
        media_type="application/pdf",
        organization_path=world.jiading.path,
        organization_id=world.jiading.pk,
        by=world.cast.clerk,
    )
    assert record_handout(roster, signed_file=signed, on=DAY, by=world.cast.clerk) == 1
    assert record_handout(roster, signed_file=signed, on=DAY, by=world.cast.clerk) == 0
    award = Award.objects.get(roster=roster)
    assert (award.state, award.delivered_on, award.form) == ("delivered", DAY, "goods")
    assert (balance_of(fund).reserved_fen, balance_of(fund).given_fen) == (0, 90_000)


def test_a_cancelled_award_frees_its_money(world: World) -> None:
    roster = accepted(world, People()())
    _, fund = approve(world, roster, ["C1"], 100_000)
    cancel_award(Award.objects.get(roster=roster), reason="本人放弃", on=DAY, by=world.cast.clerk)
    assert balance_of(fund).reserved_fen == 0
    assert Award.objects.get(roster=roster).live is False


def test_a_list_accepted_again_does_nothing(world: World) -> None:
    roster = accepted(world, People()())
    assert accept_rows(roster, by=world.cast.clerk).rows == 0


def test_the_same_files_again_are_the_same_roster(world: World) -> None:
    file = list_of(People()())
    first = world.submit(file)
    again = world.submit(file)
    assert (again.roster.pk, again.repeated, again.counts) == (first.roster.pk, True, first.counts)


@pytest.mark.requirement("R-066", "R-067")
def test_a_list_is_attached_only_when_the_responsible_person_has_signed(world: World) -> None:
    roster = accepted(world, People()())
    plan, _ = planned(world, roster, ["C1"], 100_000)
    with pytest.raises(Refused) as refusal:
        attach_roster(roster, plan, by=world.cast.rights)
    assert refusal.value.code == "roster.unsigned"
