"""Reads of official tables: one grouped scan over the stream, its roll-up over the tree, the records behind a cell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from nuanliu.base.scope import Scope
from nuanliu.ledger.queries import funds_of, receipts_by_source, receipts_counted
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import children
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue, Return
from nuanliu.returns.rules import Cell, complete, difference
from nuanliu.returns.states import ReturnState

EPIDEMIC_TAG = "EPIDEMIC_FRONTLINE"
NEW_EMPLOYMENT_TAG = "NEW_EMPLOYMENT_FORM"
MEMO_CODES = ("J1", "J2", "J3", "J4")
RECEIPT_CODES = form(ANNEX1).row("B").parts


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


@dataclass(frozen=True, slots=True)
class AwardRecord:
    """One record that a cell counts. The page masks the name; it is empty where the reader may not see the person."""

    award_id: int
    person_name: str
    organization_name: str
    category: str
    amount_fen: int
    delivered_on: date


def annex1(organization: Organization, campaign: Campaign, as_of: date) -> AnnexTable:
    """Annex 1 of a union and all below it: awards and receipts by one grouped scan each, and what was entered.

    Counts are persons-times, money is fen. Only what the transaction's scope shows is counted. A subsidy from above the
    union counts as received; one within its subtree does not (R-013).
    """
    awarded = _awarded(organization.path, campaign, as_of).get(organization.path, {})
    received = receipts_by_source(campaign, organization.path, as_of)
    standing = _standing(organization.path, campaign, as_of)
    return _table(organization, campaign, as_of, awarded | received, standing)


def annex1_of_list(
    organization: Organization, campaign: Campaign, as_of: date, roster_id: UUID, received: Mapping[str, int]
) -> AnnexTable:
    """What one list adds to Annex 1: its awards in one grouped scan, and the fen received for it by line."""
    awarded = _awarded(organization.path, campaign, as_of, roster_id=roster_id).get(organization.path, {})
    return _table(organization, campaign, as_of, awarded | dict(received), ())


def annex1_by_child(organization: Organization, campaign: Campaign, as_of: date) -> RollUp:
    """The table of the union, of the union alone and of each child, and what adding them up must take out.

    Awards are still read in one scan; receipts once for each child that has funds.
    """
    awarded = _awarded(organization.path, campaign, as_of, by_child=True)
    received = _received_by_branch(organization, campaign, as_of)
    standing = _standing(organization.path, campaign, as_of)

    def table(branch: Organization) -> AnnexTable:
        entered = [
            one for one in standing if _branch(organization.path, one.organization_path) == branch.path
        ]
        derived = awarded.get(branch.path, {}) | received.get(branch.path, {})
        return _table(branch, campaign, as_of, derived, entered)

    own, below = table(organization), [table(child) for child in children(organization)]
    derived = _summed(awarded.values()) | receipts_by_source(campaign, organization.path, as_of)
    whole = _table(organization, campaign, as_of, derived, standing)
    parts = _summed(part.values for part in (own, *below))
    return RollUp(whole, own, below, difference(whole.values, parts))


def frozen_cells(table: Return) -> dict[str, Cell]:
    """The cells of a version as they were frozen, in the order of the form."""
    cells = {cell.code: Cell(cell.code, cell.derived, cell.entered) for cell in table.cells.all()}
    return {row.code: cells[row.code] for row in form(table.form).rows if row.code in cells}


def versions_of(organization: Organization, campaign: Campaign, form_key: str = ANNEX1) -> Sequence[Return]:
    """All versions of a union's table, newest first."""
    found = Return.objects.filter(organization=organization, campaign=campaign, form=form_key)
    return list(found.select_related("drafted_by", "signed_by", "judged_by").order_by("-version"))


def last_signed(organization: Organization, campaign: Campaign, form_key: str = ANNEX1) -> Return | None:
    """The newest version that somebody signed, whatever became of it."""
    found = Return.objects.filter(organization=organization, campaign=campaign, form=form_key)
    return found.exclude(state=ReturnState.DRAFT).order_by("-version").first()


def changed_since_signed(table: AnnexTable) -> dict[str, int] | None:
    """Codes whose value differs from the last signed version, with the change; None before any is signed."""
    signed = last_signed(table.organization, table.campaign)
    if signed is None:
        return None
    return difference({code: cell.value for code, cell in frozen_cells(signed).items()}, table.values)


