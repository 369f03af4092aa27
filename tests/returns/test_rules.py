"""The arithmetic of official tables, for any numbers."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.kernel.findings import Severity
from nuanliu.kernel.money import FEN_PER_PRINTED_STEP, round_to_wan
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.rules import (
    ENTERED_CODES,
    Cell,
    broken_formulas,
    complete,
    content_digest,
    difference,
    doubtful_cells,
    printed,
)

FORM = form(ANNEX1)
LEAVES = [row.code for row in FORM.rows if not row.parts]
MONEY_TOTALS = [row for row in FORM.totals if row.is_money]

amounts = st.dictionaries(st.sampled_from(LEAVES), st.integers(0, 10**12))
typed = st.dictionaries(st.sampled_from(sorted(ENTERED_CODES)), st.integers(0, 10**9))


def values_of(cells: Mapping[str, Cell]) -> dict[str, int]:
    return {code: cell.value for code, cell in cells.items()}


@given(amounts, typed)
def test_every_total_is_the_sum_of_its_parts(derived: dict[str, int], entered: dict[str, int]) -> None:
    cells = complete(FORM, derived, entered)
    assert tuple(cells) == FORM.codes
    assert broken_formulas(FORM, values_of(cells)) == []


@given(amounts, typed)
def test_a_total_is_marked_as_entered_when_a_part_of_it_is(
    derived: dict[str, int], entered: dict[str, int]
) -> None:
    cells = complete(FORM, derived, entered)
    for row in FORM.totals:
        assert cells[row.code].is_entered == any(part in entered for part in row.parts)


@pytest.mark.requirement("R-113", "R-114", "R-115", "R-116", "R-117")
@given(amounts, st.sampled_from(FORM.totals), st.integers(0, 11), st.integers(1, 10**9))
def test_a_broken_total_is_found_and_no_other(
    derived: dict[str, int], total: object, place: int, by: int
) -> None:
    values = values_of(complete(FORM, derived, {}))
    slots = (total.code, *total.parts)  # type: ignore[attr-defined]
    values[slots[place % len(slots)]] += by
    (found,) = broken_formulas(FORM, values)
    assert (found.code, found.severity, found.column) == (
        "return.formula_broken",
        Severity.ERROR,
        total.code,  # type: ignore[attr-defined]
    )


@given(amounts)
def test_printed_parts_add_up_to_the_printed_total(derived: dict[str, int]) -> None:
    cells = complete(FORM, derived, {})
    texts = printed(FORM, cells)
    for row in MONEY_TOTALS:
        assert sum(Decimal(texts[part]) for part in row.parts) == Decimal(texts[row.code])
        assert Decimal(texts[row.code]) == round_to_wan(cells[row.code].value)


@given(amounts)
def test_a_printed_part_is_less_than_a_step_from_what_it_says(derived: dict[str, int]) -> None:
    cells = complete(FORM, derived, {})
    texts = printed(FORM, cells)
    for row in FORM.rows:
        if row.is_money:
            apart = Decimal(texts[row.code]) * 1_000_000 - cells[row.code].value
            assert abs(apart) < FEN_PER_PRINTED_STEP
        else:
            assert texts[row.code] == str(cells[row.code].value)


@given(amounts, amounts)
def test_a_difference_leads_from_the_earlier_to_the_later(one: dict[str, int], other: dict[str, int]) -> None:
    earlier, later = values_of(complete(FORM, one, {})), values_of(complete(FORM, other, {}))
    change = difference(earlier, later)
    assert {code: earlier[code] + change.get(code, 0) for code in FORM.codes} == later
    assert all(change.values())


@given(amounts, amounts)
def test_two_versions_share_a_digest_only_when_they_say_the_same(
    one: dict[str, int], other: dict[str, int]
) -> None:
    first, second = complete(FORM, one, {}), complete(FORM, other, {})
    same = content_digest({"version": 1}, first) == content_digest({"version": 1}, second)
    assert same == (first == second)
    assert content_digest({"version": 2}, first) != content_digest({"version": 1}, first)


def test_a_typed_nought_is_not_the_same_as_nothing_typed() -> None:
    nothing, nought = complete(FORM, {}, {}), complete(FORM, {}, {"A": 0})
    assert content_digest({}, nothing) != content_digest({}, nought)


# --- what a reader would ask about ---


def doubts(**values: int) -> list[str]:
    return [found.column for found in doubtful_cells(values_of(complete(FORM, values, {})))]


def test_a_table_in_order_raises_no_doubt() -> None:
    assert doubts(B3=500, C1=2, D1=300, J1=1, J2=100) == []


def test_people_without_money_and_money_without_people_are_doubtful() -> None:
    assert doubts(C1=1) == ["D1"]
    assert doubts(B3=5, D7=5) == ["D7"]


def test_more_given_than_raised_is_doubtful() -> None:
    assert doubts(B3=99, C1=1, D1=100) == ["D"]


@pytest.mark.requirement("R-122")
def test_a_memo_line_above_its_total_is_doubtful() -> None:
    assert doubts(B3=100, C1=1, D1=100, J1=2, J2=101) == ["J1", "J2"]
