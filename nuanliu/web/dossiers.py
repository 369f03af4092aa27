"""What a decision rests on and where money went, each told by one read over several packages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from json import dumps, loads
from typing import Any
from uuid import UUID

from nuanliu.base.bulk import rows_of
from nuanliu.ledger.models import UsePlan


@dataclass(frozen=True, slots=True)
class CategorySum:
    """One category of a plan, and the same of the union's plan of an earlier campaign."""

    code: str
    label: str
    awards: int
    cash_fen: int
    goods_fen: int
    earlier_awards: int = 0
    earlier_fen: int = 0

    @property
    def sum_fen(self) -> int:
        return self.cash_fen + self.goods_fen


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A list under a plan: whose, how much, who handled and signed it, its digest."""

    id: str
    organization: str
    rows_read: int
    rows_accepted: int
    accepted_fen: int
    handler: str
    responsible: str
    signed_on: str
    digest: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The union's last decided plan of an earlier campaign."""

    id: str
    title: str
    campaign: str
    awards: int
    sum_fen: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """What leaders should know of a plan's lists; `refused` and `accepted` are finding codes with their counts."""

    categories: tuple[CategorySum, ...]
    lists: tuple[ListFacts, ...]
    refused: tuple[tuple[str, int], ...]
    accepted: tuple[tuple[str, int], ...]
    recusals: tuple[tuple[str, str, str, str], ...]
    cash: tuple[tuple[int, int, str, str], ...]
    earlier: Earlier | None

    @property
    def awards(self) -> int:
        return sum(one.awards for one in self.categories)

    @property
    def sum_fen(self) -> int:
        return sum(one.sum_fen for one in self.categories)

    @property
    def cash_fen(self) -> int:
        return sum(one.cash_fen for one in self.categories)

    @property
    def goods_fen(self) -> int:
        return sum(one.goods_fen for one in self.categories)

    @property
    def refused_rows(self) -> int:
        return sum(one.rows_read - one.rows_accepted for one in self.lists)

    @property
    def recused_ids(self) -> set[str]:
        """Users who stepped back from a recipient of the campaign."""
        return {recusal[0] for recusal in self.recusals}

    @property
    def has_exceptions(self) -> bool:
        return bool(self.refused or self.accepted or self.recusals or self.cash or self.refused_rows)


_DOSSIER = """
WITH lists AS MATERIALIZED (
    SELECT roster.id, roster.rows_read, roster.rows_accepted, roster.accepted_fen, roster.content_digest,
        roster.signed_on, roster.organization_id, roster.handler_id, roster.responsible_id
    FROM awards_roster roster WHERE roster.plan_id = %(plan)s
), earlier AS MATERIALIZED (
    SELECT plan.id, plan.title, campaign.name
    FROM ledger_useplan plan JOIN programmes_campaign campaign ON campaign.id = plan.campaign_id
    WHERE plan.organization_id = %(organization)s AND plan.state IN ('approved', 'closed')
      AND campaign.starts_on < %(starts)s
    ORDER BY campaign.starts_on DESC, plan.id DESC LIMIT 1
), sums AS (
    SELECT award.category_id, count(*) AS awards, sum(award.cash_fen)::bigint AS cash,
        sum(award.goods_fen)::bigint AS goods
    FROM awards_award award WHERE award.roster_id IN (SELECT id FROM lists) AND award.live
    GROUP BY award.category_id
), before AS (
    SELECT award.category_id, count(*) AS awards, sum(award.cash_fen + award.goods_fen)::bigint AS fen
    FROM awards_award award JOIN awards_roster roster ON roster.id = award.roster_id
    WHERE roster.plan_id = (SELECT id FROM earlier) AND award.live GROUP BY award.category_id
), findings AS (
    SELECT finding.severity, finding.code, count(*) AS rows
    FROM awards_rosterfinding finding
    WHERE finding.roster_id IN (SELECT id FROM lists) AND finding.row_number > 0
      AND (finding.severity = 'error' OR finding.acknowledged_by_id IS NOT NULL)
    GROUP BY finding.severity, finding.code
)
SELECT
    (SELECT jsonb_agg(jsonb_build_array(category.code, category.short_label, coalesce(sums.awards, 0),
            coalesce(sums.cash, 0), coalesce(sums.goods, 0), coalesce(before.awards, 0), coalesce(before.fen, 0))
            ORDER BY category.ordinal)
     FROM programmes_category category LEFT JOIN sums ON sums.category_id = category.code
     LEFT JOIN before ON before.category_id = category.code WHERE sums.awards > 0 OR before.awards > 0),
    (SELECT jsonb_agg(jsonb_build_array(lists.id, organization.name, lists.rows_read, lists.rows_accepted,
            lists.accepted_fen, handler.display_name, coalesce(responsible.display_name, ''),
            coalesce(lists.signed_on::text, ''), coalesce(encode(lists.content_digest, 'hex'), '')) ORDER BY lists.id)
     FROM lists JOIN organizations_organization organization ON organization.id = lists.organization_id
     JOIN access_user handler ON handler.id = lists.handler_id
     LEFT JOIN access_user responsible ON responsible.id = lists.responsible_id),
    (SELECT jsonb_agg(jsonb_build_array(code, rows) ORDER BY rows DESC, code) FROM findings WHERE severity = 'error'),
    (SELECT jsonb_agg(jsonb_build_array(code, rows) ORDER BY rows DESC, code) FROM findings WHERE severity = 'warning'),
    (SELECT jsonb_agg(jsonb_build_array(who.id, who.display_name, other.display_name, recusal.reason)
            ORDER BY recusal.id)
     FROM awards_recusal recusal JOIN access_user who ON who.id = recusal.user_id
     JOIN access_user other ON other.id = recusal.replaced_by_id WHERE recusal.campaign_id = %(campaign)s),
    (SELECT jsonb_agg(jsonb_build_array(award.id, award.cash_fen, exception.reason, coalesce(approver.display_name, ''))
            ORDER BY award.id)
     FROM awards_award award JOIN awards_cashexception exception ON exception.id = award.cash_exception_id
     LEFT JOIN access_user approver ON approver.id = exception.approved_by_id
     WHERE award.roster_id IN (SELECT id FROM lists) AND award.live AND award.cash_exception_id IS NOT NULL),
    (SELECT jsonb_build_array(earlier.id, earlier.title, earlier.name,
            coalesce((SELECT sum(awards) FROM before), 0), coalesce((SELECT sum(fen) FROM before), 0)) FROM earlier)
"""


