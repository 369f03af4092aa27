"""Approved awards become orders of a batch: one for each award, with the payee frozen as he is now."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import drop_temp
from nuanliu.base.statistics import refresh_statistics
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import ERROR, PROHIBITIONS, Finding
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.states import PlanState
from nuanliu.payments.actions.moving import change_awards
from nuanliu.payments.layouts import Layout
from nuanliu.payments.models import BankProfile, PayerAccount, PaymentBatch
from nuanliu.payments.payees import CHOSEN, FAULTS, GATHERED
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.refusals import refused_by_database

FAULTS_TOLD = 200


@audited
def build_batches(
    plan: UsePlan,
    *,
    profile: BankProfile,
    business_date: date,
    by: Actor,
    due_on: date | None = None,
    without: Collection[int] = (),
) -> list[PaymentBatch]:
    """Batches of all approved cash awards of a plan that are not in payment yet, by fund and the bank's row limit.

    All or nothing: one payee that cannot be paid refuses the whole (`payments.payee_faults`, a finding for each),
    until it is put right or its award id is in `without`. Run again with nothing new to pay it does nothing and
    returns no batch. Refused too: `payments.not_decided` (R-034), `payments.profile_unconfirmed`,
    `payments.payer_missing`, `payments.due_before_date`, `payments.plan_exceeded`, `payments.other_fund` (R-053).
    """
    plan = locked_plan(plan, by, "build")
    refuse_if(
        due_on and due_on < business_date, "payments.due_before_date", "最迟发放日期早于付款日期，请核对。"
    )
    batches = build(plan, profile, business_date, by=by, due_on=due_on, without=without)
    if not batches:
        unchanged()
        return []
    record(by, plan, after=summary(batches))
    return batches


def locked_plan(plan: UsePlan, by: Actor, act: str) -> UsePlan:
    """The plan, locked: whoever builds for it at the same time waits, and then finds nothing left to build."""
    plan = UsePlan.objects.select_for_update().get(pk=plan.pk)
    POLICY.require(by, act, plan)
    refuse_if(plan.state != PlanState.APPROVED, "payments.not_decided", "方案未经集体研究通过，不得付款。")
    return plan


def build(
    plan: UsePlan,
    profile: BankProfile,
    business_date: date,
    *,
    by: Actor,
    due_on: date | None = None,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[PaymentBatch]:
    """The work of building, for one locked plan; `only` narrows it to some awards."""
    refuse_if(
        plan.decided_on and plan.decided_on > business_date,
        "payments.not_decided",
        "付款日期早于集体决定日期。",
    )
    check_profile_usable(profile, plan)
    with connection.cursor() as cursor:
        _gather(cursor, plan, without, only)
        _refuse_faults(cursor)
        batches = _batches(cursor, plan, profile, business_date, due_on, by)
        if batches:
            _insert_orders(cursor, batches, profile)
            _freeze(cursor, batches)
            change_awards(
                cursor, "SELECT award_id, 'in_payment', NULL FROM pg_temp.payment_candidates", by=by
            )
    orders = sum(batch.declared_count for batch in batches)
    refresh_statistics(orders, "payments_paymentorder", "awards_award")
    return batches


def check_profile_usable(profile: BankProfile, plan: UsePlan) -> None:
    """Refused unless the profile is confirmed, reaches this union, and has what it needs to be written."""
    reaches = profile.active and plan.organization_path.startswith(profile.organization_path)
    refuse_if(not reaches, "payments.profile_unconfirmed", "银行格式未经另一人确认，或不属本单位，不能使用。")
    if Layout.from_data(profile.layout).needs_payer:
        known = PayerAccount.objects.filter(organization=plan.organization_id, profile=profile, active=True)
        refuse_if(
            not known.exists(),
            "payments.payer_missing",
            "该银行格式须写明付款账户，请先登记本单位的付款账户。",
        )


def summary(batches: list[PaymentBatch]) -> dict[str, object]:
    """What the audit keeps of new batches."""
    return {
        "batches": [batch.number for batch in batches],
        "count": sum(batch.declared_count for batch in batches),
        "amount_fen": sum(batch.declared_fen for batch in batches),
    }


def _gather(cursor: Any, plan: UsePlan, without: Collection[int], only: Collection[int] | None) -> None:
    wanted = {
        "plan": plan.pk,
        "campaign": plan.campaign_id,
        "without": list(without),
        "only": None if only is None else list(only),
    }
    for table, select in (("payment_awards", CHOSEN), ("payment_candidates", GATHERED)):
        drop_temp(cursor, table)
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {select}", wanted)
        cursor.execute(f"ANALYZE pg_temp.{table}")


def _refuse_faults(cursor: Any) -> None:
    cursor.execute(
        "SELECT award_id, fault, count(*) OVER () FROM pg_temp.payment_candidates"
        " WHERE fault IS NOT NULL ORDER BY place, award_id LIMIT %s",
        [FAULTS_TOLD],
    )
    faults = cursor.fetchall()
    if faults:
        findings = [
            Finding(code, ERROR, f"第{award}号慰问：{FAULTS[code]}。", PROHIBITIONS, subject=str(award))
            for award, code, _ in faults
        ]
        message = f"有{faults[0][2]}笔不能付款，整批未编制；请逐笔处理，或指明暂不付款的各笔。"
        raise Refused("payments.payee_faults", message, findings)


def _batches(
    cursor: Any, plan: UsePlan, profile: BankProfile, business_date: date, due_on: date | None, by: Actor
) -> list[PaymentBatch]:
    limit = Layout.from_data(profile.layout).row_limit
    cursor.execute(
        "SELECT fund_id, place / %s AS part, count(*), sum(amount_fen)::bigint, nextval('payments_batch_sequence')"
        " FROM pg_temp.payment_candidates GROUP BY fund_id, part ORDER BY fund_id, part",
        [limit],
    )
    batches = [
        PaymentBatch(
            organization_id=plan.organization_id,
            organization_path=plan.organization_path,
            number=f"NL{business_date:%Y%m%d}-{sequence:05d}",
            plan=plan,
            fund_id=fund,
            profile=profile,
            business_date=business_date,
            due_on=due_on,
            declared_count=count,
            declared_fen=amount_fen,
            built_by_id=by.user_id,
        )
        for fund, _, count, amount_fen, sequence in cursor.fetchall()
    ]
    with refused_by_database():
        PaymentBatch.objects.bulk_create(batches)
    return batches


INSERT_ORDERS = """
INSERT INTO payments_paymentorder (batch_id, organization_path, ordinal, award_id, account_id, amount_fen, payee_name,
    bank, account_digest, number_tail, idempotency_key, reservation_id, state, live)
