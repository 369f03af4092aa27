"""Rows set right: the raw cell stays, and only what shares a number or an account is checked again."""

import io
import json

import openpyxl
import pytest

from nuanliu.awards.actions import SubmittedFile, accept_rows, correct_row, map_heading, withdraw_roster
from nuanliu.awards.models import Award, Roster, RosterFinding, RosterRow
from nuanliu.awards.queries import finding_counts, raw_of, rows_page
from nuanliu.kernel.errors import Refused
from tests.awards.conftest import World
from tests.awards.making import FIELDS, People, list_of


def codes_by_row(roster: Roster) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row_number, code in (
        RosterFinding.objects.filter(roster=roster).order_by("id").values_list("row_number", "code")
    ):
        found.setdefault(row_number, []).append(code)
    return found


def row_at(roster: Roster, number: int) -> RosterRow:
    return RosterRow.objects.get(roster=roster, row_number=number, state="open")


def test_a_corrected_row_is_good_and_keeps_its_raw_cell(world: World) -> None:
    roster = world.submit(list_of(People()(cash="五百"))).roster
    row = row_at(roster, 2)
    correct_row(row, field="cash", value="1000", reason="电话核实", by=world.cast.clerk)
    assert codes_by_row(roster) == {}
    assert (row_at(roster, 2).cash_fen, row_at(roster, 2).blocked) == (100_000, False)
    assert json.loads(raw_of([row])[0])["cash"] == "五百"
    assert accept_rows(roster, by=world.cast.clerk).rows == 1


def test_when_the_first_of_two_rows_is_corrected_the_second_clashes(world: World) -> None:
    person = People()()
    roster = world.submit(list_of({**person, "cash": "x"}, person)).roster
    assert codes_by_row(roster) == {2: ["amount.format"]}
    correct_row(row_at(roster, 2), field="cash", value="1000", reason="核实", by=world.cast.clerk)
    assert codes_by_row(roster) == {3: ["duplicate.in_list"]}


def test_a_correction_reaches_rows_that_hang_together_through_others(world: World) -> None:
    people = People()
    first, second = people(), people()
    shared = {**second, "account": first["account"]}
    roster = world.submit(list_of(first, shared, second)).roster
    assert codes_by_row(roster) == {3: ["account.shared"]}
    correct_row(
        row_at(roster, 3), field="account", value=second["account"], reason="核实", by=world.cast.clerk
    )
    assert codes_by_row(roster) == {4: ["duplicate.in_list"]}


def test_a_number_corrected_to_one_on_the_list_clashes_with_it(world: World) -> None:
    people = People()
    first, second = people(), people()
    roster = world.submit(list_of(first, {**second, "name": first["name"]})).roster
    correct_row(
        row_at(roster, 3),
        field="identity_number",
        value=first["identity_number"],
        reason="核实",
        by=world.cast.clerk,
    )
    assert codes_by_row(roster) == {3: ["duplicate.in_list"]}


def test_an_accepted_row_is_not_corrected(world: World) -> None:
    roster = world.submit(list_of(People()())).roster
    accept_rows(roster, by=world.cast.clerk)
    with pytest.raises(Refused) as refusal:
        correct_row(row_at(roster, 2), field="cash", value="1", reason="x", by=world.cast.clerk)
    assert refusal.value.code == "row.accepted"


def test_accepting_the_good_rows_leaves_the_others_open(world: World) -> None:
    people = People()
    roster = world.submit(list_of(people(), people(cash="x"), people(cash="900"))).roster
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
    correct_row(row_at(roster, 3), field="cash", value="1000", reason="核实", by=world.cast.clerk)
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
    assert accept_rows(roster, by=world.cast.clerk, acknowledge=["standard.below"]).rows == 1
    roster.refresh_from_db()
    assert (roster.rows_accepted, roster.accepted_fen) == (3, 290_000)


def test_accepting_a_list_as_a_whole_needs_it_free_of_errors(world: World) -> None:
    people = People()
    roster = world.submit(list_of(people(), people(cash="x"))).roster
    with pytest.raises(Refused) as refusal:
        accept_rows(roster, by=world.cast.clerk, whole=True)
    assert refusal.value.code == "roster.has_errors"


def test_a_person_given_to_elsewhere_since_the_check_stays_open(world: World) -> None:
    person = People()()
    first = world.submit(list_of(person, sheets=("甲",))).roster
    second = world.submit(list_of(person, sheets=("乙",))).roster
    accept_rows(first, by=world.cast.clerk)
    assert accept_rows(second, by=world.cast.clerk).rows == 0
    assert codes_by_row(second) == {2: ["duplicate.in_programme"]}


def test_a_withdrawn_list_gives_its_people_free(world: World) -> None:
    person = People()()
    roster = world.submit(list_of(person)).roster
    accept_rows(roster, by=world.cast.clerk)
    withdraw_roster(roster, reason="重报", by=world.cast.clerk)
    assert Award.objects.filter(live=True).count() == 0
    again = world.submit(list_of(person)).roster
    assert (again.pk != roster.pk, finding_counts(again)) == (True, {})


def test_the_same_person_in_another_category_is_a_warning(world: World) -> None:
    person = People()()
    roster = world.submit(list_of(person, {**person, "category": "C2", "cash": "2000"})).roster
    assert codes_by_row(roster) == {3: ["duplicate.other_category"]}
    assert accept_rows(roster, by=world.cast.clerk, acknowledge=["duplicate.other_category"]).rows == 2
    assert Award.objects.values("person", "account").distinct().count() == 1


def test_rows_are_shown_page_by_page_with_their_findings(world: World) -> None:
    people = People()
    roster = world.submit(list_of(people(), people(cash="x"), people())).roster
    first = rows_page(roster, limit=2)
    assert [(one.row.row_number, [f.code for f in one.findings]) for one in first] == [
        (2, []),
        (3, ["amount.format"]),
    ]
    assert [one.row.row_number for one in rows_page(roster, after=first[-1].place)] == [4]
    assert [one.row.row_number for one in rows_page(roster, only="error")] == [3]


def test_a_heading_is_asked_once(world: World) -> None:
    mapping = map_heading(world.jiading, heading="神秘栏", field="ignore", by=world.cast.clerk)
    assert map_heading(world.jiading, heading="神秘栏", field="ignore", by=world.cast.clerk).pk == mapping.pk


def test_a_cell_that_could_not_be_read_is_told_once_and_can_be_set_right(world: World) -> None:
    book = openpyxl.Workbook()
    person = {**People()(), "cash": "=500*2"}
    book.active.append(list(FIELDS.values()))
    book.active.append([person.get(field) for field in FIELDS])
    content = io.BytesIO()
    book.save(content)
    roster = world.submit(SubmittedFile("公式.xlsx", content.getvalue())).roster
    assert codes_by_row(roster) == {2: ["file.unreadable"]}
    row = RosterRow.objects.get(roster=roster)
    correct_row(row, field="name", value="另名", reason="笔误", by=world.cast.clerk)
    assert codes_by_row(roster) == {2: ["file.unreadable"]}
    correct_row(row, field="cash", value="1000", reason="公式未计算", by=world.cast.clerk)
    assert codes_by_row(roster) == {}
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
