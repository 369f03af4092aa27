"""What stands behind a cell: awards in pages by key, receipts, and what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from nuanliu.ledger.queries import receipts_counted
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue
from nuanliu.returns.queries.stream import (
    AMOUNT,
    RECEIPT_CODES,
    STREAM,
    condition,
    parameters_of,
    rows_of,
)
from nuanliu.returns.queries.typed import standing_values

_AFTER = """AND (award.organization_path, award.category_id, award.id) > (
    SELECT last.organization_path, last.category_id, last.id FROM awards_award last WHERE last.id = %(after)s)
"""
_SINCE = "AND award.delivered_on > %(since)s"


@dataclass(frozen=True, slots=True)
class AwardRecord:
    """One record that a cell counts. The page masks the name; it is empty where the reader may not see the person."""

    award_id: int
    person_name: str
    organization_name: str
    category: str
    amount_fen: int
    delivered_on: date
    person_id: UUID
    state: str


def records_of(
    code: str,
    organization: Organization,
    campaign: Campaign,
    as_of: date,
    *,
    after: int = 0,
    limit: int = 50,
    since: date | None = None,
) -> list[AwardRecord]:
    """The awards that a C, D or J cell counts, by union, category and number, after the award with the number given.

    With `since`, only those delivered after that day: what came to the cell between two days. ValueError for a cell
    that is not derived from awards.
    """
    parameters = parameters_of(organization.path, campaign, as_of)
    parameters |= {"after": after, "limit": limit, "since": since}
    wanted = f"{condition(code, parameters)} {_AFTER if after else ''} {_SINCE if since else ''}"
    sql = f"""
        SELECT award.id, coalesce(person.name, ''), organization.name, award.category_id, award.amount_fen,
            award.delivered_on, award.person_id, award.state
        FROM (SELECT award.id, award.organization_id, award.organization_path, award.person_id, award.category_id,
                     {AMOUNT} AS amount_fen, award.delivered_on, award.state
              {STREAM} AND {wanted}
              ORDER BY award.organization_path, award.category_id, award.id LIMIT %(limit)s) award
        JOIN organizations_organization organization ON organization.id = award.organization_id
        LEFT JOIN people_person person ON person.id = award.person_id
        ORDER BY award.organization_path, award.category_id, award.id"""  # noqa: S608  only conditions of this package enter the text
    return [AwardRecord(*row) for row in rows_of(sql, parameters)]


def receipts_of(
    code: str, organization: Organization, campaign: Campaign, as_of: date, *, since: date | None = None
) -> list[dict[str, Any]]:
    """The receipts that a B cell counts, oldest first: fund, source, fen (taken back: negative), day, evidence.

    With `since`, only what moved after that day.
    """
    codes = RECEIPT_CODES if code == "B" else (code,)
    found = [row for one in codes for row in receipts_counted(one, campaign, organization.path, as_of)]
    later = [row for row in found if since is None or row["occurred_on"] > since]
    return sorted(later, key=lambda row: (row["occurred_on"], row["transfer_id"]))


def entered_of(
    code: str, organization: Organization, campaign: Campaign, as_of: date
) -> Sequence[EnteredValue]:
    """The typed values that a cell counts, by union: value, reason, who typed it."""
    codes = {code, *form(ANNEX1).row(code).parts}
    return [value for value in standing_values(organization.path, campaign, as_of) if value.code in codes]