# --- the records behind a cell ---


def is_of_awards(code: str) -> bool:
    """Whether `records_of` opens the cell."""
    return code in {"C", "D", *MEMO_CODES} or (code[0] in "CD" and code in form(ANNEX1).codes)


def records_of(
    code: str,
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    *,
    after: int = 0,
    limit: int = 50,
) -> list[AwardRecord]:
    """The awards that a C, D or J cell counts, by union and number, after the award with the number given.

    ValueError for a cell that is not derived from awards.
    """
    parameters = _parameters(organization.path, campaign, as_of) | {"after": after, "limit": limit}
    condition = _condition(code, parameters)
    sql = f"""
        SELECT award.id, coalesce(person.name, ''), organization.name, award.category_id, award.amount_fen,
            award.delivered_on
        FROM (SELECT award.id, award.organization_id, award.organization_path, award.person_id, award.category_id,
                     {_AMOUNT} AS amount_fen, award.delivered_on
              {_STREAM} AND {condition} {_AFTER if after else ""}
              ORDER BY award.organization_path, award.id LIMIT %(limit)s) award
        JOIN organizations_organization organization ON organization.id = award.organization_id
        LEFT JOIN people_person person ON person.id = award.person_id
        ORDER BY award.organization_path, award.id"""  # noqa: S608  only conditions written in this module enter the text
    return [AwardRecord(*row) for row in _rows(sql, parameters)]


def receipts_of(
    code: str, organization: Organization, campaign: Campaign, as_of: date
) -> list[dict[str, Any]]:
    """The receipts that a B cell counts, oldest first: fund, source, fen (taken back: negative), day, evidence."""
    codes = RECEIPT_CODES if code == "B" else (code,)
    found = [row for one in codes for row in receipts_counted(one, campaign, organization.path, as_of)]
    return sorted(found, key=lambda row: (row["occurred_on"], row["transfer_id"]))


def entered_of(
    code: str, organization: Organization, campaign: Campaign, as_of: date
) -> Sequence[EnteredValue]:
    """The typed values that a cell counts, by union: value, reason, who typed it."""
    codes = {code, *form(ANNEX1).row(code).parts}
    return [value for value in _standing(organization.path, campaign, as_of) if value.code in codes]


def values_entered(organization: Organization, campaign: Campaign) -> Sequence[EnteredValue]:
    """All that a union itself typed for a campaign, row by row, newest first; an empty value took one back."""
    found = EnteredValue.objects.filter(form=ANNEX1, organization=organization, campaign=campaign)
    return list(found.select_related("entered_by").order_by("code", "-ordinal"))


# --- how ---

# Everything that Annex 1 takes from awards, in one pass. An award of another campaign counts only in J3 and J4, whose
# time is the service month and the festival together: the two windows are one OR, so nothing counts twice.
_STREAM = """
    FROM awards_award award
    WHERE award.state = 'delivered'
      AND award.organization_path >= %(low)s AND award.organization_path < %(high)s
      AND award.delivered_on <= %(as_of)s
"""
_IN_CAMPAIGN = "award.campaign_id = %(campaign)s AND award.delivered_on BETWEEN %(starts)s AND %(ends)s"
_NEW_EMPLOYMENT = """(
    award.tags @> ARRAY[%(new_employment)s]::varchar[]
    AND (award.delivered_on BETWEEN %(starts)s AND %(ends)s
         OR award.delivered_on BETWEEN %(service_starts)s AND %(service_ends)s))
"""
_EPIDEMIC = f"{_IN_CAMPAIGN} AND award.tags @> ARRAY[%(epidemic)s]::varchar[]"
_OF_LIST = "AND award.roster_id = %(roster)s"
_AMOUNT = "award.cash_fen + award.goods_fen"
_AFTER = """AND (award.organization_path, award.id) > (
    SELECT last.organization_path, last.id FROM awards_award last WHERE last.id = %(after)s)
"""


def _table(
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    derived: Mapping[str, int],
    standing: Iterable[EnteredValue],
) -> AnnexTable:
    entered = _summed({one.code: one.value or 0} for one in standing)
    return AnnexTable(organization, campaign, as_of, complete(form(ANNEX1), derived, entered))


