"""What cannot be paid and what has failed: told until each award has its money or gives it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import Scope
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.payees import CHOSEN, FAULTS, GATHERED
from nuanliu.payments.rules import CARES, OrderFacts, care_of
from nuanliu.payments.states import OrderState

PAGE = 50


@dataclass(frozen=True, slots=True)
class UnpayableAward:
    """An approved award that no batch can take as it stands: what is against it, in words with the remedy."""

    award_id: int
    payee_name: str
    organization: str
    amount_fen: int
    fault: str
    message: str


_UNPAYABLE = f"""
WITH payment_awards AS MATERIALIZED ({CHOSEN}), candidates AS MATERIALIZED ({GATHERED})
SELECT found.award_id, person.name, organization.name, found.amount_fen, found.fault
FROM candidates found JOIN awards_award award ON award.id = found.award_id
LEFT JOIN people_person person ON person.id = award.person_id
JOIN organizations_organization organization ON organization.id = award.organization_id
WHERE found.fault IS NOT NULL ORDER BY found.place, found.award_id LIMIT %(limit)s
"""  # noqa: S608  the pieces are written in payees.py


def unpayable_of(plan: UsePlan, *, award: int | None = None, limit: int = 200) -> list[UnpayableAward]:
    """Whom a batch built now would refuse, in the order of the list; of one `award` alone, if given."""
    wanted = {
        "plan": plan.pk,
        "campaign": plan.campaign_id,
        "without": [],
        "only": None if award is None else [award],
        "limit": limit,
    }
    return [UnpayableAward(*[*row, FAULTS[row[-1]]]) for row in rows_of(_UNPAYABLE, wanted)]


@dataclass(frozen=True, slots=True)
class Care:
    """A group of the failures board: what has to be done, for how many, how much, since when."""

    care: str
    count: int
    amount_fen: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class FailureTotals:
    """All failed orders of a subtree by what became of them: they add up, so that none is lost from sight."""

    failed: int
    waiting: int
    paid_anew: int
    failed_again: int
    cancelled: int
    left_out: int


@dataclass(frozen=True, slots=True)
class WaitingFailure:
    """One order on the board: who, how much, what the bank said, what comes next and since how many days."""

    order_id: int
    award_id: int
    batch_id: UUID
    batch: str
    payee_name: str
    organization: str
    number_tail: str
    amount_fen: int
    outcome: str
    bank_words: str
    since: date
    correction_id: UUID | None
    corrected_by_id: UUID | None
    care: str


# What decides about the care, as columns: the rule itself stands in rules.py and is asked for each combination.
_WAITING = """
SELECT o.id, o.award_id, o.batch_id, batch.number, o.payee_name, organization.name AS organization, o.number_tail,
    o.amount_fen, o.outcome, o.bank_words, coalesce(o.settled_on, batch.business_date) AS since,
    correction.id AS correction_id, correction.corrected_by_id, o.state, correction.id IS NOT NULL AS corrected,
    coalesce(correction.verified_by_id IS NOT NULL, false) AS verified, person.deceased_on IS NOT NULL AS deceased
FROM payments_paymentorder o
JOIN payments_paymentbatch batch ON batch.id = o.batch_id
JOIN awards_award award ON award.id = o.award_id AND award.state IN ('failed', 'approved')
JOIN people_person person ON person.id = award.person_id
JOIN organizations_organization organization ON organization.id = award.organization_id
LEFT JOIN LATERAL (
    SELECT c.id, c.verified_by_id, c.corrected_by_id FROM payments_accountcorrection c WHERE c.order_id = o.id
    ORDER BY c.verified_by_id IS NULL, c.id DESC LIMIT 1
) AS correction ON true
WHERE NOT o.live AND o.organization_path >= %(low)s AND o.organization_path < %(high)s
  AND NOT (o.state = 'void' AND batch.state = 'cancelled')
  AND NOT EXISTS (SELECT FROM payments_paymentorder later WHERE later.award_id = o.award_id AND later.live)
  AND NOT EXISTS (
      SELECT FROM payments_paymentorder later WHERE later.award_id = o.award_id AND NOT later.live AND later.id > o.id
  )
"""
_CARES = f"""
SELECT state, outcome, corrected, verified, deceased, count(*), sum(amount_fen)::bigint, min(since)
FROM ({_WAITING}) AS waiting GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608
_BOARD = f"""
SELECT id, award_id, batch_id, number, payee_name, organization, number_tail, amount_fen, outcome, bank_words, since,
    correction_id, corrected_by_id, state, outcome, corrected, verified, deceased
FROM ({_WAITING}) AS waiting
WHERE id > %(after)s AND (%(facts)s::text[] IS NULL
    OR concat_ws('|', state, outcome, corrected, verified, deceased) = ANY (%(facts)s))
ORDER BY id LIMIT %(limit)s
"""  # noqa: S608