def dossier_of(plan: UsePlan) -> Dossier:
    """Lists, sums, exceptions, recusals, and the last plan of an earlier campaign: one query."""
    wanted = {
        "plan": plan.pk,
        "organization": plan.organization_id,
        "campaign": plan.campaign_id,
        "starts": plan.campaign.starts_on,
    }
    categories, lists, refused, accepted, recusals, cash, earlier = map(_loaded, rows_of(_DOSSIER, wanted)[0])
    return Dossier(
        tuple(CategorySum(*one) for one in categories),
        tuple(ListFacts(*one) for one in lists),
        tuple(tuple(one) for one in refused),
        tuple(tuple(one) for one in accepted),
        tuple(tuple(one) for one in recusals),
        tuple(tuple(one) for one in cash),
        Earlier(*earlier) if earlier else None,
    )


def _loaded(value: Any) -> Any:
    """JSON of the database as Python has it; nothing is an empty list."""
    return (loads(value) if isinstance(value, str) else value) or []


@dataclass(frozen=True, slots=True)
class AskingList:
    """A list of a campaign that waits for money or lies in the plan; sums by category in fen."""

    id: str
    organization: str
    rows: int
    sum_fen: int
    signed: bool
    attached: bool
    fund: str
    asked: tuple[tuple[str, int, int, int], ...]

    @property
    def asked_json(self) -> str:
        """The sums for the page's script."""
        return dumps(self.asked)


_ASKING = """
SELECT roster.id::text, organization.name, roster.rows_accepted, roster.accepted_fen, roster.responsible_id IS NOT NULL,
    roster.plan_id IS NOT NULL, coalesce(roster.fund_id::text, ''), sums.asked
FROM awards_roster roster JOIN organizations_organization organization ON organization.id = roster.organization_id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(category_id, awards, cash, goods)) AS asked FROM (
        SELECT award.category_id, count(*) AS awards, sum(award.cash_fen) AS cash, sum(award.goods_fen) AS goods
        FROM awards_award award WHERE award.roster_id = roster.id AND award.live GROUP BY award.category_id
    ) AS grouped
) AS sums
WHERE roster.campaign_id = %(campaign)s AND roster.organization_path >= %(low)s AND roster.organization_path < %(high)s
  AND (roster.state = 'accepted' AND roster.plan_id IS NULL OR roster.plan_id = %(plan)s)
ORDER BY roster.plan_id NULLS LAST, roster.id
"""


