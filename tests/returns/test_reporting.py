"""Who below has sent, who is late by how many days, whose came back and why."""

from datetime import date, timedelta

import pytest

from nuanliu.programmes.models import Campaign
from nuanliu.returns.actions import accept_return, return_return, submit_return
from nuanliu.returns.queries import ChildReport, reports_of_children, state_counts
from tests.returns.conftest import AS_OF, World, forbidden, refused

DUE = AS_OF + timedelta(2)


@pytest.fixture
def due(world: World) -> Campaign:
    """The campaign asks for reports two days after the drafts are signed."""
    world.campaign.reports_due_on = DUE
    return world.campaign


def reports(world: World, on: date = AS_OF) -> dict[str, ChildReport]:
    children = [world.jiading, world.baoshan]
    found = reports_of_children(children, world.campaign, on)
    return {child.short_name: found[child.pk] for child in children}


def jiading(world: World, on: date = AS_OF) -> tuple[str, int]:
    report = reports(world, on)[world.jiading.short_name]
    return report.state.value, report.days_late


def test_nobody_is_late_before_the_day(world: World, due: Campaign) -> None:
    assert jiading(world, DUE) == ("not_begun", 0)


@pytest.mark.parametrize("days", [1, 5, 40])
def test_who_has_sent_nothing_is_later_each_day(world: World, due: Campaign, days: int) -> None:
    assert jiading(world, DUE + timedelta(days)) == ("not_begun", days)
    world.signed()
    assert jiading(world, DUE + timedelta(days)) == ("drafted", days)


def test_lateness_ends_on_the_day_it_was_sent(world: World, due: Campaign) -> None:
    submit_return(world.signed(), on=DUE + timedelta(3), by=world.cast.head)
    assert jiading(world, DUE + timedelta(30)) == ("submitted", 3)


def test_what_was_sent_in_time_is_not_late_however_long_it_waits(world: World, due: Campaign) -> None:
    accept_return(world.submitted(), by=world.cast.city)
    assert jiading(world, DUE + timedelta(30)) == ("accepted", 0)


def test_what_came_back_counts_as_not_sent_and_says_why(world: World, due: Campaign) -> None:
    return_return(world.submitted(), reason="C7 与名册不符", by=world.cast.city)
    report = reports(world, DUE + timedelta(4))[world.jiading.short_name]
    assert (report.state.value, report.days_late, report.return_reason) == ("returned", 4, "C7 与名册不符")
    world.give("C1")
    answered = reports(world, DUE)[world.jiading.short_name]
    assert answered.state.value == "returned"
    world.draft()
    answered = reports(world, DUE)[world.jiading.short_name]
    assert (answered.state.value, answered.return_reason) == ("drafted", "C7 与名册不符")


def test_without_a_deadline_nobody_is_late(world: World) -> None:
    assert jiading(world, date(2030, 1, 1)) == ("not_begun", 0)


def test_the_counts_add_up_to_the_children(world: World, due: Campaign) -> None:
    world.submitted()
    found = reports_of_children([world.jiading, world.baoshan], world.campaign, DUE + timedelta(1))
    counts = state_counts(found)
    assert counts == {"accepted": 0, "submitted": 1, "returned": 0, "drafted": 0, "not_begun": 1, "late": 1}


def test_it_is_not_sent_before_it_was_signed(world: World) -> None:
    signed = world.signed()
    with refused("return.sent_before_signed"):
        submit_return(signed, on=AS_OF - timedelta(1), by=world.cast.head)
    with forbidden("return_sent_once_signed"):
        signed.__class__.objects.filter(pk=signed.pk).update(
            state="submitted", submitted_on=AS_OF - timedelta(1)
        )


def test_the_day_it_was_sent_stays(world: World) -> None:
    sent = world.submitted()
    assert sent.submitted_on == AS_OF
    with forbidden("return_frozen"):
        sent.__class__.objects.filter(pk=sent.pk).update(submitted_on=AS_OF + timedelta(1))
