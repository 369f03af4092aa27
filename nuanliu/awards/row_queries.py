"""The rows of a list in the order of its sheets, with all that a page says of them, in one query."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from nuanliu.awards.models import Roster, RosterRow
from nuanliu.awards.sealing import CORRECTION, open_raw
from nuanliu.base.bulk import rows_of
from nuanliu.base.crypto import open_many
from nuanliu.base.plans import planned_anew

# Sheet ordinal and row number; a page begins after it.
type Place = tuple[int, int]
START: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as a page tells it; `expected` is what the cell should say, where the check knows it."""

    code: str
    severity: str
    column: str
    message: str
    rule: str
    expected: str = ""
    acknowledged: bool = False
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that stands: the new value, by whom, when and why."""

    pk: UUID
    field: str
    value: str
    user: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RowWithFindings:
    """One row of a roster as its sender may see it, what was found in it, and what was put right."""

    row: RosterRow
    accepted: bool
    findings: tuple[Found, ...]
    corrections: Mapping[str, Corrected] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the row stands."""
        return self.row.sheet_ordinal, self.row.row_number


# Each tab: the places of its rows, from the findings where few rows have them, else from the rows. OFFSET 0: row after
# row is asked until the page is full, whatever the statistics say of a list that has just come.
GRAVE = "finding.severity IN ('error', 'warning')"
FROM_FINDINGS = """
SELECT sheet_ordinal, row_number FROM awards_rosterfinding finding
WHERE roster_id = %(roster)s AND row_number > 0 AND (sheet_ordinal, row_number) > (%(ordinal)s, %(number)s) AND {}
GROUP BY sheet_ordinal, row_number {} ORDER BY sheet_ordinal, row_number LIMIT %(limit)s
"""
FROM_ROWS = """
SELECT sheet_ordinal, row_number FROM awards_rosterrow listed
WHERE roster_id = %(roster)s AND state = 'open' AND (sheet_ordinal, row_number) > (%(ordinal)s, %(number)s) AND {}
ORDER BY sheet_ordinal, row_number LIMIT %(limit)s
"""
WARNED = """NOT EXISTS (
    SELECT FROM awards_rosterfinding finding
    WHERE finding.roster_id = %(roster)s AND finding.sheet_ordinal = listed.sheet_ordinal
      AND finding.row_number = listed.row_number AND finding.severity = 'warning' OFFSET 0)"""
TAKEN = """EXISTS (
    SELECT FROM awards_award award WHERE award.roster_id = %(roster)s AND award.basis_id = listed.id OFFSET 0)"""
TABS = {
    "": FROM_ROWS.format("true"),
    "error": FROM_FINDINGS.format("finding.severity = 'error'", ""),
    "warning": FROM_FINDINGS.format(GRAVE, "HAVING NOT bool_or(finding.severity = 'error')"),
    "good": FROM_ROWS.format(f"NOT blocked AND {WARNED}"),
    "accepted": FROM_ROWS.format(TAKEN),
    "row": FROM_ROWS.format("id = %(row)s"),
    "code": FROM_FINDINGS.format("finding.code = %(code)s", ""),
}
PAGE = """
SELECT row.id, row.roster_id, row.organization_path, row.sheet_ordinal, row.row_number, row.state, row.blocked,
       row.raw_sealed, row.name, row.category_code, row.cash_fen, row.goods_fen, row.identity_digest,
       EXISTS (SELECT FROM awards_award award WHERE award.roster_id = row.roster_id AND award.basis_id = row.id)
           AS accepted,
       (SELECT json_agg(json_build_array(finding.code, finding.severity, finding."column", finding.message,
                                         finding.rule, finding.expected, finding.acknowledged_by_id IS NOT NULL,
                                         finding.id) ORDER BY finding.id)
        FROM awards_rosterfinding finding
        WHERE finding.roster_id = row.roster_id AND finding.sheet_ordinal = row.sheet_ordinal
          AND finding.row_number = row.row_number) AS found,
       (SELECT json_agg(json_build_array(correction.id, correction.field, encode(correction.value_sealed, 'hex'),
                                         "user".display_name, correction.reason, correction.recorded_at,
                                         correction.undoes_id) ORDER BY correction.recorded_at, correction.id)
        FROM awards_correction correction JOIN access_user "user" ON "user".id = correction.user_id
        WHERE correction.row_id = row.id) AS corrected
FROM ({}) AS place
JOIN awards_rosterrow row ON row.roster_id = %(roster)s AND row.state = 'open'
    AND row.sheet_ordinal = place.sheet_ordinal AND row.row_number = place.row_number
ORDER BY row.sheet_ordinal, row.row_number, row.id
"""


def rows_page(
    roster: Roster, *, after: Place = START, limit: int = 50, only: str = "", code: str = ""
) -> list[RowWithFindings]:
    """A page of a roster's open rows after a place, with findings and corrections. One query.

    `only` is '', 'error' (refused rows), 'warning' (not refused, and to be looked at), 'good' or 'accepted'; `code`
    keeps the rows with that finding.
    """
    given = {"roster": roster.pk, "ordinal": after[0], "number": after[1], "limit": limit, "code": code}
    return _rows(roster, TABS["code" if code else only], given)


