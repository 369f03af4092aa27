"""A second person looks again, makes the bank file and lets it go; before it is sent it can still be taken back."""

from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import ERROR, PAYMENT_DISCIPLINE, Finding
from nuanliu.payments import high_water
from nuanliu.payments.actions.moving import change_awards, check_move, locked, save_move
from nuanliu.payments.layouts import (
    BatchFacts,
    OrderRows,
    Profile,
    UnwritableError,
    file_name,
    first_messages,
    write_file,
)
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import bank_file, batch_facts, orders_in_file, profile_of
from nuanliu.payments.refusals import refused_by_database
from nuanliu.payments.states import RELEASED_STATES, BatchState

BANK_FILE = "bank_file"
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "text": "text/plain",
}


@audited
def release_batch(batch: PaymentBatch, *, by: Actor) -> PaymentBatch:
    """Leave out payees whose account has changed since the batch was built, make the bank file, let the batch go.

    The database compares the orders with those built in the statement that releases them, thus after the file was made.
    The file is archived with its SHA-256. Orders left out are void, their awards approved again. By another person
    than the builder (R-044, `payments.same_person`). Refused too: `payments.state`, `payments.content_changed`,
    `payments.nothing_left`, `payments.unwritable` with a finding for each text that the bank's format cannot carry,
    `payments.stale_database` when an old backup was restored.
    """
    batch = locked(batch, by, "release")
    if batch.state == BatchState.RELEASED and batch.released_by_id == by.user_id:
        unchanged()
        return batch
    refuse_if(batch.built_by_id == by.user_id, "payments.same_person", "编制与放行须为两人，请由其他人放行。")
    check_move(batch, BatchState.RELEASED)
    batch.release_number = high_water.next_release_number()
    with connection.cursor() as cursor:
        voided = _void_changed(cursor, batch, by)
    _make_file(batch, by)
    batch.released_by_id, batch.released_at = by.user_id, timezone.now()
    save_move(batch, BatchState.RELEASED, *RELEASE_FIELDS)
    _raise_mark(batch)
    record(by, batch, before={"state": BatchState.BUILT}, after={**_released(batch), "voided": voided})
    return batch


@audited
def take_bank_file(batch: PaymentBatch, *, by: Actor) -> EvidenceFile:
    """Hand the bank file to who sends it; each taking leaves its row with the file's SHA-256.

    Refused: `permission.denied`, `payments.state` before the release and once the batch is cancelled: a file that lies
    about can be sent by mistake.
    """
    batch = locked(batch, by, "send")
    refuse_if(
        batch.state not in RELEASED_STATES, "payments.state", "批次未放行或已取消，没有可下载的代发文件。"
    )
    file = bank_file(batch)
    record(by, batch, after={"file": file.name, "sha256": bytes(file.sha256).hex(), "state": batch.state})
    return file


@audited
def mark_sent(batch: PaymentBatch, *, by: Actor) -> PaymentBatch:
    """The bank has the file: from now on the outcome of each order is unknown until it answers.

    No order of it can be sent, built or cancelled again meanwhile.
    """
    batch = locked(batch, by, "send")
    if batch.state == BatchState.SENT:
        unchanged()
        return batch
    check_move(batch, BatchState.SENT)
    batch.sent_at = timezone.now()
    save_move(batch, BatchState.SENT, "sent_at")
    with refused_by_database(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_paymentorder SET state = 'sent' WHERE batch_id = %s AND state = 'built'",
            [batch.pk],
        )
        sent = cursor.rowcount
    refuse_if(
        sent != batch.released_count, "payments.content_changed", "送出的笔数与放行的不符，请核对批次。"
    )
    # A crash right after the release may have lost the mark; it must stand before money moves.
    _raise_mark(batch)
    record(by, batch, before={"state": BatchState.RELEASED}, after={"state": batch.state, "count": sent})
    return batch


