"""A decision stands, and the money set aside for it has come back: it is set aside once more."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import create_temp, rows_of
from nuanliu.kernel.errors import refuse_if
from nuanliu.ledger.actions import Booked, reserve_many
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.actions.building import locked_plan

COLUMNS = {"award_id": "bigint", "plan_line_id": "uuid", "amount_fen": "bigint"}

# The last reservation of each approved award of the plan that has none open. It must have expired: what a bank sent
# back is paid anew through the failed payments, with its correction.
RETURNED = """
SELECT award.id, last.plan_line_id, last.amount_fen, last.ended
FROM awards_award award
JOIN LATERAL (
    SELECT moved.plan_line_id, moved.amount_fen, outcome.kind AS ended
    FROM ledger_transfer moved LEFT JOIN ledger_transfer outcome ON outcome.resolves_id = moved.id
    WHERE moved.kind = 'reserve' AND moved.subject_kind = 'award' AND moved.subject_id = award.id
    ORDER BY moved.attempt DESC LIMIT 1
) AS last ON last.ended IS NOT NULL
WHERE award.campaign_id = %(campaign)s AND award.plan_id = %(plan)s AND award.live AND award.state = 'approved'
  AND (%(only)s::bigint[] IS NULL OR award.id = ANY (%(only)s))
"""


@audited
def reserve_again(
    plan: UsePlan, *, on: date, by: Actor, reason: str, only: Collection[int] | None = None
) -> Booked:
    """Set money aside once more for approved awards whose reservation has expired; from the plan's own lines.

    `only` narrows it to some awards. Without any such award nothing changes. Refused: `payments.not_decided` unless
    the plan is approved, `payments.reason_missing`, and what the ledger refuses: `ledger.insufficient` (R-031),
    `ledger.plan_exceeded`, `fund.term` (R-175).
    """
    plan = locked_plan(plan, by, "reserve_again")
    refuse_if(not reason.strip(), "payments.reason_missing", "重新安排资金须写明理由。")
    wanted = [row for row in returned_awards(plan, only) if row[3] == "expire"]
    if not wanted:
        unchanged()
        return Booked(0, 0)
    with connection.cursor() as cursor:
        create_temp(cursor, "ledger_reservation_requests", COLUMNS)
        cursor.executemany(
            "INSERT INTO pg_temp.ledger_reservation_requests VALUES (%s, %s, %s)", [row[:3] for row in wanted]
        )
    booked = reserve_many(by=by, on=on)
    after = {"count": booked.count, "amount_fen": booked.amount_fen, "on": on.isoformat()}
    record(by, plan, after=after, reason=reason)
    return booked


def returned_awards(plan: UsePlan, only: Collection[int] | None = None) -> list[tuple[Any, ...]]:
    """Approved awards of a plan with no open reservation: award, plan line, fen, how the last one ended."""
    wanted = {"campaign": plan.campaign_id, "plan": plan.pk, "only": None if only is None else list(only)}
    return rows_of(RETURNED, wanted)
