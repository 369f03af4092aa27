"""A payment failed: one person corrects the account, another verifies it, and the award is paid anew."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.states import AwardState
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import create_temp
from nuanliu.base.crypto import Place, blind, open_, seal
from nuanliu.base.keys import uuid7
from nuanliu.kernel.cards import check_account
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import ERROR, PAYMENT_DISCIPLINE, Finding
from nuanliu.kernel.text import normalize_code, normalize_name
from nuanliu.ledger.actions import reserve_many
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.actions.building import build, locked_plan, summary
from nuanliu.payments.actions.moving import change_awards
from nuanliu.payments.models import AccountCorrection, BankProfile, PaymentBatch, PaymentOrder
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.refusals import refused_by_database
from nuanliu.payments.rules import needs_correction
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.people.actions import change_account

CORRECTED_NUMBER = Place("payments_accountcorrection", "number_sealed")


@audited
def correct_account(
    order: PaymentOrder, *, account_number: str, bank: str, holder_name: str, reason: str, by: Actor
) -> AccountCorrection:
    """Say to which account a failed order should have gone. Nothing is paid, and the person's account stays as it is,
    until somebody else has verified it.

    Also for an order left out at release because its account had changed. The same correction twice is one. Refused:
    `payments.not_failed`, `account.format`, `payments.holder_differs` (R-054), `payments.reason_missing`.
    """
    order = _locked(order, by, "correct")
    number, holder = normalize_code(account_number), normalize_name(holder_name)
    _check_correctable(order, number, holder, reason)
    digest = blind(number, "account")
    known = order.corrections.filter(number_digest=digest, bank=bank, verified_by=None).first()
    if known:
        unchanged()
        return known
    key = uuid7()
    with refused_by_database():
        correction = AccountCorrection.objects.create(
            id=key,
            organization_path=order.organization_path,
            order=order,
            holder_name=holder,
            bank=bank,
            number_sealed=seal(number, place=CORRECTED_NUMBER, row_key=key),
            number_digest=digest,
            number_tail=number[-4:],
            reason=reason,
            corrected_by_id=by.user_id,
        )
    record(by, correction, after={"order": order.pk, "account": digest.hex()}, reason=reason)
    return correction


@audited
def verify_correction(correction: AccountCorrection, *, by: Actor, on: date) -> AccountCorrection:
    """Another person confirms the account with the payee: it becomes the person's active one (R-044, R-054).

    Refused: `payments.same_person`, `payments.correction_frozen`, and what the record has against the account.
    """
    correction = AccountCorrection.objects.select_for_update().get(pk=correction.pk)
    POLICY.require(by, "verify", correction)
    if correction.verified_by_id == by.user_id:
        unchanged()
        return correction
    refuse_if(correction.corrected_by_id == by.user_id, "payments.same_person", "账户更正须由另一人核实。")
    refuse_if(correction.verified_by_id, "payments.correction_frozen", "该更正已由他人核实。")
    order = _locked(correction.order, by, "verify")
    number = open_(correction.number_sealed, place=CORRECTED_NUMBER, row_key=correction.pk)
    correction.account = change_account(
        order.award.person, number=number, bank=correction.bank, holder_name=correction.holder_name, by=by
    )
    correction.verified_by_id, correction.verified_on = by.user_id, on
    with refused_by_database():
        correction.save(update_fields=["account", "verified_by", "verified_on"])
    record(by, correction, after={"order": order.pk, "on": on.isoformat()})
    return correction


@audited
def reissue(
    orders: Sequence[PaymentOrder], *, business_date: date, by: Actor, reason: str = ""
) -> list[PaymentBatch]:
    """Pay failed orders anew: new reservations, new orders, new batches; the failed ones stay as they are.

    All or nothing. What failed for the account's sake needs a verified correction; what failed for a limit or a busy
    bank needs a `reason`. Orders that have a successor already are passed over. Refused: `payments.not_failed`,
    `payments.account_unverified`, `payments.reason_missing` with a finding for each order.
    """
    waiting = _waiting([order.pk for order in orders], by)
    if not waiting:
        unchanged()
        return []
    _check_reissuable(waiting, reason)
    batches: list[PaymentBatch] = []
    for (plan_id, profile_id), group in groupby(waiting, key=_way):
        batches += _reissue_one_way(plan_id, profile_id, list(group), business_date, by)
    record(by, ("payments.order", f"{len(waiting)} 笔"), after=summary(batches), reason=reason)
    return batches


def _locked(order: PaymentOrder, by: Actor, act: str) -> PaymentOrder:
    # Only the order: its award and batch are read.
    fresh = (
        PaymentOrder.objects.select_for_update(of=("self",)).select_related("award", "batch").get(pk=order.pk)
    )
    POLICY.require(by, act, fresh)
    return fresh


def _check_correctable(order: PaymentOrder, number: str, holder: str, reason: str) -> None:
    left_out = order.state == OrderState.VOID and order.batch.state != BatchState.CANCELLED
    refuse_if(
        order.state != OrderState.FAILED and not left_out,
        "payments.not_failed",
        "只有失败或因账户变更未送出的指令才能更正账户。",
    )
    refuse_if(_has_successor(order), "payments.not_failed", "该笔慰问已重新付款，不需再更正。")
    refuse_if(check_account(number) == "account.format", "account.format", "账号须为8至32位数字，请核对。")
    refuse_if(
        holder != order.award.person.name,
        "payments.holder_differs",
        "账户户名须与受助人姓名一致，须为本人账户。",
    )
    refuse_if(
        not reason.strip(), "payments.reason_missing", "更正账户须写明依据，例如本人提供的银行卡复印件。"
    )


def _has_successor(order: PaymentOrder) -> bool:
    return PaymentOrder.objects.filter(award=order.award_id, id__gt=order.pk).exists()


def _waiting(ids: Sequence[int], by: Actor) -> list[PaymentOrder]:
    """Those not paid anew yet, locked, in the order of plan, profile and award."""
    found = (
        PaymentOrder.objects.select_for_update(of=("self",))
        .select_related("award", "batch")
        .filter(pk__in=ids)
    )
    waiting = [order for order in found if order.state != OrderState.FAILED or not _has_successor(order)]
    for order in waiting:
        POLICY.require(by, "reissue", order)
    return sorted(waiting, key=lambda order: (*map(str, _way(order)), order.pk))


def _way(order: PaymentOrder) -> tuple[UUID, UUID]:
    return order.batch.plan_id, order.batch.profile_id


def _check_reissuable(orders: Sequence[PaymentOrder], reason: str) -> None:
    ids = [order.pk for order in orders]
    verified = set(
        AccountCorrection.objects.filter(order__in=ids, verified_by__isnull=False).values_list(
            "order", flat=True
        )
    )
    faults = [(order, _fault(order, order.pk in verified, reason)) for order in orders]
    findings = [_finding(order, code) for order, code in faults if code]
    if findings:
        raise Refused(findings[0].code, f"有{len(findings)}笔不能重新付款：{findings[0].message}", findings)


def _finding(order: PaymentOrder, code: str) -> Finding:
    message = f"指令{order.idempotency_key}：{REMEDIES[code]}"
    return Finding(code, ERROR, message, PAYMENT_DISCIPLINE, subject=str(order.pk))


REMEDIES = {
    "payments.not_failed": "不是失败的指令，不能重新付款。",
    "payments.account_unverified": "因账户原因失败，须更正账户并由另一人核实后再付。",
    "payments.reason_missing": "未更正账户的，须写明重新付款的理由。",
}


def _fault(order: PaymentOrder, verified: bool, reason: str) -> str:
    if order.state != OrderState.FAILED or order.award.state != AwardState.FAILED:
        return "payments.not_failed"
    if needs_correction(order.outcome) and not verified:
        return "payments.account_unverified"
    return "" if verified or reason.strip() else "payments.reason_missing"


REQUESTS = """
INSERT INTO pg_temp.ledger_reservation_requests
SELECT o.award_id, reservation.plan_line_id, reservation.amount_fen
FROM payments_paymentorder o JOIN ledger_transfer reservation ON reservation.id = o.reservation_id
WHERE o.id = ANY (%s)
"""


def _reissue_one_way(
    plan_id: UUID, profile_id: UUID, orders: Sequence[PaymentOrder], business_date: date, by: Actor
) -> list[PaymentBatch]:
    plan = locked_plan(UsePlan(pk=plan_id), by, "reissue")
    awards = [order.award_id for order in orders]
    columns = {"award_id": "bigint", "plan_line_id": "uuid", "amount_fen": "bigint"}
    with connection.cursor() as cursor:
        change_awards(cursor, "SELECT unnest(%s::bigint[]), 'approved', NULL", [awards], by=by)
        create_temp(cursor, "ledger_reservation_requests", columns)
        cursor.execute(REQUESTS, [[order.pk for order in orders]])
        reserve_many(by=by, on=business_date)
    profile = BankProfile.objects.get(pk=profile_id)
    return build(plan, profile, business_date, by=by, only=awards)
