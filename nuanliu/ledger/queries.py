"""Reads of the ledger: what a fund holds, what moved, what is open, what came in from where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from nuanliu.base.scope import Scope
from nuanliu.kernel.findings import Finding
from nuanliu.ledger.models import Fund, Transfer, UsePlan, UsePlanLine
from nuanliu.ledger.rules import (
    AskedFacts,
    FundFacts,
    LineFacts,
    UseFacts,
    allocation_findings,
    fund_findings,
    overspending,
    shares,
)
from nuanliu.ledger.sources import source_rules
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign

AWARD = "award"

__all__ = ["AskedFacts", "LineFacts", "shares"]


@dataclass(frozen=True, slots=True)
class Balance:
    """Where a fund's money is, in fen. Received is what came in and stayed: less what was passed down or taken back."""

    received_fen: int = 0
    reserved_fen: int = 0
    given_fen: int = 0
    available_fen: int = 0
    planned_fen: int = 0

    @property
    def free_fen(self) -> int:
        """Available, and not counted on by a plan that is proposed or approved."""
        return self.available_fen - self.planned_fen


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as one fund sees it: what it added to or took from the money held, and what it set aside."""

    transfer_id: int
    kind: str
    occurred_on: date
    amount_fen: int
    held_change_fen: int
    subject_kind: str
    subject_id: int | None
    resolves_id: int | None
    evidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpenReservation:
    """Money set aside for one award and not yet given or released."""

    transfer_id: int
    award_id: int
    plan_line_id: UUID
    fund_id: UUID
    amount_fen: int
    occurred_on: date


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """What one source brought into a subtree in a window, in fen.

    `from_outside_fen` counts in the subtree's own table: receipts, and subsidies of unions above it. `internal_fen` is
    what unions of the subtree passed on to each other: a table that adds up its children takes it out (R-013).
    """

    source_class: str
    received_fen: int
    subsidised_fen: int
    internal_fen: int

    @property
    def from_outside_fen(self) -> int:
        return self.received_fen + self.subsidised_fen


def funds_of(organization_path: str) -> QuerySet[Fund]:
    """The funds of a union and of all below it, by path and name."""
    scope = Scope.for_path(organization_path)
    within = Fund.objects.filter(organization_path__gte=scope.path_low, organization_path__lt=scope.path_high)
    return within.select_related("organization", "purpose", "campaign").order_by("organization_path", "name")


def takers_of(fund: Fund) -> list[Fund]:
    """The funds of unions below that are bound at least as strictly: what this fund's money can be allocated to."""
    giver, passes_down_as = fund_facts(fund), source_rules()[fund.source_class].passes_down_as
    return [
        taker
        for taker in funds_of(fund.organization_path)
        if not allocation_findings(giver, fund_facts(taker), passes_down_as)
    ]


def terms_below(fund: Fund) -> dict[str, Any]:
    """The terms under which a lower union opens a fund that may take this one's money (R-013, R-029)."""
    return {
        "source_class": source_rules()[fund.source_class].passes_down_as,
        "purpose": fund.purpose_id,
        "campaign": fund.campaign_id,
        "allowed_categories": fund.allowed_categories,
        "required_tag": fund.required_tag,
        "region_path": fund.region_path,
        "valid_from": fund.valid_from,
        "valid_to": fund.valid_to,
        "donor_intent": fund.donor_intent,
        "legal_basis": fund.legal_basis,
        "member_welfare": fund.member_welfare,
    }


def balance_of(fund: Fund) -> Balance:
    """What one fund holds now; all zero when it is out of scope."""
    return balances_of([fund.pk]).get(fund.pk, Balance())


def balances_of(fund_ids: Iterable[UUID]) -> dict[UUID, Balance]:
    """What each fund in scope holds now, by key, in one query."""
    rows = _rows(
        """
        SELECT holding.fund_id, holding.debits_pending_fen, given.credits_posted_fen - given.debits_posted_fen,
            holding.credits_posted_fen - holding.debits_posted_fen - holding.debits_pending_fen,
            coalesce(planned.fen, 0)::bigint
        FROM ledger_account holding
        JOIN ledger_account given ON given.fund_id = holding.fund_id AND given.kind = 'given'
        LEFT JOIN (
            SELECT line.fund_id, sum(line.amount_fen - line.reserved_fen) AS fen
            FROM ledger_useplanline line JOIN ledger_useplan plan ON plan.id = line.plan_id
            WHERE plan.state IN ('proposed', 'approved') AND line.fund_id = ANY (%(funds)s)
            GROUP BY line.fund_id
        ) planned ON planned.fund_id = holding.fund_id
        WHERE holding.kind = 'holding' AND holding.fund_id = ANY (%(funds)s)
        """,
        {"funds": list(fund_ids)},
    )
    return {
        fund: Balance(available + reserved + given, reserved, given, available, planned)
        for fund, reserved, given, available, planned in rows
    }


