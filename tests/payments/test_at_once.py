"""Two people do the same thing at once, each in a transaction of his own that commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.payments import actions
from nuanliu.payments.models import PaymentBatch, PaymentOrder, ReplyFile
from tests.payments.support import AMOUNT, ANSWERED, PAID, make_world, money, reply_to

EVERYWHERE = Scope.for_path("/0/")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, taught, cast):
    with scoped(EVERYWHERE):
        return make_world(cast)


def at_once(act: Callable[[], Any], times: int = 2) -> list[Any]:
    """What each of several threads got, or the code with which it was refused."""
    barrier = Barrier(times)

    def run() -> Any:
        try:
            barrier.wait()
            with scoped(EVERYWHERE):
                return act()
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(times)]]


@pytest.mark.requirement("R-236")
def test_two_builds_make_one_batch(world):
    act = lambda: actions.build_batches(  # noqa: E731
        world.plan, profile=world.profile(), business_date=PAID, by=world.cashier
    )
    made = at_once(act, times=4)
    assert sorted(len(batches) for batches in made) == [0, 0, 0, 1]
    with scoped(EVERYWHERE):
        assert (PaymentBatch.objects.count(), PaymentOrder.objects.count()) == (1, 10)


def test_two_releases_make_one_file(world):
    with scoped(EVERYWHERE):
        batch = world.build()
    released = at_once(lambda: actions.release_batch(PaymentBatch(pk=batch.pk), by=world.releaser).file_id)
    assert len(set(released)) == 1


@pytest.mark.requirement("R-236")
def test_the_same_reply_from_four_hands_counts_once(world):
    with scoped(EVERYWHERE):
        batch = world.sent()
        content = reply_to(batch, failing={2: "无此账户"})
    act = lambda: actions.record_replies(  # noqa: E731
        PaymentBatch(pk=batch.pk), name="r", content=content, by=world.releaser, on=ANSWERED
    )
    results = at_once(act, times=4)
    assert sorted((result.paid, result.replayed) for result in results) == [
        (0, True),
        (0, True),
        (0, True),
        (9, False),
    ]
    with scoped(EVERYWHERE):
        assert money(world) == (0, 9 * AMOUNT, 11 * AMOUNT)
        assert ReplyFile.objects.count() == 1


@pytest.mark.requirement("R-236")
def test_the_same_failure_is_paid_anew_once(world):
    with scoped(EVERYWHERE):
        batch = world.sent()
        actions.record_replies(
            batch, name="r", content=reply_to(batch, failing={2: "系统忙"}), by=world.releaser, on=ANSWERED
        )
        failed = world.order(2)
    act = lambda: actions.reissue([failed], business_date=ANSWERED, by=world.cashier, reason="已恢复")  # noqa: E731
    assert sorted(len(batches) for batches in at_once(act, times=3)) == [0, 0, 1]
    with scoped(EVERYWHERE):
        assert PaymentOrder.objects.filter(award=failed.award_id).count() == 2
