"""The tables of states.py and the triggers hold the same transitions."""

import re

from django.db import DatabaseError, connection, transaction

from nuanliu.awards.models import Award
from nuanliu.awards.states import AWARD_TRANSITIONS, ROSTER_TRANSITIONS, AwardState
from nuanliu.base.var import PROJECT
from tests.awards.conftest import World
from tests.awards.making import People
from tests.awards.test_flow import accepted, approve

SQL = (PROJECT / "nuanliu" / "awards" / "sql" / "awards.sql").read_text()


def pairs_of(function: str) -> set[tuple[str, str]]:
    """The literal pairs of states in one function of the SQL."""
    body = SQL.split(f"FUNCTION {function}()")[1].split("$$;")[0]
    return set(re.findall(r"\('([a-z_]+)', '([a-z_]+)'\)", body))


def pairs_in(table: dict[str, set[str]]) -> set[tuple[str, str]]:
    return {(str(start), str(end)) for start, ends in table.items() for end in ends}


def test_the_roster_trigger_knows_the_table() -> None:
    assert pairs_of("awards_guard_roster") == pairs_in(ROSTER_TRANSITIONS)


def test_the_award_trigger_knows_the_table() -> None:
    assert pairs_of("awards_judge_changes") == pairs_in(AWARD_TRANSITIONS)


def test_an_approved_award_goes_only_where_it_may(world: World) -> None:
    roster = accepted(world, People()())
    approve(world, roster, ["C1"], 100_000)
    award = Award.objects.get(roster=roster)
    others = [state for state in AwardState.values if state != AwardState.APPROVED]
    assert {end for end in others if moves(award, end)} == set(AWARD_TRANSITIONS[AwardState.APPROVED])


def test_a_proposed_award_is_only_approved_or_cancelled(world: World) -> None:
    award = Award.objects.get(roster=accepted(world, People()()))
    others = [state for state in AwardState.values if state not in (AwardState.PROPOSED, AwardState.APPROVED)]
    assert {end for end in others if moves(award, end)} == {AwardState.CANCELLED}


def moves(award: Award, end: str) -> bool:
    """Whether raw SQL can bring the award there; it stays where it was."""
    delivered = "current_date" if end == AwardState.DELIVERED else "NULL"
    statement = f"UPDATE awards_award SET state = %s, live = %s, delivered_on = {delivered} WHERE id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [end, end != AwardState.CANCELLED, award.pk])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True
