"""Steps that several verbs share: lock a batch, move it along its table, and tell awards what became of them."""

from typing import Any

from nuanliu.awards.actions import change_states_many
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import create_temp
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.refusals import refused_by_database
from nuanliu.payments.states import BATCH_TRANSITIONS, BatchState

AWARD_CHANGES = {"award_id": "bigint", "state": "text", "on_date": "date"}


def locked(batch: PaymentBatch, by: Actor, act: str) -> PaymentBatch:
    """The batch as it is now, held until the transaction ends; the caller's own object tells the new state too."""
    fresh = PaymentBatch.objects.select_for_update(of=("self",)).select_related("profile").get(pk=batch.pk)
    POLICY.require(by, act, fresh)
    batch.__dict__.update({name: value for name, value in fresh.__dict__.items() if name != "_state"})
    return batch


def check_move(batch: PaymentBatch, state: BatchState) -> None:
    """Refused `payments.state` unless the batch may go there."""
    allowed = state in BATCH_TRANSITIONS[BatchState(batch.state)]
    label = BatchState(batch.state).label
    refuse_if(not allowed, "payments.state", f"批次{batch.number}的状态为“{label}”，不允许这一步。")


def save_move(batch: PaymentBatch, state: BatchState, *fields: str) -> None:
    """Write the new state and what came with it."""
    batch.state = state
    with refused_by_database():
        batch.save(update_fields=["state", *fields], force_update=True)


def change_awards(cursor: Any, select: str, parameters: object = None, *, by: Actor) -> int:
    """Move awards; `select` gives award, new state and day. All of them move, or nobody does."""
    create_temp(cursor, "award_changes", AWARD_CHANGES)
    cursor.execute(f"INSERT INTO pg_temp.award_changes {select}", parameters)
    wanted: int = cursor.rowcount
    if not wanted:
        return 0
    cursor.execute("ANALYZE pg_temp.award_changes")
    with refused_by_database():
        moved = change_states_many(by=by)
    if moved != wanted:
        raise Refused("payments.awards_moved", f"有{wanted - moved}笔慰问的状态已变化，请刷新后重试。")
    return moved
