"""Reserve → post | void | expire, for a hundred thousand awards in one statement.

The caller puts the rows into a temporary table of its session (columns in the docstrings); whatever the ledger forbids,
its triggers refuse for the whole statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.statistics import refresh_statistics
from nuanliu.kernel.errors import refuse_if
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.refusals import refused_by_database


@dataclass(frozen=True, slots=True)
class Booked:
    """How many transfers were written, and their sum."""

    count: int
    amount_fen: int


@audited
def reserve_many(*, by: Actor, on: date) -> Booked:
    """Set money aside for awards: `pg_temp.ledger_reservation_requests(award_id, plan_line_id, amount_fen)`.

    All or nothing; an award whose same reservation is open already is passed over. Refused, whole:
    `ledger.plan_not_approved` (R-034), `ledger.plan_exceeded`, `ledger.other_fund` (R-053), `ledger.insufficient`
    (R-031), `fund.term` (R-175), `ledger.plan_line_unknown`, and `ledger.already_reserved` when an award has another
    reservation open or was given its money.
    """
    POLICY.require(by, "reserve")
    booked = _insert(_RESERVE, {"on": on}, analyze="ledger_reservation_requests")
    (unknown,) = _one_row(_UNKNOWN_LINES)
    refuse_if(unknown, "ledger.plan_line_unknown", f"有 {unknown} 笔指向不存在或不在权限范围内的方案行。")
    _leave_trace(by, booked, {"on": on.isoformat()})
    return booked


@audited
def settle_many(*, by: Actor) -> Booked:
    """End the open reservation of awards: `pg_temp.ledger_settlements(award_id, kind, occurred_on)`.

    Kind is post, void or expire. All or nothing; an award whose last reservation has ended in this way is passed over.
    Refused, whole: `ledger.nothing_open` when an award has no reservation, or one that ended otherwise;
    `ledger.resolution` for a day before the reservation's.
    """
    POLICY.require(by, "settle")
    booked = _insert(_SETTLE, {}, analyze="ledger_settlements")
    (asked,) = _one_row("SELECT count(*) FROM pg_temp.ledger_settlements")
    if asked > booked.count:
        (otherwise,) = _one_row(_SETTLED_OTHERWISE)
        message = f"有 {otherwise} 笔没有在途款项，或已按另一结果了结；请核对名单。"
        refuse_if(otherwise, "ledger.nothing_open", message)
    _leave_trace(by, booked, {})
    return booked


@audited
def expire_reservations(
    plan: UsePlan, *, on: date, older_than_days: int, by: Actor, spared: Collection[int] = ()
) -> Booked:
    """Release what a plan reserved more than so many days before `on` and nobody settled.

    `spared` are awards whose outcome may still come, such as those in a bank file that has been sent.
    Refused: `permission.denied`, `ledger.term`.
    """
    POLICY.require(by, "expire", plan)
    refuse_if(older_than_days < 1, "ledger.term", "超期天数至少为一天。")
    cutoff = on - timedelta(days=older_than_days)
    wanted = {"plan": plan.pk, "on": on, "cutoff": cutoff, "spared": list(spared)}
    booked = _insert(_EXPIRE, wanted)
    _leave_trace(by, booked, {"on": on.isoformat(), "cutoff": cutoff.isoformat(), "spared": len(spared)})
    return booked


# Each statement ends in a count and a sum over what it inserted; the triggers run when it is complete.
_INSERTED = "SELECT count(*), coalesce(sum(amount_fen), 0)::bigint FROM inserted"

_RESERVE = f"""
    WITH earlier AS (
        SELECT reservation.subject_id, max(reservation.attempt) AS attempt,
            bool_or(outcome.id IS NULL AND reservation.plan_line_id = request.plan_line_id
                AND reservation.amount_fen = request.amount_fen) AS is_open
        FROM pg_temp.ledger_reservation_requests request
        JOIN ledger_transfer reservation ON reservation.kind = 'reserve'
            AND reservation.subject_kind = 'award' AND reservation.subject_id = request.award_id
        LEFT JOIN ledger_transfer outcome ON outcome.resolves_id = reservation.id
        GROUP BY reservation.subject_id
    ), inserted AS (
        INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen,
            plan_line_id, subject_kind, subject_id, attempt, occurred_on)
        SELECT line.organization_path, 'reserve', holding.id, given.id, request.amount_fen,
            line.id, 'award', request.award_id, coalesce(earlier.attempt, 0) + 1, %(on)s
        FROM pg_temp.ledger_reservation_requests request
        JOIN ledger_useplanline line ON line.id = request.plan_line_id
        JOIN ledger_account holding ON holding.fund_id = line.fund_id AND holding.kind = 'holding'
        JOIN ledger_account given ON given.fund_id = line.fund_id AND given.kind = 'given'
        LEFT JOIN earlier ON earlier.subject_id = request.award_id
        WHERE earlier.is_open IS NOT TRUE
        RETURNING amount_fen
    ) {_INSERTED}
