"""Reads of payments: batches against their plan, orders by page, what failed and what is next, whose money is where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from nuanliu.base.bulk import rows_of
from nuanliu.base.crypto import Place, open_, open_many
from nuanliu.base.scope import Scope
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import Refused
from nuanliu.payments.layouts import BatchFacts, Layout, OrderRows, Profile
from nuanliu.payments.models import (
    BankProfile,
    PayerAccount,
    PaymentBatch,
    PaymentOrder,
    ReplyFile,
    ReplyFinding,
    ReplyWording,
)
from nuanliu.payments.queries.failing import (
    Attempt,
    Care,
    FailureTotals,
    UnpayableAward,
    WaitingFailure,
    attempts_of,
    failure_cares,
    failure_totals,
    failures_board,
    unpayable_of,
)
from nuanliu.payments.rules import OrderFacts, is_late, next_step, outcome_of, words_key
from nuanliu.payments.states import BatchState, OrderState

ACCOUNT_NUMBER = Place("people_bankaccount", "number_sealed")
PAYER_NUMBER = Place("payments_payeraccount", "number_sealed")
PAGE = 50

__all__ = [
    "Attempt",
    "Care",
    "FailureTotals",
    "UnpayableAward",
    "WaitingFailure",
    "attempts_of",
    "failure_cares",
    "failure_totals",
    "failures_board",
    "unpayable_of",
]


@dataclass(frozen=True, slots=True)
class BatchTotals:
    """A batch with the counts and sums (fen) of its orders, beside what the plan gives from its fund."""

    batch_id: UUID
    number: str
    state: str
    profile: str
    business_date: date
    due_on: date | None
    declared_count: int
    declared_fen: int
    paid: int
    paid_fen: int
    failed: int
    failed_fen: int
    open: int
    open_fen: int
    void: int
    planned_fen: int
    has_receipt: bool

    @property
    def void_fen(self) -> int:
        """What was left out at release: so that the parts add up to what was declared."""
        return self.declared_fen - self.paid_fen - self.failed_fen - self.open_fen


@dataclass(frozen=True, slots=True)
class Failure:
    """An order that failed or was left out, has no successor, and what has to be done about it."""

    order_id: int
    award_id: int
    organization_path: str
    batch: str
    payee_name: str
    number_tail: str
    amount_fen: int
    outcome: str
    bank_words: str
    settled_on: date | None
    correction_id: UUID | None
    next_step: str


@dataclass(frozen=True, slots=True)
class MoneyStep:
    """Where one award's money is: the award, and one attempt to pay it (none yet: order fields are empty)."""

    award_id: int
    campaign: str
    award_state: str
    cash_fen: int
    order_id: int | None
    batch: str
    order_state: str
    outcome: str
    number_tail: str
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class LatePayment:
    """An order paid, or still open, after its batch's due day (R-236)."""

    order_id: int
    batch: str
    payee_name: str
    amount_fen: int
    due_on: date
    settled_on: date | None
    days: int


@dataclass(frozen=True, slots=True)
class CashPayment:
    """Cash without an account: who approved the exception and why (R-036)."""

    award_id: int
    organization_path: str
    payee_name: str
    cash_fen: int
    reason: str
    approved_by: str
    approved_on: date | None
    delivered_on: date | None
    is_signed: bool


def profile_of(profile: BankProfile) -> Profile:
    """The row as the layouts understand it."""
    layout, reply = Layout.from_data(profile.layout), Layout.from_data(profile.reply_layout)
    return Profile(profile.key, profile.bank, layout, reply)


def profiles_for(organization_path: str) -> list[BankProfile]:
    """The profiles that a union may use: shipped, or described and confirmed at or above it."""
    active = BankProfile.objects.filter(active=True).order_by("organization_path", "key")
    return [profile for profile in active if organization_path.startswith(profile.organization_path)]


def profiles_around(organization_path: str) -> list[BankProfile]:
    """All profiles that concern a union: shipped, of its own line, of those below; confirmed or not."""
    scope = Scope.for_path(organization_path)
    found = BankProfile.objects.select_related("described_by", "confirmed_by").order_by(
        "organization_path", "bank"
    )
    return [
        one
        for one in found
        if organization_path.startswith(one.organization_path) or one.organization_path in scope
    ]


def wordings_of(profile: BankProfile, organization_path: str) -> list[ReplyWording]:
    """What words mean for a union in this bank's answers: told for it alone and for all banks, the nearest first."""
    told = ReplyWording.objects.filter(Q(profile=None) | Q(profile=profile)).select_related("told_by")
    reaching = [one for one in told if organization_path.startswith(one.organization_path)]
    return sorted(reaching, key=lambda one: (-len(one.organization_path), one.outcome, one.words))


