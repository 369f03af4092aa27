"""Use plans: within what the funds hold and allow, frozen once proposed, executable only by a collective decision."""

from datetime import date
from itertools import permutations
from uuid import uuid4

import pytest
from django.db import connection

from nuanliu.access.states import Role
from nuanliu.kernel.digests import sha256_of
from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund, UsePlan, UsePlanLine
from nuanliu.ledger.queries import balance_of, lines_of, plan_content, plans_of
from nuanliu.ledger.states import PLAN_TRANSITIONS, PlanState
from tests.ledger.conftest import DECIDED, World, forbidden, grant, refused


@pytest.mark.requirement("R-032", "R-061")
def test_a_plan_states_scope_and_sum_of_each_fund(world: World) -> None:
    first, second = world.fund(name="甲", holds_fen=500), world.fund(name="乙", holds_fen=500)
    plan = world.draft([(first, ["C2", "C1"], 300), (second, ["C7"], 200)])
    stated = [(line.fund.name, line.categories, line.amount_fen) for line in lines_of(plan)]
    assert stated == [("甲", ["C1", "C2"], 300), ("乙", ["C7"], 200)]
    assert (plan.state, plan.year, plan.case_key) == ("draft", 2022, str(plan.pk))
    assert list(plans_of(world.city.path)) == [plan]


def test_the_same_draft_of_one_case_is_one_plan(world: World) -> None:
    fund = world.fund(holds_fen=500)
    first, again = (world.draft([(fund, ["C1"], 300)], case_key="2022-两节") for _ in range(2))
    other = world.draft([(fund, ["C1"], 301)], case_key="2022-两节")
    assert first == again != other