"""  # noqa: S608  the pieces are written in this module

_UNKNOWN_LINES = """
    SELECT count(*) FROM pg_temp.ledger_reservation_requests request
    LEFT JOIN ledger_useplanline line ON line.id = request.plan_line_id WHERE line.id IS NULL
"""

_RESOLUTION = """
    INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen,
        resolves_id, plan_line_id, subject_kind, subject_id, occurred_on)
    SELECT reservation.organization_path, {kind}, reservation.debit_account_id, reservation.credit_account_id,
        reservation.amount_fen, reservation.id, reservation.plan_line_id, reservation.subject_kind,
        reservation.subject_id, {on}
    FROM ledger_transfer reservation
"""
_IS_OPEN = """
    reservation.kind = 'reserve' AND reservation.subject_kind = 'award'
    AND NOT EXISTS (SELECT FROM ledger_transfer outcome WHERE outcome.resolves_id = reservation.id)
"""

_SETTLE = f"""
    WITH inserted AS (
        {_RESOLUTION.format(kind="settlement.kind", on="settlement.occurred_on")}
        JOIN pg_temp.ledger_settlements settlement ON settlement.award_id = reservation.subject_id
        WHERE {_IS_OPEN} RETURNING amount_fen
    ) {_INSERTED}
"""

_EXPIRE = f"""
    WITH inserted AS (
        {_RESOLUTION.format(kind="'expire'", on="%(on)s")}
        JOIN ledger_useplanline line ON line.id = reservation.plan_line_id AND line.plan_id = %(plan)s
        WHERE {_IS_OPEN} AND reservation.occurred_on < %(cutoff)s AND reservation.subject_id <> ALL (%(spared)s)
        RETURNING amount_fen
    ) {_INSERTED}
"""

_SETTLED_OTHERWISE = """
    SELECT count(*) FROM pg_temp.ledger_settlements settlement
    WHERE settlement.kind IS DISTINCT FROM (
        SELECT outcome.kind FROM ledger_transfer reservation
        LEFT JOIN ledger_transfer outcome ON outcome.resolves_id = reservation.id
        WHERE reservation.kind = 'reserve' AND reservation.subject_kind = 'award'
          AND reservation.subject_id = settlement.award_id
        ORDER BY reservation.attempt DESC LIMIT 1
    )
"""


def _insert(statement: str, parameters: dict[str, Any], analyze: str = "") -> Booked:
    with refused_by_database(), connection.cursor() as cursor:
        if analyze:
            # Without figures about the caller's table the plan is a nested loop over all that was ever reserved.
            cursor.execute(f"ANALYZE pg_temp.{analyze}")
        cursor.execute(statement, parameters)
        return Booked(*cursor.fetchone())


def _one_row(statement: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone())


def _leave_trace(by: Actor, booked: Booked, after: dict[str, object]) -> None:
    if not booked.count:
        unchanged()
        return
    subject = ("ledger.transfer", f"{booked.count} 笔")
    record(by, subject, after={"count": booked.count, "amount_fen": booked.amount_fen, **after})
    refresh_statistics(booked.count, "ledger_transfer")
