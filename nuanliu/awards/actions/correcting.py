"""What was sent is set right: one cell with actor and reason, a heading, or the whole list taken back."""

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.actions.locking import locked_roster
from nuanliu.awards.checking.facts import TEXT_FIELDS
from nuanliu.awards.checking.normalise import READERS
from nuanliu.awards.models import Award, Correction, Roster, RosterRow
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.rechecking import corrected_cells, recheck, standing_corrections
from nuanliu.awards.sealing import CORRECTION
from nuanliu.awards.states import ROSTER_TRANSITIONS, AwardState, RosterState, RowState
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import blind, seal
from nuanliu.base.keys import uuid7
from nuanliu.kernel.errors import refuse_if

PURPOSES = {"identity_number": "identity", "account": "account"}


@audited
def correct_row(row: RosterRow, *, field: str, value: str, reason: str, by: Actor) -> Correction:
    """Put a new value beside the raw cell, with actor and reason, and check again: this row, and the rows that share
    its number or account, before or after. The cell as received stays.

    Refused: `permission.denied`, `row.unknown_field`, `row.reason_missing`, `row.accepted`, `roster.not_open`.
    """
    roster = locked_roster(row.roster)
    POLICY.require(by, "correct_row", roster)
    refuse_if(field not in TEXT_FIELDS, "row.unknown_field", f"没有名为“{field}”的栏目")
    row = _open_row(roster, row, reason)
    key = uuid7()
    correction = Correction.objects.create(
        id=key,
        row=row,
        organization_path=row.organization_path,
        field=field,
        value_sealed=seal(value, place=CORRECTION, row_key=key),
        user_id=by.user_id,
        reason=reason.strip(),
    )
    rows = recheck(roster, [row.pk], [_digest_of(field, value)])
    record(
        by,
        correction,
        after={"roster": roster.pk, "row": row.pk, "field": field, "checked": rows},
        reason=reason,
    )
    return correction


def _open_row(roster: Roster, row: RosterRow, reason: str) -> RosterRow:
    """The row as it is now, locked, where it may still be put right."""
    refuse_if(not reason.strip(), "row.reason_missing", "更正必须说明理由")
    refuse_if(
        roster.state not in (RosterState.CHECKED, RosterState.ACCEPTED),
        "roster.not_open",
        "名册已提交审批或已撤回，不能更正",
    )
    row = RosterRow.objects.select_for_update().get(pk=row.pk)
    accepted = Award.objects.filter(roster=roster, basis_id=row.pk).exists()
    refuse_if(accepted or row.state != RowState.OPEN, "row.accepted", "该行已接收或已被替换，不能更正")
    return row


@audited
def undo_correction(correction: Correction, *, reason: str, by: Actor) -> Correction:
    """Take a correction back by a counter-entry: the value before it stands again, and the row is checked again.

    Taken back already it changes nothing. Refused: `permission.denied`, `row.reason_missing`, `row.accepted`,
    `roster.not_open`, `correction.not_latest`: a later one of the same cell is taken back first.
    """
    roster = locked_roster(correction.row.roster)
    POLICY.require(by, "correct_row", roster)
    known = Correction.objects.filter(undoes=correction).first()
    if known or correction.undoes_id:
        unchanged()
        return known or correction
    row = _open_row(roster, correction.row, reason)
    latest = (
        standing_corrections([row.pk]).filter(field=correction.field).order_by("recorded_at", "id").last()
    )
    refuse_if(latest != correction, "correction.not_latest", "该单元格后来又作了更正，请先撤销最后一次更正")
    key = uuid7()
    counter = Correction.objects.create(
        id=key,
        row=row,
        organization_path=row.organization_path,
        field=correction.field,
        value_sealed=seal("", place=CORRECTION, row_key=key),
        user_id=by.user_id,
        reason=reason.strip(),
        undoes=correction,
    )
    value = str(corrected_cells(roster, [row])[row.pk].get(correction.field) or "")
    rows = recheck(roster, [row.pk], [_digest_of(correction.field, value)])
    told = {"roster": roster.pk, "row": row.pk, "field": correction.field, "checked": rows}
    record(by, counter, after={**told, "undoes": correction.pk}, reason=reason)
    return counter


def _digest_of(field: str, value: str) -> bytes | None:
    """By what the new value is found, where it is a number that other rows may share."""
    if field not in PURPOSES:
        return None
    _, read = READERS[field]
    normal = read(value)
    return blind(normal, PURPOSES[field]) if normal else None


@audited
def withdraw_roster(roster: Roster, *, reason: str, by: Actor) -> Roster:
    """Take a list back before it is attached to a plan; its awards are cancelled with it.

    Refused: `permission.denied`, `roster.reason_missing`, `roster.state`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "withdraw_roster", roster)
    refuse_if(not reason.strip(), "roster.reason_missing", "撤回名册必须说明理由")
    if roster.state == RosterState.WITHDRAWN:
        unchanged()
        return roster
    legal = RosterState.WITHDRAWN in ROSTER_TRANSITIONS[roster.state]
    refuse_if(not legal, "roster.state", "名册已列入使用方案，须先从方案中取出才能撤回")
    before = {"state": str(roster.state), "rows_accepted": roster.rows_accepted}
    awards = Award.objects.filter(roster=roster, state=AwardState.PROPOSED)
    cancelled = awards.update(state=AwardState.CANCELLED, live=False)
    roster.state = RosterState.WITHDRAWN
    roster.save(update_fields=["state"])
    record(by, roster, before=before, after={"state": "withdrawn", "cancelled": cancelled}, reason=reason)
    return roster
