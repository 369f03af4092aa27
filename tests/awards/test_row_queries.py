"""What the screens of a list ask: its rows by tab, in the order of its sheets, and its figures."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanliu.awards.actions import (
    accept_rows,
    correct_row,
    forget_heading,
    map_heading,
    reimport_roster,
    undo_correction,
)
from nuanliu.awards.models import Correction, HeadingMapping, Roster
from nuanliu.awards.proposing import nearby
from nuanliu.awards.queries import (
    cells_of,
    compared,
    differences,
    last_list,
    proposals_of,
    row_with_findings,
    rows_page,
    summary_of,
)
from nuanliu.kernel.errors import Refused
from tests.awards.conftest import World, file_of
from tests.awards.making import People, list_of
from tests.awards.test_corrections import codes_by_row, row_at

# Row 2 good, row 3 refused, row 4 to be looked at, row 5 both.


@pytest.fixture
def mixed(world: World) -> Roster:
    people = People()
    return world.submit(
        list_of(people(), people(cash="五百"), people(phone="12"), people(cash="六百", phone="12"))
    ).roster


@pytest.mark.parametrize(
    ("only", "numbers"),
    [("", [2, 3, 4, 5]), ("error", [3, 5]), ("warning", [4]), ("good", [2]), ("accepted", [])],
)
def test_each_tab_shows_its_rows(mixed: Roster, only: str, numbers: list[int]) -> None:
    assert [one.row.row_number for one in rows_page(mixed, only=only)] == numbers


def test_the_figures_of_a_list_say_what_its_tabs_show(mixed: Roster, world: World) -> None:
    summary = summary_of(mixed)
    assert (summary.rows, summary.refused, summary.warned, summary.good) == (4, 2, 1, 1)
    assert (summary.acceptable, summary.codes) == (2, {"amount.format": 2, "phone.format": 2})
    accept_rows(mixed, by=world.cast.clerk, acknowledge=["phone.format"])
    after = summary_of(mixed)
    assert (after.accepted, after.acceptable, after.unseen) == (2, 0, {})
    assert [one.row.row_number for one in rows_page(mixed, only="accepted")] == [2, 4]


def test_a_page_of_rows_is_one_query_whatever_it_shows(mixed: Roster) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(rows_page(mixed)) == 4
        summary_of(mixed)
    assert len(asked) == 2


def test_rows_keep_the_place_of_the_sheet_when_they_are_read_anew(world: World) -> None:
    people = People()
    first, second, third = people(), people(cash="五百"), people()
    roster = world.submit(list_of(first, second, third)).roster
    reimport_roster(roster, [list_of({**first, "cash": "1,000"}, second, third)], by=world.cast.clerk)
    assert [one.row.row_number for one in rows_page(roster)] == [2, 3, 4]
    assert [one.row.row_number for one in rows_page(roster, after=(1, 2), limit=1)] == [3]


def test_a_correction_is_shown_beside_the_cell_and_taken_back_by_a_counter_entry(world: World) -> None:
    roster = world.submit(list_of(People()(cash="五百"))).roster
    row, by = row_at(roster, 2), world.cast.clerk
    first = correct_row(row, field="cash", value="900", reason="电话核实", by=by)
    second = correct_row(row, field="cash", value="1000", reason="对照标准", by=by)
    shown = rows_page(roster)[0]
    assert (shown.corrections["cash"].value, cells_of([shown])[0]["cash"]) == ("1000", "五百")
    with pytest.raises(Refused, match="最后一次"):
        undo_correction(first, reason="改错了", by=by)
    undo_correction(second, reason="改错了", by=by)
    assert rows_page(roster)[0].corrections["cash"].value == "900"
    undo_correction(first, reason="改错了", by=by)
    undo_correction(first, reason="改错了", by=by)
    assert rows_page(roster)[0].corrections == {}
    assert codes_by_row(roster) == {2: ["amount.format"]}
    assert Correction.objects.count() == 4


def test_taking_back_needs_a_reason_and_the_right(world: World) -> None:
    roster = world.submit(list_of(People()(cash="五百"))).roster
    correction = correct_row(row_at(roster, 2), field="cash", value="900", reason="核实", by=world.cast.clerk)
    for by, reason, code in (
        (world.cast.clerk, " ", "row.reason_missing"),
        (world.cast.auditor, "改错了", "permission.denied"),
    ):
        with pytest.raises(Refused) as refusal:
            undo_correction(correction, reason=reason, by=by)
        assert refusal.value.code == code
    accept_rows(roster, by=world.cast.clerk, acknowledge=["standard.below"])
    with pytest.raises(Refused) as refusal:
        undo_correction(correction, reason="改错了", by=world.cast.clerk)
    assert refusal.value.code == "row.accepted"


def test_the_standard_proposes_its_sum(world: World) -> None:
    roster = world.submit(list_of(People()(cash="999999"))).roster
    shown = rows_page(roster)
    told = proposals_of(shown, cells_of(shown))
    value = told[shown[0].row.pk, "standard.exceeded"].value
    correct_row(shown[0].row, field="cash", value=value, reason="按标准", by=world.cast.clerk)
    assert codes_by_row(roster) == {}


def test_a_number_that_differs_in_one_place_from_the_same_name_on_record_is_proposed(world: World) -> None:
    person = People()()
    number = str(person["identity_number"])
    accept_rows(world.submit(list_of(person)).roster, by=world.cast.clerk)
    wrong = number[:12] + str((int(number[12]) + 1) % 10) + number[13:]
    slip, other = {**person, "identity_number": wrong}, {**person, "identity_number": wrong, "name": "别人"}
    shown = rows_page(world.submit(list_of(slip, other)).roster)
    proposed = proposals_of(shown, cells_of(shown))
    assert {key: one.value for key, one in proposed.items()} == {
        (shown[0].row.pk, "identity.checksum"): number
    }
    assert number in nearby(wrong)
    assert nearby("123") == []


def test_a_list_is_compared_with_the_last_one_of_the_same_union(world: World) -> None:
    people = People()
    stays, goes, changes = people(), people(), people()
    before = world.submit(list_of(stays, goes, changes)).roster
    assert last_list(before) is None
    now = world.submit(
        list_of(stays, {**changes, "category": "C2", "cash": "500"}, people(), people())
    ).roster
    assert last_list(now) == before
    found = compared(now, before)
    assert (found.new, found.gone, found.changed, found.same) == (2, 1, 1, 1)
    [gone] = differences(now, before, kind="gone")
    assert gone.name_masked.startswith(str(goes["name"])[0])
    assert str(goes["name"]) != gone.name_masked
    [changed] = differences(now, before, kind="changed")
    assert (changed.categories_before, changed.categories, changed.account_changed) == ("C1", "C2", False)
    assert (changed.amount_fen_before, changed.amount_fen) == (100_000, 50_000)
    first = differences(now, before, kind="new", limit=1)
    rest = differences(now, before, kind="new", after=first[0].key)
    assert len({one.key for one in (*first, *rest)}) == 2


def test_what_a_heading_means_can_be_forgotten(world: World) -> None:
    mapping = map_heading(world.jiading, heading="神秘卡", field="account", by=world.cast.clerk)
    with pytest.raises(Refused):
        forget_heading(mapping, by=world.cast.auditor)
    forget_heading(mapping, by=world.cast.clerk)
    forget_heading(mapping, by=world.cast.clerk)
    assert HeadingMapping.objects.count() == 0


def test_the_lines_above_a_list_are_kept_with_what_they_span(world: World) -> None:
    roster = world.submit(file_of("list-a-official.xlsx")).roster
    sheet = roster.sheets.get()
    lines = sheet.header["lines"]
    assert len(sheet.header["columns"]) == len(sheet.headings)
    assert lines[-1][0] == sheet.heading_row
    assert all(sum(width for width, _, _ in cells) <= len(sheet.headings) for _, cells in lines)


def test_a_row_of_another_list_is_not_found(mixed: Roster, world: World) -> None:
    other = world.submit(list_of(People(seed=9)())).roster
    assert row_with_findings(other, rows_page(mixed)[0].row.pk) is None
