"""Signed heads over the log: each minute a Merkle root (RFC 9162) of all entries, in the database and outside it.

Numbers are given out before rows are committed, so entry 7 may appear after entry 9. A head covers the numbers up to
a horizon, once every transaction that could still bring one at or below it has ended. It reads the horizon first and
takes its own transaction number after; the database gives a transaction its number before it gives it an entry's
(sql/entries.sql). So whoever holds an entry number within the horizon is older than the head, and when no older
transaction is left running, the numbers up to the horizon are final.
"""

import time

from django.db import connection, transaction
from django.utils import timezone

from nuanliu.audit import outside
from nuanliu.audit.blocks import keep_blocks
from nuanliu.audit.errors import AuditError
from nuanliu.audit.leaves import leaves_between
from nuanliu.audit.models import AuditHead
from nuanliu.audit.signed import SignedHead
from nuanliu.kernel.digests import Frontier, leaf_hash

ONE_SEALER = 0x6E756175  # one key for all processes: two sealers would sign two heads of one size
PATIENCE_SECONDS = 30.0
DIGEST_BYTES = 32


def seal_head(*, patience_seconds: float = PATIENCE_SECONDS) -> AuditHead | None:
    """Sign a head over all entries so far and write it outside the database too.

    None when nothing is new, another process is sealing, or an older transaction outlasts `patience_seconds`: the
    next head covers it then. AuditError when the last head is not what was signed. Call it outside of any
    transaction: it needs one younger than every entry that it covers.
    """
    with transaction.atomic(durable=True):
        head = _seal(patience_seconds) if _is_only_sealer() else None
    outside.publish()
    return head


def frontier_of(head: AuditHead | None) -> Frontier:
    """The tree under a head, to be grown. AuditError when it is not what was signed."""
    if head is None:
        return Frontier()
    peaks = bytes(head.peaks)
    parts = tuple(peaks[start : start + DIGEST_BYTES] for start in range(0, len(peaks), DIGEST_BYTES))
    if len(parts) == head.size.bit_count() and SignedHead.of(head).is_genuine:
        frontier = Frontier(head.size, parts)
        if frontier.root == bytes(head.root):
            return frontier
    raise AuditError(f"第 {head.size} 条处的审计封签已被改动，不能续签。请运行 nuanliu audit verify。")


def _seal(patience_seconds: float) -> AuditHead | None:
    last = AuditHead.objects.order_by("-size").first()
    horizon = _last_number()
    sealed = last.last_entry_id if last else 0
    if horizon <= sealed or not _older_transactions_end(patience_seconds):
        return None
    leaves = leaves_between(sealed, horizon)
    if not leaves:
        return None
    frontier = frontier_of(last).extended(leaf_hash(leaf.digest) for leaf in leaves)
    head = _written(frontier, leaves[-1].entry_id)
    keep_blocks(head)
    return head


def _written(frontier: Frontier, last_entry_id: int) -> AuditHead:
    signed = SignedHead.sign(frontier.size, last_entry_id, frontier.root, timezone.now())
    return AuditHead.objects.create(
        size=signed.size,
        last_entry_id=signed.last_entry_id,
        root=signed.root,
        peaks=b"".join(frontier.peaks),
        sealed_at=signed.sealed_at,
        signature=signed.signature,
    )


def _is_only_sealer() -> bool:
    return bool(_value("SELECT pg_try_advisory_xact_lock(%s)", ONE_SEALER))


def _last_number() -> int:
    """The highest entry number given out so far, whether its row is committed or not."""
    sequence = "pg_get_serial_sequence('audit_auditentry', 'id')"
    return int(str(_value(f"SELECT coalesce(pg_sequence_last_value({sequence}::regclass), 0)")))


def _older_transactions_end(patience_seconds: float) -> bool:
    """Wait until every transaction older than this one has ended."""
    own = str(_value("SELECT pg_current_xact_id()::text"))
    deadline = time.monotonic() + patience_seconds
    while not _value("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8", own):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _value(question: str, *parameters: str | int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchone()[0]
