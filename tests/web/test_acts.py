"""The steps of a record follow from the table of its state machine."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from nuanliu.awards.states import ROSTER_TRANSITIONS
from nuanliu.ledger.states import PLAN_TRANSITIONS, PlanState
from nuanliu.returns.states import TRANSITIONS
from nuanliu.web.acts import life

ROADS = {
    "list": (ROSTER_TRANSITIONS, ["received", "checked", "accepted", "attached", "decided"]),
    "plan": (PLAN_TRANSITIONS, ["draft", "proposed", "approved", "closed"]),
    "table": (TRANSITIONS, ["draft", "signed", "submitted", "accepted"]),
}


@pytest.mark.parametrize("machine", ROADS)
def test_every_state_of_a_machine_has_its_place_in_the_steps(machine: str) -> None:
    table, way = ROADS[machine]
    for state in ["", *table]:
        drawn = life(table, {one: one for one in way}, state)
        done = [step.label for step in drawn if step.state == "done"]
        assert done == way[: len(done)], state
        assert sum(step.state in ("now", "stopped") for step in drawn) == (state != way[-1]), state
        assert any(step.state == "stopped" for step in drawn) == (state not in ("", *way)), state


@pytest.mark.parametrize("machine", ROADS)
def test_each_step_of_a_road_follows_from_the_one_before(machine: str) -> None:
    table, way = ROADS[machine]
    assert all(after in table[before] for before, after in pairwise(way))


def test_what_happens_within_a_state_has_a_step_of_its_own() -> None:
    road = {PlanState.DRAFT: "drafted", PlanState.PROPOSED: "proposed"}
    between: dict[str, Mapping[str, tuple[str, bool]]] = {
        "now": {PlanState.DRAFT: ("lists", False)},
        "done": {PlanState.DRAFT: ("lists", True)},
    }
    for state, words in between.items():
        drawn = life(PLAN_TRANSITIONS, road, "draft", between=words)
        assert [(step.label, step.state) for step in drawn[:2]] == [("drafted", "done"), ("lists", state)]
    left = life(PLAN_TRANSITIONS, road, "rejected", left="not passed")
    assert [(step.label, step.state) for step in left] == [("drafted", "done"), ("proposed", "done")]
