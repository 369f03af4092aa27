"""A list of 嘉定 that goes as far as a test wants, by the actions of its people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from nuanliu.awards.models import Roster
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.staff import staff_for
from nuanliu.demo.warmth import flow
from nuanliu.demo.warmth.stopwatch import Stopwatch
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.models import PaymentBatch
from tests.awards.conftest import DAY, JIADING, World, build_world, file_of
from tests.cast import Cast

LIST = "list-a-official.xlsx"


@dataclass
class Way:
    """How far the list has come."""

    world: World
    job: flow.Job
    roster: Roster | None = None
    plan: UsePlan | None = None
    batch: PaymentBatch | None = None

    def accepted(self) -> Roster:
        self.roster = flow.receive(self.job, [file_of(LIST)], Stopwatch())
        return self.roster

    def proposed(self) -> UsePlan:
        self.plan = flow.propose(self.job, self.accepted())
        return self.plan

    def decided(self) -> UsePlan:
        self.plan = flow.decide(self.job, self.proposed())
        return self.plan

    def sent(self) -> PaymentBatch:
        self.batch = flow.pay(self.job, self.decided())[0]
        return self.batch

    def paid(self) -> PaymentBatch:
        batch = self.sent()
        assert self.roster
        flow.reconcile(self.job, self.roster, [batch])

        return batch

    def seen_by[Found](self, by: Actor | str, look: Callable[[], Found]) -> Found:
        actor = self.world.cast[by] if isinstance(by, str) else by
        with scoped(Scope.for_path(actor.organization_path, actor.user_id)):
            return look()


@pytest.fixture(autouse=True)
def marks(settings: Any, tmp_path: Any) -> None:
    settings.NUANLIU_MARKS_DIR = tmp_path / "marks"


@pytest.fixture
def way(cast: Cast) -> Way:
    with scoped(Scope.for_path(JIADING)):
        world = build_world(cast)
    return Way(
        world, flow.Job(world.jiading, world.campaign, world.standard, DAY, staff_for(world.jiading), 5)
    )
