"""How a standard comes into force, which one is in force, and that an adopted one never changes."""

from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.audit.models import AuditEntry
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.programmes.actions import (
    adopt_standard,
    draft_standard,
    file_standard,
    replace_lines,
    withdraw_standard,
)
from nuanliu.programmes.models import Standard, StandardLine
from nuanliu.programmes.queries import (
    is_in_force,
    lines_of,
    standard_in_force,
    standards_of,
    superseded_by,
    with_force,
)
from nuanliu.programmes.rules import StandardSum
from nuanliu.programmes.states import STANDARD_TRANSITIONS, StandardState

FROM, TO, ON = date(2021, 12, 15), date(2022, 2, 28), date(2022, 1, 10)
SUMS = {"C1": StandardSum(100_000), "C7": StandardSum(50_000, 20_000, convertible=True, per="household")}


@pytest.fixture
def draft(jiading, rights):
    return draft_standard(jiading, "嘉定慰问标准", SUMS, FROM, TO, by=rights)


def refused(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def attack(raw_sql, statement, parameters=(), match="standard"):
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        raw_sql(statement, list(parameters))


def usable(raw_sql, standard, on):
    return raw_sql("SELECT programmes_standard_usable(%s, %s)", [standard.pk, on])[0][0]


def test_a_draft_holds_its_sums_and_is_written_once(draft, jiading, rights):
    again = draft_standard(jiading, "嘉定慰问标准", SUMS, FROM, TO, by=rights)
    assert again == draft
    lines = {
        code: (line.cash_fen, line.goods_fen, line.convertible, line.per)
        for code, line in lines_of(draft).items()
    }
    assert lines == {"C1": (100_000, 0, False, "person"), "C7": (50_000, 20_000, True, "household")}


@pytest.mark.requirement("R-103")
def test_a_draft_is_never_in_force(draft, jiading, raw_sql):
    assert standard_in_force(jiading, ON) is None
    assert (is_in_force(draft, ON), usable(raw_sql, draft, ON)) == (False, False)
    assert list(with_force(standards_of(jiading), ON).values_list("in_force", flat=True)) == [False]


@pytest.mark.requirement("R-025", "R-103")
def test_an_adopted_standard_is_in_force_from_its_adoption_within_its_validity(adopted, jiading, raw_sql):
    standard = adopted(jiading, on=date(2021, 12, 20))
    days = [FROM, date(2021, 12, 19), date(2021, 12, 20), TO, date(2022, 3, 1)]
    expected = [False, False, True, True, False]
    assert [standard_in_force(jiading, day) == standard for day in days] == expected
    assert [is_in_force(standard, day) for day in days] == expected
    told = [with_force(standards_of(jiading), day).values_list("in_force", flat=True).get() for day in days]
    assert told == expected
    assert [usable(raw_sql, standard, day) for day in days] == expected


@pytest.mark.requirement("R-025")
@pytest.mark.parametrize(("procedure", "minutes"), [("", "会议纪要第12号"), ("工会委员会会议", " ")])
def test_without_procedure_and_minutes_nothing_is_adopted(draft, rights, raw_sql, procedure, minutes):
    with refused("standard.procedure_missing"):
        adopt_standard(draft, procedure=procedure, adopted_on=FROM, minutes=minutes, by=rights)
    attack(
        raw_sql,
        "UPDATE programmes_standard SET state = 'adopted', adopted_on = %s, procedure = %s, minutes = %s WHERE id = %s",
        [FROM, procedure, minutes, draft.pk],
        match="adopted_properly",
    )


@pytest.mark.requirement("R-025")
def test_nobody_writes_an_adopted_standard_straight_away(draft, raw_sql):
    columns = ", ".join(
        field.column for field in Standard._meta.local_fields if field.column not in ("id", "state")
    )
    copied = f"INSERT INTO programmes_standard (id, state, {columns}) SELECT uuidv7(), 'adopted', {columns}"
    attack(raw_sql, f"{copied} FROM programmes_standard WHERE id = %s", [draft.pk], match=r"standard\.state")


@pytest.mark.requirement("R-025")
def test_a_standard_without_sums_is_not_adopted(draft, jiading, rights, raw_sql):
    with refused("standard.lines"):
        draft_standard(jiading, "空标准", {}, FROM, TO, by=rights)
    raw_sql("DELETE FROM programmes_standardline WHERE standard_id = %s", [draft.pk])
    attack(
        raw_sql,
        "UPDATE programmes_standard SET state = 'adopted', adopted_on = %s, procedure = '会议', minutes = '纪要'"
        " WHERE id = %s",
        [FROM, draft.pk],
        match=r"standard\.lines",
    )


@pytest.mark.requirement("R-026")
def test_the_sums_of_an_adopted_standard_never_change(adopted, jiading, rights, raw_sql):
    standard = adopted(jiading)
    with refused("standard.fixed"):
        replace_lines(standard, {"C1": StandardSum(900_000)}, by=rights)
    line = StandardLine.objects.get(standard=standard)
    attack(raw_sql, "UPDATE programmes_standardline SET cash_fen = 900000 WHERE id = %s", [line.pk])
    attack(raw_sql, "DELETE FROM programmes_standardline WHERE id = %s", [line.pk])
    attack(
        raw_sql,
        "INSERT INTO programmes_standardline (id, standard_id, organization_path, category_id, cash_fen, goods_fen,"
        " convertible, per) VALUES (uuidv7(), %s, %s, 'C2', 900000, 0, false, 'person')",
        [standard.pk, jiading.path],
    )


@pytest.mark.requirement("R-026")
def test_a_line_is_not_moved_from_a_draft_into_an_adopted_standard(adopted, draft, jiading, raw_sql):
    standard = adopted(jiading)
    attack(
        raw_sql,
        "UPDATE programmes_standardline SET standard_id = %s WHERE standard_id = %s AND category_id = 'C7'",
        [standard.pk, draft.pk],
    )


@pytest.mark.requirement("R-025")
@pytest.mark.parametrize("change", [
    "valid_to = '2030-01-01'", "valid_from = '2020-01-01'", "document = '别的'", "minutes = '别的'",
    "procedure = '别的'",
    "adopted_on = '2020-01-01'", "content_digest = '\\x00'", "state = 'draft'", "basis_id = NULL",
    "withdrawn_on = '2022-01-01'", "filed_on = '2022-01-01'", "needs_filing = true", "organization_path = '/0/31/113/'",
])  # fmt: skip
def test_nothing_of_an_adopted_standard_changes(adopted, jiading, raw_sql, change):
    standard = adopted(jiading)
    attack(raw_sql, f"UPDATE programmes_standard SET {change} WHERE id = %s", [standard.pk])


@pytest.mark.requirement("R-025")
def test_no_standard_is_removed(adopted, jiading, raw_sql):
    adopted(jiading)
    attack(raw_sql, "DELETE FROM programmes_standard", match="permission denied")


@pytest.mark.requirement("R-062")
def test_a_grassroots_standard_counts_only_after_filing(adopted, grassroots, jiading, rights, raw_sql):
    standard = adopted(grassroots, C1=800)
    assert (standard_in_force(grassroots, ON), usable(raw_sql, standard, ON)) == (None, False)
    file_standard(standard, filed_with=jiading, filed_on=date(2022, 1, 5), by=rights)
    assert standard_in_force(grassroots, date(2022, 1, 4)) is None
    assert (standard_in_force(grassroots, ON), usable(raw_sql, standard, ON)) == (standard, True)


@pytest.mark.requirement("R-062")
def test_a_standard_is_filed_with_a_superior_and_after_its_adoption(
    adopted, grassroots, jiading, baoshan, rights, raw_sql
):
    standard = adopted(grassroots)
    for wrong in (baoshan, grassroots):
        with refused("standard.filed_with"):
            file_standard(standard, filed_with=wrong, filed_on=ON, by=rights)
        attack(
            raw_sql,
            "UPDATE programmes_standard SET state = 'filed', filed_with_id = %s, filed_on = %s WHERE id = %s",
            [wrong.pk, ON, standard.pk],
            match=r"standard\.filed_with",
        )
    with refused("standard.filed_early"):
        file_standard(standard, filed_with=jiading, filed_on=date(2021, 12, 9), by=rights)
    attack(
        raw_sql,
        "UPDATE programmes_standard SET state = 'filed', filed_with_id = %s, filed_on = '2021-12-09' WHERE id = %s",
        [jiading.pk, standard.pk],
        match="filed_properly",
    )


@pytest.mark.requirement("R-062")
@pytest.mark.parametrize("evasion", ["state = 'filed'", "needs_filing = false"])
def test_filing_is_not_evaded(adopted, grassroots, raw_sql, evasion):
    standard = adopted(grassroots)
    attack(raw_sql, f"UPDATE programmes_standard SET {evasion} WHERE id = %s", [standard.pk])


def test_the_nearest_union_with_a_standard_decides(adopted, grassroots, jiading, shanghai, city):
    of_city = adopted(shanghai, by=city)
    assert [standard_in_force(union, ON) for union in (grassroots, jiading, shanghai)] == [of_city] * 3
    of_district = adopted(jiading)
    assert [standard_in_force(union, ON) for union in (grassroots, jiading, shanghai)] == [
        of_district
    ] * 2 + [of_city]


@pytest.mark.requirement("R-064")
def test_the_standard_adopted_last_wins_and_the_older_one_is_kept(adopted, jiading):
    old = adopted(jiading, on=date(2021, 12, 10), C1=1000)
    new = adopted(jiading, on=date(2022, 1, 8), valid_from=date(2022, 1, 8), C1=1200)
    assert standard_in_force(jiading, date(2022, 1, 7)) == old
    assert standard_in_force(jiading, date(2022, 1, 8)) == new
    assert list(standards_of(jiading)) == [new, old]
    assert (superseded_by(old), superseded_by(new)) == (new, None)
    taken = AuditEntry.objects.filter(action="programmes.adopt_standard", subject_id=new.pk).get()
    assert taken.after["takes_over_from"] == [str(old.pk)]


def test_a_short_standard_leaves_the_long_one_in_force_around_it(adopted, jiading):
    long = adopted(jiading, valid_from=date(2021, 1, 1), valid_to=None, on=date(2020, 12, 20))
    short = adopted(jiading, C1=1200)
    days = [date(2021, 12, 14), FROM, TO, date(2022, 3, 1)]
    assert [standard_in_force(jiading, day) for day in days] == [long, short, short, long]
    assert superseded_by(long) is None


@pytest.mark.requirement("R-064")
def test_a_withdrawn_standard_was_in_force_until_that_day(adopted, jiading, rights, raw_sql):
    standard = adopted(jiading)
    with refused("standard.reason_missing"):
        withdraw_standard(standard, on=ON, reason=" ", by=rights)
    withdraw_standard(standard, on=ON, reason="标准有误", by=rights)
    assert standard_in_force(jiading, date(2022, 1, 9)) == standard
    assert standard_in_force(jiading, ON) is None
    assert usable(raw_sql, standard, ON) is False


def test_each_verb_runs_twice_without_harm(adopted, grassroots, jiading, rights):
    standard = adopted(grassroots)
    for _ in range(2):
        adopt_standard(
            standard,
            procedure="工会委员会会议",
            adopted_on=date(2021, 12, 10),
            minutes="会议纪要第12号",
            by=rights,
        )
        file_standard(standard, filed_with=jiading, filed_on=ON, by=rights)
    for _ in range(2):
        withdraw_standard(standard, on=ON, reason="标准有误", by=rights)
    rows = AuditEntry.objects.filter(subject_id=standard.pk).order_by("id").values_list("action", flat=True)
    verbs = ("draft_standard", "adopt_standard", "file_standard", "withdraw_standard")
    assert list(rows) == [f"programmes.{verb}" for verb in verbs]


def test_a_draft_takes_other_sums(draft, rights):
    changed = replace_lines(draft, {"C2": StandardSum(200_000)}, by=rights)
    assert list(lines_of(changed)) == ["C2"]
    assert bytes(changed.content_digest) != bytes(draft.content_digest)


def put_into(raw_sql, standard, state):
    """By the shortest legal way."""
    steps = {
        "draft": [],
        "adopted": ["adopted"],
        "filed": ["adopted", "filed"],
        "withdrawn": ["withdrawn"],
    }[state]
    for step in steps:
        move(raw_sql, standard, step)


def move(raw_sql, standard, state):
    how = {
        "draft": "",
        "adopted": ", procedure = '会议', adopted_on = '2021-12-10', minutes = '纪要'",
        "filed": ", filed_on = '2021-12-11',"
        " filed_with_id = (SELECT id FROM organizations_organization WHERE path = '/0/31/')",
        "withdrawn": ", withdrawn_on = '2022-01-01'",
    }[state]
    raw_sql(f"UPDATE programmes_standard SET state = '{state}'{how} WHERE id = %s", [standard.pk])


@pytest.mark.parametrize(("old", "new"), list(product(StandardState.values, repeat=2)))
def test_the_database_moves_a_standard_as_the_table_says(draft, raw_sql, old, new):
    put_into(raw_sql, draft, old)
    if new in STANDARD_TRANSITIONS[old] or old == new == "draft":
        move(raw_sql, draft, new)
        assert Standard.objects.get(pk=draft.pk).state == new
    else:
        with pytest.raises(DatabaseError, match=r"standard\."), transaction.atomic():
            move(raw_sql, draft, new)


def test_only_those_who_lead_bring_a_standard_into_force(draft, jiading, baoshan, actor_in):
    how = {"procedure": "会议", "adopted_on": FROM, "minutes": "纪要"}
    for stranger in (
        actor_in(jiading, "handler"),
        actor_in(jiading, "cashier"),
        actor_in(baoshan, "rights_officer"),
    ):
        with refused("permission.denied"):
            adopt_standard(draft, by=stranger, **how)


def test_standards_are_read_by_all_and_written_only_in_scope(adopted, jiading, raw_sql):
    standard = adopted(jiading)
    with scoped(Scope.for_path("/0/31/113/")):
        assert standard_in_force(jiading, ON) == standard
        raw_sql("UPDATE programmes_standard SET state = 'withdrawn', withdrawn_on = %s", [ON])
    with scoped(Scope.none()):
        assert list(Standard.objects.all()) == []
    assert standard_in_force(jiading, ON) == standard
    assert connection.in_atomic_block
