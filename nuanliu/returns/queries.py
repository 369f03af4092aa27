"""Reads of official tables: one grouped scan over the stream, its roll-up by child, and the records behind a cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from nuanliu.ledger.queries import receipts_by_source, receipts_counted
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue, Return
from nuanliu.returns.rules import Cell, complete

EPIDEMIC_TAG = "EPIDEMIC_FRONTLINE"
NEW_EMPLOYMENT_TAG = "NEW_EMPLOYMENT_FORM"


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
class AwardRecord:
    """One record that a cell counts. The page masks the name where its reader has no business with it."""

    award_id: int
    person_name: str
    organization_name: str
    category: str
    amount_fen: int
    delivered_on: date


# Everything that Annex 1 takes from awards, in one pass. An award of another campaign counts only in J3 and J4, whose
# time is the service month and the festival together: the two windows are one OR, so nothing counts twice.
_STREAM = """
    FROM awards_award award
    WHERE award.state = 'delivered'
      AND award.organization_path >= %(low)s AND award.organization_path < %(high)s
      AND award.delivered_on <= %(as_of)s
"""
_IN_CAMPAIGN = "award.campaign_id = %(campaign)s AND award.delivered_on BETWEEN %(starts)s AND %(ends)s"
_NEW_EMPLOYMENT = """
    award.tags @> ARRAY[%(new_employment)s]::varchar[]
    AND (award.delivered_on BETWEEN %(starts)s AND %(ends)s
         OR award.delivered_on BETWEEN %(service_starts)s AND %(service_ends)s)
"""
_EPIDEMIC = f"{_IN_CAMPAIGN} AND award.tags @> ARRAY[%(epidemic)s]::varchar[]"
_AMOUNT = "award.cash_fen + award.goods_fen"


def annex1(organization: Organization, campaign: Campaign, as_of: date) -> AnnexTable:
    """Annex 1 derived from awards and receipts by grouped scans, with the entered values of the subtree added.

    Counts are persons-times, money is fen. Only what the transaction's scope shows is counted.
    """
    derived = _awards_by_category(organization.path, campaign, as_of)
    derived |= receipts_by_source(campaign, organization.path, as_of)
    return AnnexTable(
        organization,
        campaign,
        as_of,
        complete(form(ANNEX1), derived, _entered(organization.path, campaign, as_of)),
    )


def annex1_by_child(organization: Organization, campaign: Campaign, as_of: date) -> list[AnnexTable]:
    """The same table for the union itself and each child; their awards add up to the union's own table."""
    children = Organization.objects.filter(parent=organization).order_by("path")
    return [annex1(child, campaign, as_of) for child in children]


def records_of(
    code: str,
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    *,
    after: int = 0,
    limit: int = 50,
) -> list[AwardRecord]:
    """The awards that a derived C, D or J cell counts, in the order of their number, after the number given.

    ValueError for a cell that is not derived from awards.
    """
    parameters = _parameters(organization.path, campaign, as_of) | {
        "after": after,
        "limit": limit,
        "code": code,
    }
    # Only conditions written in this module enter the text; values are parameters.
    sql = f"""
        SELECT award.id, person.name, organization.name, award.category_id, {_AMOUNT}, award.delivered_on
        FROM (SELECT award.* {_STREAM} AND {_condition(code, parameters)} AND award.id > %(after)s
              ORDER BY award.id LIMIT %(limit)s) award
        JOIN people_person person ON person.id = award.person_id
        JOIN organizations_organization organization ON organization.id = award.organization_id
        ORDER BY award.id"""  # noqa: S608
    return [AwardRecord(*row) for row in _rows(sql, parameters)]


def receipts_of(
    code: str, organization: Organization, campaign: Campaign, as_of: date
) -> list[dict[str, Any]]:
    """The receipts that a B cell counts: fund, amount in fen, day, evidence."""
    return receipts_counted(code, campaign, organization.path, as_of)


def signed_versions(
    organization: Organization, campaign: Campaign, form_key: str = ANNEX1
) -> Sequence[Return]:
    """All versions of a union's table, newest first."""
    return list(
        Return.objects.filter(organization=organization, campaign=campaign, form=form_key)
        .select_related("signed_by")
        .order_by("-version")
    )


def difference(table: AnnexTable, earlier: dict[str, int]) -> dict[str, int]:
    """Codes whose value changed since, with the change."""
    return {
        code: value - earlier.get(code, 0)
        for code, value in table.values.items()
        if value != earlier.get(code, 0)
    }


def _awards_by_category(path: str, campaign: Campaign, as_of: date) -> dict[str, int]:
    parameters = _parameters(path, campaign, as_of)
    sql = f"""
        SELECT award.category_id,
               count(*) FILTER (WHERE {_IN_CAMPAIGN}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_IN_CAMPAIGN}), 0)::bigint,
               count(*) FILTER (WHERE {_EPIDEMIC}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_EPIDEMIC}), 0)::bigint,
               count(*) FILTER (WHERE {_NEW_EMPLOYMENT}),
               coalesce(sum({_AMOUNT}) FILTER (WHERE {_NEW_EMPLOYMENT}), 0)::bigint
        {_STREAM} AND (({_IN_CAMPAIGN}) OR ({_NEW_EMPLOYMENT}))
        GROUP BY award.category_id"""
    cells = {"J1": 0, "J2": 0, "J3": 0, "J4": 0}
    for category, people, fen, *memo in _rows(sql, parameters):
        cells |= {category: people, f"D{category[1:]}": fen}
        for code, value in zip(("J1", "J2", "J3", "J4"), memo, strict=True):
            cells[code] += value
    return cells


def _condition(code: str, parameters: dict[str, Any]) -> str:
    if code in {"J1", "J2"}:
        return _EPIDEMIC
    if code in {"J3", "J4"}:
        return f"({_NEW_EMPLOYMENT})"
    if code in {"C", "D"}:
        return _IN_CAMPAIGN
    if code[0] in "CD" and code[1:].isdigit():
        parameters["category"] = f"C{code[1:]}"
        return f"{_IN_CAMPAIGN} AND award.category_id = %(category)s"
    raise ValueError(f"{code} is not derived from awards")


def _parameters(path: str, campaign: Campaign, as_of: date) -> dict[str, Any]:
    return {
        "low": path,
        "high": path[:-1] + "0",
        "campaign": campaign.pk,
        "as_of": as_of,
        "starts": campaign.starts_on,
        "ends": campaign.ends_on,
        "service_starts": campaign.service_month_starts_on or campaign.starts_on,
        "service_ends": campaign.service_month_ends_on or campaign.ends_on,
        "epidemic": EPIDEMIC_TAG,
        "new_employment": NEW_EMPLOYMENT_TAG,
    }


def _entered(path: str, campaign: Campaign, as_of: date) -> dict[str, int]:
    """The newest entered value of each union and code, added up over the subtree."""
    newest = (
        EnteredValue.objects.filter(
            form=ANNEX1,
            campaign=campaign,
            entered_on__lte=as_of,
            organization_path__gte=path,
            organization_path__lt=path[:-1] + "0",
        )
        .order_by("organization_id", "code", "-entered_on", "-id")
        .distinct("organization_id", "code")
    )
    totals: dict[str, int] = {}
    for value in newest:
        totals[value.code] = totals.get(value.code, 0) + value.value
    return totals


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
