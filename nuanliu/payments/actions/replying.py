"""The bank answers: row by row judged, set-based applied, and safe to be told three times.

Everything happens in one transaction: ledger, orders and awards move together, or none of them does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import copy_columns, create_temp
from nuanliu.base.crypto import blind_many
from nuanliu.base.statistics import refresh_statistics
from nuanliu.evidence.actions import archive
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import CODES
from nuanliu.ledger.actions import settle_many
from nuanliu.payments.actions.moving import change_awards, locked, save_move
from nuanliu.payments.actions.releasing import MEDIA_TYPES
from nuanliu.payments.layouts import ReplyRows, read_reply
from nuanliu.payments.models import PaymentBatch, ReplyFile
from nuanliu.payments.queries import meanings_for, profile_of
from nuanliu.payments.refusals import refused_by_database
from nuanliu.payments.rules import outcome_of
from nuanliu.payments.states import BatchState

REPLY_FILE = "bank_reply"
ANSWERED = (BatchState.SENT, BatchState.RECONCILED)


@dataclass(frozen=True, slots=True)
class ReplyResult:
    """What one reply brought: counts and sums in fen, and how many rows of each finding code.

    `repeated` rows say again what is known; `pending` ones say that the bank is still at it; `open` orders still wait.
    """

    reply: ReplyFile
    rows: int = 0
    paid: int = 0
    paid_fen: int = 0
    failed: int = 0
    failed_fen: int = 0
    repeated: int = 0
    pending: int = 0
    open: int = 0
    replayed: bool = False
    findings: dict[str, int] = field(default_factory=dict)


@audited
def record_replies(batch: PaymentBatch, *, name: str, content: bytes, by: Actor, on: date) -> ReplyResult:
    """Take a reply file: paid orders post their reservation and deliver their award, failed ones void and fail it.

    The bank's day counts, `on` where it gives none. Rows that cannot be applied become findings and leave their order
    open: `replies.unknown_order`, `replies.duplicate`, `replies.amount_differs` (R-236), `replies.out_of_order`,
    `replies.unmapped_words`. The same content again does nothing (`replayed`). When no outcome is open any more the
    batch is reconciled. Refused: `replies.out_of_order` before the batch is sent, `replies.unreadable`.
    """
    batch = locked(batch, by, "reply")
    refuse_if(
        batch.state not in ANSWERED,
        "replies.out_of_order",
        f"批次{batch.number}尚未送出，不能接收回盘；请先登记已送银行。",
    )
    digest = sha256(content).digest()
    known = ReplyFile.objects.filter(batch=batch, sha256=digest).first()
    if known:
        unchanged()
        counts = {"replies.replayed": 1}
        return ReplyResult(
            known, rows=known.row_count, open=_open_orders(batch), replayed=True, findings=counts
        )
    rows = read_reply(profile_of(batch.profile), content)
    reply = _archived(batch, name, content, digest, rows, by)
    result = _applied(batch, reply, rows, by=by, on=on)
    record(by, batch, after=_summary(batch, reply, result))
    return result


@audited
def reapply_reply(reply: ReplyFile, *, by: Actor, on: date) -> ReplyResult:
    """Read an archived reply once more, after its unknown words have been explained. What is settled stays."""
    batch = locked(reply.batch, by, "reply")
    rows = read_reply(profile_of(batch.profile), content_of(reply.file))
    reply.findings.all().delete()
    result = _applied(batch, reply, rows, by=by, on=on)
    if result.paid or result.failed:
        record(by, batch, after=_summary(batch, reply, result))
    else:
        unchanged()
    return result


def _archived(
    batch: PaymentBatch, name: str, content: bytes, digest: bytes, rows: ReplyRows, by: Actor
) -> ReplyFile:
    file = archive(
        content,
        name=name,
        kind=REPLY_FILE,
        media_type=MEDIA_TYPES[profile_of(batch.profile).reply.format],
        organization_path=batch.organization_path,
        organization_id=batch.organization_id,
        by=by,
    )
    return ReplyFile.objects.create(
        batch=batch,
        organization_path=batch.organization_path,
        file=file,
        sha256=digest,
        received_by_id=by.user_id,
        row_count=len(rows),
    )


def _applied(batch: PaymentBatch, reply: ReplyFile, rows: ReplyRows, *, by: Actor, on: date) -> ReplyResult:
    with connection.cursor() as cursor:
        _load(cursor, batch, rows)
        _judge(cursor, batch, on)
        result = _counted(cursor, batch, reply)
        _settle(cursor, result, by)
        _move_orders(cursor)
        change_awards(cursor, AWARDS, by=by)
        _tell(cursor, reply)
    applied = result.paid + result.failed
    if applied:
        ReplyFile.objects.filter(pk=reply.pk).update(applied_count=reply.applied_count + applied)
        reply.applied_count += applied
    if batch.state == BatchState.SENT and not result.open:
        save_move(batch, BatchState.RECONCILED)
    refresh_statistics(applied, "payments_paymentorder", "awards_award")
    return result


REPLIES = {
    "row_number": "integer",
    "key": "text",
    "account_digest": "bytea",
    "amount_fen": "bigint",
    "words": "text",
    "outcome": "text",
    "settled_on": "date",
    "day_given": "boolean",
    "reference": "text",
}
TYPES = {**REPLIES, "row_number": "int4", "amount_fen": "int8", "day_given": "bool"}


def _load(cursor: Any, batch: PaymentBatch, rows: ReplyRows) -> None:
    meanings = meanings_for(batch)
    meant = cache(lambda words: outcome_of(words, meanings))
    create_temp(cursor, "payment_replies", REPLIES)
    columns: dict[str, Sequence[Any]] = {
        "row_number": rows.row_numbers,
        "key": rows.keys,
        "account_digest": _account_digests(rows.accounts),
        "amount_fen": rows.amounts_fen,
        "words": rows.words,
        "outcome": [meant(words) for words in rows.words],
        "settled_on": rows.settled_on,
        "day_given": rows.has_day,
        "reference": rows.references,
    }
    copy_columns(cursor, "payment_replies", columns, TYPES)
    cursor.execute("ANALYZE pg_temp.payment_replies")


def _account_digests(accounts: Sequence[str]) -> list[bytes | None]:
    # Banks that mask the account tell nothing by it.
    return blind_many([account if account.isdigit() else None for account in accounts], purpose="account")


VERDICTS = {
    "row_number": "integer",
    "key": "text",
    "order_id": "bigint",
    "award_id": "bigint",
    "amount_fen": "bigint",
    "outcome": "text",
    "words": "text",
    "reference": "text",
    "day": "date",
    "verdict": "text",
    "detail": "text",
}

# A key that stands twice in one file is applied in neither row: the bank must say which of them is true.
JUDGE = """
INSERT INTO pg_temp.payment_verdicts
SELECT r.row_number, r.key, o.id, o.award_id, o.amount_fen, r.outcome, r.words, r.reference,
       coalesce(r.settled_on, %(on)s), judged.verdict,
       CASE WHEN judged.verdict <> 'replies.out_of_order' THEN ''
            WHEN o.state = 'sent' THEN '入账日期不合理' WHEN o.state = 'void' THEN '该笔未送银行'
            ELSE '与已登记的结果不同' END
