"""Reservations that nobody settled expire in the background, as the post that asked."""

from datetime import date
from typing import Any

import pytest
from procrastinate.contrib.django import app

from nuanliu.base.jobs import running
from nuanliu.base.jobs.asking import ask
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.jobs import expire_reservations_job
from nuanliu.ledger.queries import open_reservations
from tests.ledger.conftest import World, make_world


def reserved_world() -> World:
    world = make_world()
    plan = world.approved([(world.fund(holds_fen=1000), ["C1"], 1000)])
    world.reserve(plan, (1, 100))
    world.reserve(plan, (2, 100), on=date(2022, 3, 1))
    return world


@pytest.mark.django_db(transaction=True)
def test_the_job_expires_what_is_old_and_says_that_it_is_done(
    approving: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scoped(Scope.for_path("/0/")):
        finance = reserved_world().finance
        job = ask(expire_reservations_job, by=finance, on="2022-04-01", older_than_days=60)
    monkeypatch.setattr(running, "_resolve", lambda post, user: finance)
    arguments: dict[str, Any] = {"post_id": str(finance.post_id), "user_id": str(finance.user_id)}
    expire_reservations_job(job_id=str(job.pk), on="2022-04-01", older_than_days=60, **arguments)
    with scoped(Scope.for_path("/0/")):
        assert list(open_reservations([1, 2])) == [2]
        assert JobRun.objects.get(pk=job.pk).state == "done"


def test_the_worker_finds_the_job() -> None:
    assert app.tasks["ledger.expire_reservations"].func is expire_reservations_job.func
