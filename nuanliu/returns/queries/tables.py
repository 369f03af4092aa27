"""The table itself: one grouped scan over the stream, and its roll-up over the tree."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from nuanliu.ledger.queries import receipts_by_branch, receipts_by_source
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import children
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue
from nuanliu.returns.queries.stream import (
    AMOUNT,
    EPIDEMIC,
    IN_CAMPAIGN,
    MEMO_CODES,
    NEW_EMPLOYMENT,
    OF_LIST,
    STREAM,
    parameters_of,
    rows_of,
)
from nuanliu.returns.queries.typed import standing_values
from nuanliu.returns.rules import Cell, complete, difference


@dataclass(frozen=True, slots=True)
class AnnexTable:
    """Annex 1 of one union and all below it, as of one day."""

    organization: Organization
    campaign: Campaign
    as_of: date
    cells: dict[str, Cell]

    @property
    def values(self) -> dict[str, int]:
        """Code to value, in fen or persons."""
        return {code: cell.value for code, cell in self.cells.items()}


@dataclass(frozen=True, slots=True)
class RollUp:
    """A table and what it is made of: whole = own + children − eliminated, cell by cell.

    `own` is the union's own part without its children. `eliminated` holds fen by code: what branches passed on to each
    other, which each counts as received and the whole counts once (R-013).
    """

    whole: AnnexTable
    own: AnnexTable
    children: list[AnnexTable]
    eliminated: dict[str, int]


# Of each branch, by its path, code to value.
type Awarded = dict[str, dict[str, int]]


def annex1(
    organization: Organization, campaign: Campaign, as_of: date, counted: Awarded | None = None
) -> AnnexTable:
    """Annex 1 of a union and all below it: awards and receipts by one grouped scan each, and what was entered.

    Counts are persons-times, money is fen. Only what the transaction's scope shows is counted. A subsidy from above the
    union counts as received; one within its subtree does not (R-013). `counted` are the awards where somebody has
    counted them already, by `awarded`.
    """
    counted = awarded(organization, campaign, as_of) if counted is None else counted
    received = receipts_by_source(campaign, organization.path, as_of)
    standing = standing_values(organization.path, campaign, as_of)
    derived = counted.get(organization.path, {}) | received
    return _table(organization, campaign, as_of, derived, standing)


def annex1_of_list(
    organization: Organization, campaign: Campaign, as_of: date, roster_id: UUID, received: Mapping[str, int]
) -> AnnexTable:
    """What one list adds to Annex 1: its awards in one grouped scan, and the fen received for it by line."""
    counted = awarded(organization, campaign, as_of, roster_id=roster_id).get(organization.path, {})
    return _table(organization, campaign, as_of, counted | dict(received), ())


def annex1_by_child(
    organization: Organization, campaign: Campaign, as_of: date, counted: Awarded | None = None
) -> RollUp:
    """The table of the union, of the union alone and of each child, and what adding them up must take out.

    Awards and receipts are still read in one scan each; `counted` are the awards by child where they were counted.
    """
    counted = awarded(organization, campaign, as_of, by_child=True) if counted is None else counted
    received = receipts_by_branch(campaign, organization.path, as_of)
    standing = standing_values(organization.path, campaign, as_of)

    def table(branch: Organization) -> AnnexTable:
        entered = [
            one for one in standing if _branch(organization.path, one.organization_path) == branch.path
        ]
        derived = counted.get(branch.path, {}) | received.get(branch.path, {})
        return _table(branch, campaign, as_of, derived, entered)

    own, below = table(organization), [table(child) for child in children(organization)]
    derived = _summed(counted.values()) | receipts_by_source(campaign, organization.path, as_of)
    whole = _table(organization, campaign, as_of, derived, standing)
    parts = _summed(part.values for part in (own, *below))
    return RollUp(whole, own, below, difference(whole.values, parts))


# --- how ---


def _table(
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    derived: Mapping[str, int],
    standing: Iterable[EnteredValue],
) -> AnnexTable:
    entered = _summed({one.code: one.value or 0} for one in standing)
    return AnnexTable(organization, campaign, as_of, complete(form(ANNEX1), derived, entered))


def awarded(
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    *,
    by_child: bool = False,
    roster_id: UUID | None = None,
) -> Awarded:
    """What the tables take from awards: of the whole, or of the union alone and each child; of one list where named."""
    # Awards are grouped by the union that gave and its branch is found afterwards: cutting a million paths would cost
    # as much as the scan.
    sql = f"""
        SELECT {"award.organization_path" if by_child else "%(low)s"}, award.category_id,
               count(*) FILTER (WHERE {IN_CAMPAIGN}),
               coalesce(sum({AMOUNT}) FILTER (WHERE {IN_CAMPAIGN}), 0)::bigint,
               count(*) FILTER (WHERE {EPIDEMIC}),
               coalesce(sum({AMOUNT}) FILTER (WHERE {EPIDEMIC}), 0)::bigint,
               count(*) FILTER (WHERE {NEW_EMPLOYMENT}),
               coalesce(sum({AMOUNT}) FILTER (WHERE {NEW_EMPLOYMENT}), 0)::bigint
        {STREAM} AND ({IN_CAMPAIGN} OR {NEW_EMPLOYMENT}) {OF_LIST if roster_id else ""}
        GROUP BY 1, 2"""
    branches: Awarded = {}
    for union, category, *figures in rows_of(
        sql, parameters_of(organization.path, campaign, as_of) | {"roster": roster_id}
    ):
        branch = _branch(organization.path, union) if by_child else organization.path
        given = dict(zip((category, f"D{category[1:]}", *MEMO_CODES), figures, strict=True))
        branches[branch] = _summed([branches.get(branch, {}), given])
    return branches


def _branch(path: str, below: str) -> str:
    """The child of `path` that `below` lies under; `path` for itself."""
    return below[: below.find("/", len(path)) + 1] or path


def _summed(tables: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Code by code."""
    totals: Counter[str] = Counter()
    for table in tables:
        totals.update(table)
    return dict(totals)
