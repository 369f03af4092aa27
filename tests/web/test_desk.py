"""The workbench of each role: what waits, what was sent, the districts, in eight reads."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanliu.access.actions import grant_post
from nuanliu.access.models import User
from nuanliu.base.scope import Scope, scoped
from nuanliu.desk.queries import Branch, Line, branches_of
from nuanliu.desk.queries.sent import SENT
from nuanliu.desk.queries.waiting import WAITING
from nuanliu.organizations.models import Organization
from nuanliu.web.map import COLUMNS, PLACES, ROWS, shade_of, tile_map
from nuanliu.web.workbench import KINDS, WHERE, in_order, reports_missing, tasks_of
from nuanliu.web.workbench import SENT as SENT_WORDS
from tests.cast import Cast
from tests.desk.conftest import Way, way
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db

type Desk = Callable[[str], Client]
__all__ = ["way"]


def waits(desk: Desk, name: str) -> list[str]:
    return [task.line.kind for task in desk(name).get("/").context["tasks"]]


STEPS = {
    "accepted": {"head": "list_to_sign"},
    "proposed": {"leader1": "plan_to_decide", "leader3": "plan_to_decide"},
    "decided": {"cashier": "plan_to_pay"},
    "sent": {"releaser": "batch_to_reconcile"},
    "paid": {"clerk": "payments_came_back", "cashier": "payments_came_back"},
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_waits_for_whose_turn_it_is_and_for_nobody_else(way: Way, desk: Desk, step: str) -> None:
    getattr(way, step)()
    for name in ("clerk", "head", "leader1", "leader3", "cashier", "releaser", "outsider", "base", "auditor"):
        expected = STEPS[step].get(name)
        assert waits(desk, name) == ([expected] if expected else []), name


def test_a_line_says_who_sent_it_how_much_and_where_it_is_done(way: Way, desk: Desk) -> None:
    roster = way.accepted()
    page = desk("head").get("/")
    (task,) = page.context["tasks"]
    assert (task.line.sender, task.line.count) == ("王敏", roster.rows_accepted)
    assert task.line.amount_fen == roster.accepted_fen
    assert task.address == f"/lists/{roster.pk}/"
    assert task.address in text_of(page)


def test_what_was_sent_tells_at_whose_desk_it_lies(way: Way, desk: Desk) -> None:
    found = []
    for step in (way.accepted, way.proposed, way.decided):
        step()
        found += [one.line.state for one in desk("clerk").get("/").context["sent"]]
    assert found == ["accepted", "attached", "decided"]


def test_nothing_waits_warmly(way: Way, desk: Desk) -> None:
    assert "cup of tea" in text_of(desk("station").get("/"))


def test_a_post_waits_for_the_administrator_who_did_not_grant_it(desk: Desk, cast: Cast) -> None:
    with scoped(Scope.for_path("/0/31/")):
        grant_post(
            User.objects.get(username="outsider"),
            role="handler",
            organization=Organization.objects.get(path="/0/31/101/"),
            valid_from=date(2026, 1, 1),
            by=cast.security,
        )
    assert waits(desk, "security") == []
    assert waits(desk, "system") == ["post_to_confirm"]
    assert [one.line.state for one in desk("security").get("/").context["sent"]] == ["granted"]


def test_supervisors_see_the_log_and_failed_work(way: Way, desk: Desk) -> None:
    for name in ("auditor", "security", "system"):
        assert desk(name).get("/").context["facts"].jobs_failed == 0
    assert desk("clerk").get("/").context["facts"] is None


def test_money_is_shown_to_whom_it_concerns_and_adds_up(way: Way, desk: Desk) -> None:
    way.paid()
    (fund,) = desk("finance").get("/").context["funds"]
    assert fund.received_fen == fund.given_fen + fund.reserved_fen + fund.left_fen > fund.given_fen > 0
    assert desk("clerk").get("/").context["funds"] == []
    assert desk("foundation").get("/").context["funds"] == []


@pytest.mark.parametrize("step", ["accepted", "paid"])
def test_a_workbench_costs_eight_reads_at_most_in_every_role(way: Way, desk: Desk, step: str) -> None:
    getattr(way, step)()
    for name in way.world.cast:
        browser = desk(name)
        browser.get("/")
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/").status_code == 200
        assert len(reads(asked)) <= 8, (name, reads(asked))


def test_the_branches_add_up_to_the_whole(way: Way, desk: Desk) -> None:
    way.paid()
    city = way.world.cast.city
    found = way.seen_by(
        "city", lambda: branches_of(city.organization_id, city.organization_path, way.world.campaign)
    )
    jiading = next(one for one in found if one.path == "/0/31/114/")
    assert way.roster
    assert sum(one.awards for one in found) == jiading.awards == way.roster.rows_accepted
    assert sum(one.delivered + one.failed for one in found) == jiading.awards
    page = desk("city").get("/")
    assert page.context["sums"]["delivered"] == sum(
        tile.branch.delivered for tile in page.context["map"].tiles
    )
    assert page.context["sums"]["delivered_fen"] == jiading.delivered_fen


def test_an_outsider_s_workbench_counts_nothing_of_another_union(way: Way, desk: Desk) -> None:
    way.paid()
    page = desk("outsider").get("/")
    assert page.context["campaign"] is None
    assert "嘉定" not in text_of(page)


def test_the_map_has_sixteen_districts_at_sixteen_places() -> None:
    assert len(PLACES) == len(set(PLACES.values())) == 16
    assert (COLUMNS, ROWS) == (5, 6)
    assert tile_map([branch("310114")]) is None


@pytest.mark.parametrize(
    ("percent", "shade"), [(None, "none"), (0, "few"), (25, "some"), (74, "half"), (99, "most"), (100, "all")]
)
def test_a_tile_is_full_only_when_nothing_is_missing(percent: int | None, shade: str) -> None:
    assert shade_of(percent) == shade


def test_what_needs_care_comes_first() -> None:
    slow, done, empty = branch("1", 100, 10), branch("2", 100, 100), branch("3", 0, 0)
    assert [one.division_code for one in in_order([done, empty, slow], "need")] == ["1", "2"]
    assert in_order([done, slow], "nonsense") == in_order([done, slow], "need")


@pytest.mark.parametrize(
    ("days", "words", "colour"),
    [
        (0, "Today", "red"),
        (2, "2 days left", "amber"),
        (-1, "1 day late", "red"),
        (30, "Waits 4 days", "blue"),
    ],
)
def test_urgency_is_said_in_words(cast: Cast, days: int, words: str, colour: str) -> None:
    from django.utils.translation import override

    due = timezone.localdate() + timedelta(days=days)
    waiting = line(due=due, since=timezone.now() - timedelta(days=4))
    with override("en"):
        (task,) = tasks_of([waiting], cast.head)
    assert (task.urgency, task.colour) == (words, colour)


def test_the_late_and_the_nearly_due_come_before_the_old(cast: Cast) -> None:
    today, now = timezone.localdate(), timezone.now()
    old = line("old", since=now - timedelta(days=90))
    young = line("young", since=now)
    due = line("due", due=today + timedelta(days=2), since=now)
    late = line("late", due=today - timedelta(days=5), since=now)
    assert [task.line.title for task in tasks_of([young, old, due, late], cast.head)] == [
        "late",
        "due",
        "old",
        "young",
    ]


def test_missing_reports_are_one_line_with_their_number(way: Way) -> None:
    campaign = way.world.campaign
    campaign.reports_due_on = date(2022, 1, 20)
    sent, missing, untouched = branch("1", 9, 9, report="submitted"), branch("2", 9, 9), branch("3")
    (found,) = reports_missing([sent, missing, untouched], campaign)
    assert (found.count, found.due) == (1, date(2022, 1, 20))
    assert reports_missing([sent], campaign) == []


def test_every_kind_has_its_words() -> None:
    assert {kind for kinds in WAITING.values() for kind in kinds} <= KINDS.keys()
    assert (
        {kind for kinds in SENT.values() for kind in kinds}
        == SENT_WORDS.keys()
        == {kind for kind, _ in WHERE}
    )


def branch(code: str, awards: int = 0, delivered: int = 0, report: str = "") -> Branch:
    values: dict[str, Any] = {
        "organization_id": code,
        "path": f"/{code}/",
        "name": code,
        "division_code": code,
    }
    counts = {"lists": 0, "lists_open": 0, "in_payment": 0, "failed": 0, "awards_fen": 0, "delivered_fen": 0}
    return Branch(**values, **counts, own=False, awards=awards, delivered=delivered, report=report)


def line(title: str = "", *, due: date | None = None, since: datetime | None = None) -> Line:
    key = "01a201a0-0000-7000-8000-000000000000"
    return Line("list_to_sign", key, title, "", "", "accepted", since, due, 1, 100, 1)