def payer_of(profile: BankProfile, organization_id: UUID) -> PayerAccount | None:
    """The account that a union pays from by a profile, if it has registered one."""
    active = PayerAccount.objects.filter(organization=organization_id, profile=profile, active=True)
    return active.select_related("registered_by").first()


def unexplained_words(batch: PaymentBatch) -> list[tuple[str, int]]:
    """Words of the bank that nobody has explained yet, with how many open orders of the batch they hold up."""
    meanings = meanings_for(batch)
    waiting = PaymentOrder.objects.filter(batch=batch, state=OrderState.SENT).exclude(bank_words="")
    counted = waiting.values_list("bank_words").annotate(count=Count("id")).order_by("bank_words")
    return [(words, count) for words, count in counted if outcome_of(words, meanings) is None]


def meanings_for(batch: PaymentBatch) -> dict[str, str]:
    """What words mean for a batch: what was told nearest to its union stands, of its own profile before of all."""
    told = ReplyWording.objects.filter(Q(profile=None) | Q(profile=batch.profile_id))
    reaching = [one for one in told if batch.organization_path.startswith(one.organization_path)]
    reaching.sort(key=lambda one: (one.profile_id is not None, len(one.organization_path)))
    return {words_key(one.words): one.outcome for one in reaching}


def batch_facts(batch: PaymentBatch) -> BatchFacts:
    """What a file says of a batch; the paying account is opened where the bank wants it, else left blank.

    Refused `payments.payer_missing`.
    """
    if not Layout.from_data(batch.profile.layout).needs_payer:
        return BatchFacts(batch.number, batch.business_date)
    payers = PayerAccount.objects.filter(
        organization=batch.organization_id, profile=batch.profile_id, active=True
    )
    payer = payers.first()
    if payer is None:
        raise Refused("payments.payer_missing", "该银行格式须写明付款账户，请先登记本单位的付款账户。")
    return BatchFacts(
        batch.number,
        batch.business_date,
        payer_name=payer.holder_name,
        payer_account=open_(payer.number_sealed, place=PAYER_NUMBER, row_key=payer.pk),
        payer_bank=payer.bank,
    )


_ORDERS = """
SELECT o.idempotency_key, o.ordinal, o.payee_name, account.number_sealed, o.bank, o.amount_fen, account.id
FROM payments_paymentorder o JOIN people_bankaccount account ON account.id = o.account_id
WHERE o.batch_id = %s AND (o.live OR o.state = 'failed') ORDER BY o.ordinal
"""


def bank_file(batch: PaymentBatch) -> EvidenceFile:
    """The archived file of a released batch; LookupError before."""
    if batch.file is None:
        raise LookupError(f"{batch.number} has not been released")
    return batch.file


def orders_in_file(batch: PaymentBatch) -> OrderRows:
    """The orders of a batch as the bank gets them, accounts opened: for the bank file alone, never for a screen."""
    rows = rows_of(_ORDERS, [batch.pk])
    if not rows:
        return OrderRows([], [], [], [], [], [])
    keys, ordinals, names, sealed, banks, amounts, accounts = zip(*rows, strict=True)
    numbers = open_many(sealed, place=ACCOUNT_NUMBER, row_keys=[account.bytes for account in accounts])
    return OrderRows(keys, ordinals, names, [number or "" for number in numbers], banks, amounts)