FROM pg_temp.payment_replies r
LEFT JOIN payments_paymentorder o ON o.batch_id = %(batch)s AND {key} = r.key
    AND (r.account_digest IS NULL OR r.account_digest = o.account_digest)
LEFT JOIN (SELECT key FROM pg_temp.payment_replies GROUP BY key HAVING count(*) > 1) AS twice ON twice.key = r.key
CROSS JOIN LATERAL (SELECT
    -- A failure may come without a sum; money that moved may not.
    r.amount_fen IS NOT DISTINCT FROM o.amount_fen
        OR r.outcome NOT IN ('paid', 'unknown') AND coalesce(r.amount_fen, 0) = 0 AS amount_agrees,
    r.day_given AND r.settled_on IS NULL OR r.settled_on NOT BETWEEN %(first_day)s AND %(on)s AS day_wrong
) AS facts
CROSS JOIN LATERAL (SELECT CASE
    WHEN o.id IS NULL THEN 'replies.unknown_order'
    WHEN twice.key IS NOT NULL THEN 'replies.duplicate'
    WHEN o.state IN ('paid', 'failed') AND o.outcome = r.outcome AND facts.amount_agrees THEN 'repeated'
    WHEN o.state <> 'sent' THEN 'replies.out_of_order'
    WHEN r.outcome IS NULL THEN 'replies.unmapped_words'
    WHEN r.outcome = 'unknown' THEN 'pending'
    WHEN facts.amount_agrees IS NOT TRUE THEN 'replies.amount_differs'
    WHEN facts.day_wrong THEN 'replies.out_of_order'
    ELSE 'applied' END AS verdict
) AS judged
"""
KEYS = {"order_key": "o.idempotency_key", "ordinal": "o.ordinal::text"}


def _judge(cursor: Any, batch: PaymentBatch, on: date) -> None:
    create_temp(cursor, "payment_verdicts", VERDICTS)
    key = KEYS[profile_of(batch.profile).reply.key_field]
    parameters = {"batch": batch.pk, "on": on, "first_day": batch.business_date}
    cursor.execute(JUDGE.format(key=key), parameters)
    cursor.execute("ANALYZE pg_temp.payment_verdicts")


def _counted(cursor: Any, batch: PaymentBatch, reply: ReplyFile) -> ReplyResult:
    cursor.execute(
        "SELECT verdict, coalesce(outcome = 'paid', false), count(*), coalesce(sum(amount_fen), 0)::bigint"
        " FROM pg_temp.payment_verdicts GROUP BY 1, 2"
    )
    counts = {(verdict, paid): (count, fen) for verdict, paid, count, fen in cursor.fetchall()}

    def of(verdict: str) -> int:
        return sum(counts.get((verdict, paid), (0, 0))[0] for paid in (True, False))

    paid, paid_fen = counts.get(("applied", True), (0, 0))
    failed, failed_fen = counts.get(("applied", False), (0, 0))
    return ReplyResult(
        reply,
        rows=reply.row_count,
        paid=paid,
        paid_fen=paid_fen,
        failed=failed,
        failed_fen=failed_fen,
        repeated=of("repeated"),
        pending=of("pending"),
        open=_open_orders(batch) - paid - failed,
        findings={code: of(code) for code in CODES if of(code)},
    )


def _open_orders(batch: PaymentBatch) -> int:
    return batch.orders.filter(state="sent").count()


SETTLEMENTS = """
INSERT INTO pg_temp.ledger_settlements
SELECT award_id, CASE outcome WHEN 'paid' THEN 'post' ELSE 'void' END, day
FROM pg_temp.payment_verdicts WHERE verdict = 'applied'
"""


def _settle(cursor: Any, result: ReplyResult, by: Actor) -> None:
    applied = result.paid + result.failed
    if not applied:
        return
    create_temp(cursor, "ledger_settlements", {"award_id": "bigint", "kind": "text", "occurred_on": "date"})
    cursor.execute(SETTLEMENTS)
    booked = settle_many(by=by)
    if booked.count != applied:
        raise Refused(
            "payments.not_reserved",
            f"有{applied - booked.count}笔的在途款项已另行了结，回盘未入账；请核对资金账。",
        )


MOVE_ORDERS = """
UPDATE payments_paymentorder o
SET state = CASE v.outcome WHEN 'paid' THEN 'paid' ELSE 'failed' END, live = v.outcome = 'paid', outcome = v.outcome,
    bank_words = v.words, bank_reference = v.reference, settled_on = v.day
