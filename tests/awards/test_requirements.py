"""What the Measures and the notice ask of a list, shown on small lists."""

from datetime import date

import pytest
from django.db import connection

from nuanliu.awards.actions import accept_rows, record_handout
from nuanliu.awards.actions.giving import settle
from nuanliu.awards.models import Award, Roster, RosterSheet
from nuanliu.awards.queries import late_entry_findings, paid_but_not_entered, same_amount_findings
from nuanliu.awards.rules import SameAmount, late_entry, same_amount_to_all
from nuanliu.ledger.actions import reverse, settle_many
from nuanliu.ledger.models import Transfer
from nuanliu.people.actions import form_household
from nuanliu.programmes.actions import adopt_standard, draft_standard
from nuanliu.programmes.models import Category
from nuanliu.programmes.queries import StandardSum
from nuanliu.programmes.states import Per
from tests.awards.conftest import DAY, World, file_of
from tests.awards.making import People, list_of
from tests.awards.test_controls import codes_of, signed
from tests.awards.test_flow import accepted, approve


@pytest.mark.requirement("R-004", "R-005", "R-006", "R-007", "R-008", "R-009", "R-010")
def test_every_group_of_the_measures_has_its_category_by_code_and_by_label(world: World) -> None:
    people = People()
    lines = {code: StandardSum(100_000) for code in (f"C{number}" for number in range(1, 12))}
    draft = draft_standard(
        world.jiading, "统一标准", lines, date(2021, 12, 15), date(2022, 2, 28), by=world.cast.rights
    )
    standard = adopt_standard(
        draft,
        procedure="工会委员会会议",
        adopted_on=date(2021, 12, 10),
        minutes="会议纪要第13号",
        by=world.cast.rights,
    )
    labels = Category.objects.order_by("ordinal").values_list("code", "label")
    rows = [people(category=wording) for code, label in labels for wording in (code, code.lower(), label)]
    roster = world.submit(list_of(*rows), standard=standard).roster
    assert codes_of(roster) == []
    accept_rows(roster, by=world.cast.clerk)
    given = Award.objects.filter(roster=roster).order_by("id").values_list("category_id", flat=True)
    assert list(given) == [code for code, _ in labels for _ in range(3)]


@pytest.mark.requirement("R-003", "R-024")
def test_a_visit_gives_cash_goods_or_both_to_a_named_person_on_a_day(world: World) -> None:
    people = People()
    lines = {"C1": StandardSum(50_000, 30_000)}
    draft = draft_standard(
        world.jiading, "款物标准", lines, date(2021, 12, 15), date(2022, 2, 28), by=world.cast.rights
    )
    standard = adopt_standard(
        draft,
        procedure="工会委员会会议",
        adopted_on=date(2021, 12, 10),
        minutes="会议纪要第14号",
        by=world.cast.rights,
    )
    roster = world.submit(
        list_of(
            people(cash="500"),
            people(cash=None, goods="大米1袋", goods_value="300", account=None),
            people(cash="500", goods="大米1袋", goods_value="300"),
        ),
        standard=standard,
    ).roster
    assert codes_of(roster) == ["standard.below", "standard.below"]
    accept_rows(roster, by=world.cast.clerk, acknowledge=["standard.below"])
    given = Award.objects.filter(roster=roster).order_by("id")
    assert list(given.values_list("form", "cash_fen", "goods_fen", "business_date")) == [
        ("cash", 50_000, 0, DAY),
        ("goods", 0, 30_000, DAY),
        ("both", 50_000, 30_000, DAY),
    ]


@pytest.mark.requirement("R-065")
def test_the_header_of_a_list_is_kept_as_received(world: World) -> None:
    roster = world.submit(file_of("list-a-official.xlsx")).roster
    header = RosterSheet.objects.get(roster=roster).header
    assert (header["reporting_unit"], header["reporter"]) == ("上海市嘉定区总工会", "王某")
    assert header["date"] == "2022年1月10日"


@pytest.mark.requirement("R-070")
def test_key_groups_are_tags_beside_the_one_category(world: World) -> None:
    person = People()(reason="新就业形态劳动者，抗疫一线职工")
    award = Award.objects.get(roster=accepted(world, person))
    assert award.category_id == "C1"
    assert len(award.tags) >= 2


