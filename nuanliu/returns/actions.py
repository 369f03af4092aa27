"""What people do to official tables: enter what the stream does not hold, sign, submit, return, accept."""

from datetime import date

from django.db import transaction
from django.db.models import Max

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue, Return, ReturnCell
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries import annex1
from nuanliu.returns.rules import ENTERED_CODES, broken_formulas
from nuanliu.returns.states import TRANSITIONS, ReturnState


@audited
def enter_value(
    organization: Organization, campaign: Campaign, code: str, value: int, *, reason: str, on: date, by: Actor
) -> EnteredValue:
    """Type a value (fen or count) into a row that the stream does not derive; the newest of a union counts.

    Refused without a reason, for a derived row, and below zero.
    """
    POLICY.require(by, "enter_value", organization)
    if code not in ENTERED_CODES:
        raise Refused(
            "return.derived_cell", f"{code} 由业务记录自动生成，不能手工填写；请更正其所依据的记录。"
        )
    if not reason.strip():
        raise Refused("return.reason_missing", f"手工填写 {code} 须说明数据来源和理由。")
    if value < 0:
        raise Refused("return.negative", f"{code} 不能小于零。")
    entered = EnteredValue.objects.create(
        form=ANNEX1,
        organization=organization,
        organization_path=organization.path,
        campaign=campaign,
        code=code,
        value=value,
        entered_on=on,
        reason=reason,
        entered_by_id=by.user_id,
    )
    record(by, entered, after={"code": code, "value": value}, reason=reason)
    return entered


@audited
def draft_return(
    organization: Organization,
    campaign: Campaign,
    *,
    as_of: date,
    reporter: str,
    reporter_phone: str,
    by: Actor,
) -> Return:
    """Freeze Annex 1 of a union as of a day into a new version, in draft. Header fields are mandatory (R-112)."""
    POLICY.require(by, "draft", organization)
    if not reporter.strip() or not reporter_phone.strip():
        raise Refused("return.header_missing", "统计表须填写填报人和电话。")
    table = annex1(organization, campaign, as_of)
    earlier = Return.objects.filter(form=ANNEX1, organization=organization, campaign=campaign)
    version = (earlier.aggregate(newest=Max("version"))["newest"] or 0) + 1
    digest = sha256_of(table.values)
    drafted = Return.objects.create(
        form=ANNEX1,
        organization=organization,
        organization_path=organization.path,
        campaign=campaign,
        version=version,
        as_of=as_of,
        reporter=reporter,
        reporter_phone=reporter_phone,
        content_digest=digest,
    )
    ReturnCell.objects.bulk_create(
        ReturnCell(
            table=drafted,
            organization_path=organization.path,
            code=cell.code,
            derived=cell.derived,
            entered=cell.entered,
        )
        for cell in table.cells.values()
    )
    record(by, drafted, after={"version": version, "as_of": as_of, "digest": digest.hex()})
    return drafted


@audited
def sign_return(drafted: Return, *, on: date, by: Actor) -> Return:
    """The responsible person signs; from then on the version never changes. Refused when a formula is broken."""
    locked = _lock(drafted)
    POLICY.require(by, "sign", locked)
    if locked.state == ReturnState.SIGNED:
        unchanged()
        return locked
    values = {cell.code: (cell.derived or 0) + (cell.entered or 0) for cell in locked.cells.all()}
    if broken := broken_formulas(form(locked.form), values):
        raise Refused("return.formula_broken", broken[0].message, tuple(broken))
    return _move(locked, ReturnState.SIGNED, by=by, signed_by_id=by.user_id, signed_on=on)


@audited
def submit_return(signed: Return, *, by: Actor) -> Return:
    """Send a signed version up."""
    locked = _lock(signed)
    POLICY.require(by, "submit", locked)
    return _move_once(locked, ReturnState.SUBMITTED, by=by)


@audited
def return_return(submitted: Return, *, reason: str, by: Actor) -> Return:
    """The superior sends a version back for correction, with the reason; a new version answers it."""
    locked = _lock(submitted)
    _require_superior(locked, by)
    if not reason.strip():
        raise Refused("return.reason_missing", "退回统计表须写明理由。")
    return _move_once(locked, ReturnState.RETURNED, by=by, reason=reason, return_reason=reason)


@audited
def accept_return(submitted: Return, *, by: Actor) -> Return:
    """The superior accepts a version."""
    locked = _lock(submitted)
    _require_superior(locked, by)
    return _move_once(locked, ReturnState.ACCEPTED, by=by)


def _lock(table: Return) -> Return:
    with transaction.atomic():
        return Return.objects.select_for_update().get(pk=table.pk)


def _require_superior(table: Return, by: Actor) -> None:
    POLICY.require(by, "judge", table)
    if by.organization_path == table.organization_path:
        raise Refused("return.own_table", "统计表由上级工会审核，本单位不能审核自己的报表。")


def _move_once(table: Return, state: str, *, by: Actor, reason: str = "", **changes: object) -> Return:
    if table.state == state:
        unchanged()
        return table
    return _move(table, state, by=by, reason=reason, **changes)


def _move(table: Return, state: str, *, by: Actor, reason: str = "", **changes: object) -> Return:
    if state not in TRANSITIONS[table.state]:
        raise Refused("return.state", f"统计表当前状态为“{table.get_state_display()}”，不能执行此操作。")
    before = {"state": table.state}
    table.state = state
    for name, value in changes.items():
        setattr(table, name, value)
    table.save(update_fields=["state", *(name.removesuffix("_id") for name in changes)])
    record(by, table, before=before, after={"state": state}, reason=reason)
    return table
