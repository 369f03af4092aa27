"""Named reads of rosters, findings and awards; pages by key, never by offset."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from nuanliu.awards.comparing import Compared, Difference, compared, differences, last_list
from nuanliu.awards.models import HeadingMapping, Roster, RosterFinding
from nuanliu.awards.proposing import Proposal, proposals_of
from nuanliu.awards.reading import refusal_of
from nuanliu.awards.received import (
    AidSum,
    ReceivedElsewhere,
    Repeated,
    aid_sums,
    received_by,
    received_elsewhere,
    repeated,
)
from nuanliu.awards.row_queries import (
    START,
    Corrected,
    Found,
    Place,
    RowWithFindings,
    Summary,
    cells_of,
    raw_of,
    row_with_findings,
    rows_page,
    summary_of,
)
from nuanliu.awards.rules import SameAmount, late_entry, late_list, same_amount_to_all
from nuanliu.awards.sampling import Sample, Sampled, sample_of
from nuanliu.awards.states import RosterState
from nuanliu.base.bulk import rows_of as sql_rows
from nuanliu.kernel.findings import Finding
from nuanliu.programmes.models import Campaign

__all__ = [
    "START",
    "AidSum",
    "Compared",
    "Corrected",
    "Difference",
    "Found",
    "Place",
    "Proposal",
    "ReceivedElsewhere",
    "Repeated",
    "RowWithFindings",
    "Sample",
    "Sampled",
    "Summary",
    "aid_sums",
    "cells_of",
    "compared",
    "differences",
    "last_list",
    "proposals_of",
    "raw_of",
    "received_by",
    "received_elsewhere",
    "refusal_of",
    "repeated",
    "row_with_findings",
    "rows_page",
    "sample_of",
    "summary_of",
]


def finding_counts(roster: Roster) -> dict[str, int]:
    """How often each code was found in a roster."""
    counted = (
        RosterFinding.objects.filter(roster=roster)
        .values("code")
        .annotate(count=Count("id"))
        .order_by("code")
    )
    return {row["code"]: row["count"] for row in counted}


def findings_of(roster: Roster, *, severity: str = "") -> QuerySet[RosterFinding]:
    """The findings of a roster in the order of place."""
    found = RosterFinding.objects.filter(roster=roster)
    found = found.filter(severity=severity) if severity else found
    return found.order_by("sheet_ordinal", "row_number", "id")


def remembered_mappings(organization_path: str) -> QuerySet[HeadingMapping]:
    """What a sender has said its headings mean, by heading, with who said it."""
    found = HeadingMapping.objects.filter(organization_path=organization_path)
    return found.select_related("user").order_by("heading")


# --- findings on the programme (R-050, R-105, R-039) ---

# Only who can be meant comes out: one category, one sum. Least and greatest are summed up as the rows come, where
# counting the different ones would sort them all.
EMPLOYER_GROUPS = """
SELECT row.employer, count(*), 1, min(award.cash_fen + award.goods_fen), max(award.cash_fen + award.goods_fen)
FROM awards_award award JOIN awards_rosterrow row ON row.id = award.basis_id
WHERE award.campaign_id = %s AND award.live AND row.employer <> ''
GROUP BY row.employer
HAVING min(award.category_id) = max(award.category_id)
   AND min(award.cash_fen + award.goods_fen) = max(award.cash_fen + award.goods_fen)
ORDER BY row.employer
"""


def same_amount_findings(campaign: Campaign, *, staff_counts: dict[str, int] | None = None) -> list[Finding]:
    """Employers all of whose people on the lists got one and the same sum (R-050).

    `staff_counts` tells how many people an employer has, where that is known.
    """
    groups = [SameAmount(*row) for row in sql_rows(EMPLOYER_GROUPS, [campaign.pk])]
    found = (same_amount_to_all(group, (staff_counts or {}).get(group.employer)) for group in groups)
    return [finding for finding in found if finding is not None]


LATE = """
SELECT roster.id, organization.name, min(award.delivered_on),
       (roster.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM awards_award award
JOIN awards_roster roster ON roster.id = award.roster_id
JOIN organizations_organization organization ON organization.id = roster.organization_id
WHERE award.campaign_id = %s AND award.delivered_on IS NOT NULL
GROUP BY roster.id, organization.name
ORDER BY roster.id
"""


def late_entry_findings(campaign: Campaign) -> list[Finding]:
    """Lists entered later than the campaign allows after the money was given, or after it was closed (R-105)."""
    found = [
        late_entry(str(roster), name, delivered, entered, count, campaign.entry_lag_days)
        for roster, name, delivered, entered, count in sql_rows(LATE, [campaign.pk])
    ]
    late = Roster.objects.filter(campaign=campaign, days_late__gt=0).exclude(state=RosterState.WITHDRAWN)
    found += [
        late_list(str(roster.pk), roster.organization.name, campaign.closed_on, roster.days_late)
        for roster in late.select_related("organization").order_by("pk")
        if campaign.closed_on
    ]
    return [finding for finding in found if finding is not None]


NOT_ENTERED = """
SELECT transfer.id, transfer.amount_fen, transfer.occurred_on
FROM ledger_transfer transfer
LEFT JOIN awards_award award
    ON transfer.subject_kind = 'award' AND award.id = transfer.subject_id AND award.state = 'delivered'
WHERE transfer.kind = 'post' AND award.id IS NULL
  AND NOT EXISTS (SELECT FROM ledger_transfer back WHERE back.resolves_id = transfer.id)
ORDER BY transfer.id
"""


@dataclass(frozen=True, slots=True)
class NotEntered:
    """Money that the ledger says was given, and no delivered award stands for."""

    transfer_id: int
    amount_fen: int
    occurred_on: date


def paid_but_not_entered() -> list[NotEntered]:
    """Ledger against module: every use of money has its entry (R-039); what has none, and was not reversed."""
    return [NotEntered(*row) for row in sql_rows(NOT_ENTERED)]