SELECT batch.id, c.organization_path, c.place %% %(limit)s + 1, c.award_id, c.account_id, c.amount_fen, c.payee_name,
       c.bank, c.account_digest, c.number_tail,
       batch.number || '-' || lpad((c.place %% %(limit)s + 1)::text, 6, '0'), c.reservation_id, 'built', true
FROM pg_temp.payment_candidates c
JOIN unnest(%(ids)s::uuid[], %(numbers)s::text[], %(funds)s::uuid[], %(parts)s::bigint[])
    AS batch (id, number, fund_id, part) ON batch.fund_id = c.fund_id AND batch.part = c.place / %(limit)s
ORDER BY batch.number, c.place
"""


def _insert_orders(cursor: Any, batches: list[PaymentBatch], profile: BankProfile) -> None:
    funds = [batch.fund_id for batch in batches]
    parameters = {
        "limit": Layout.from_data(profile.layout).row_limit,
        "ids": [batch.pk for batch in batches],
        "numbers": [batch.number for batch in batches],
        "funds": funds,
        # Batches of one fund follow each other, part by part.
        "parts": [place - funds.index(fund) for place, fund in enumerate(funds)],
    }
    with refused_by_database():
        cursor.execute(INSERT_ORDERS, parameters)


def _freeze(cursor: Any, batches: list[PaymentBatch]) -> None:
    with refused_by_database():
        cursor.execute("SELECT * FROM payments_freeze_orders(%s)", [[batch.pk for batch in batches]])
        digests = dict(cursor.fetchall())
    for batch in batches:
        batch.orders_digest = digests[batch.pk]
