"""Money that a superior union passes down: within one legal person, with its restrictions, counted once."""

from datetime import date

import pytest

from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund, Transfer
from nuanliu.ledger.queries import (
    SourceTotal,
    balance_of,
    receipts_by_source,
    receipts_counted,
    source_totals,
    statement_of,
)
from nuanliu.organizations.models import Organization
from tests.ledger.conftest import DECIDED, RECEIVED, World, forbidden, refused

AS_OF = date(2022, 1, 20)
NOTHING = {"B1": 0, "B2": 0, "B3": 0, "B4": 0, "B5": 0, "B6": 0}


def passed_down(world: World, amount_fen: int = 300) -> tuple[Fund, Fund, Transfer]:
    city = world.fund(world.city, holds_fen=1000)
    district = world.fund(source_class="superior_subsidy")
    transfer = actions.allocate(city, district, amount_fen, on=DECIDED, by=world.city_finance)
    return city, district, transfer


@pytest.mark.requirement("R-013")
def test_a_subsidy_leaves_the_city_and_arrives_in_the_district(world: World) -> None:
    city, district, _ = passed_down(world)
    assert (balance_of(city).available_fen, balance_of(district).available_fen) == (700, 300)
    assert [line.held_change_fen for line in statement_of(city)] == [-300, 1000]
    assert [line.held_change_fen for line in statement_of(district)] == [300]


@pytest.mark.requirement("R-031")
def test_no_more_is_passed_down_than_is_there_and_free_of_plans(world: World) -> None:
    city, district, _ = passed_down(world)
    with refused("ledger.insufficient"):
        actions.allocate(city, district, 701, on=DECIDED, by=world.city_finance)
    jiading, school = world.fund(holds_fen=500), world.fund(world.school, source_class="superior_subsidy")
    world.approved([(jiading, ["C1"], 400)])
    with refused("plan.insufficient"):
        actions.allocate(jiading, school, 200, on=DECIDED, by=world.finance)


@pytest.mark.requirement("R-029")
def test_donated_money_keeps_the_donors_will_on_the_way_down(world: World) -> None:
    donated = {"source_class": "social_donation", "donor_intent": "用于环卫工人"}
    city = world.fund(world.city, holds_fen=1000, **donated)
    free, bound = world.fund(source_class="superior_subsidy"), world.fund(**donated)
    with refused("ledger.restrictions_lost"):
        actions.allocate(city, free, 100, on=DECIDED, by=world.city_finance)
    with forbidden("allocation_keeps_restrictions"):
        insert_allocation(city, free, 100)
    actions.allocate(city, bound, 100, on=DECIDED, by=world.city_finance)
    assert balance_of(bound).available_fen == 100


@pytest.mark.requirement("R-029", "R-085", "R-176")
@pytest.mark.parametrize(
    "terms",
    [
        {"allowed_categories": ["C1"]},
        {"required_tag": "NEW_EMPLOYMENT_FORM"},
        {"region_path": "/0/31/114/"},
        {"valid_from": date(2022, 1, 1)},
        {"valid_to": date(2022, 12, 31)},
        {"member_welfare": True},
        {"purpose": "REGULAR_AID"},
        {"source_class": "local_finance"},
    ],
)
def test_no_restriction_is_shed_by_passing_money_down(world: World, terms: dict[str, object]) -> None:
    city, district = (
        world.fund(world.city, holds_fen=1000, **terms),
        world.fund(source_class="superior_subsidy"),
    )
    with refused("ledger.restrictions_lost"):
        actions.allocate(city, district, 100, on=DECIDED, by=world.city_finance)
    with forbidden("allocation_keeps_restrictions"):
        insert_allocation(city, district, 100)


def insert_allocation(giver: Fund, taker: Fund, amount_fen: int) -> None:
    """An allocation past the action."""
    from django.db import connection

    debit, credit = (fund.accounts.get(kind="holding") for fund in (giver, taker))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen,"
            " occurred_on) VALUES (%s, 'allocate', %s, %s, %s, %s)",
            [credit.organization_path, debit.pk, credit.pk, amount_fen, DECIDED],
        )


@pytest.mark.requirement("R-195")
def test_money_never_passes_between_legal_persons(world: World) -> None:
    sister = Organization.objects.create(
        parent=world.jiading,
        path="/0/31/114/F001/",
        name="嘉定职工基金会",
        short_name="嘉定职工基金会",
        name_key="嘉定职工基金会",
        level="district",
        kind="foundation",
        legal_person="foundation",
        valid_from=date(2000, 1, 1),
    )
    union, foundation = world.fund(holds_fen=1000), world.fund(sister, source_class="superior_subsidy")
    with refused("ledger.legal_person"):
        actions.allocate(union, foundation, 100, on=DECIDED, by=world.finance)
    with forbidden("transfer_accounts_by_kind"):
        insert_allocation(union, foundation, 100)