def test_a_household_is_given_to_once_where_the_standard_says_so(world: World) -> None:
    people = People()
    first, second = people(), people()
    known = accepted(world, first, second)
    members = [award.person for award in Award.objects.filter(roster=known).order_by("id")]
    form_household(
        world.jiading,
        name="一户",
        members=[(members[0], "01"), (members[1], "10")],
        on=date(2022, 1, 1),
        by=world.cast.clerk,
    )
    lines = {"C2": StandardSum(200_000, per=Per.HOUSEHOLD)}
    draft = draft_standard(
        world.jiading, "户标准", lines, date(2021, 12, 15), date(2022, 2, 28), by=world.cast.rights
    )
    standard = adopt_standard(
        draft,
        procedure="工会委员会会议",
        adopted_on=date(2021, 12, 10),
        minutes="会议纪要第15号",
        by=world.cast.rights,
    )
    rows = [{**row, "category": "C2", "cash": "2000"} for row in (first, second)]
    roster = world.submit(list_of(*rows), standard=standard).roster
    assert sorted(codes_of(roster)) == [
        "duplicate.other_category",
        "duplicate.other_category",
        "household.duplicate",
    ]
    assert accept_rows(roster, by=world.cast.clerk, acknowledge=["duplicate.other_category"]).rows == 1
    assert Award.objects.get(roster=roster).household.name == "一户"
    later = world.submit(list_of(rows[1], sheets=("后",)), standard=standard).roster
    assert "household.duplicate" in codes_of(later)


@pytest.mark.requirement("R-050")
def test_one_sum_for_all_staff_is_a_finding_on_the_programme(world: World) -> None:
    people = People()
    accepted(world, *(people() for _ in range(20)), *(people(employer="另一单位") for _ in range(3)))
    assert [found.subject for found in same_amount_findings(world.campaign)] == ["上海嘉源医疗有限公司工会"]
    staff = {"上海嘉源医疗有限公司工会": 100, "另一单位": 3}
    assert [found.subject for found in same_amount_findings(world.campaign, staff_counts=staff)] == [
        "另一单位"
    ]


def test_different_sums_or_categories_are_no_allowance_to_all() -> None:
    assert same_amount_to_all(SameAmount("单位", 30, 1, 50_000, 60_000)) is None
    assert same_amount_to_all(SameAmount("单位", 30, 2, 50_000, 50_000)) is None
    assert same_amount_to_all(SameAmount("单位", 19, 1, 50_000, 50_000)) is None


@pytest.mark.requirement("R-105")
def test_an_entry_long_after_the_payment_is_flagged(world: World) -> None:
    assert late_entry("1", "嘉定", date(2022, 1, 10), date(2022, 1, 25), 5, 15) is None
    late = late_entry("1", "嘉定", date(2022, 1, 10), date(2022, 1, 26), 5, 15)
    assert late is not None
    assert (late.code, "已16天" in late.message) == ("programme.late_entry", True)
    roster = delivered(world)
    assert [found.subject for found in late_entry_findings(world.campaign)] == [str(roster.pk)]


@pytest.mark.requirement("R-039")
def test_money_given_without_an_entry_is_reported(world: World) -> None:
    award = Award.objects.get(roster=accepted(world, People()()))
    approve(world, award.roster, ["C1"], 100_000)
    assert paid_but_not_entered() == []
    with connection.cursor() as cursor:
        settle(cursor, [award.pk], "post", DAY)
    settle_many(by=world.cast.clerk)
    assert [(one.amount_fen, one.occurred_on) for one in paid_but_not_entered()] == [(100_000, DAY)]
    delivered(world)
    (one,) = paid_but_not_entered()
    reverse(Transfer.objects.get(pk=one.transfer_id), reason="无名册", by=world.cast.finance, on=DAY)
    assert paid_but_not_entered() == []


def delivered(world: World) -> Roster:
    """A list of goods, handed out and signed for on the business day, years before it was entered."""
    roster = accepted(world, People(8)(cash=None, goods="大米1袋", goods_value="1000", account=None))
    approve(world, roster, ["C1"], 100_000)
    record_handout(roster, signed_file=signed(world), on=DAY, by=world.cast.clerk)
    return roster