FROM pg_temp.payment_verdicts v WHERE v.order_id = o.id AND v.verdict = 'applied'
"""
# Nobody knows yet; what the bank said is kept.
KEEP_WORDS = """
UPDATE payments_paymentorder o SET outcome = 'unknown', bank_words = v.words
FROM pg_temp.payment_verdicts v
WHERE v.order_id = o.id AND v.verdict IN ('pending', 'replies.unmapped_words')
"""
AWARDS = """
SELECT award_id, CASE outcome WHEN 'paid' THEN 'delivered' ELSE 'failed' END, day
FROM pg_temp.payment_verdicts WHERE verdict = 'applied'
"""


def _move_orders(cursor: Any) -> None:
    with refused_by_database():
        cursor.execute(MOVE_ORDERS)
        cursor.execute(KEEP_WORDS)


TELL = """
INSERT INTO payments_replyfinding (reply_file_id, organization_path, row_number, code, message)
SELECT %(reply)s, %(path)s, v.row_number, v.verdict,
       format('第%%s行（%%s）：%%s%%s。%%s。', v.row_number, v.key, told.title,
              CASE WHEN v.verdict = 'replies.unmapped_words' THEN '“' || v.words || '”'
                   WHEN v.detail <> '' THEN '（' || v.detail || '）' ELSE '' END,
              told.remedy)
FROM pg_temp.payment_verdicts v
JOIN unnest(%(codes)s::text[], %(titles)s::text[], %(remedies)s::text[]) AS told (code, title, remedy)
    ON told.code = v.verdict
ORDER BY v.row_number
"""


def _tell(cursor: Any, reply: ReplyFile) -> None:
    codes = [code for code in CODES if code.startswith("replies.")]
    cursor.execute(
        TELL,
        {
            "reply": reply.pk,
            "path": reply.organization_path,
            "codes": codes,
            "titles": [CODES[code].title_zh for code in codes],
            "remedies": [CODES[code].remedy_zh for code in codes],
        },
    )


def _summary(batch: PaymentBatch, reply: ReplyFile, result: ReplyResult) -> dict[str, object]:
    return {
        "state": batch.state,
        "reply": bytes(reply.sha256).hex(),
        "rows": result.rows,
        "paid": result.paid,
        "paid_fen": result.paid_fen,
        "failed": result.failed,
        "failed_fen": result.failed_fen,
        "open": result.open,
        "findings": result.findings,
    }
