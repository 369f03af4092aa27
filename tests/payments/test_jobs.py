"""Money set aside and not used comes back in the background, as the post that asked; what a bank may pay stays."""

from datetime import date
from typing import Any

import pytest
from procrastinate.contrib.django import app

from nuanliu.base.jobs import running
from nuanliu.base.jobs.asking import ask
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.queries import open_reservations
from nuanliu.payments.jobs import release_unused
from tests.payments.support import make_world

LATER = date(2022, 12, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_not_used_comes_back_and_what_is_in_payment_stays(
    taught: None, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scoped(Scope.for_path("/0/")):
        world = make_world(cast)
        unpaid = [award.pk for award in world.awards][:3]
        world.sent(without=unpaid)
        asked = ask(
            release_unused, by=cast.finance, plan=str(world.plan.pk), on=LATER.isoformat(), older_than_days=60
        )
    monkeypatch.setattr(running, "_resolve", lambda post, user: cast.finance)
    who = {"post_id": str(cast.finance.post_id), "user_id": str(cast.finance.user_id)}
    release_unused(
        job_id=str(asked.pk), plan=str(world.plan.pk), on=LATER.isoformat(), older_than_days=60, **who
    )
    with scoped(Scope.for_path("/0/")):
        waiting = set(open_reservations([award.pk for award in world.awards]))
        assert waiting == {award.pk for award in world.awards} - set(unpaid)
        assert JobRun.objects.get(pk=asked.pk).state == "done"


def test_the_worker_finds_the_job() -> None:
    assert app.tasks["payments.release_unused"].func is release_unused.func