def failure_cares(organization_path: str) -> list[tuple[Care, list[str]]]:
    """The groups of the board with the facts that lead to each, the most pressing first: one query."""
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows_of(_CARES, _range(organization_path)):
        groups.setdefault(_care(*row[:5]), []).append(row)
    return [
        (
            Care(care, sum(r[5] for r in rows), sum(r[6] for r in rows), min(r[7] for r in rows)),
            [_facts_key(*row[:5]) for row in rows],
        )
        for care in CARES
        if (rows := groups.get(care))
    ]


def failures_board(
    organization_path: str, *, facts: list[str] | None = None, after: int = 0, limit: int = PAGE
) -> list[WaitingFailure]:
    """A page of what waits for somebody's care, by order; `facts` as `failure_cares` names them narrow it."""
    wanted = {**_range(organization_path), "facts": facts, "after": after, "limit": limit}
    return [WaitingFailure(*[*row[:13], _care(*row[13:])]) for row in rows_of(_BOARD, wanted)]


_FATES = """
SELECT count(*) FILTER (WHERE o.state = 'failed'),
    count(*) FILTER (WHERE o.state = 'failed' AND fate = 'waiting'),
    count(*) FILTER (WHERE o.state = 'failed' AND fate = 'paid_anew'),
    count(*) FILTER (WHERE o.state = 'failed' AND fate = 'failed_again'),
    count(*) FILTER (WHERE o.state = 'failed' AND fate = 'cancelled'),
    count(*) FILTER (WHERE o.state = 'void' AND fate = 'waiting')
FROM payments_paymentorder o
JOIN payments_paymentbatch batch ON batch.id = o.batch_id
JOIN awards_award award ON award.id = o.award_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN award.state = 'cancelled' THEN 'cancelled'
    WHEN EXISTS (SELECT FROM payments_paymentorder later WHERE later.award_id = o.award_id AND later.live)
        THEN 'paid_anew'
    WHEN EXISTS (SELECT FROM payments_paymentorder later
                 WHERE later.award_id = o.award_id AND NOT later.live AND later.id > o.id) THEN 'failed_again'
    ELSE 'waiting' END AS fate
) AS judged
WHERE NOT o.live AND o.organization_path >= %(low)s AND o.organization_path < %(high)s
  AND NOT (o.state = 'void' AND batch.state = 'cancelled')
"""


def failure_totals(organization_path: str) -> FailureTotals:
    """What became of every failed order: one query."""
    return FailureTotals(*rows_of(_FATES, _range(organization_path))[0])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order of an award: when, in which batch, how it ended."""

    award_id: int
    order_id: int
    batch_id: UUID
    batch: str
    business_date: date
    state: str
    outcome: str
    bank_words: str
    number_tail: str
    settled_on: date | None


_ATTEMPTS = """
SELECT o.award_id, o.id, batch.id, batch.number, batch.business_date, o.state, o.outcome, o.bank_words, o.number_tail,
    o.settled_on
FROM payments_paymentorder o JOIN payments_paymentbatch batch ON batch.id = o.batch_id
WHERE o.award_id = ANY (%(awards)s) AND NOT o.live
UNION ALL
SELECT o.award_id, o.id, batch.id, batch.number, batch.business_date, o.state, o.outcome, o.bank_words, o.number_tail,
    o.settled_on
FROM payments_paymentorder o JOIN payments_paymentbatch batch ON batch.id = o.batch_id
WHERE o.award_id = ANY (%(awards)s) AND o.live
ORDER BY 1, 2
"""


def attempts_of(award_ids: Sequence[int]) -> dict[int, list[Attempt]]:
    """Every order of these awards, oldest first, by award: one query."""
    found: dict[int, list[Attempt]] = {}
    for row in rows_of(_ATTEMPTS, {"awards": list(award_ids)}):
        found.setdefault(row[0], []).append(Attempt(*row))
    return found


def _care(state: str, outcome: str, corrected: bool, verified: bool, deceased: bool) -> str:
    facts = OrderFacts(OrderState(state), outcome, corrected, verified)
    return care_of(facts, deceased=deceased)


def _facts_key(state: str, outcome: str, corrected: bool, verified: bool, deceased: bool) -> str:
    flags = ["t" if flag else "f" for flag in (corrected, verified, deceased)]
    return "|".join([state, outcome, *flags])


def _range(organization_path: str) -> Mapping[str, Any]:
    scope = Scope.for_path(organization_path)
    return {"low": scope.path_low, "high": scope.path_high}
