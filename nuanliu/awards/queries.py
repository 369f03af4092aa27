"""Named reads of rosters, findings and awards; pages by key, never by offset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nuanliu.awards.models import Award, Roster, RosterFinding, RosterRow
from nuanliu.awards.rules import SameAmount, late_entry, same_amount_to_all
from nuanliu.awards.sealing import open_raw
from nuanliu.awards.states import AwardState, RowState
from nuanliu.base.bulk import rows_of as sql_rows
from nuanliu.kernel.findings import Finding
from nuanliu.kernel.text import mask_identity, mask_name
from nuanliu.programmes.models import Campaign


@dataclass(frozen=True, slots=True)
class RowWithFindings:
    """One row of a roster as its sender may see it, and what was found in it."""

    row: RosterRow
    accepted: bool
    findings: tuple[RosterFinding, ...]


def rosters_of(organization_path: str, *, campaign: Campaign | None = None) -> QuerySet[Roster]:
    """The rosters of an organization itself and all below, newest first."""
    found = Roster.objects.filter(
        organization_path__gte=organization_path, organization_path__lt=organization_path[:-1] + "0"
    )
    return (found.filter(campaign=campaign) if campaign else found).order_by("-id")


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


def rows_page(
    roster: Roster, *, after: int = 0, limit: int = 50, only: str = "", code: str = ""
) -> list[RowWithFindings]:
    """A page of a roster's rows after the row with this number, with their findings. Two queries.

    `only` is '', 'error' (refused rows), 'good' or 'accepted'; `code` keeps the rows with that finding.
    """
    award = Award.objects.filter(roster=roster, basis_id=OuterRef("pk"))
    rows = RosterRow.objects.filter(roster=roster, state=RowState.OPEN, pk__gt=after).annotate(
        accepted=Exists(award)
    )
    rows = rows.filter(
        {"error": Q(blocked=True), "good": Q(blocked=False), "accepted": Q(accepted=True)}.get(only, Q())
    )
    if code:
        places = RosterFinding.objects.filter(
            roster=roster,
            code=code,
            sheet_ordinal=OuterRef("sheet_ordinal"),
            row_number=OuterRef("row_number"),
        )
        rows = rows.filter(Exists(places))
    page = list(rows.order_by("pk")[:limit])
    found = _findings_by_place(roster, page)
    return [
        RowWithFindings(row, row.accepted, found.get((row.sheet_ordinal, row.row_number), ())) for row in page
    ]


def _findings_by_place(
    roster: Roster, rows: Sequence[RosterRow]
) -> dict[tuple[int, int], tuple[RosterFinding, ...]]:
    numbers = {row.row_number for row in rows}
    by_place: dict[tuple[int, int], tuple[RosterFinding, ...]] = {}
    for finding in findings_of(roster).filter(row_number__in=numbers):
        place = (finding.sheet_ordinal, finding.row_number)
        by_place[place] = (*by_place.get(place, ()), finding)
    return by_place


def raw_of(rows: Sequence[RosterRow]) -> list[str]:
    """The rows of one roster as received, as JSON by field; for its sender, until the row is accepted."""
    if not rows:
        return []
    opened = open_raw(
        rows[0].roster_id,
        [row.sheet_ordinal for row in rows],
        [row.row_number for row in rows],
        [bytes(row.raw_sealed) for row in rows],
    )
    return [raw or "" for raw in opened]


def awards_of_roster(roster: Roster) -> QuerySet[Award]:
    """The awards that came of a roster, in the order of its rows."""
    return Award.objects.filter(roster=roster).order_by("basis_id")


def awards_page(
    *,
    campaign: Campaign | None = None,
    roster: Roster | None = None,
    organization_path: str = "",
    category: str = "",
    state: str = "",
    tag: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[Award]:
    """A page of awards after the one with this number, with person and organization. One query."""
    awards = Award.objects.filter(pk__gt=after)
    if organization_path:
        high = organization_path[:-1] + "0"
        awards = awards.filter(organization_path__gte=organization_path, organization_path__lt=high)
    if tag:
        awards = awards.filter(tags__contains=[tag])
    wanted = {"campaign": campaign, "roster": roster, "category_id": category, "state": state}
    awards = awards.filter(**{name: value for name, value in wanted.items() if value})
    return list(awards.select_related("person", "organization").order_by("pk")[:limit])


@dataclass(frozen=True, slots=True)
class PastAward:
    """One line of a person's history, masked."""

    award_id: int
    campaign: str
    organization: str
    category: str
    amount_fen: int
    state: str
    business_date: date


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person as a list shows one, and what one was given within the scope."""

    name_masked: str
    awards: tuple[PastAward, ...]


def person_history(person_id: UUID, *, limit: int = 100) -> PersonHistory:
    """What a person was given, newest first; the name masked, nothing that identifies."""
    awards = Award.objects.filter(person_id=person_id).select_related("person", "campaign", "organization")
    found = list(awards.order_by("-pk")[:limit])
    return PersonHistory(
        name_masked=mask_name(found[0].person.name) if found else "",
        awards=tuple(
            PastAward(
                award.pk,
                award.campaign.name,
                award.organization.name,
                award.category_id,
                award.cash_fen + award.goods_fen,
                str(award.state),
                award.business_date,
            )
            for award in found
        ),
    )


def masked_identity(number: str) -> str:
    """What others than the sender see of a number."""
    return mask_identity(number)


# --- findings on the programme (R-050, R-105, R-039) ---

EMPLOYER_GROUPS = """
SELECT row.employer, count(*), count(DISTINCT award.category_id), min(award.cash_fen + award.goods_fen),
       max(award.cash_fen + award.goods_fen)
FROM awards_award award JOIN awards_rosterrow row ON row.id = award.basis_id
WHERE award.campaign_id = %s AND award.live AND row.employer <> ''
GROUP BY row.employer ORDER BY row.employer
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
    """Lists entered later than the campaign allows after the money was given (R-105)."""
    found = (
        late_entry(str(roster), name, delivered, entered, count, campaign.entry_lag_days)
        for roster, name, delivered, entered, count in sql_rows(LATE, [campaign.pk])
    )
    return [finding for finding in found if finding is not None]


NOT_ENTERED = """
SELECT transfer.id, transfer.amount_fen, transfer.occurred_on
FROM ledger_transfer transfer
LEFT JOIN awards_award award
    ON transfer.subject_kind = 'award' AND award.id = transfer.subject_id AND award.state = 'delivered'
WHERE transfer.kind = 'post' AND award.id IS NULL
ORDER BY transfer.id
"""


@dataclass(frozen=True, slots=True)
class NotEntered:
    """Money that the ledger says was given, and no delivered award stands for."""

    transfer_id: int
    amount_fen: int
    occurred_on: date


def paid_but_not_entered() -> list[NotEntered]:
    """Ledger against module: every use of money has its entry (R-039); what has none."""
    return [NotEntered(*row) for row in sql_rows(NOT_ENTERED)]


def delivered_awards(campaign: Campaign, categories: Iterable[str] = ()) -> QuerySet[Award]:
    """The awards of a campaign that have been given."""
    awards = Award.objects.filter(campaign=campaign, state=AwardState.DELIVERED)
    chosen = list(categories)
    return (awards.filter(category_id__in=chosen) if chosen else awards).order_by("pk")
