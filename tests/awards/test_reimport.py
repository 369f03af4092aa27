"""A corrected list in the place of the one before, and a list read again once a heading is understood."""

import io

import pytest
import xlsxwriter

from nuanliu.awards.actions import (
    SubmittedFile,
    accept_rows,
    correct_row,
    map_heading,
    recheck_roster,
    reimport_roster,
)
from nuanliu.awards.models import RosterRow
from nuanliu.awards.queries import finding_counts
from nuanliu.kernel.errors import Refused
from tests.awards.conftest import World
from tests.awards.making import People, list_of
from tests.awards.test_corrections import codes_by_row, row_at


def test_only_what_changed_is_staged_again_and_corrections_stand(world: World) -> None:
    people = People()
    first, second, third = people(cash="x"), people(cash="y"), people()
    roster = world.submit(list_of(first, second, third)).roster
    correct_row(row_at(roster, 2), field="cash", value="1000", reason="核实", by=world.cast.clerk)
    keys = {row.row_number: row.pk for row in RosterRow.objects.filter(roster=roster)}
    reimport_roster(roster, [list_of(first, {**second, "cash": "1000"}, third)], by=world.cast.clerk)
    now = {row.row_number: row.pk for row in RosterRow.objects.filter(roster=roster, state="open")}
    assert codes_by_row(roster) == {}
    assert (now[2] == keys[2], now[3] == keys[3], now[4] == keys[4]) == (True, False, True)
    assert accept_rows(roster, by=world.cast.clerk).rows == 3


def test_a_row_that_is_gone_frees_those_that_clashed_with_it(world: World) -> None:
    person = People()()
    roster = world.submit(list_of(person, person)).roster
    assert codes_by_row(roster) == {3: ["duplicate.in_list"]}
    reimport_roster(roster, [list_of({}, person)], by=world.cast.clerk)
    assert codes_by_row(roster) == {}
    assert accept_rows(roster, by=world.cast.clerk).rows == 1


def test_an_accepted_row_is_not_changed_by_a_corrected_list(world: World) -> None:
    person = People()()
    roster = world.submit(list_of(person)).roster
    accept_rows(roster, by=world.cast.clerk)
    with pytest.raises(Refused) as refusal:
        reimport_roster(roster, [list_of({**person, "cash": "900"})], by=world.cast.clerk)
    assert refusal.value.code == "roster.accepted_row_changed"


def test_a_new_row_beside_accepted_ones_is_added(world: World) -> None:
    people = People()
    first, second = people(), people()
    roster = world.submit(list_of(first)).roster
    accept_rows(roster, by=world.cast.clerk)
    reimport_roster(roster, [list_of(first, second)], by=world.cast.clerk)
    assert finding_counts(roster) == {}
    assert accept_rows(roster, by=world.cast.clerk).rows == 1


def test_a_heading_that_nobody_knows_is_asked_and_then_read(world: World) -> None:
    person = People()()
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["姓名", "身份证号", "类别", "慰问金", "神秘卡"])
        sheet.write_row(1, 0, [person["name"], person["identity_number"], "C1", "1000", person["account"]])
    roster = world.submit(SubmittedFile("名册.xlsx", memory.getvalue())).roster
    assert finding_counts(roster) == {"account.missing": 1, "column.unmapped": 1}
    map_heading(world.jiading, heading="神秘卡", field="account", by=world.cast.clerk)
    recheck_roster(roster, by=world.cast.clerk)
    assert finding_counts(roster) == {}
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
