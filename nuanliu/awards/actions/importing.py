"""A list comes in: archived, read, checked, matched, staged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from mimetypes import guess_type
from time import perf_counter

import polars as pl

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.actions.accepting import OPEN_STATES
from nuanliu.awards.actions.locking import locked_roster, refuse_closed, refuse_ended
from nuanliu.awards.checking.findings import WORDED
from nuanliu.awards.judging import Judged, answerable_users, judge_tables, rules_on, with_notes
from nuanliu.awards.models import HeadingMapping, Roster, RosterRow, RosterSheet
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import finding_counts
from nuanliu.awards.reading import (
    SheetRead,
    Submission,
    SubmittedFile,
    read_submission,
    submission_digest,
    units_of,
)
from nuanliu.awards.rechecking import recheck
from nuanliu.awards.reimporting import replace_changed
from nuanliu.awards.sealing import Received
from nuanliu.awards.staging import Told, stage_findings, stage_rows, untold
from nuanliu.awards.states import RosterState, RowState
from nuanliu.base.actor import Actor
from nuanliu.base.statistics import refresh_statistics
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Standard
from nuanliu.programmes.queries import standard_in_force

ROSTER_FILE = "roster"


@dataclass(frozen=True, slots=True)
class RosterImport:
    """What came of a submission: roster, seconds by step, counts by finding code, and whether it was here before."""

    roster: Roster
    seconds: Mapping[str, float]
    counts: Mapping[str, int]
    repeated: bool = False


@audited
def import_roster(
    files: Sequence[SubmittedFile],
    *,
    organization: Organization,
    campaign: Campaign,
    business_date: date,
    by: Actor,
    standard: Standard | None = None,
    told: Told = untold,
) -> RosterImport:
    """Read a submission, check every row and stage it with its findings. Nothing is accepted yet.

    The same files from the same sender in the same campaign return the earlier result. A file that cannot be read, or
    a submission without any list, gives a refused roster whose findings say why. `standard` is by default the one in
    force for the sender; `told` hears how far the work is. Refused: `permission.denied`, `roster.no_file`,
    `campaign.closed`, `roster.union_ended`. A list of a day before the closing of its campaign that comes after it is
    read, for every use of money is entered (R-039), and marked with how many days late it came (R-105).
    """
    roster = Roster(
        organization=organization,
        organization_path=organization.path,
        campaign=campaign,
        standard=standard or standard_in_force(organization, business_date),
        submission_digest=submission_digest(files),
        business_date=business_date,
        handler_id=by.user_id,
    )
    POLICY.require(by, "import_roster", roster)
    refuse_if(not files, "roster.no_file", "没有收到文件，请选择名册文件后重新提交")
    earlier = earlier_roster(roster)
    if earlier is not None:
        unchanged()
        return RosterImport(
            earlier, {"read": 0.0, "check": 0.0, "load": 0.0}, finding_counts(earlier), repeated=True
        )
    refuse_closed(roster)
    refuse_ended(roster)
    result = _import_fresh(roster, files, by, told)
    record(by, roster, after=_summary(roster, result.counts))
    return result


def earlier_roster(roster: Roster) -> Roster | None:
    """The same submission of the same sender in the same campaign, unless it was withdrawn."""
    same = Roster.objects.filter(
        organization=roster.organization, campaign=roster.campaign, submission_digest=roster.submission_digest
    )
    return same.exclude(state=RosterState.WITHDRAWN).select_for_update().first()


def _import_fresh(roster: Roster, files: Sequence[SubmittedFile], by: Actor, told: Told) -> RosterImport:
    clock = [perf_counter()]
    archived = [_archive(file, roster, by) for file in files]
    submission = read_submission(files, remembered_headings(roster.organization_path), told)
    told("checking", 0, submission.row_count, "")
    clock.append(perf_counter())
    judged = None if submission.refused else _judge(roster, submission)
    clock.append(perf_counter())
    counts = load(roster, submission, judged, archived, told)
    clock.append(perf_counter())
    steps = zip(("read", "check", "load"), clock, clock[1:], strict=False)
    return RosterImport(roster, {step: end - start for step, start, end in steps}, counts)


def _archive(file: SubmittedFile, roster: Roster, by: Actor) -> EvidenceFile:
    return archive(
        file.content,
        name=file.name,
        kind=ROSTER_FILE,
        media_type=guess_type(file.name)[0] or "application/octet-stream",
        organization_path=roster.organization_path,
        organization_id=roster.organization_id,
        by=by,
    )


def remembered_headings(organization_path: str) -> dict[str, str]:
    """What the sender has said its headings mean."""
    mapped = HeadingMapping.objects.filter(organization_path=organization_path)
    return dict(mapped.values_list("heading", "field"))


def _judge(roster: Roster, submission: Submission) -> Judged:
    users = answerable_users(roster.organization, roster.business_date, roster.handler_id)
    rules = rules_on(roster.business_date, roster.standard)
    return judge_tables(submission.tables, rules, roster.campaign, users)


def load(
    roster: Roster,
    submission: Submission,
    judged: Judged | None,
    archived: Sequence[EvidenceFile],
    told: Told = untold,
) -> dict[str, int]:
    """Write roster, sheets, rows and findings; the counts of findings by code."""
    roster.state = RosterState.CHECKED if judged else RosterState.REFUSED
    roster.rows_read = submission.row_count if judged else 0
    roster.save(force_insert=True)
    # The database counts it: nobody who writes the row can leave it out.
    roster.refresh_from_db(fields=["days_late"])
    RosterSheet.objects.bulk_create(
        _sheet(roster, sheet, archived[sheet.file_index]) for sheet in submission.sheets
    )
    findings = with_notes(judged.findings if judged else pl.DataFrame(schema=WORDED), submission)
    if judged:
        received = Received([table.frame for table in submission.tables])
        stage_rows(roster, judged.rows, received, judged.digests, judged.blocked, told)
    stage_findings(roster, findings)
    refresh_statistics(roster.rows_read, "awards_rosterrow", "awards_rosterfinding")
    return dict(findings.group_by("code").len().sort("code").iter_rows())


def _sheet(roster: Roster, sheet: SheetRead, file: EvidenceFile) -> RosterSheet:
    table = sheet.table
    found = {} if table is None else {
        "headings": [[column.heading_as_received, column.field] for column in table.columns],
        "heading_row": table.heading_rows[-1],
        "header": {
            "reporting_unit": table.reporting_unit,
            "reporter": table.reporter,
            "phone": table.phone,
            "date": table.date_text,
            "units": units_of(table),
            "columns": [column.index for column in table.columns],
            "lines": sheet.lines,
            "heading_rows": list(table.heading_rows),
        },
    }  # fmt: skip
    return RosterSheet(
        roster=roster,
        organization_path=roster.organization_path,
        ordinal=sheet.ordinal,
        file=file,
        sheet=sheet.sheet[:120],
        **found,
    )


def _summary(roster: Roster, counts: Mapping[str, int]) -> dict[str, object]:
    return {
        "state": str(roster.state),
        "rows_read": roster.rows_read,
        "submission": roster.submission_digest.hex(),
        "findings": dict(counts),
    }


@audited
def recheck_roster(roster: Roster, *, by: Actor) -> RosterImport:
    """Read the archived files again, as after a heading was explained or a standard adopted, and check all open rows.

    Refused: `permission.denied`, `roster.not_open`, `campaign.closed`, `roster.accepted`: what has been accepted
    stays as it was read.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "import_roster", roster)
    refuse_if(roster.state not in OPEN_STATES, "roster.not_open", "名册已列入使用方案或已撤回，不能再检查")
    refuse_closed(roster)
    refuse_if(roster.awards.exists(), "roster.accepted", "名册已接收部分行，不能整册重新读取；请逐行更正")
    files = {sheet.file_id: sheet.file for sheet in roster.sheets.select_related("file").order_by("ordinal")}
    archived = list(files.values())
    contents = [SubmittedFile(file.name, content_of(file)) for file in archived]
    clock = [perf_counter()]
    submission = read_submission(contents, remembered_headings(roster.organization_path))
    clock.append(perf_counter())
    roster.standard = standard_in_force(roster.organization, roster.business_date) or roster.standard
    roster.save(update_fields=["standard"])
    _replace_sheets(roster, submission, archived)
    difference = replace_changed(roster, submission)
    recheck(roster, RosterRow.objects.filter(roster=roster, state=RowState.OPEN).values_list("pk", flat=True))
    clock.append(perf_counter())
    counts = finding_counts(roster)
    record(by, roster, after={"gone": len(difference.gone), "new": difference.new_count, "findings": counts})
    return RosterImport(
        roster, {"read": clock[1] - clock[0], "check": 0.0, "load": clock[2] - clock[1]}, counts
    )


