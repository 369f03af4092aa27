"""Every state machine is whole: it begins, leads only to its own states, reaches all of them, and can end."""

import pytest

from tests.reference.states import Machine, machines

MACHINES = [pytest.param(machine, id=machine.title) for machine in machines()]


def test_the_machines_of_the_house_are_found() -> None:
    found = {machine.title for machine in machines()}
    assert {"awards: award", "awards: roster", "ledger: plan", "payments: batch", "returns: return"} <= found


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_says_where_it_leads(machine: Machine) -> None:
    assert set(machine.transitions) == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_state_leads_only_to_states_of_its_machine(machine: Machine) -> None:
    assert {type(state) for targets in machine.transitions.values() for state in targets} == {machine.states}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_reached_from_the_first(machine: Machine) -> None:
    reached, waiting = set(), {machine.first}
    while waiting:
        reached |= waiting
        waiting = {target for state in waiting for target in machine.transitions[state]} - reached
    assert reached == set(machine.states.values)


@pytest.mark.parametrize("machine", MACHINES)
def test_from_every_state_an_end_can_be_reached(machine: Machine) -> None:
    ending = set(machine.terminal)
    assert ending
    for _ in machine.states:
        ending |= {state for state, targets in machine.transitions.items() if targets & ending}
    assert ending == set(machine.states.values)