@pytest.mark.parametrize("taker", ["city", "baoshan", "jiading"])
def test_money_goes_down_the_tree_and_nowhere_else(world: World, taker: str) -> None:
    giver, other = (
        world.fund(holds_fen=1000),
        world.fund(getattr(world, taker), source_class="superior_subsidy"),
    )
    with refused("ledger.restrictions_lost" if taker == "jiading" else "permission.denied"):
        actions.allocate(giver, other, 100, on=DECIDED, by=world.finance)
    with forbidden("transfer_accounts_by_kind"):
        insert_allocation(giver, other, 100)


def test_only_who_gave_takes_a_subsidy_back(world: World) -> None:
    city, district, transfer = passed_down(world)
    with refused("permission.denied"):
        actions.reverse(transfer, reason="多拨", by=world.finance, on=DECIDED)
    actions.reverse(transfer, reason="多拨", by=world.city_finance, on=DECIDED)
    assert (balance_of(city).available_fen, balance_of(district).available_fen) == (1000, 0)


@pytest.mark.requirement("R-013", "R-011", "R-012", "R-014", "R-015", "R-016", "R-017")
def test_each_source_fills_its_line_of_annex_1(world: World) -> None:
    world.fund(source_class="central_finance", holds_fen=1)
    world.fund(source_class="local_finance", holds_fen=20)
    world.fund(source_class="welfare_lottery", holds_fen=300)
    world.fund(source_class="union_budget", holds_fen=4_000)
    world.fund(source_class="social_donation", donor_intent="用于困难职工", holds_fen=50_000)
    world.fund(source_class="administration", holds_fen=600_000)
    world.fund(source_class="other", legal_basis="专题会议纪要", holds_fen=7_000_000)
    lines = receipts_by_source(world.campaign, world.jiading.path, AS_OF)
    assert lines == {"B1": 1, "B2": 320, "B3": 4_000, "B4": 50_000, "B5": 600_000, "B6": 7_000_000}
    annex2 = receipts_by_source(world.campaign, world.jiading.path, AS_OF, annex="annex2")
    assert annex2 == {"E1": 1, "E2": 320, "E3": 4_000, "E4": 50_000, "E5": 7_600_000}


@pytest.mark.requirement("R-013")
def test_a_subsidy_counts_in_the_district_and_once_in_the_city(world: World) -> None:
    passed_down(world)
    assert receipts_by_source(world.campaign, world.jiading.path, AS_OF) == NOTHING | {"B3": 300}
    assert receipts_by_source(world.campaign, world.city.path, AS_OF) == NOTHING | {"B3": 1000}
    assert source_totals(world.campaign, world.city.path, AS_OF) == [
        SourceTotal("superior_subsidy", 0, 0, 300),
        SourceTotal("union_budget", 1000, 0, 0),
    ]


@pytest.mark.requirement("R-013")
def test_the_district_alone_sees_its_subsidy_though_not_who_gave_it(world: World) -> None:
    from nuanliu.base.scope import Scope, scoped

    passed_down(world)
    with scoped(Scope.for_path(world.jiading.path)):
        assert receipts_by_source(world.campaign, world.jiading.path, AS_OF) == NOTHING | {"B3": 300}
        assert [
            row["amount_fen"] for row in receipts_counted("B3", world.campaign, world.jiading.path, AS_OF)
        ] == [300]


@pytest.mark.requirement("R-085")
def test_gifts_to_members_and_money_outside_the_window_are_not_counted(world: World) -> None:
    world.fund(purpose="MEMBER_WELFARE", member_welfare=True, holds_fen=500)
    fund = world.fund()
    for day in (date(2021, 12, 14), date(2022, 1, 21), date(2022, 2, 2)):
        actions.receive(fund, 100, on=day, evidence="进账单", by=world.finance)
    assert receipts_by_source(world.campaign, world.jiading.path, AS_OF) == NOTHING
    assert receipts_by_source(world.campaign, world.jiading.path, date(2022, 12, 31)) == NOTHING | {"B3": 100}


def test_what_a_line_counts_are_the_very_transfers_and_a_reversal_is_negative(world: World) -> None:
    fund = world.fund(name="区经费")
    receipt = actions.receive(fund, 500, on=RECEIVED, evidence="进账单9", by=world.finance)
    actions.receive(fund, 80, on=RECEIVED, evidence="进账单10", by=world.finance)
    actions.reverse(receipt, reason="记错", by=world.finance, on=DECIDED)
    counted = receipts_counted("B3", world.campaign, world.jiading.path, AS_OF)
    assert [(row["fund"], row["amount_fen"]) for row in counted] == [
        ("区经费", 500),
        ("区经费", 80),
        ("区经费", -500),
    ]
    assert receipts_by_source(world.campaign, world.jiading.path, AS_OF)["B3"] == 80
