"""What people do to official tables: enter what the stream does not hold, draft, sign, submit, return, accept."""

from datetime import date

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import EnteredValue, Return, ReturnCell
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries.tables import AnnexTable, annex1
from nuanliu.returns.queries.versions import frozen_cells
from nuanliu.returns.refusals import refused_by_database
from nuanliu.returns.rules import ENTERED_CODES, Cell, broken_formulas, content_digest
from nuanliu.returns.states import TRANSITIONS, ReturnState


@audited
def enter_value(
    organization: Organization, campaign: Campaign, code: str, value: int, *, reason: str, on: date, by: Actor
) -> EnteredValue:
    """Type a union's own part (fen or count) of a row that the stream does not derive; its newest value counts.

    The same value, day and reason again is the same entry. Refused: `return.derived_cell` for a row that follows from
    records, `return.reason_missing`, `return.negative`.
    """
    refuse_if(value < 0, "return.negative", f"{code} 不能小于零。")
    return _enter(organization, campaign, code, value, reason, on, by)


@audited
def withdraw_value(
    organization: Organization, campaign: Campaign, code: str, *, reason: str, on: date, by: Actor
) -> EnteredValue:
    """Take a typed value back by a newer, empty entry: from that day on the row holds nothing typed by this union.

    Refused: `return.nothing_entered` where nothing stands, `return.reason_missing`.
    """
    if not _newest(organization, campaign, code):
        raise Refused("return.nothing_entered", f"{code} 没有手工填报数，无须撤销。")
    return _enter(organization, campaign, code, None, reason, on, by)


@audited
def draft_return(
    organization: Organization,
    campaign: Campaign,
    *,
    as_of: date,
    reporter: str,
    reporter_phone: str,
    by: Actor,
    filled_on: date | None = None,
) -> Return:
    """Freeze Annex 1 of a union as of a day into a new version, in draft, filled in on that day unless told otherwise.

    Unit, reporter, phone and date head the form (R-112): Refused `return.header_missing` without. A draft that already
    says exactly the same is returned instead of a new version.
    """
    POLICY.require(by, "draft", organization)
    header = {"reporter": reporter.strip(), "reporter_phone": reporter_phone.strip()}
    refuse_if(not all(header.values()), "return.header_missing", "统计表须填写填报人和电话。")
    versions = Return.objects.filter(form=ANNEX1, organization=organization, campaign=campaign)
    newest = versions.select_for_update().order_by("-version").first()
    table = annex1(organization, campaign, as_of)
    drafted = Return(
        form=ANNEX1,
        organization=organization,
        organization_path=organization.path,
        campaign=campaign,
        version=newest.version + 1 if newest else 1,
        as_of=as_of,
        filled_on=filled_on or as_of,
        drafted_by_id=by.user_id,
        **header,
    )
    if newest and newest.state == ReturnState.DRAFT and _says_the_same(newest, drafted, table.cells):
        unchanged()
        return newest
    _freeze(drafted, table)
    digest = bytes(drafted.content_digest).hex()
    record(by, drafted, after={"version": drafted.version, "as_of": as_of, "digest": digest})
    return drafted


@audited
def sign_return(drafted: Return, *, on: date, by: Actor) -> Return:
    """The responsible person signs, who is not who drafted; from then on the version never changes.

    Refused: `return.formula_broken` with a finding for each total that is not the sum of its parts (R-113 to R-117),
    `return.content_changed` when the cells are not those that were drafted, `return.newer_version`,
    `return.same_person`.
    """
    locked = _lock(drafted)
    POLICY.require(by, "sign", locked)
    if locked.state == ReturnState.SIGNED:
        unchanged()
        return locked
    cells = frozen_cells(locked)
    if broken := broken_formulas(form(locked.form), {code: cell.value for code, cell in cells.items()}):
        raise Refused("return.formula_broken", broken[0].message, broken)
    changed = content_digest(_header(locked), cells) != bytes(locked.content_digest)
    refuse_if(changed, "return.content_changed", "统计表内容与生成时不一致，请重新生成后签字。")
    return _move(locked, ReturnState.SIGNED, by=by, signed_by_id=by.user_id, signed_on=on)


@audited
def submit_return(signed: Return, *, on: date | None = None, by: Actor) -> Return:
    """Send a signed version up, on the day of the signature unless told otherwise.

    Refused: `return.sent_before_signed`.
    """
    locked = _lock(signed)
    POLICY.require(by, "submit", locked)
    sent_on = on or locked.signed_on
    early = bool(sent_on and locked.signed_on and sent_on < locked.signed_on)
    refuse_if(early, "return.sent_before_signed", "报送日期不能早于签字日期。")
    return _move_once(locked, ReturnState.SUBMITTED, by=by, submitted_on=sent_on)