def statement_of(fund: Fund, *, before: int | None = None, limit: int = 50) -> list[StatementLine]:
    """A page of what moved in a fund, newest first, older than the transfer number `before`."""
    rows = _rows(
        """
        SELECT moved.id, moved.kind, moved.occurred_on, moved.amount_fen,
            CASE WHEN moved.kind IN ('reserve', 'void', 'expire') THEN 0
                 WHEN moved.is_debit THEN -moved.amount_fen ELSE moved.amount_fen END,
            moved.subject_kind, moved.subject_id, moved.resolves_id, moved.evidence, moved.reason
        FROM ledger_account holding, LATERAL (
            (SELECT *, true AS is_debit FROM ledger_transfer
             WHERE debit_account_id = holding.id AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s)
            UNION ALL
            (SELECT *, false AS is_debit FROM ledger_transfer
             WHERE credit_account_id = holding.id AND kind IN ('receive', 'allocate', 'reverse')
               AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s)
        ) moved
        WHERE holding.fund_id = %(fund)s AND holding.kind = 'holding'
        ORDER BY moved.id DESC LIMIT %(limit)s
        """,
        {"fund": fund.pk, "before": before if before is not None else 2**63 - 1, "limit": limit},
    )
    return [StatementLine(*row) for row in rows]


def open_reservations(award_ids: Iterable[int]) -> dict[int, OpenReservation]:
    """The open reservation of each award that has one, by award."""
    rows = _rows(
        """
        SELECT reservation.id, reservation.subject_id, reservation.plan_line_id, line.fund_id,
            reservation.amount_fen, reservation.occurred_on
        FROM ledger_transfer reservation
        JOIN ledger_useplanline line ON line.id = reservation.plan_line_id
        WHERE reservation.kind = 'reserve' AND reservation.subject_kind = 'award'
          AND reservation.subject_id = ANY (%(awards)s)
          AND NOT EXISTS (SELECT FROM ledger_transfer outcome WHERE outcome.resolves_id = reservation.id)
        """,
        {"awards": list(award_ids)},
    )
    return {row[1]: OpenReservation(*row) for row in rows}


def reversed_among(transfer_ids: Iterable[int]) -> set[int]:
    """Those of the transfers that a later one took back."""
    later = Transfer.objects.filter(resolves__in=list(transfer_ids), kind="reverse")
    return set(later.values_list("resolves_id", flat=True))


def is_reversed(transfer: Transfer) -> bool:
    """Whether a later transfer took this one back."""
    return Transfer.objects.filter(resolves=transfer, kind="reverse").exists()


def plans_of(organization_path: str) -> QuerySet[UsePlan]:
    """The use plans of a union and of all below it, newest first."""
    scope = Scope.for_path(organization_path)
    within = UsePlan.objects.filter(
        organization_path__gte=scope.path_low, organization_path__lt=scope.path_high
    )
    return within.select_related("organization", "campaign", "purpose").order_by("-id")


def lines_of(plan: UsePlan) -> list[UsePlanLine]:
    """The lines of a plan with their funds, in the order in which they were written."""
    return list(plan.lines.select_related("fund", "fund__purpose").order_by("ordinal"))


@dataclass(frozen=True, slots=True)
class UsableFund:
    """A fund as a plan's composer sees it: its money, why it cannot be used, whom it may reach (None: anybody)."""

    fund: Fund
    balance: Balance
    obstacles: tuple[Finding, ...]
    categories: frozenset[str] | None


def funds_for_plan(organization: Organization, campaign: Campaign, purpose: str) -> list[UsableFund]:
    """The union's own funds beside what a plan for this campaign and purpose could do with them; two queries."""
    use = UseFacts(
        legal_person=organization.legal_person,
        organization_path=organization.path,
        purpose=purpose,
        campaign=campaign.pk,
        categories=frozenset(),
    )
    own = list(
        Fund.objects.filter(organization=organization).select_related("purpose", "campaign").order_by("name")
    )
    balances = balances_of(fund.pk for fund in own)
    return [_usable(fund, balances.get(fund.pk, Balance()), use) for fund in own]


def _usable(fund: Fund, balance: Balance, use: UseFacts) -> UsableFund:
    facts = fund_facts(fund)
    sets = [one for one in (facts.allowed_categories, facts.source_categories) if one is not None]
    return UsableFund(
        fund, balance, fund_findings(facts, use), frozenset.intersection(*sets) if sets else None
    )


