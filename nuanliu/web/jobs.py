"""Long work that a page asks for: thin, by ids; the actions do the work."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from procrastinate.contrib.django import app

from nuanliu.awards.actions import SubmittedFile, Told, import_roster, recheck_roster, reimport_roster
from nuanliu.awards.actions.importing import ROSTER_FILE
from nuanliu.awards.models import Roster
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import Progress, run
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile, FileRequest
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.actions import UnionsImported, import_unions
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.web.listings.exporting import export
from nuanliu.web.printing import print_roster

IMPORTED = "awards.roster"
FAULTS_TOLD = 10


@app.task(name="web.import_lists")
def import_lists(
    *, job_id: str, post_id: str, user_id: str, files: list[str], organization: str, campaign: str, on: str
) -> None:
    """Read and check a submission whose files are archived already."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("opening", 0, len(files))
        imported = import_roster(
            _submitted(files),
            organization=Organization.objects.get(pk=organization),
            campaign=Campaign.objects.get(pk=campaign),
            business_date=date.fromisoformat(on),
            by=by,
            told=_telling(progress),
        )
        rows = imported.roster.rows_read
        progress.write(
            subject_kind=IMPORTED,
            subject_id=str(imported.roster.pk),
            step="staging",
            done_count=rows,
            total_count=rows,
        )

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="web.reimport_list")
def reimport_list(*, job_id: str, post_id: str, user_id: str, files: list[str], roster: str) -> None:
    """Read a corrected submission, archived already, in the place of the one before."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("checking", 0, len(files))
        replaced = reimport_roster(Roster.objects.get(pk=roster), _submitted(files), by=by)
        rows = replaced.roster.rows_read
        progress.write(
            subject_kind=IMPORTED, subject_id=roster, step="staging", done_count=rows, total_count=rows
        )

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="web.read_again")
def read_again(*, job_id: str, post_id: str, user_id: str, roster: str) -> None:
    """Read a list's archived files again, as after a heading was explained."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("checking")
        again = recheck_roster(Roster.objects.get(pk=roster), by=by)
        rows = again.roster.rows_read
        progress.write(
            subject_kind=IMPORTED, subject_id=roster, step="staging", done_count=rows, total_count=rows
        )

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="web.import_unions")
def import_sheet_of_unions(
    *,
    job_id: str,
    post_id: str,
    user_id: str,
    file: str,
    parent: str,
    valid_from: str,
    good_rows_only: bool,
) -> None:
    """Register the unions of a long sheet that is archived already."""

    def work(by: Actor, progress: Progress) -> str:
        progress.report("opening", 0, 1)
        sheet = EvidenceFile.objects.get(pk=file)
        result = import_unions(
            content_of(sheet),
            sheet.name,
            parent=Organization.objects.get(pk=parent),
            valid_from=date.fromisoformat(valid_from),
            by=by,
            good_rows_only=good_rows_only,
            told=progress.report,
        )
        words = _words_of(result)
        refuse_if(result.faults and not result.registered, "organization.sheet", words)
        return words

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


def _words_of(result: UnionsImported) -> str:
    """What became of a sheet of unions, with the first of its faults."""
    told = [f"新登记 {result.registered} 个工会，此前已登记 {result.known} 个。"]
    if result.faults:
        told.append(f"有 {len(result.faults)} 行需要更正：")
        told += [
            f"第 {one.row} 行 {one.name}：{one.message}。{one.remedy}" for one in result.faults[:FAULTS_TOLD]
        ]
    return "\n".join(told)


def _telling(progress: Progress) -> Told:
    """What the import says while it works, as the page of the job shows it: the file under way is the message."""

    def told(step: str, done: int, total: int, file: str) -> None:
        progress.report(step, done, total)
        progress.write(message=file)

    return told


def keep_submission(files: Sequence[SubmittedFile], sender: Organization, *, by: Actor) -> list[str]:
    """Archive the files of a submission as they came, for a worker to read; their keys, in the files' order."""
    return [
        str(
            archive(
                file.content,
                name=file.name,
                kind=ROSTER_FILE,
                media_type="application/octet-stream",
                organization_path=sender.path,
                organization_id=sender.pk,
                by=by,
            ).pk
        )
        for file in files
    ]


def _submitted(keys: list[str]) -> list[SubmittedFile]:
    found: dict[str, Any] = {str(file.pk): file for file in EvidenceFile.objects.filter(pk__in=keys)}
    return [SubmittedFile(found[key].name, content_of(found[key])) for key in keys]


@app.task(name="web.print_roster_part")
def print_roster_part(*, job_id: str, post_id: str, user_id: str, request: str) -> None:
    """Set one part of a roster."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("printing")
        print_roster(FileRequest.objects.get(pk=request), by=by)

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="web.export_list")
def export_list(*, job_id: str, post_id: str, user_id: str, request: str) -> None:
    """Make the workbook of a list."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("writing")
        export(FileRequest.objects.get(pk=request), by=by)

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)