@audited
def return_return(submitted: Return, *, reason: str, by: Actor) -> Return:
    """The superior sends a version back for correction, with the reason; a new version answers it."""
    locked = _lock(submitted)
    _require_superior(locked, by)
    refuse_if(not reason.strip(), "return.reason_missing", "退回统计表须写明理由。")
    return _move_once(
        locked, ReturnState.RETURNED, by=by, judged_by_id=by.user_id, return_reason=reason.strip()
    )


@audited
def accept_return(submitted: Return, *, by: Actor) -> Return:
    """The superior accepts a version."""
    locked = _lock(submitted)
    _require_superior(locked, by)
    return _move_once(locked, ReturnState.ACCEPTED, by=by, judged_by_id=by.user_id)


# --- how ---


def _enter(
    organization: Organization,
    campaign: Campaign,
    code: str,
    value: int | None,
    reason: str,
    on: date,
    by: Actor,
) -> EnteredValue:
    POLICY.require(by, "enter_value", organization)
    derived = f"{code} 由业务记录自动生成，不能手工填写；请更正其所依据的记录。"
    refuse_if(code not in ENTERED_CODES, "return.derived_cell", derived)
    said = reason.strip()
    refuse_if(not said, "return.reason_missing", f"手工填写 {code} 须说明数据来源和理由。")
    _one_at_a_time(organization, campaign, code)
    newest = _newest(organization, campaign, code)
    if newest and (newest.value, newest.entered_on, newest.reason) == (value, on, said):
        unchanged()
        return newest
    entered = EnteredValue(
        form=ANNEX1,
        organization=organization,
        organization_path=organization.path,
        campaign=campaign,
        code=code,
        ordinal=newest.ordinal + 1 if newest else 1,
        value=value,
        entered_on=on,
        reason=said,
        entered_by_id=by.user_id,
    )
    with refused_by_database():
        entered.save(force_insert=True)
    before = {"value": newest.value} if newest else None
    record(by, entered, before=before, after={"code": code, "value": value}, reason=said)
    return entered


def _one_at_a_time(organization: Organization, campaign: Campaign, code: str) -> None:
    """Who types into a row that somebody else is typing into waits: there is no row yet that could be locked."""
    place = f"{organization.pk} {campaign.pk} {code}"
    rows_of("SELECT pg_advisory_xact_lock(hashtextextended(%s, 112))", [place])


def _newest(organization: Organization, campaign: Campaign, code: str) -> EnteredValue | None:
    entered = EnteredValue.objects.filter(
        form=ANNEX1, organization=organization, campaign=campaign, code=code
    )
    return entered.order_by("-ordinal").first()


def _header(table: Return) -> dict[str, object]:
    names = ("form", "organization_id", "campaign_id", "version", "as_of", "filled_on")
    return {name: getattr(table, name) for name in (*names, "reporter", "reporter_phone")}


def _says_the_same(newest: Return, drafted: Return, cells: dict[str, Cell]) -> bool:
    header = _header(drafted) | {"version": newest.version}
    return content_digest(header, cells) == bytes(newest.content_digest)


def _freeze(drafted: Return, table: AnnexTable) -> None:
    drafted.content_digest = content_digest(_header(drafted), table.cells)
    with refused_by_database():
        drafted.save(force_insert=True)
        ReturnCell.objects.bulk_create(
            ReturnCell(
                table=drafted,
                organization_path=drafted.organization_path,
                code=cell.code,
                derived=cell.derived,
                entered=cell.entered,
            )
            for cell in table.cells.values()
        )


def _lock(table: Return) -> Return:
    return Return.objects.select_for_update().get(pk=table.pk)


def _require_superior(table: Return, by: Actor) -> None:
    POLICY.require(by, "judge", table)
    own = by.organization_path == table.organization_path
    refuse_if(own, "return.own_table", "统计表由上级工会审核，本单位不能审核自己的报表。")


@audited
def take_paper(table: Return, kind: str, *, by: Actor) -> Return:
    """Somebody takes a version away as the official form, as `kind` of file: a row in the log each time."""
    POLICY.require(by, "view", table)
    record(by, table, after={"paper": kind, "version": table.version})
    return table


def _move_once(table: Return, state: str, *, by: Actor, **changes: object) -> Return:
    if table.state == state:
        unchanged()
        return table
    return _move(table, state, by=by, **changes)


def _move(table: Return, state: str, *, by: Actor, **changes: object) -> Return:
    label = ReturnState(table.state).label
    illegal = state not in TRANSITIONS[table.state]
    refuse_if(illegal, "return.state", f"统计表当前状态为“{label}”，不能执行此操作。")
    before = {"state": table.state}
    for name, value in {"state": state, **changes}.items():
        setattr(table, name, value)
    with refused_by_database():
        table.save(update_fields=["state", *(name.removesuffix("_id") for name in changes)])
    record(by, table, before=before, after={"state": state}, reason=table.return_reason)
    return table