def shortfalls(plan: UsePlan) -> tuple[Finding, ...]:
    """Where a draft asks more of a fund than is neither given, reserved nor planned (R-031); two queries."""
    wanted: dict[Fund, int] = {}
    for line in lines_of(plan):
        wanted[line.fund] = wanted.get(line.fund, 0) + line.amount_fen
    balances = balances_of(fund.pk for fund in wanted)
    return tuple(
        found
        for fund, amount_fen in wanted.items()
        for found in overspending(fund.name, amount_fen, balances[fund.pk].free_fen)
    )


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """A line of a plan beside its fund, in fen: what was free before the plan, what is after this line."""

    fund_id: UUID
    fund: str
    source_class: str
    donor_intent: str
    categories: list[str]
    amount_fen: int
    reserved_fen: int
    received_fen: int
    before_fen: int

    @property
    def after_fen(self) -> int:
        return self.before_fen - self.amount_fen


_PLAN_MONEY = """
SELECT line.fund_id, fund.name, fund.source_class, fund.donor_intent, line.categories, line.amount_fen,
    line.reserved_fen, holding.credits_posted_fen - holding.debits_posted_fen + given.credits_posted_fen
        - given.debits_posted_fen,
    -- A proposed plan already counts on its funds: what is free without it is what was free before it. Of several
    -- lines of one fund each begins where the one before ended.
    (holding.credits_posted_fen - holding.debits_posted_fen - holding.debits_pending_fen - coalesce(planned.fen, 0)
        + CASE WHEN plan.state IN ('proposed', 'approved') THEN sum(line.amount_fen) OVER (PARTITION BY line.fund_id)
               ELSE 0 END
        - sum(line.amount_fen) OVER (PARTITION BY line.fund_id ORDER BY line.ordinal, line.id)
        + line.amount_fen)::bigint
FROM ledger_useplanline line
JOIN ledger_useplan plan ON plan.id = line.plan_id
JOIN ledger_fund fund ON fund.id = line.fund_id
JOIN ledger_account holding ON holding.fund_id = fund.id AND holding.kind = 'holding'
JOIN ledger_account given ON given.fund_id = fund.id AND given.kind = 'given'
LEFT JOIN LATERAL (
    SELECT sum(other.amount_fen - other.reserved_fen) AS fen
    FROM ledger_useplanline other JOIN ledger_useplan counted ON counted.id = other.plan_id
    WHERE counted.state IN ('proposed', 'approved') AND other.fund_id = fund.id
) AS planned ON true
WHERE line.plan_id = %(plan)s
ORDER BY line.ordinal, line.id
"""


def plan_money(plan: UsePlan) -> list[PlanMoney]:
    """The lines of a plan with their funds before and after, in one query."""
    return [PlanMoney(*row) for row in _rows(_PLAN_MONEY, {"plan": plan.pk})]


def plan_content(plan: UsePlan) -> dict[str, object]:
    """What a decision on the plan decides: everything that is frozen when it is proposed, ready to be digested."""
    return {
        "plan": plan.pk,
        "organization": plan.organization_id,
        "legal_person": plan.legal_person,
        "campaign": plan.campaign_id,
        "year": plan.year,
        "title": plan.title,
        "purpose": plan.purpose_id,
        "case_key": plan.case_key,
        "lines": sorted(
            (str(line.fund_id), sorted(line.categories), line.amount_fen) for line in plan.lines.all()
        ),
    }


def fund_facts(fund: Fund) -> FundFacts:
    """A fund as the rules see it, with what its source brings along."""
    categories = fund.allowed_categories
    return FundFacts(
        name=fund.name,
        legal_person=fund.legal_person,
        organization_path=fund.organization_path,
        source_class=fund.source_class,
        purpose=fund.purpose_id,
        purpose_allowed=fund.purpose.allowed,
        campaign=fund.campaign_id,
        allowed_categories=None if categories is None else frozenset(categories),
        source_categories=source_rules()[fund.source_class].categories,
        required_tag=fund.required_tag,
        region_path=fund.region_path,
        valid_from=fund.valid_from,
        valid_to=fund.valid_to,
        donor_intent=fund.donor_intent,
        legal_basis=fund.legal_basis,
        member_welfare=fund.member_welfare,
    )


# --- what came in, for the official tables ---

