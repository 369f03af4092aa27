"""Proof is archived, and only then is a batch closed (R-037)."""

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import refuse_if
from nuanliu.payments import high_water
from nuanliu.payments.actions.moving import check_move, locked, save_move
from nuanliu.payments.models import PaymentBatch, Receipt
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.states import RELEASED_STATES, BatchState

BANK_RECEIPT = "bank_receipt"


@audited
def archive_receipt(
    batch: PaymentBatch, *, file: EvidenceFile, by: Actor, kind: str = BANK_RECEIPT
) -> Receipt:
    """Bind an archived file to a batch as the bank's receipt (S2 Art. 11). The same file twice is one receipt."""
    batch = locked(batch, by, "archive_receipt")
    refuse_if(batch.state not in RELEASED_STATES, "payments.state", "批次尚未放行，没有可存档的银行回单。")
    refuse_if(
        file.organization_id != batch.organization_id or file.pk == batch.file_id,
        "payments.not_a_receipt",
        "银行回单须是本单位存档的另一份文件，不能以代发文件代替。",
    )
    receipt, is_new = Receipt.objects.get_or_create(
        batch=batch,
        file=file,
        defaults={
            "organization_path": batch.organization_path,
            "kind": kind,
            "archived_by_id": by.user_id,
        },
    )
    if is_new:
        record(by, batch, after={"receipt": bytes(file.sha256).hex(), "kind": kind})
    else:
        unchanged()
    return receipt


@audited
def close_batch(batch: PaymentBatch, *, by: Actor) -> PaymentBatch:
    """All outcomes are known and the bank's receipt is archived: the batch is done.

    Refused: `payments.outcome_unknown` while an order is open, `payments.no_receipt` (R-037).
    """
    batch = locked(batch, by, "close")
    if batch.state == BatchState.CLOSED:
        unchanged()
        return batch
    unsettled = batch.state == BatchState.SENT
    refuse_if(unsettled, "payments.outcome_unknown", "仍有银行结果未明的指令；请先取得回盘。")
    check_move(batch, BatchState.CLOSED)
    refuse_if(
        not batch.receipts.exists(), "payments.no_receipt", "没有存档的银行回单，不得办结；请先上传银行回单。"
    )
    save_move(batch, BatchState.CLOSED)
    record(by, batch, before={"state": BatchState.RECONCILED}, after={"state": batch.state})
    return batch


@audited
def accept_restored_database(*, reason: str, by: Actor) -> list[high_water.Release]:
    """Answer for going on with a restored old backup: every missing release has been settled by hand.

    Returns the releases that are struck out of the mark; their numbers stay in the audit.
    """
    POLICY.require(by, "accept_restored")
    refuse_if(not reason.strip(), "payments.reason_missing", "请写明缺失批次的核对结果和继续付款的理由。")
    missing = high_water.missing_releases()
    if not missing:
        unchanged()
        return []
    record(
        by, ("payments.mark", "restored"), after={"missing": [one.batch for one in missing]}, reason=reason
    )
    return high_water.forget_missing()