def asking_lists(campaign: UUID, low: str, high: str, plan: UUID | None) -> list[AskingList]:
    """Accepted lists without a plan, and those of this plan, with what each asks: one query."""
    rows = rows_of(_ASKING, {"campaign": campaign, "low": low, "high": high, "plan": plan})
    return [AskingList(*[*row[:-1], tuple(tuple(one) for one in _loaded(row[-1]))]) for row in rows]


_REFERENCE = """
SELECT 'purpose', code, label, 0 FROM programmes_purpose WHERE allowed
UNION ALL SELECT 'category', code, short_label, ordinal FROM programmes_category ORDER BY 1, 4, 2
"""


def purposes_and_categories() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Allowed purposes and all categories, as code and label: one query."""
    rows = rows_of(_REFERENCE)
    return (
        [(code, label) for kind, code, label, _ in rows if kind == "purpose"],
        [(code, label) for kind, code, label, _ in rows if kind == "category"],
    )


# --- where one award's money is ---


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an award's money: what, when, by whom, where it is told."""

    kind: str
    on: date | None
    state: str
    number: str
    who: str
    key: str
    words: str = ""
    amount_fen: int | None = None


_PATH = """
WITH orders AS MATERIALIZED (
    -- Two halves, because each has its own index.
    SELECT * FROM payments_paymentorder WHERE award_id = %(award)s AND live
    UNION ALL SELECT * FROM payments_paymentorder WHERE award_id = %(award)s AND NOT live
), reservations AS MATERIALIZED (
    SELECT moved.id, moved.occurred_on, moved.amount_fen, moved.attempt, fund.name, fund.id AS fund
    FROM ledger_transfer moved JOIN ledger_account side ON side.id = moved.debit_account_id
    JOIN ledger_fund fund ON fund.id = side.fund_id
    WHERE moved.kind = 'reserve' AND moved.subject_kind = 'award' AND moved.subject_id = %(award)s
)
SELECT kind, day, state, number, who, key, words, fen FROM (
    SELECT 1 AS round, 0::bigint AS place, 'list' AS kind, roster.business_date AS day, roster.state,
        organization.name AS number, handler.display_name AS who, roster.id::text AS key, '' AS words,
        NULL::bigint AS fen
    FROM awards_award award JOIN awards_roster roster ON roster.id = award.roster_id
    JOIN organizations_organization organization ON organization.id = roster.organization_id
    JOIN access_user handler ON handler.id = roster.handler_id WHERE award.id = %(award)s
    UNION ALL
    SELECT 2, 0, 'decision', decision.held_on, plan.state, coalesce(decision.meeting_number, plan.title),
        coalesce(writer.display_name, ''), plan.id::text, plan.title, NULL
    FROM awards_award award JOIN awards_roster roster ON roster.id = award.roster_id
    JOIN ledger_useplan plan ON plan.id = coalesce(award.plan_id, roster.plan_id)
    LEFT JOIN approvals_approvalround round ON round.subject_kind = 'use_plan' AND round.subject_id = plan.id
        AND round.state = 'approved'
    LEFT JOIN approvals_collectivedecision decision ON decision.round_id = round.id
    LEFT JOIN access_user writer ON writer.id = decision.recorded_by_id WHERE award.id = %(award)s
    UNION ALL
    SELECT 3, r.id * 5, 'reservation', r.occurred_on, 'reserve', r.name, '', r.fund::text, r.id::text, r.amount_fen
    FROM reservations r
    UNION ALL
    SELECT 3, r.id * 5 + 3, 'released', outcome.occurred_on, outcome.kind, r.name, '', r.fund::text, outcome.id::text,
        outcome.amount_fen
    FROM reservations r JOIN ledger_transfer outcome ON outcome.resolves_id = r.id WHERE outcome.kind <> 'post'
    UNION ALL
    SELECT 3, o.reservation_id * 5 + 1, 'batch', batch.business_date, batch.state, batch.number,
        coalesce(releaser.display_name, builder.display_name), batch.id::text, o.number_tail, o.amount_fen
    FROM orders o
    JOIN payments_paymentbatch batch ON batch.id = o.batch_id
    JOIN access_user builder ON builder.id = batch.built_by_id
    LEFT JOIN access_user releaser ON releaser.id = batch.released_by_id
    UNION ALL
    SELECT 3, o.reservation_id * 5 + 2, 'answer', o.settled_on,
        CASE WHEN o.state = 'failed' THEN o.outcome ELSE o.state END,
        batch.number, '', batch.id::text, o.bank_words, o.amount_fen
    FROM orders o
    JOIN payments_paymentbatch batch ON batch.id = o.batch_id WHERE o.state IN ('paid', 'failed', 'void')
    UNION ALL
    SELECT 3, orders.reservation_id * 5 + 4, 'correction',
        coalesce(correction.verified_on, (correction.recorded_at AT TIME ZONE 'Asia/Shanghai')::date),
        CASE WHEN correction.verified_by_id IS NULL THEN 'asked' ELSE 'done' END, correction.number_tail,
        corrector.display_name || coalesce(' / ' || verifier.display_name, ''), correction.id::text, correction.reason,
        NULL
    FROM orders JOIN payments_accountcorrection correction ON correction.order_id = orders.id
    JOIN access_user corrector ON corrector.id = correction.corrected_by_id
    LEFT JOIN access_user verifier ON verifier.id = correction.verified_by_id
) AS steps ORDER BY round, place
"""


