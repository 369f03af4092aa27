"""How far a campaign has come at each child of a union, in one statement over the counts kept beside the awards."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import Scope
from nuanliu.programmes.models import Campaign


@dataclass(frozen=True, slots=True)
class Branch:
    """One child with all below it (or, under `own`, what the union did itself): lists, person-times and fen.

    `report` is the state of the newest version of its Annex 1, '' where there is none.
    """

    organization_id: UUID
    path: str
    name: str
    division_code: str
    own: bool
    lists: int
    lists_open: int
    awards: int
    delivered: int
    in_payment: int
    failed: int
    awards_fen: int
    delivered_fen: int
    report: str

    @property
    def percent(self) -> int | None:
        """How many of a hundred awards have arrived, rounded down: all is 100 only when nothing is missing."""
        return 100 * self.delivered // self.awards if self.awards else None

    @property
    def begun(self) -> bool:
        """Whether the campaign has reached it at all."""
        return bool(self.lists or self.awards)

    def is_late(self, due: date | None, on: date) -> bool:
        """Whether its report is missing after the day on which it was due."""
        return bool(due and on > due and self.report not in ("submitted", "accepted"))


BRANCHES = """
WITH branch AS (
    SELECT id, path, short_name, division_code, path = %(path)s AS own FROM organizations_organization
    WHERE (parent_id = %(union)s AND kind = 'union') OR id = %(union)s
), counted AS (
    SELECT %(path)s || CASE WHEN step = '' THEN '' ELSE step || '/' END AS path,
           sum(awards) FILTER (WHERE state <> 'cancelled') AS awards,
           sum(awards) FILTER (WHERE state = 'delivered') AS delivered,
           sum(awards) FILTER (WHERE state IN ('in_payment', 'in_handout')) AS in_payment,
           sum(awards) FILTER (WHERE state = 'failed') AS failed,
           sum(amount_fen) FILTER (WHERE state <> 'cancelled') AS awards_fen,
           sum(amount_fen) FILTER (WHERE state = 'delivered') AS delivered_fen
    FROM (
        SELECT split_part(substr(organization_path, %(length)s), '/', 1) AS step, state, awards, amount_fen
        FROM desk_tally
        WHERE campaign_id = %(campaign)s AND organization_path >= %(low)s AND organization_path < %(high)s
    ) AS placed
    GROUP BY step
), listed AS (
    SELECT %(path)s || CASE WHEN step = '' THEN '' ELSE step || '/' END AS path, count(*) AS lists,
           count(*) FILTER (WHERE state IN ('received', 'checked')) AS open
    FROM (
        SELECT split_part(substr(organization_path, %(length)s), '/', 1) AS step, state
        FROM awards_roster
        WHERE campaign_id = %(campaign)s AND organization_path >= %(low)s AND organization_path < %(high)s
          AND state <> 'withdrawn'
    ) AS placed
    GROUP BY step
), reported AS (
    SELECT DISTINCT ON (organization_id) organization_id, state FROM returns_return
    WHERE campaign_id = %(campaign)s AND organization_path >= %(low)s AND organization_path < %(high)s
    ORDER BY organization_id, version DESC
)
SELECT b.id, b.path, b.short_name, b.division_code, b.own, coalesce(l.lists, 0), coalesce(l.open, 0),
       coalesce(c.awards, 0)::bigint, coalesce(c.delivered, 0)::bigint, coalesce(c.in_payment, 0)::bigint,
       coalesce(c.failed, 0)::bigint, coalesce(c.awards_fen, 0)::bigint, coalesce(c.delivered_fen, 0)::bigint,
       coalesce(r.state, '')
FROM branch b
LEFT JOIN counted c ON c.path = b.path
LEFT JOIN listed l ON l.path = b.path
LEFT JOIN reported r ON r.organization_id = b.id
ORDER BY b.own DESC, b.path
"""


def branches_of(organization_id: UUID, path: str, campaign: Campaign) -> list[Branch]:
    """The union's own part first, then each child by path; their sums are the whole, as far as the scope sees it."""
    scope = Scope.for_path(path)
    rows = rows_of(
        BRANCHES,
        {
            "union": organization_id,
            "path": path,
            "length": len(path) + 1,
            "campaign": campaign.pk,
            "low": scope.path_low,
            "high": scope.path_high,
        },
    )
    return [Branch(*row) for row in rows]