def _awarded(
    path: str, campaign: Campaign, as_of: date, *, by_child: bool = False, roster_id: UUID | None = None
) -> dict[str, dict[str, int]]:
    """Branch (the whole, or the union alone and each child) to code to value; of one list only where it is named."""
    # Awards are grouped by the union that gave and its branch is found afterwards: cutting a million paths would cost
    # as much as the scan.
    sql = f"""
        SELECT {"award.organization_path" if by_child else "%(low)s"}, award.category_id,
               count(*) FILTER (WHERE {_IN_CAMPAIGN}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_IN_CAMPAIGN}), 0)::bigint,
               count(*) FILTER (WHERE {_EPIDEMIC}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_EPIDEMIC}), 0)::bigint,
               count(*) FILTER (WHERE {_NEW_EMPLOYMENT}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_NEW_EMPLOYMENT}), 0)::bigint
        {_STREAM} AND ({_IN_CAMPAIGN} OR {_NEW_EMPLOYMENT}) {_OF_LIST if roster_id else ""}
        GROUP BY 1, 2"""
    branches: dict[str, dict[str, int]] = {}
    for union, category, *figures in _rows(sql, _parameters(path, campaign, as_of) | {"roster": roster_id}):
        branch = _branch(path, union) if by_child else path
        given = dict(zip((category, f"D{category[1:]}", *MEMO_CODES), figures, strict=True))
        branches[branch] = _summed([branches.get(branch, {}), given])
    return branches


def _received_by_branch(
    organization: Organization, campaign: Campaign, as_of: date
) -> dict[str, dict[str, int]]:
    """Branch to B line to fen, for branches that have funds."""
    funds = {fund.pk: fund.organization_path for fund in funds_of(organization.path)}
    branches = {_branch(organization.path, path) for path in funds.values()} - {organization.path}
    received = {branch: receipts_by_source(campaign, branch, as_of) for branch in branches}
    received[organization.path] = {
        code: sum(
            row["amount_fen"]
            for row in receipts_counted(code, campaign, organization.path, as_of)
            if funds.get(row["fund_id"]) == organization.path
        )
        for code in RECEIPT_CODES
    }
    return received


def _branch(path: str, below: str) -> str:
    """The child of `path` that `below` lies under; `path` for itself."""
    return below[: below.find("/", len(path)) + 1] or path


def _condition(code: str, parameters: dict[str, Any]) -> str:
    if not is_of_awards(code):
        raise ValueError(f"{code} is not derived from awards")
    if code in {"J1", "J2"}:
        return _EPIDEMIC
    if code in {"J3", "J4"}:
        return _NEW_EMPLOYMENT
    if code in {"C", "D"}:
        return _IN_CAMPAIGN
    parameters["category"] = f"C{code[1:]}"
    return f"{_IN_CAMPAIGN} AND award.category_id = %(category)s"


def _parameters(path: str, campaign: Campaign, as_of: date) -> dict[str, Any]:
    scope = Scope.for_path(path)
    return {
        "low": scope.path_low,
        "high": scope.path_high,
        "campaign": campaign.pk,
        "as_of": as_of,
        "starts": campaign.starts_on,
        "ends": campaign.ends_on,
        "service_starts": campaign.service_month_starts_on or campaign.starts_on,
        "service_ends": campaign.service_month_ends_on or campaign.ends_on,
        "epidemic": EPIDEMIC_TAG,
        "new_employment": NEW_EMPLOYMENT_TAG,
    }


def _standing(path: str, campaign: Campaign, as_of: date) -> list[EnteredValue]:
    """The newest entered value of each union and code by that day, where it was not taken back."""
    scope = Scope.for_path(path)
    newest = (
        EnteredValue.objects.filter(
            form=ANNEX1,
            campaign=campaign,
            entered_on__lte=as_of,
            organization_path__gte=scope.path_low,
            organization_path__lt=scope.path_high,
        )
        .select_related("organization", "entered_by")
        .order_by("organization_path", "code", "-ordinal")
        .distinct("organization_path", "code")
    )
    return [value for value in newest if value.value is not None]


def _summed(tables: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Code by code."""
    totals: Counter[str] = Counter()
    for table in tables:
        totals.update(table)
    return dict(totals)


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