@audited
def cancel_batch(batch: PaymentBatch, *, reason: str, by: Actor) -> PaymentBatch:
    """Take a batch back before it is sent: its orders are void, its awards approved again.

    A released batch has a file that may lie with the bank already: who released it answers for its not being sent,
    so only a releaser takes it back. Refused `payments.state` once it is sent.
    """
    batch = locked(batch, by, "cancel")
    if batch.state == BatchState.CANCELLED:
        unchanged()
        return batch
    refuse_if(not reason.strip(), "payments.reason_missing", "取消批次须写明理由。")
    check_move(batch, BatchState.CANCELLED)
    before = batch.state
    if before == BatchState.RELEASED:
        POLICY.require(by, "release", batch)
    save_move(batch, BatchState.CANCELLED)
    with connection.cursor() as cursor:
        voided = _void(cursor, "batch_id = %s AND state = 'built'", [batch.pk], by)
    record(by, batch, before={"state": before}, after={"state": batch.state, "voided": voided}, reason=reason)
    return batch


RELEASE_FIELDS = (
    "released_by",
    "released_at",
    "released_count",
    "released_fen",
    "release_number",
    "file",
    "file_sha256",
)


# The payee as frozen against the payee as he is.
CHANGED = """
id IN (
    SELECT o.id FROM payments_paymentorder o
    LEFT JOIN people_bankaccount account ON account.id = o.account_id
    LEFT JOIN people_person person ON person.id = account.person_id
    WHERE o.batch_id = %s AND o.state = 'built' AND (
        account.active AND account.number_digest = o.account_digest AND account.holder_name = person.name
        AND o.payee_name = person.name AND person.deceased_on IS NULL
    ) IS NOT TRUE
)
"""


VOID = "UPDATE payments_paymentorder SET state = 'void', live = false"


def _void_changed(cursor: Any, batch: PaymentBatch, by: Actor) -> int:
    return _void(cursor, CHANGED, [batch.pk], by)


def _void(cursor: Any, condition: str, parameters: list[object], by: Actor) -> int:
    with refused_by_database():
        cursor.execute(
            f"{VOID} WHERE {condition} RETURNING award_id",
            parameters,
        )
        awards = [award for (award,) in cursor.fetchall()]
    change_awards(cursor, "SELECT unnest(%s::bigint[]), 'approved', NULL", [awards], by=by)
    return len(awards)


def _make_file(batch: PaymentBatch, by: Actor) -> None:
    orders = orders_in_file(batch)
    refuse_if(not orders, "payments.nothing_left", "本批各笔的收款账户都已变更，没有可付的指令；请取消本批。")
    batch.released_count, batch.released_fen = len(orders), sum(orders.amounts_fen)
    profile, facts = profile_of(batch.profile), batch_facts(batch)
    batch.file = archive(
        _written(profile, facts, orders),
        name=file_name(profile.layout, facts),
        kind=BANK_FILE,
        media_type=MEDIA_TYPES[profile.layout.format],
        organization_path=batch.organization_path,
        organization_id=batch.organization_id,
        by=by,
    )
    batch.file_sha256 = batch.file.sha256


def _written(profile: Profile, facts: BatchFacts, orders: OrderRows) -> bytes:
    try:
        return write_file(profile, facts, orders)
    except UnwritableError as problem:
        findings = [
            Finding("payments.unwritable", ERROR, f"第{ordinal}笔的“{heading}”{why}。", PAYMENT_DISCIPLINE)
            for ordinal, heading, why in problem.rows[:200]
        ]
        message = f"{first_messages(findings)}请取消本批，改用其他银行格式编制。"
        raise Refused("payments.unwritable", message, findings) from None


def _raise_mark(batch: PaymentBatch) -> None:
    release = high_water.Release(
        release_number=batch.release_number or 0,
        batch=batch.number,
        count=batch.released_count or 0,
        amount_fen=batch.released_fen or 0,
        sha256=bytes(batch.file_sha256 or b"").hex(),
    )
    transaction.on_commit(partial(high_water.note, release))


def _released(batch: PaymentBatch) -> dict[str, object]:
    return {
        "state": batch.state,
        "count": batch.released_count,
        "amount_fen": batch.released_fen,
        "sha256": bytes(batch.file_sha256 or b"").hex(),
    }
