"""Named reads of rosters, findings and awards; pages by key, never by offset."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from nuanliu.awards.models import Award, Correction, Roster, RosterFinding, RosterRow
from nuanliu.awards.rechecking import corrected_cells


@dataclass(frozen=True, slots=True)
class RowAsReceived:
    """A row of a list with its cells by field (`column_j` where the heading is unknown), corrections in their place,
    and what was found in it. Cells are opened in full: whoever shows them masks what the reader has no business with.
    """

    row: RosterRow
    cells: Mapping[str, object]
    corrected: frozenset[str]
    findings: tuple[RosterFinding, ...]


def rows_as_received(
    roster: Roster, *, code: str = "", after: int = 0, limit: int = 50
) -> list[RowAsReceived]:
    """A page of a list's rows in their order, after the row with the key given; with `code` only rows that have it."""
    rows = RosterRow.objects.filter(roster=roster, pk__gt=after).order_by("pk")
    if code:
        same_place = {"sheet_ordinal": OuterRef("sheet_ordinal"), "row_number": OuterRef("row_number")}
        rows = rows.filter(Exists(RosterFinding.objects.filter(roster=roster, code=code, **same_place)))
    return with_cells(roster, list(rows[:limit]))


def with_cells(roster: Roster, rows: list[RosterRow]) -> list[RowAsReceived]:
    """Rows of one list with their cells opened and their findings."""
    cells = corrected_cells(roster, rows)
    numbers = {row.row_number for row in rows}
    by_place: dict[tuple[int, int], list[RosterFinding]] = defaultdict(list)
    for finding in RosterFinding.objects.filter(roster=roster, row_number__in=numbers).order_by("pk"):
        by_place[finding.sheet_ordinal, finding.row_number].append(finding)
    corrected: dict[int, set[str]] = defaultdict(set)
    for row_id, field in Correction.objects.filter(row__in=rows).values_list("row_id", "field"):
        corrected[row_id].add(field)
    return [
        RowAsReceived(
            row,
            cells[row.pk],
            frozenset(corrected[row.pk]),
            tuple(by_place[row.sheet_ordinal, row.row_number]),
        )
        for row in rows
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


def awards_of_roster(roster: Roster) -> QuerySet[Award]:
    """The awards that came of a roster, in the order of its rows."""
    return Award.objects.filter(roster=roster).order_by("id")