# Of a hundred thousand orders only the dead ones are looked at, by their own index: what was answered stands with the
# replies, the rest is what was released. Orders are counted where a bank has answered in part, and only then.
_TOTALS = """
SELECT batch.id, batch.number, batch.state, profile.bank, batch.business_date, batch.due_on,
       batch.declared_count, batch.declared_fen,
       totals.paid, totals.paid_fen, totals.failed, totals.failed_fen,
       batch.declared_count - totals.paid - totals.failed - totals.void,
       batch.declared_fen - totals.paid_fen - totals.failed_fen - totals.void_fen,
       totals.void,
       (SELECT coalesce(sum(line.amount_fen), 0)::bigint FROM ledger_useplanline line
        WHERE line.plan_id = batch.plan_id AND line.fund_id = batch.fund_id),
       EXISTS (SELECT FROM payments_receipt receipt WHERE receipt.batch_id = batch.id)
FROM payments_paymentbatch batch
JOIN payments_bankprofile profile ON profile.id = batch.profile_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.state = 'failed') AS failed,
           coalesce(sum(o.amount_fen) FILTER (WHERE o.state = 'failed'), 0)::bigint AS failed_fen,
           count(*) FILTER (WHERE o.state = 'void') AS void,
           coalesce(sum(o.amount_fen) FILTER (WHERE o.state = 'void'), 0)::bigint AS void_fen
    FROM payments_paymentorder o WHERE o.batch_id = batch.id AND NOT o.live
) AS dead
CROSS JOIN LATERAL (
    SELECT coalesce(sum(reply.applied_count), 0) AS answered FROM payments_replyfile reply
    WHERE reply.batch_id = batch.id
) AS replies
LEFT JOIN LATERAL (
    SELECT count(*) AS paid, coalesce(sum(o.amount_fen), 0)::bigint AS paid_fen
    FROM payments_paymentorder o
    WHERE o.batch_id = batch.id AND o.state = 'paid' AND batch.state = 'sent' AND replies.answered > dead.failed
) AS partly ON true
CROSS JOIN LATERAL (
    SELECT dead.failed, dead.failed_fen, dead.void, dead.void_fen,
           CASE WHEN batch.state IN ('reconciled', 'closed') THEN batch.released_count - dead.failed
                ELSE partly.paid END AS paid,
           CASE WHEN batch.state IN ('reconciled', 'closed') THEN batch.released_fen - dead.failed_fen
                ELSE partly.paid_fen END AS paid_fen
) AS totals
WHERE batch.organization_path >= %(low)s AND batch.organization_path < %(high)s
  AND (%(plan)s::uuid IS NULL OR batch.plan_id = %(plan)s)
  AND (%(batch)s::uuid IS NULL OR batch.id = %(batch)s)
  AND (%(before)s::uuid IS NULL OR batch.id < %(before)s)
ORDER BY batch.id DESC
LIMIT %(limit)s
"""


def batches_of(
    organization_path: str, *, plan: UUID | None = None, before: UUID | None = None, limit: int = PAGE
) -> list[BatchTotals]:
    """The batches of a union and of all below it, newest first; the next page begins `before` the last one's key."""
    return _totals(organization_path, plan=plan, before=before, limit=limit)


def totals_of(batch: PaymentBatch) -> BatchTotals:
    """One batch with its totals."""
    return _totals(batch.organization_path, batch=batch.pk, limit=1)[0]


def orders_of(
    batch: PaymentBatch, *, after: int = 0, state: str = "", limit: int = PAGE
) -> QuerySet[PaymentOrder]:
    """Orders of a batch in the order of the file; the next page begins `after` the last one's ordinal."""
    orders = PaymentOrder.objects.filter(batch=batch, ordinal__gt=after).order_by("ordinal")
    return (orders.filter(state=state) if state else orders)[:limit]


_FAILURES = """
SELECT o.id, o.award_id, o.organization_path, batch.number, o.payee_name, o.number_tail, o.amount_fen, o.outcome,
       o.bank_words, o.settled_on, correction.id, o.state, batch.state, correction.verified_by_id IS NOT NULL
FROM payments_paymentorder o
JOIN payments_paymentbatch batch ON batch.id = o.batch_id
JOIN awards_award award ON award.id = o.award_id AND award.state IN ('failed', 'approved')
LEFT JOIN LATERAL (
    SELECT c.id, c.verified_by_id FROM payments_accountcorrection c WHERE c.order_id = o.id
    ORDER BY c.verified_by_id IS NULL, c.id DESC LIMIT 1
) AS correction ON true
WHERE NOT o.live AND o.organization_path >= %(low)s AND o.organization_path < %(high)s AND o.id > %(after)s
  AND NOT (o.state = 'void' AND batch.state = 'cancelled')
  AND NOT EXISTS (SELECT FROM payments_paymentorder later WHERE later.award_id = o.award_id AND later.live)
  AND NOT EXISTS (
      SELECT FROM payments_paymentorder later WHERE later.award_id = o.award_id AND NOT later.live AND later.id > o.id
  )
ORDER BY o.id
LIMIT %(limit)s
"""


def failures(organization_path: str, *, after: int = 0, limit: int = PAGE) -> list[Failure]:
    """What failed or was left out at release and is not paid anew, each with its next step; keyset by order id."""
    rows = rows_of(_FAILURES, {**_range(organization_path), "after": after, "limit": limit})
    return [_failure(row) for row in rows]


_MONEY = """
SELECT award.id, campaign.name, award.state, award.cash_fen, o.id, coalesce(batch.number, ''), coalesce(o.state, ''),
       coalesce(o.outcome, ''), coalesce(o.number_tail, ''), o.settled_on
FROM awards_award award
JOIN programmes_campaign campaign ON campaign.id = award.campaign_id
LEFT JOIN payments_paymentorder o ON o.award_id = award.id
LEFT JOIN payments_paymentbatch batch ON batch.id = o.batch_id
WHERE award.person_id = %s AND award.cash_fen > 0
ORDER BY award.id DESC, o.id DESC
"""


def money_of(person_id: UUID) -> list[MoneyStep]:
    """Where a person's money is: every cash award in scope with each attempt to pay it, newest first."""
    return [MoneyStep(*row) for row in rows_of(_MONEY, [person_id])]