@audited
def reimport_roster(roster: Roster, files: Sequence[SubmittedFile], *, by: Actor) -> RosterImport:
    """Read a corrected list in the place of the one before: only what changed is checked and staged again, with the
    rows that share a number or an account; corrections of unchanged rows stand.

    The same files again change nothing. Refused: `permission.denied`, `roster.not_open`, `roster.no_file`,
    `campaign.closed`, `roster.unreadable`, `roster.accepted_row_changed`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "import_roster", roster)
    refuse_if(not files, "roster.no_file", "没有收到文件，请选择名册文件后重新提交")
    refuse_if(roster.state not in OPEN_STATES, "roster.not_open", "名册已列入使用方案或已撤回，不能再更正")
    before, after = bytes(roster.submission_digest), submission_digest(files)
    if before == after:
        unchanged()
        return RosterImport(
            roster, {"read": 0.0, "check": 0.0, "load": 0.0}, finding_counts(roster), repeated=True
        )
    refuse_closed(roster)
    clock = [perf_counter()]
    archived = [_archive(file, roster, by) for file in files]
    submission = read_submission(files, remembered_headings(roster.organization_path))
    refuse_if(submission.refused, "roster.unreadable", "更正后的名册无法读取或没有名册表格，请检查后重新提交")
    clock.append(perf_counter())
    _replace_sheets(roster, submission, archived)
    difference = replace_changed(roster, submission)
    roster.submission_digest, roster.rows_read = after, submission.row_count
    roster.save(update_fields=["submission_digest", "rows_read"])
    clock.append(perf_counter())
    changed = {"gone": len(difference.gone), "new": difference.new_count}
    record(by, roster, before={"submission": before.hex()}, after={"submission": after.hex(), **changed})
    seconds = {"read": clock[1] - clock[0], "check": 0.0, "load": clock[2] - clock[1]}
    return RosterImport(roster, seconds, finding_counts(roster))


def _replace_sheets(roster: Roster, submission: Submission, archived: Sequence[EvidenceFile]) -> None:
    """The sheets as they are now; an ordinal keeps its row."""
    known = {sheet.ordinal: sheet for sheet in roster.sheets.all()}
    for read in submission.sheets:
        sheet = _sheet(roster, read, archived[read.file_index])
        if read.ordinal in known:
            sheet.pk = known[read.ordinal].pk
            sheet.save(
                force_update=True, update_fields=["file", "sheet", "headings", "heading_row", "header"]
            )
        else:
            sheet.save(force_insert=True)


@audited
def map_heading(organization: Organization, *, heading: str, field: str, by: Actor) -> HeadingMapping:
    """Remember what a sender means by a heading: a field, or 'ignore'. Asked once; said again it is changed."""
    mapping = HeadingMapping(
        organization=organization,
        organization_path=organization.path,
        heading=heading,
        field=field,
        user_id=by.user_id,
    )
    POLICY.require(by, "map_heading", mapping)
    known = (
        HeadingMapping.objects.select_for_update().filter(organization=organization, heading=heading).first()
    )
    if known and known.field == field:
        unchanged()
        return known
    if known:
        known.field, known.user_id, mapping = field, by.user_id, known
    mapping.save()
    record(by, mapping, after={"heading": heading, "field": field})
    return mapping


@audited
def forget_heading(mapping: HeadingMapping, *, by: Actor) -> None:
    """Forget what a sender means by a heading: it is asked again. Refused: `permission.denied`."""
    POLICY.require(by, "map_heading", mapping)
    known = HeadingMapping.objects.select_for_update().filter(pk=mapping.pk).first()
    if known is None:
        unchanged()
        return
    record(by, known, before={"heading": known.heading, "field": known.field})
    known.delete()