# One scan over what moved into funds of the subtree. The giver of a subsidy from above may lie out of scope: then its
# account is not seen, and a transfer whose other side is not the fund's own source came from another union.
_INCOMING = """
    FROM ledger_transfer transfer
    JOIN ledger_account taker ON taker.kind = 'holding' AND taker.id = CASE transfer.kind
        WHEN 'reverse' THEN transfer.debit_account_id ELSE transfer.credit_account_id END
    JOIN ledger_fund fund ON fund.id = taker.fund_id
    LEFT JOIN ledger_account giver ON giver.id = CASE transfer.kind
        WHEN 'reverse' THEN transfer.credit_account_id ELSE transfer.debit_account_id END
    CROSS JOIN LATERAL (SELECT
        CASE transfer.kind WHEN 'reverse' THEN -transfer.amount_fen ELSE transfer.amount_fen END AS fen,
        CASE WHEN giver.kind = 'source' THEN 'received'
             WHEN giver.organization_path >= %(low)s AND giver.organization_path < %(high)s THEN 'internal'
             ELSE 'subsidised' END AS way
    ) what
    WHERE transfer.kind IN ('receive', 'allocate', 'reverse')
      AND transfer.organization_path >= %(low)s AND transfer.organization_path < %(high)s
      AND transfer.occurred_on BETWEEN %(starts)s AND %(ends)s
      AND (fund.campaign_id = %(campaign)s OR fund.campaign_id IS NULL)
      AND NOT fund.member_welfare
"""


def source_totals(campaign: Campaign, organization_path: str, as_of: date) -> list[SourceTotal]:
    """What each source brought into the subtree within the campaign's window until `as_of`, by one grouped scan."""
    rows = _rows(
        f"""
        SELECT fund.source_class,
            coalesce(sum(what.fen) FILTER (WHERE what.way = 'received'), 0)::bigint,
            coalesce(sum(what.fen) FILTER (WHERE what.way = 'subsidised'), 0)::bigint,
            coalesce(sum(what.fen) FILTER (WHERE what.way = 'internal'), 0)::bigint
        {_INCOMING} GROUP BY fund.source_class ORDER BY fund.source_class
        """,
        _window(campaign, organization_path, as_of),
    )
    return [SourceTotal(*row) for row in rows]


def receipts_by_source(
    campaign: Campaign, organization_path: str, as_of: date, *, annex: str = "annex1"
) -> dict[str, int]:
    """Line of the annex (B1…B6, or E1…E5 of `annex2`) to fen that came into the subtree from outside it.

    Money that unions of the subtree passed on to each other counts once, where it came in.
    """
    totals = {getattr(rule, annex): 0 for rule in source_rules().values()}
    for total in source_totals(campaign, organization_path, as_of):
        totals[getattr(source_rules()[total.source_class], annex)] += total.from_outside_fen
    return dict(sorted(totals.items()))


def receipts_by_branch(
    campaign: Campaign, organization_path: str, as_of: date, *, annex: str = "annex1"
) -> dict[str, dict[str, int]]:
    """Branch (the union alone, and each child with all below it) to line of the annex to fen, by one grouped scan.

    A child's figures are those of `receipts_by_source` for it. The union's own are what came into its own funds from
    outside its subtree. A branch into whose funds nothing moved is missing.
    """
    rows = _rows(
        f"""
        SELECT taker.organization_path, CASE what.way WHEN 'internal' THEN giver.organization_path ELSE '' END,
            fund.source_class, sum(what.fen)::bigint
        {_INCOMING} GROUP BY 1, 2, 3
        """,
        _window(campaign, organization_path, as_of),
    )
    branches: dict[str, dict[str, int]] = {}
    for taker, giver, source_class, fen in rows:
        branch = _branch(organization_path, taker)
        line = getattr(source_rules()[source_class], annex)
        if not giver or (branch != organization_path and _branch(organization_path, giver) != branch):
            totals = branches.setdefault(branch, {})
            totals[line] = totals.get(line, 0) + fen
    return branches


def _branch(path: str, below: str) -> str:
    """The child of `path` that `below` lies under; `path` for itself."""
    return below[: below.find("/", len(path)) + 1] or path


def receipts_counted(
    code: str, campaign: Campaign, organization_path: str, as_of: date, *, annex: str = "annex1"
) -> list[dict[str, Any]]:
    """The very transfers that a line of `receipts_by_source` adds up, oldest first; in fen, reversals negative."""
    classes = [name for name, rule in source_rules().items() if getattr(rule, annex) == code]
    rows = _rows(
        f"""
        SELECT transfer.id, fund.id, fund.name, fund.source_class, what.fen, transfer.occurred_on, transfer.evidence
        {_INCOMING} AND what.way <> 'internal' AND fund.source_class = ANY (%(classes)s)
        ORDER BY transfer.occurred_on, transfer.id
        """,
        _window(campaign, organization_path, as_of) | {"classes": classes},
    )
    names = ("transfer_id", "fund_id", "fund", "source_class", "amount_fen", "occurred_on", "evidence")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _window(campaign: Campaign, organization_path: str, as_of: date) -> dict[str, object]:
    scope = Scope.for_path(organization_path)
    return {
        "low": scope.path_low,
        "high": scope.path_high,
        "campaign": campaign.pk,
        "starts": campaign.starts_on,
        "ends": min(as_of, campaign.ends_on),
    }


def _rows(statement: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