# Batches that have a due day first, as keys: a kept plan would else read every order.
_LATE = """
SELECT o.id, batch.number, o.payee_name, o.amount_fen, batch.due_on, o.settled_on
FROM payments_paymentorder o JOIN payments_paymentbatch batch ON batch.id = o.batch_id
WHERE o.batch_id = ANY (ARRAY(
    SELECT due.id FROM payments_paymentbatch due
    WHERE due.organization_path >= %(low)s AND due.organization_path < %(high)s AND due.due_on IS NOT NULL
      AND due.state <> 'cancelled'
      AND (%(campaign)s::uuid IS NULL
           OR due.plan_id IN (SELECT plan.id FROM ledger_useplan plan WHERE plan.campaign_id = %(campaign)s))
  )) AND o.state IN ('built', 'sent', 'paid') AND coalesce(o.settled_on, %(on)s) > batch.due_on AND o.id > %(after)s
ORDER BY o.id
LIMIT %(limit)s
"""


def late_payments(
    organization_path: str,
    on: date,
    *,
    campaign_id: UUID | None = None,
    after: int = 0,
    limit: int | None = PAGE,
) -> list[LatePayment]:
    """Orders that came, or are still to come, after their due day (R-236); keyset by order id. No limit: all."""
    wanted = {"on": on, "campaign": campaign_id, "after": after, "limit": limit}
    rows = rows_of(_LATE, {**_range(organization_path), **wanted})
    late = [row for row in rows if is_late(row[4], row[5], on)]
    return [LatePayment(*[*row, ((row[5] or on) - row[4]).days]) for row in late]


_CASH = """
SELECT award.id, award.organization_path, person.name, award.cash_fen, exception.reason,
       coalesce(approver.display_name, ''), exception.approved_on, award.delivered_on,
       exception.signature_file_id IS NOT NULL OR roster.signed_file_id IS NOT NULL
FROM awards_award award
JOIN awards_cashexception exception ON exception.id = award.cash_exception_id
JOIN people_person person ON person.id = award.person_id
LEFT JOIN awards_roster roster ON roster.id = award.roster_id
LEFT JOIN access_user approver ON approver.id = exception.approved_by_id
WHERE award.campaign_id = %(campaign)s AND award.live AND award.cash_fen > 0 AND award.account_id IS NULL
  AND award.organization_path >= %(low)s AND award.organization_path < %(high)s
ORDER BY award.id
"""


def cash_payments(campaign_id: UUID, organization_path: str) -> list[CashPayment]:
    """The report of exceptions: cash of a campaign that did not go to an account (R-036)."""
    return [
        CashPayment(*row) for row in rows_of(_CASH, {**_range(organization_path), "campaign": campaign_id})
    ]


def awards_being_paid(organization_path: str) -> list[int]:
    """Awards whose outcome may still come from a bank: their reservations must not expire (`ledger` spares them)."""
    scope = Scope.for_path(organization_path)
    open_orders = PaymentOrder.objects.filter(
        live=True,
        state__in=[OrderState.BUILT, OrderState.SENT],
        organization_path__gte=scope.path_low,
        organization_path__lt=scope.path_high,
    )
    return list(open_orders.order_by("award_id").values_list("award_id", flat=True))


def replies_of(batch: PaymentBatch) -> QuerySet[ReplyFile]:
    """The replies received for a batch, oldest first."""
    return ReplyFile.objects.filter(batch=batch).select_related("file", "received_by").order_by("id")


def findings_of(reply: ReplyFile, *, after: int = 0, limit: int = PAGE) -> QuerySet[ReplyFinding]:
    """What could not be applied of a reply, by row; keyset by finding id."""
    return ReplyFinding.objects.filter(reply_file=reply, id__gt=after).order_by("id")[:limit]


def _totals(organization_path: str, *, limit: int, **wanted: UUID | None) -> list[BatchTotals]:
    parameters = {"plan": None, "batch": None, "before": None, **wanted, "limit": limit}
    return [BatchTotals(*row) for row in rows_of(_TOTALS, {**_range(organization_path), **parameters})]


def _range(organization_path: str) -> Mapping[str, Any]:
    scope = Scope.for_path(organization_path)
    return {"low": scope.path_low, "high": scope.path_high}


def _failure(row: Sequence[Any]) -> Failure:
    *facts, correction, order_state, batch_state, verified = row
    step = next_step(
        OrderFacts(
            state=OrderState(order_state),
            outcome=facts[7],
            corrected=correction is not None,
            verified=verified,
            batch_cancelled=batch_state == BatchState.CANCELLED,
        )
    )
    return Failure(*[*facts, correction, step])
