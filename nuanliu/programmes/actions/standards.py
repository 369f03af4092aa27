"""The life of a standard: drafted, adopted by a democratic procedure, filed above, withdrawn (S2 Art. 7, 18)."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import find_by_name
from nuanliu.organizations.states import Level
from nuanliu.programmes.models import Category, RuleDocument, Standard, StandardLine
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import default_basis, lines_of
from nuanliu.programmes.rules import StandardSum
from nuanliu.programmes.standard_file import StandardFile, read_standard_file
from nuanliu.programmes.states import STANDARD_TRANSITIONS, StandardState

IN_FORCE = (StandardState.ADOPTED, StandardState.FILED)


@audited
def draft_standard(
    organization: Organization,
    document: str,
    lines: Mapping[str, StandardSum],
    valid_from: date,
    valid_to: date | None = None,
    *,
    by: Actor,
    basis: RuleDocument | None = None,
) -> Standard:
    """Write down whom a union means to give how much (amounts in fen), from one day to another inclusive.

    A draft is never used. The same draft again is the same row. Refused `standard.lines`, `standard.validity`.
    """
    standard = Standard(
        organization=organization,
        organization_path=organization.path,
        document=document.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        needs_filing=organization.level == Level.GRASSROOTS,
        basis=basis or default_basis(valid_from),
    )
    POLICY.require(by, "draft_standard", standard)
    refuse_if(not standard.document, "standard.document", "请填写标准文件的名称")
    refuse_if(valid_to and valid_to < valid_from, "standard.validity", "标准的截止日期早于起始日期")
    _check_lines(lines)
    standard.content_digest = _digest(standard, lines)
    drafts = Standard.objects.filter(organization=organization, state=StandardState.DRAFT)
    known = drafts.filter(content_digest=standard.content_digest).first()
    if known:
        unchanged()
        return known
    standard.save(force_insert=True)
    _write_lines(standard, lines)
    record(by, standard, after=_summary(standard))
    return standard


@audited
def replace_lines(standard: Standard, lines: Mapping[str, StandardSum], *, by: Actor) -> Standard:
    """Give a draft other sums. An adopted standard never changes: adopt a new one."""
    standard = _locked(standard, by, "draft_standard")
    refuse_if(standard.state != StandardState.DRAFT, "standard.fixed", "标准通过后不可更改，请另行制定新标准")
    _check_lines(lines)
    before, digest = _summary(standard), _digest(standard, lines)
    if bytes(standard.content_digest) == digest:
        unchanged()
        return standard
    standard.lines.all().delete()
    _write_lines(standard, lines)
    standard.content_digest = digest
    standard.save(update_fields=["content_digest"])
    record(by, standard, before=before, after=_summary(standard))
    return standard


@audited
def adopt_standard(
    standard: Standard,
    *,
    procedure: str,
    adopted_on: date,
    minutes: str,
    by: Actor,
    minutes_file: EvidenceFile | None = None,
) -> Standard:
    """Record the democratic procedure that adopted the standard, its day and its minutes (R-025).

    From now on nothing of it changes. It is in force at once, but a grassroots union's only after `file_standard`.
    Standards it takes over from are named in the audit row. Refused `standard.procedure_missing`, `standard.state`.
    """
    standard = _locked(standard, by, "adopt_standard")
    if _adopted_so(standard, procedure, adopted_on, minutes):
        unchanged()
        return standard
    _check_move(standard, StandardState.ADOPTED)
    proper = procedure.strip() and minutes.strip()
    refuse_if(
        not proper,
        "standard.procedure_missing",
        "标准须经民主程序通过，请填写程序和会议纪要（实施办法第七条）",
    )
    standard.procedure, standard.adopted_on, standard.minutes = procedure.strip(), adopted_on, minutes.strip()
    standard.minutes_file = minutes_file
    standard.state = StandardState.ADOPTED
    standard.save(update_fields=["procedure", "adopted_on", "minutes", "minutes_file", "state"])
    record(
        by,
        standard,
        before={"state": StandardState.DRAFT},
        after={**_summary(standard), "takes_over_from": _taken_over(standard)},
    )
    return standard


@audited
def file_standard(standard: Standard, *, filed_with: Organization, filed_on: date, by: Actor) -> Standard:
    """Record that the standard lies with a superior union (R-062: 须报上级工会备案).

    Refused `standard.filed_with` when that union is no superior, `standard.filed_early` before the adoption.
    """
    standard = _locked(standard, by, "file_standard")
    if standard.state == StandardState.FILED and standard.filed_with_id == filed_with.pk:
        unchanged()
        return standard
    _check_move(standard, StandardState.FILED)
    superior = filed_with.path != standard.organization_path and standard.organization_path.startswith(
        filed_with.path
    )
    refuse_if(
        not superior, "standard.filed_with", "标准须报上级工会备案，所填单位不是上级工会（实施办法第十八条）"
    )
    early = standard.adopted_on is not None and filed_on < standard.adopted_on
    refuse_if(early, "standard.filed_early", "备案日期早于通过日期")
    standard.filed_with, standard.filed_on, standard.state = filed_with, filed_on, StandardState.FILED
    standard.save(update_fields=["filed_with", "filed_on", "state"])
    record(by, standard, before={"state": StandardState.ADOPTED}, after=_summary(standard))
    return standard


@audited
def withdraw_standard(standard: Standard, *, on: date, reason: str, by: Actor) -> Standard:
    """Take a standard out of force from a day on; what was judged by it before stays judged by it (R-064)."""
    standard = _locked(standard, by, "withdraw_standard")
    if standard.state == StandardState.WITHDRAWN:
        unchanged()
        return standard
    _check_move(standard, StandardState.WITHDRAWN)
    refuse_if(not reason.strip(), "standard.reason_missing", "撤销标准须写明理由")
    before, standard.state, standard.withdrawn_on = {"state": standard.state}, StandardState.WITHDRAWN, on
    standard.save(update_fields=["state", "withdrawn_on"])
    record(by, standard, before=before, after={"state": standard.state, "withdrawn_on": on}, reason=reason)
    return standard


@audited
def standard_from_file(data: object, *, organization: Organization, by: Actor) -> Standard:
    """Draft, adopt and file the standard that a standard file (contracts) describes; the same content is the same row.

    `organization` is the sender; the file may name it or a union above it. Refused with every fault of the file named
    (`standard.file`), `standard.unknown_union`, `standard.other_union`, `standard.not_filed`.
    """
    facts = read_standard_file(data, set(Category.objects.values_list("code", flat=True)))
    owner = _owner(facts, organization)
    superior = _superior(facts, owner)
    _only_one_at_a_time(owner)
    known = _same_content(owner, facts)
    if known:
        POLICY.require(by, "adopt_standard", known)
        unchanged()
        return known
    standard = draft_standard(owner, facts.document, facts.lines, facts.valid_from, facts.valid_to, by=by)
    standard = adopt_standard(
        standard, procedure=facts.procedure, adopted_on=facts.adopted_on, minutes=facts.minutes, by=by
    )
    if superior:
        standard = file_standard(
            standard, filed_with=superior, filed_on=facts.filed_on or facts.adopted_on, by=by
        )
    record(by, standard, after={"content": bytes(standard.content_digest).hex()}, reason="standard file")
    return standard


def _owner(facts: StandardFile, sender: Organization) -> Organization:
    if not facts.organization:
        return sender
    owner = find_by_name(facts.organization)
    if owner is None:
        raise Refused("standard.unknown_union", f"标准文件 organization：找不到单位“{facts.organization}”")
    refuse_if(
        not sender.path.startswith(owner.path),
        "standard.other_union",
        f"标准文件 organization：“{owner.name}”既不是“{sender.name}”，也不是它的上级工会",
    )
    return owner


def _superior(facts: StandardFile, owner: Organization) -> Organization | None:
    if not facts.filed_with:
        needs = owner.level == Level.GRASSROOTS
        refuse_if(
            needs, "standard.not_filed", "标准文件 filed_with：基层工会的标准须报上级工会备案，请写明备案单位"
        )
        return None
    superior = find_by_name(facts.filed_with)
    if superior is None:
        raise Refused("standard.unknown_union", f"标准文件 filed_with：找不到单位“{facts.filed_with}”")
    return superior


def _only_one_at_a_time(owner: Organization) -> None:
    # Two sessions with the same file: the second waits, and then finds the row of the first.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 25))", [owner.path])


def _same_content(owner: Organization, facts: StandardFile) -> Standard | None:
    described = Standard(
        organization=owner, document=facts.document, valid_from=facts.valid_from, valid_to=facts.valid_to
    )
    same = Standard.objects.filter(
        organization=owner, state__in=IN_FORCE, content_digest=_digest(described, facts.lines)
    )
    return same.filter(procedure=facts.procedure, adopted_on=facts.adopted_on, minutes=facts.minutes).first()


def _locked(standard: Standard, by: Actor, act: str) -> Standard:
    locked = Standard.objects.select_for_update().get(pk=standard.pk)
    POLICY.require(by, act, locked)
    return locked


def _check_move(standard: Standard, state: StandardState) -> None:
    allowed = state in STANDARD_TRANSITIONS[StandardState(standard.state)]
    refuse_if(
        not allowed, "standard.state", f"标准的状态为“{StandardState(standard.state).label}”，不能这样处理"
    )


def _adopted_so(standard: Standard, procedure: str, adopted_on: date, minutes: str) -> bool:
    given = (procedure.strip(), adopted_on, minutes.strip())
    return standard.state in IN_FORCE and (standard.procedure, standard.adopted_on, standard.minutes) == given


def _check_lines(lines: Mapping[str, StandardSum]) -> None:
    unknown = set(lines) - set(Category.objects.values_list("code", flat=True))
    refuse_if(not lines, "standard.lines", "标准至少要有一类慰问对象")
    refuse_if(unknown, "standard.lines", f"没有这样的慰问对象类别：{'、'.join(sorted(unknown))}")
    wrong = [
        code
        for code, line in lines.items()
        if min(line.cash_fen, line.goods_fen) < 0 or line.cash_fen + line.goods_fen == 0
    ]
    refuse_if(wrong, "standard.lines", f"标准金额须大于零：{'、'.join(wrong)}")


def _write_lines(standard: Standard, lines: Mapping[str, StandardSum]) -> None:
    StandardLine.objects.bulk_create(
        StandardLine(
            standard=standard,
            organization_path=standard.organization_path,
            category_id=code,
            cash_fen=line.cash_fen,
            goods_fen=line.goods_fen,
            convertible=line.convertible,
            per=line.per,
        )
        for code, line in lines.items()
    )


def _digest(standard: Standard, lines: Mapping[str, StandardSum]) -> bytes:
    return sha256_of({
        "organization": standard.organization_id,
        "document": standard.document,
        "valid_from": standard.valid_from,
        "valid_to": standard.valid_to,
        "lines": dict(lines),
    })  # fmt: skip


def _taken_over(standard: Standard) -> list[str]:
    """Standards of the same union whose days this one claims, from now on the later word."""
    others = Standard.objects.filter(organization_id=standard.organization_id, state__in=IN_FORCE)
    others = others.exclude(pk=standard.pk).exclude(valid_to__lt=standard.valid_from)
    if standard.valid_to:
        others = others.exclude(valid_from__gt=standard.valid_to)
    return [str(key) for key in others.order_by("id").values_list("pk", flat=True)]


def _summary(standard: Standard) -> dict[str, object]:
    return {
        "state": standard.state,
        "valid_from": standard.valid_from,
        "valid_to": standard.valid_to,
        "lines": {code: line.cash_fen + line.goods_fen for code, line in lines_of(standard).items()},
    }
