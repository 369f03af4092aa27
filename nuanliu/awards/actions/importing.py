"""A list comes in: archived, read, checked, matched, staged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from mimetypes import guess_type
from time import perf_counter

import polars as pl

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.checking.findings import WORDED
from nuanliu.awards.judging import Judged, answerable_users, judge_tables, rules_on, with_notes
from nuanliu.awards.models import HeadingMapping, Roster, RosterSheet
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import finding_counts
from nuanliu.awards.reading import (
    FEN_OF_UNIT,
    SheetRead,
    Submission,
    SubmittedFile,
    read_submission,
    submission_digest,
)
from nuanliu.awards.sealing import raw_texts
from nuanliu.awards.staging import stage_findings, stage_rows
from nuanliu.awards.states import RosterState
from nuanliu.base.actor import Actor
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Standard
from nuanliu.programmes.queries import standard_in_force

ROSTER_FILE = "roster"


@dataclass(frozen=True, slots=True)
class RosterImport:
    """What came of a submission: the roster, seconds by step, counts by finding code, and whether it was here before."""

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
) -> RosterImport:
    """Read a submission, check every row and stage it with its findings. Nothing is accepted yet.

    The same files from the same sender in the same campaign return the earlier result. A file that cannot be read, or
    a submission without any list, gives a refused roster whose findings say why. `standard` is by default the one in
    force for the sender. Refused: `permission.denied`, `roster.no_file`.
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
    result = _import_fresh(roster, files, by)
    record(by, roster, after=_summary(roster, result.counts))
    return result


def earlier_roster(roster: Roster) -> Roster | None:
    """The same submission of the same sender in the same campaign, unless it was withdrawn."""
    same = Roster.objects.filter(
        organization=roster.organization, campaign=roster.campaign, submission_digest=roster.submission_digest
    )
    return same.exclude(state=RosterState.WITHDRAWN).select_for_update().first()


def _import_fresh(roster: Roster, files: Sequence[SubmittedFile], by: Actor) -> RosterImport:
    clock = [perf_counter()]
    archived = [_archive(file, roster, by) for file in files]
    submission = read_submission(files, remembered_headings(roster.organization_path))
    clock.append(perf_counter())
    judged = None if submission.refused else _judge(roster, submission)
    clock.append(perf_counter())
    counts = load(roster, submission, judged, archived)
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
    roster: Roster, submission: Submission, judged: Judged | None, archived: Sequence[EvidenceFile]
) -> dict[str, int]:
    """Write roster, sheets, rows and findings; the counts of findings by code."""
    roster.state = RosterState.CHECKED if judged else RosterState.REFUSED
    roster.rows_read = submission.row_count if judged else 0
    roster.save(force_insert=True)
    RosterSheet.objects.bulk_create(
        _sheet(roster, sheet, archived[sheet.file_index]) for sheet in submission.sheets
    )
    findings = with_notes(judged.findings if judged else pl.DataFrame(schema=WORDED), submission)
    if judged:
        raw = pl.concat([raw_texts(table.frame) for table in submission.tables], rechunk=True)
        stage_rows(roster, judged.rows, raw, judged.digests, judged.blocked)
    stage_findings(roster, findings)
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
            "units": {column.field: FEN_OF_UNIT[column.unit] for column in table.columns if column.field and column.unit},
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
