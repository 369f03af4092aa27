"""What becomes of approved awards: paid, handed out, failed, cancelled."""

from datetime import date
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.actions.accepting import COUNT
from nuanliu.awards.actions.locking import locked_roster
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import AWARD_TRANSITIONS, AwardState, RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import create_temp
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import refuse_if
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.queries import open_reservations

SETTLEMENTS = {"award_id": "bigint", "kind": "text", "occurred_on": "date"}

LEGAL = [(str(start), str(end)) for start, ends in AWARD_TRANSITIONS.items() for end in ends]
MOVE = """
UPDATE awards_award award
SET state = change.state,
    live = change.state <> 'cancelled',
    delivered_on = CASE WHEN change.state = 'delivered' THEN change.on_date END
FROM pg_temp.award_changes change
WHERE award.id = change.award_id AND (award.state || '>' || change.state) = ANY (%s)
"""


@audited
def change_states_many(*, by: Actor) -> int:
    """Move awards as `pg_temp.award_changes(award_id, state, on_date)` says; the count of awards moved.

    An award that is not seen, or may not go there from where it is, is passed over: the caller compares the count.
    Refused: `permission.denied`.
    """
    POLICY.require(by, "change_states")
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [[f"{start}>{end}" for start, end in LEGAL]])
        moved: int = cursor.rowcount
        cursor.execute("SELECT state, count(*) FROM pg_temp.award_changes GROUP BY state ORDER BY state")
        wanted = dict(cursor.fetchall())
    if moved:
        record(by, ("awards", "many"), after={"moved": moved, "wanted": wanted})
    else:
        unchanged()
    return moved


# Goods alone, and cash for whom an exception was approved and signed for.
HANDED_OUT = """
SELECT award.id FROM awards_award award
LEFT JOIN awards_cashexception exception ON exception.id = award.cash_exception_id
WHERE award.roster_id = %s AND award.state = 'approved'
  AND (award.cash_fen = 0 OR exception.signature_file_id IS NOT NULL)
"""


@audited
def record_handout(roster: Roster, *, signed_file: EvidenceFile, on: date, by: Actor) -> int:
    """Awards of goods alone are delivered, proved by the signed list; so is cash for which an exception was approved
    and a receipt signed (R-036, R-037). Their reservations are posted. The count of awards delivered.

    Refused: `permission.denied`, `roster.state`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "record_handout", roster)
    refuse_if(roster.state != RosterState.DECIDED, "roster.state", "名册所在方案尚未集体研究通过，不能发放")
    roster.signed_file = signed_file
    roster.save(update_fields=["signed_file"])
    with connection.cursor() as cursor:
        cursor.execute(HANDED_OUT, [roster.pk])
        ids = [key for (key,) in cursor.fetchall()]
        if not ids:
            unchanged()
            return 0
        for state in (AwardState.IN_HANDOUT, AwardState.DELIVERED):
            Award.objects.filter(pk__in=ids).update(
                state=state, delivered_on=on if state == AwardState.DELIVERED else None
            )
        settle(cursor, ids, "post", on)
    booked = ledger.settle_many(by=by)
    record(
        by,
        roster,
        after={"delivered": len(ids), "amount_fen": booked.amount_fen, "file": signed_file.pk, "on": on},
    )
    return len(ids)


def settle(cursor: Any, ids: list[int], kind: str, on: date) -> None:
    """Ask the ledger to end the reservations of these awards; `ledger.settle_many` then does it."""
    create_temp(cursor, "ledger_settlements", SETTLEMENTS)
    cursor.execute(
        "INSERT INTO pg_temp.ledger_settlements SELECT unnest(%s::bigint[]), %s, %s", [ids, kind, on]
    )


@audited
def cancel_award(award: Award, *, reason: str, on: date, by: Actor) -> Award:
    """Take an award back that has not been given; money reserved for it is free again.

    Refused: `permission.denied`, `award.reason_missing`, `award.state`, `roster.attached`: a list before a meeting is
    frozen, detach it first.
    """
    award = Award.objects.select_for_update(of=("self",)).get(pk=award.pk)
    POLICY.require(by, "cancel_award", award)
    refuse_if(not reason.strip(), "award.reason_missing", "取消慰问必须说明理由")
    if award.state == AwardState.CANCELLED:
        unchanged()
        return award
    legal = AwardState.CANCELLED in AWARD_TRANSITIONS[award.state]
    refuse_if(not legal, "award.state", "慰问正在发放或已经发放，不能取消")
    before = str(award.state)
    roster = locked_roster(award.roster) if award.roster is not None else None
    frozen = roster is not None and roster.state == RosterState.ATTACHED
    refuse_if(frozen, "roster.attached", "名册已列入使用方案，请先从方案中取出")
    award.state, award.live = AwardState.CANCELLED, False
    award.save(update_fields=["state", "live"])
    with connection.cursor() as cursor:
        if roster is not None and roster.state == RosterState.ACCEPTED:
            cursor.execute(COUNT, {"roster": roster.pk})
        if open_reservations([award.pk]):
            settle(cursor, [award.pk], "void", on)
            ledger.settle_many(by=by)
    record(by, award, before={"state": before}, after={"state": "cancelled"}, reason=reason)
    return award