def test_lines_of_a_draft_are_replaced_whole(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.draft([(fund, ["C1"], 300)])
    for _ in range(2):
        actions.replace_lines(plan, [(fund, ["C2"], 100), (fund, ["C3"], 50)], by=world.rights)
    assert [(line.categories, line.amount_fen) for line in lines_of(plan)] == [(["C2"], 100), (["C3"], 50)]


@pytest.mark.requirement("R-031", "R-032")
def test_a_plan_beyond_what_the_fund_holds_is_refused(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.draft([(fund, ["C1"], 300), (fund, ["C2"], 201)])
    with refused("plan.insufficient"):
        propose(world, plan)
    with forbidden("plan_within_fund"):
        set_state(plan, "proposed", content_digest=bytes(32))


@pytest.mark.requirement("R-031")
def test_two_plans_do_not_count_on_the_same_money(world: World) -> None:
    fund = world.fund(holds_fen=500)
    world.proposed([(fund, ["C1"], 300)])
    second = world.draft([(fund, ["C1"], 201)])
    with refused("plan.insufficient"):
        propose(world, second)
    with forbidden("plan_within_fund"):
        set_state(second, "proposed", content_digest=bytes(32))
    actions.replace_lines(second, [(fund, ["C1"], 200)], by=world.rights)
    assert propose(world, second).state == "proposed"


def test_what_a_closed_plan_has_not_reserved_is_free_again(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.approved([(fund, ["C1"], 400)])
    world.reserve(plan, (1, 100))
    assert balance_of(fund).free_fen == 100
    actions.close_plan(plan, by=world.rights)
    assert balance_of(fund).free_fen == 400
    with refused("ledger.plan_not_approved"):
        world.reserve(plan, (2, 100))
    assert world.settle("post", 1).count == 1


@pytest.mark.requirement("R-051", "R-053", "R-055", "R-085", "R-195", "R-027", "R-028", "R-029")
@pytest.mark.parametrize(
    ("terms", "constraint"),
    [
        ({"allowed_categories": ["C2"]}, "plan_line_categories"),
        ({"purpose": "REGULAR_AID"}, "plan_line_purpose"),
        ({"purpose": "MEMBER_WELFARE", "member_welfare": True}, "plan_line_member_welfare"),
    ],
)
def test_a_line_off_the_funds_purpose_is_refused(
    world: World, terms: dict[str, object], constraint: str
) -> None:
    fund = world.fund(holds_fen=500, **terms)
    with refused("plan.fund_restricted"):
        world.draft([(fund, ["C1"], 100)])
    with forbidden(constraint):
        insert_line(world.draft([]), fund)


@pytest.mark.requirement("R-027", "R-028")
def test_central_money_for_other_than_needy_workers_is_refused(world: World) -> None:
    fund = world.fund(source_class="central_finance", holds_fen=500)
    with refused("plan.fund_restricted"):
        world.draft([(fund, ["C7"], 100)])
    # A fund that slipped in past the action without the fiscal scope is still held to it.
    loose = Fund.objects.create(
        organization=world.jiading,
        organization_path=world.jiading.path,
        legal_person="union",
        name="未注明范围的中央财政资金",
        source_class="central_finance",
        purpose_id="WARMTH_VISIT",
    )
    with forbidden("plan_line_source_categories"):
        insert_line(world.draft([]), loose, categories=["C7"])


@pytest.mark.requirement("R-053")
@pytest.mark.parametrize("owner", ["city", "baoshan", "school"])
def test_a_plan_does_not_touch_another_unions_money(world: World, owner: str) -> None:
    fund = world.fund(getattr(world, owner), holds_fen=500)
    with refused("plan.fund_restricted"):
        world.draft([(fund, ["C1"], 100)])
    with forbidden("plan_line_own_fund"):
        insert_line(world.draft([]), fund)


@pytest.mark.requirement("R-195")
def test_nobody_plans_for_another_legal_person(world: World) -> None:
    foundation = world.actor(Role.FOUNDATION_OFFICER, world.foundation)
    with refused("permission.denied"):
        world.draft([], by=foundation)
    with forbidden("plan_owner"):
        insert_plan(world, legal_person="foundation")


@pytest.mark.requirement("R-029")
def test_a_fund_of_one_campaign_is_not_planned_for_another(world: World) -> None:
    from nuanliu.programmes.actions import open_campaign

    cooling = open_campaign(
        world.campaign.programme,
        organization=world.jiading,
        name="2022年夏送清凉",
        starts_on=date(2022, 6, 1),
        ends_on=date(2022, 8, 31),
        by=world.rights,
    )
    fund = world.fund(campaign=cooling, holds_fen=500)
    with refused("plan.fund_restricted"):
        world.draft([(fund, ["C1"], 100)])
    with forbidden("plan_line_campaign"):
        insert_line(world.draft([]), fund)


def test_a_restriction_dodged_by_changing_the_draft_is_caught_when_it_is_proposed(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.draft([(fund, ["C1"], 100)])
    UsePlan.objects.filter(pk=plan.pk).update(purpose_id="REGULAR_AID")
    with forbidden("plan_line_purpose"):
        set_state(plan, "proposed", content_digest=bytes(32))


def test_one_category_of_a_fund_stands_in_one_line(world: World) -> None:
    fund = world.fund(holds_fen=500)
    with refused("plan.category_twice"):
        world.draft([(fund, ["C1", "C2"], 100), (fund, ["C2"], 100)])
    with forbidden("plan_line_category_once"):
        insert_line(world.draft([(fund, ["C1"], 100)]), fund)


@pytest.mark.requirement("R-034")
def test_lines_and_content_are_frozen_once_proposed(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.proposed([(fund, ["C1"], 100)])
    with refused("plan.frozen"):
        actions.replace_lines(plan, [(fund, ["C1"], 200)], by=world.rights)
    with forbidden("plan_line_frozen"):
        insert_line(plan, fund, categories=["C2"])
    with forbidden("plan_line_frozen"):
        plan.lines.all().delete()
    for change in (
        {"title": "另一方案"},
        {"purpose_id": "REGULAR_AID"},
        {"content_digest": bytes(32)},
        {"year": 2023},
    ):
        with forbidden("plan_frozen"):
            UsePlan.objects.filter(pk=plan.pk).update(**change)


@pytest.mark.requirement("R-034", "R-044")
def test_a_plan_is_approved_only_by_the_round_of_its_own_content(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.proposed([(fund, ["C1"], 100)])
    digest = bytes(plan.content_digest)
    grant(plan, state="proposed")
    grant(plan, digest=bytes(32))
    grant(plan, subject=uuid4())
    grant(plan, organization=world.baoshan.pk)
    grant(plan, person="foundation")
    with refused("plan.not_decided"):
        actions.mark_approved(plan, content_digest=digest, on=DECIDED, by=world.leader)
    with forbidden("plan_collectively_decided"):
        set_state(plan, "approved", decided_on=DECIDED)
    grant(plan)
    approved = actions.mark_approved(plan, content_digest=digest, on=DECIDED, by=world.leader)
    assert (approved.state, approved.decided_on) == ("approved", DECIDED)


def test_a_plan_whose_content_is_not_what_was_decided_is_not_approved(world: World) -> None:
    plan = world.proposed([(world.fund(holds_fen=500), ["C1"], 100)])
    grant(plan)
    with refused("plan.content_changed"):
        actions.mark_approved(plan, content_digest=bytes(32), on=DECIDED, by=world.leader)


def test_a_rejected_plan_frees_its_sum_and_comes_back_changed(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.proposed([(fund, ["C1"], 500)])
    actions.mark_rejected(plan, by=world.leader, reason="范围过宽")
    assert balance_of(fund).free_fen == 500
    actions.reopen_plan(plan, by=world.rights)
    actions.replace_lines(plan, [(fund, ["C1"], 200)], by=world.rights)
    assert propose(world, plan).state == "proposed"
    assert balance_of(fund).free_fen == 300


def test_each_step_done_twice_is_done_once(world: World) -> None:
    plan = world.approved([(world.fund(holds_fen=500), ["C1"], 100)])
    again = actions.mark_approved(
        plan, content_digest=bytes(plan.content_digest), on=DECIDED, by=world.leader
    )
    assert again.state == "approved"
    for _ in range(2):
        assert actions.close_plan(plan, by=world.rights).state == "closed"
    withdrawn = world.proposed([(world.fund(holds_fen=500), ["C1"], 100)])
    for _ in range(2):
        assert actions.withdraw_plan(withdrawn, by=world.rights, reason="改期").state == "withdrawn"


@pytest.mark.requirement("R-034")
def test_a_plan_begins_as_a_draft_and_stays_with_its_owner(world: World) -> None:
    with forbidden("plan_begins_as_draft"):
        insert_plan(world, state="proposed", content_digest=bytes(32))
    plan = world.draft([])
    for change in (
        {"organization_id": world.city.pk},
        {"created_by_id": uuid4()},
        {"organization_path": "/0/31/"},
    ):
        with forbidden("plan_owner"):
            UsePlan.objects.filter(pk=plan.pk).update(**change)
    with forbidden("right"):
        plan.delete()


def test_an_empty_plan_is_not_proposed(world: World) -> None:
    plan = world.draft([])
    with refused("plan.empty"):
        propose(world, plan)
    with forbidden("plan_has_lines"):
        set_state(plan, "proposed", content_digest=bytes(32))


PATHS_TO = {
    "draft": [],
    "withdrawn": ["withdrawn"],
    "proposed": ["proposed"],
    "rejected": ["proposed", "rejected"],
    "approved": ["proposed", "approved"],
    "closed": ["proposed", "approved", "closed"],
}


@pytest.mark.parametrize(("before", "after"), list(permutations(PlanState.values, 2)))
def test_the_database_knows_the_same_transitions_as_the_table(world: World, before: str, after: str) -> None:
    plan = world.draft([(world.fund(holds_fen=500), ["C1"], 100)])
    plan.content_digest = sha256_of("方案")
    grant(plan)
    for state in PATHS_TO[before]:
        move(plan, state)
    if after in PLAN_TRANSITIONS[PlanState(before)]:
        move(plan, after)
        assert UsePlan.objects.get(pk=plan.pk).state == after
    else:
        with forbidden("plan_transition"):
            set_state(plan, after, **columns_of(plan, after))


def columns_of(plan: UsePlan, state: str) -> dict[str, object]:
    """What a row in this state holds beside it, so that nothing but the change of state can be refused."""
    return {
        "content_digest": None if state == "draft" else plan.content_digest,
        "decided_on": DECIDED if state in ("approved", "closed") else None,
    }


def move(plan: UsePlan, state: str) -> None:
    moved = {"draft": ["content_digest"], "proposed": ["content_digest"], "approved": ["decided_on"]}
    columns = columns_of(plan, state)
    set_state(plan, state, **{name: columns[name] for name in moved.get(state, [])})


def set_state(plan: UsePlan, state: str, **columns: object) -> None:
    """A change of state past the actions, as the application role."""
    assignments = ", ".join(f"{name} = %s" for name in ("state", *columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ledger_useplan SET {assignments} WHERE id = %s", [state, *columns.values(), plan.pk]
        )


def propose(world: World, plan: UsePlan) -> UsePlan:
    return actions.mark_proposed(plan, content_digest=sha256_of(plan_content(plan)), by=world.rights)


def insert_line(plan: UsePlan, fund: Fund, *, categories: list[str] | None = None) -> None:
    UsePlanLine.objects.create(
        plan=plan,
        organization_path=plan.organization_path,
        fund=fund,
        categories=categories or ["C1"],
        amount_fen=100,
    )


def insert_plan(world: World, **differing: object) -> None:
    facts = {
        "organization": world.jiading,
        "organization_path": world.jiading.path,
        "legal_person": "union",
        "campaign": world.campaign,
        "year": 2022,
        "title": "绕过",
        "purpose_id": "WARMTH_VISIT",
        "case_key": "绕过",
        "created_by_id": uuid4(),
    }
    UsePlan.objects.create(**{**facts, **differing})