def row_with_findings(roster: Roster, row_id: int) -> RowWithFindings | None:
    """One open row of a roster, or None."""
    given = {"roster": roster.pk, "ordinal": 0, "number": 0, "limit": 1, "row": row_id}
    return next(iter(_rows(roster, TABS["row"], given)), None)


def _rows(roster: Roster, places: str, given: Mapping[str, Any]) -> list[RowWithFindings]:
    # Beside its columns each row carries `accepted`, `found` and `corrected`.
    with planned_anew():
        rows: list[Any] = list(RosterRow.objects.raw(PAGE.format(places), given))
    for row in rows:
        row.roster = roster
    told = [[(row.pk, UUID(one[0]), *one[1:]) for one in row.corrected or ()] for row in rows]
    corrections = _standing([one for of_row in told for one in of_row])
    return [
        RowWithFindings(
            row, row.accepted, tuple(Found(*one) for one in row.found or ()), corrections.get(row.pk, {})
        )
        for row in rows
    ]


def _standing(told: Sequence[tuple[Any, ...]]) -> dict[int, dict[str, Corrected]]:
    """By row and field the correction that stands: the latest that no counter-entry took back."""
    undone = {str(one[-1]) for one in told if one[-1]}
    kept = [one for one in told if not one[-1] and str(one[1]) not in undone]
    values = open_many(
        [bytes.fromhex(one[3]) for one in kept], place=CORRECTION, row_keys=[one[1].bytes for one in kept]
    )
    standing: dict[int, dict[str, Corrected]] = {}
    for (row_id, key, name, _, user, reason, at, _), value in zip(kept, values, strict=True):
        correction = Corrected(key, name, value or "", user, reason, datetime.fromisoformat(at))
        standing.setdefault(row_id, {})[name] = correction
    return standing


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


def cells_of(rows: Sequence[RowWithFindings]) -> list[dict[str, object]]:
    """The cells of rows as received, by field, or by `column_j` where nobody knows the heading."""
    return [json.loads(raw or "{}") for raw in raw_of([one.row for one in rows])]


@dataclass(frozen=True, slots=True)
class Summary:
    """A list in figures: rows that are refused, to be looked at, accepted; findings by code; those of the whole."""

    rows: int
    refused: int
    warned: int
    accepted: int
    codes: Mapping[str, int]
    unseen: Mapping[str, int]
    states: Mapping[str, int]
    whole: tuple[Found, ...]

    @property
    def acceptable(self) -> int:
        """Rows that stand against no rule and are no award yet; of these `warned` want to be looked at."""
        return max(0, self.rows - self.refused - self.accepted)

    @property
    def good(self) -> int:
        """Rows in which nothing was found."""
        return max(0, self.rows - self.refused - self.warned)


# The findings are read once; few of them stand against the list as a whole, and only those are told in full.
SUMMARY = """
WITH found AS MATERIALIZED (
    SELECT sheet_ordinal, row_number, code, severity, severity = 'warning' AND acknowledged_by_id IS NULL AS unseen
    FROM awards_rosterfinding WHERE roster_id = %(roster)s
)
SELECT 'code', code, count(*), count(*) FILTER (WHERE unseen), NULL FROM found GROUP BY code
UNION ALL
SELECT 'whole', '', 0, 0,
       json_agg(json_build_array(code, severity, "column", message, rule, expected, acknowledged_by_id IS NOT NULL, id)
                ORDER BY id)
FROM awards_rosterfinding WHERE roster_id = %(roster)s AND row_number = 0
UNION ALL
SELECT 'places', '', count(*) FILTER (WHERE refused), count(*) FILTER (WHERE NOT refused), NULL
FROM (SELECT bool_or(severity = 'error') AS refused FROM found
      WHERE row_number > 0 AND severity <> 'note' GROUP BY sheet_ordinal, row_number) place
UNION ALL
SELECT 'award', state, count(*), 0, NULL FROM awards_award WHERE roster_id = %(roster)s GROUP BY state
"""


def summary_of(roster: Roster) -> Summary:
    """What the head of a list says. One query."""
    # A list has three rows or a hundred thousand: one plan does not serve both.
    with planned_anew():
        found = rows_of(SUMMARY, {"roster": roster.pk})
    codes = {key: (count, unseen) for kind, key, count, unseen, _ in found if kind == "code"}
    states = {key: count for kind, key, count, _, _ in found if kind == "award"}
    refused, warned = next((count, unseen) for kind, _, count, unseen, _ in found if kind == "places")
    whole = next(told for kind, *_, told in found if kind == "whole")
    return Summary(
        rows=roster.rows_read,
        refused=refused,
        warned=warned,
        accepted=sum(states.values()),
        codes={code: count for code, (count, _) in sorted(codes.items())},
        unseen={code: unseen for code, (_, unseen) in sorted(codes.items()) if unseen},
        states=states,
        whole=tuple(Found(*one) for one in whole or ()),
    )