def money_path(award: int) -> list[Step]:
    """Where one award's money went, from the list to the last answer of a bank: one query."""
    return [
        Step(kind, day, state or "", number or "", who or "", key, words or "", fen)
        for kind, day, state, number, who, key, words, fen in rows_of(_PATH, {"award": award})
    ]


# --- a plan's way to the bank ---


@dataclass(frozen=True, slots=True)
class FundPayment:
    """A plan's cash from one fund: planned, decided for accounts, already in batches, still to build, by hand."""

    fund_id: str
    fund: str
    categories: list[str]
    planned_fen: int
    in_batches: int
    in_batches_fen: int
    waiting: int
    waiting_fen: int
    by_hand: int
    by_hand_fen: int

    @property
    def remaining_fen(self) -> int:
        """What the plan has left when all that waits is in batches."""
        return self.planned_fen - self.in_batches_fen - self.waiting_fen - self.by_hand_fen


_PAYABLE = """
SELECT fund.id::text, fund.name, line.categories, line.fen,
    coalesce(sums.in_batches, 0), coalesce(sums.in_batches_fen, 0)::bigint,
    coalesce(sums.waiting, 0), coalesce(sums.waiting_fen, 0)::bigint, coalesce(sums.by_hand, 0),
    coalesce(sums.by_hand_fen, 0)::bigint
FROM (SELECT fund_id, sum(amount_fen)::bigint AS fen,
          (SELECT array_agg(code ORDER BY substr(code, 2)::int)
           FROM ledger_useplanline named, unnest(named.categories) AS code
           WHERE named.plan_id = %(plan)s AND named.fund_id = one.fund_id) AS categories
      FROM ledger_useplanline one WHERE plan_id = %(plan)s GROUP BY fund_id) AS line
JOIN ledger_fund fund ON fund.id = line.fund_id
LEFT JOIN (
    SELECT award.fund_id,
        count(*) FILTER (WHERE award.state IN ('in_payment', 'delivered') AND by_bank) AS in_batches,
        sum(award.cash_fen) FILTER (WHERE award.state IN ('in_payment', 'delivered') AND by_bank)
            AS in_batches_fen,
        count(*) FILTER (WHERE award.state = 'approved' AND by_bank) AS waiting,
        sum(award.cash_fen) FILTER (WHERE award.state = 'approved' AND by_bank) AS waiting_fen,
        count(*) FILTER (WHERE NOT by_bank) AS by_hand,
        sum(award.cash_fen) FILTER (WHERE NOT by_bank) AS by_hand_fen
    FROM awards_award award JOIN awards_roster roster ON roster.id = award.roster_id AND roster.plan_id = %(plan)s,
        LATERAL (SELECT award.account_id IS NOT NULL AS by_bank) AS way
    WHERE award.live AND award.cash_fen > 0 GROUP BY award.fund_id
) AS sums ON sums.fund_id = fund.id
ORDER BY fund.name
"""


def payable_of(plan: UUID) -> list[FundPayment]:
    """How far a plan's cash is, by fund: one query."""
    return [FundPayment(*row) for row in rows_of(_PAYABLE, {"plan": plan})]


def sums_of(rows: Sequence[FundPayment]) -> FundPayment:
    """All funds of a plan together."""
    names = (
        "planned_fen",
        "in_batches",
        "in_batches_fen",
        "waiting",
        "waiting_fen",
        "by_hand",
        "by_hand_fen",
    )
    return FundPayment("", "", [], *(sum(getattr(row, name) for row in rows) for name in names))
