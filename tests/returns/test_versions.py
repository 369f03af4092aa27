"""A version is drafted whole, signed once its totals hold, judged from above, and never changes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from nuanliu.base.scope import Scope, scoped
from nuanliu.returns.actions import accept_return, enter_value, return_return, sign_return, submit_return
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import Return, ReturnCell
from nuanliu.returns.queries import annex1, changed_since_signed, frozen_cells, last_signed, versions_of
from nuanliu.returns.states import TRANSITIONS, ReturnState
from tests.returns.conftest import AS_OF, World, forbidden, refused

FORMULAS = {
    "B": pytest.mark.requirement("R-113"),
    "C": pytest.mark.requirement("R-114"),
    "D": pytest.mark.requirement("R-115"),
    "E": pytest.mark.requirement("R-116"),
    "F": pytest.mark.requirement("R-117"),
}
TOTALS = [pytest.param(total, marks=mark) for total, mark in FORMULAS.items()]


# --- drafting ---


def test_a_draft_freezes_every_cell_of_the_day(world: World) -> None:
    world.give("C1")
    enter_value(world.jiading, world.campaign, "A", 3, reason="走访登记簿", on=AS_OF, by=world.cast.clerk)
    drafted = world.draft()
    assert frozen_cells(drafted) == annex1(world.jiading, world.campaign, AS_OF).cells
    world.give("C1")
    assert frozen_cells(drafted)["C1"].value == 1


def test_drafting_the_same_again_is_the_same_version(world: World) -> None:
    assert world.draft().pk == world.draft().pk
    world.give("C1")
    assert [world.draft().version, world.draft(reporter="李丽").version] == [2, 3]
    assert [version.version for version in versions_of(world.jiading, world.campaign)] == [3, 2, 1]


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("missing", ["reporter", "reporter_phone"])
def test_a_table_without_its_header_is_refused(world: World, missing: str) -> None:
    with refused("return.header_missing"):
        world.draft(**{missing: " "})
    with forbidden("return_header_filled"):
        insert_draft(world, **{missing: ""})


@pytest.mark.requirement("R-112")
def test_the_header_names_unit_reporter_phone_and_day(world: World) -> None:
    drafted = world.draft(filled_on=AS_OF + timedelta(1))
    assert (drafted.organization.name, drafted.reporter, drafted.reporter_phone, drafted.filled_on) == (
        "上海市嘉定区总工会",
        "王敏",
        "021-59520000",
        AS_OF + timedelta(1),
    )
    for field in ("organization_id", "reporter", "reporter_phone", "filled_on"):
        assert not Return._meta.get_field(field).null


def test_only_who_handles_the_table_drafts_it(world: World) -> None:
    for by in (world.cast.head, world.cast.leader1, world.cast.cashier, world.cast.outsider):
        with refused("permission.denied"):
            world.draft(by=by)


# --- signing ---


def test_the_responsible_person_signs_and_a_second_time_changes_nothing(world: World) -> None:
    signed = world.signed()
    assert (signed.state, signed.signed_by_id, signed.signed_on) == ("signed", world.cast.head.user_id, AS_OF)
    assert sign_return(signed, on=AS_OF + timedelta(9), by=world.cast.head).signed_on == AS_OF


def test_who_drafted_does_not_sign(world: World) -> None:
    drafted = world.draft()
    with refused("permission.denied"):
        sign_return(drafted, on=AS_OF, by=world.cast.clerk)
    with forbidden("return_two_signatures"):
        put(drafted, state="signed", signed_by_id=world.cast.clerk.user_id, signed_on=AS_OF)


@pytest.mark.parametrize("total", TOTALS)
def test_a_total_that_is_not_the_sum_of_its_parts_is_not_signed(world: World, total: str) -> None:
    broken = drafted_with(world, {total: 1})
    with refused("return.formula_broken") as caught:
        sign_return(broken, on=AS_OF, by=world.cast.head)
    assert [finding.column for finding in caught.value.findings] == [total]
    with forbidden("return_formulas_hold"):
        put_signed(world, broken)


@pytest.mark.parametrize("total", TOTALS)
def test_a_part_that_the_total_leaves_out_is_not_signed(world: World, total: str) -> None:
    for part in form(ANNEX1).row(total).parts:
        broken = drafted_with(world, {part: 1})
        with refused("return.formula_broken"):
            sign_return(broken, on=AS_OF, by=world.cast.head)
        with forbidden("return_formulas_hold"):
            put_signed(world, broken)


@pytest.mark.parametrize("total", TOTALS)
def test_a_table_that_lacks_a_part_is_not_signed(world: World, total: str) -> None:
    for missing in (total, form(ANNEX1).row(total).parts[0]):
        broken = drafted_with(world, {missing: None})
        with forbidden("return_formulas_hold"):
            put_signed(world, broken)


@pytest.mark.parametrize("total", TOTALS)
def test_a_total_that_holds_is_signed(world: World, total: str) -> None:
    parts = form(ANNEX1).row(total).parts
    put_signed(world, drafted_with(world, dict.fromkeys(parts, 7) | {total: 7 * len(parts)}))


def test_cells_put_in_beside_the_draft_are_noticed_when_it_is_signed(world: World) -> None:
    drafted = drafted_with(world, {"H": 5})
    with refused("return.content_changed"):
        sign_return(drafted, on=AS_OF, by=world.cast.head)


def test_an_older_version_than_the_newest_is_not_signed(world: World) -> None:
    older = world.draft()
    world.give("C1")
    world.draft()
    with refused("return.newer_version"):
        sign_return(older, on=AS_OF, by=world.cast.head)
    with forbidden("return_newest_signed"):
        put_signed(world, older)


def test_the_formulas_in_the_database_are_those_of_the_form(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT total, parts FROM returns_formulas(%s)", [ANNEX1])
        assert {total: tuple(parts) for total, parts in cursor.fetchall()} == {
            row.code: row.parts for row in form(ANNEX1).totals
        }


# --- what never changes ---


def test_a_version_is_never_removed_and_begins_as_a_draft(world: World) -> None:
    drafted = world.draft()
    with forbidden("right"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM returns_return WHERE id = %s", [drafted.pk])
    with forbidden("return_begins_as_draft"):
        insert_draft(world, version=9, state="signed", signed_by_id=world.cast.head.user_id, signed_on=AS_OF)


FROZEN = {
    "as_of": AS_OF - timedelta(1),
    "filled_on": AS_OF - timedelta(1),
    "reporter": "别人",
    "reporter_phone": "1",
    "version": 7,
    "content_digest": b"\1" * 32,
    "form": "annex2",
}


@pytest.mark.parametrize("field", FROZEN)
def test_what_a_version_says_never_changes(world: World, field: str) -> None:
    for version in (world.draft(), world.signed(), submit_return(world.signed(), by=world.cast.head)):
        with forbidden("return_frozen"):
            put(version, **{field: FROZEN[field]})


def test_a_signature_is_not_exchanged(world: World) -> None:
    signed = world.signed()
    with forbidden("return_frozen"):
        put(signed, signed_on=AS_OF + timedelta(1))
    with forbidden("return_frozen"):
        put(signed, signed_by_id=world.cast.leader1.user_id)


def test_cells_are_neither_changed_nor_removed_nor_added_to_what_is_signed(world: World) -> None:
    signed = world.signed()
    with forbidden("right"):
        signed.cells.update(derived=5)
    with forbidden("right"):
        signed.cells.all().delete()
    with forbidden("return_frozen"):
        ReturnCell.objects.create(
            table=signed, organization_path=signed.organization_path, code="X", derived=1
        )


def test_another_union_adds_no_cell_to_a_table_it_does_not_see(world: World) -> None:
    drafted = world.draft()
    with scoped(Scope.for_path(world.baoshan.path)), forbidden("return_frozen"):
        ReturnCell.objects.create(
            table_id=drafted.pk, organization_path=world.baoshan.path, code="X", derived=1
        )


# --- up and back ---


def test_the_city_accepts_what_the_district_submits(world: World) -> None:
    submitted = world.submitted()
    accepted = accept_return(submitted, by=world.cast.city)
    assert (accepted.state, accepted.judged_by_id) == ("accepted", world.cast.city.user_id)
    assert accept_return(accepted, by=world.cast.city).state == "accepted"


def test_what_is_sent_back_carries_its_reason_and_a_new_version_answers_it(world: World) -> None:
    submitted = world.submitted()
    with refused("return.reason_missing"):
        return_return(submitted, reason=" ", by=world.cast.city)
    returned = return_return(submitted, reason="C7与名册不符", by=world.cast.city)
    assert (returned.state, returned.return_reason) == ("returned", "C7与名册不符")
    with refused("return.state"):
        submit_return(returned, by=world.cast.head)
    world.give("C7")
    assert world.submitted().version == 2


def test_a_table_is_judged_from_above_and_never_by_its_own_union(world: World) -> None:
    submitted = world.submitted()
    for judge in (accept_return, lambda table, by: return_return(table, reason="不符", by=by)):
        with refused("return.own_table"):
            judge(submitted, by=world.cast.rights)
        for stranger in (world.cast.outsider, world.cast.head, world.cast.auditor):
            with refused("permission.denied"):
                judge(submitted, by=stranger)
    with scoped(Scope.for_path(world.jiading.path)), forbidden("return_judged_from_above"):
        put(submitted, state="accepted", judged_by_id=world.cast.rights.user_id)


def test_a_judgement_names_its_judge_and_a_refusal_its_reason(world: World) -> None:
    submitted = world.submitted()
    with forbidden("return_judged_by_somebody"):
        put(submitted, state="accepted")
    with forbidden("return_sent_back_with_reason"):
        put(submitted, state="returned", judged_by_id=world.cast.city.user_id)


@pytest.mark.parametrize("state", ReturnState.values)
def test_a_version_goes_only_where_its_life_leads(world: World, state: str) -> None:
    version = brought_to(world, state)
    signature = {"signed_by_id": world.cast.head.user_id, "signed_on": AS_OF} if state == "draft" else {}
    for wanted in set(ReturnState.values) - TRANSITIONS[state] - {state}:
        with forbidden("return_transition"):
            put(version, state=wanted, **signature)


def brought_to(world: World, state: str) -> Return:
    makers: dict[str, Callable[[], Return]] = {
        "draft": world.draft,
        "signed": world.signed,
        "submitted": world.submitted,
        "returned": lambda: return_return(world.submitted(), reason="不符", by=world.cast.city),
        "accepted": lambda: accept_return(world.submitted(), by=world.cast.city),
    }
    return makers[state]()


# --- what changed since ---


def test_the_difference_to_the_last_signed_version_names_each_cell(world: World) -> None:
    world.give("C1", cash_fen=100)
    assert changed_since_signed(annex1(world.jiading, world.campaign, AS_OF)) is None
    world.signed()
    assert changed_since_signed(annex1(world.jiading, world.campaign, AS_OF)) == {}
    world.give("C2", cash_fen=250)
    world.draft()
    assert changed_since_signed(annex1(world.jiading, world.campaign, AS_OF)) == {
        "C": 1,
        "C2": 1,
        "D": 250,
        "D2": 250,
    }
    signed = last_signed(world.jiading, world.campaign)
    assert signed is not None
    assert signed.version == 1


# --- by raw hand ---


def put(version: Return, /, **columns: Any) -> None:
    """UPDATE as the application role, past the actions."""
    assignments = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE returns_return SET {assignments} WHERE id = %s", [*columns.values(), version.pk]
        )
        assert cursor.rowcount == 1


def put_signed(world: World, version: Return) -> None:
    put(version, state="signed", signed_by_id=world.cast.head.user_id, signed_on=AS_OF)


def insert_draft(world: World, **differing: object) -> Return:
    given = {
        "form": ANNEX1,
        "organization": world.jiading,
        "organization_path": world.jiading.path,
        "campaign": world.campaign,
        "version": (Return.objects.count() + 1),
        "as_of": AS_OF,
        "filled_on": AS_OF,
        "reporter": "王敏",
        "reporter_phone": "021-59520000",
        "content_digest": b"\0" * 32,
        "drafted_by_id": world.cast.clerk.user_id,
    }
    return Return.objects.create(**{**given, **differing})


def drafted_with(world: World, values: Mapping[str, int | None]) -> Return:
    """A draft made past the actions: nothing in any cell but these; None leaves the cell out."""
    drafted = insert_draft(world)
    figures = {code: values.get(code, 0) for code in form(ANNEX1).codes}
    ReturnCell.objects.bulk_create(
        ReturnCell(table=drafted, organization_path=drafted.organization_path, code=code, derived=figure)
        for code, figure in figures.items()
        if figure is not None
    )
    return drafted
