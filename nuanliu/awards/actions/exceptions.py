"""Leave that must be asked for: to step back from a recipient, and to hand out cash."""

from datetime import date
from uuid import UUID

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.models import CashException, Recusal
from nuanliu.awards.permissions import POLICY
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import blind
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import refuse_if
from nuanliu.kernel.identity import check_identity
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign


@audited
def record_recusal(
    organization: Organization,
    campaign: Campaign,
    *,
    user_id: UUID,
    identity_number: str,
    replaced_by: UUID,
    reason: str,
    on: date,
    by: Actor,
) -> Recusal:
    """A handler or approver steps back from one recipient of a campaign, and another takes over (R-056).

    The same recusal twice is one. Refused: `permission.denied`, `recusal.by_oneself`, `recusal.same_person`,
    `recusal.reason_missing`, `identity.format`, `identity.checksum`.
    """
    recusal = Recusal(
        organization_path=organization.path,
        campaign=campaign,
        user_id=user_id,
        identity_digest=_digest_of(identity_number, on),
        replaced_by_id=replaced_by,
        reason=reason.strip(),
    )
    POLICY.require(by, "record_recusal", recusal)
    refuse_if(by.user_id == user_id, "recusal.by_oneself", "回避须由另一人记录")
    refuse_if(user_id == replaced_by, "recusal.same_person", "接替人不能是回避人自己")
    refuse_if(not recusal.reason, "recusal.reason_missing", "回避必须说明理由")
    known = Recusal.objects.filter(
        campaign=campaign, user_id=user_id, identity_digest=recusal.identity_digest
    ).first()
    if known:
        unchanged()
        return known
    recusal.save(force_insert=True)
    record(by, recusal, after={"user": user_id, "replaced_by": replaced_by}, reason=reason)
    return recusal


@audited
def request_cash_exception(
    organization: Organization, campaign: Campaign, *, identity_number: str, reason: str, on: date, by: Actor
) -> CashException:
    """Ask for leave to hand out cash to one person (R-036). The same request twice is one.

    Refused: `permission.denied`, `cash_exception.reason_missing`, `identity.format`, `identity.checksum`.
    """
    exception = CashException(
        organization_path=organization.path,
        campaign=campaign,
        identity_digest=_digest_of(identity_number, on),
        reason=reason.strip(),
        requested_by_id=by.user_id,
    )
    POLICY.require(by, "request_cash_exception", exception)
    refuse_if(
        not exception.reason, "cash_exception.reason_missing", "发放现金必须说明不能通过银行账户发放的理由"
    )
    known = CashException.objects.filter(
        campaign=campaign, organization_path=organization.path, identity_digest=exception.identity_digest
    ).first()
    if known:
        unchanged()
        return known
    exception.save(force_insert=True)
    record(by, exception, after={"campaign": campaign.pk}, reason=reason)
    return exception


@audited
def approve_cash_exception(exception: CashException, *, on: date, by: Actor) -> CashException:
    """Another person than who asked approves it (R-036). Refused: `permission.denied`, `cash_exception.same_person`."""
    exception = CashException.objects.select_for_update().get(pk=exception.pk)
    POLICY.require(by, "approve_cash_exception", exception)
    own = exception.requested_by_id == by.user_id
    refuse_if(own, "cash_exception.same_person", "现金发放须由申请人以外的人审批（实施办法第十一条）")
    if exception.approved_by_id:
        unchanged()
        return exception
    exception.approved_by_id, exception.approved_on = by.user_id, on
    exception.save(update_fields=["approved_by", "approved_on"])
    record(by, exception, after={"approved_on": on})
    return exception


@audited
def sign_cash_receipt(exception: CashException, *, signature_file: EvidenceFile, by: Actor) -> CashException:
    """Keep the receipt that the recipient signed for cash.

    Refused: `permission.denied`, `cash_exception.not_approved`.
    """
    exception = CashException.objects.select_for_update(of=("self",)).get(pk=exception.pk)
    POLICY.require(by, "sign_cash_receipt", exception)
    refuse_if(not exception.approved_by_id, "cash_exception.not_approved", "现金发放尚未审批")
    if exception.signature_file_id == signature_file.pk:
        unchanged()
        return exception
    exception.signature_file = signature_file
    exception.save(update_fields=["signature_file"])
    record(by, exception, after={"signature": signature_file.pk})
    return exception


def _digest_of(identity_number: str, on: date) -> bytes:
    checked = check_identity(identity_number, on)
    refuse_if(checked.code, checked.code or "", f"身份证号不对：{checked.reason}")
    return blind(checked.number, "identity")
