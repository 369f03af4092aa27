"""How far long work is, in the words of a page: its steps, its speed, and where it ends."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.web.acts import Step, steps

OVER = (JobState.DONE, JobState.REFUSED, JobState.FAILED)
IMPORTS = ("web.import_lists", "web.reimport_list", "web.read_again", "web.import_unions")
# What a job says about itself while it runs (nuanliu.web.jobs).
STEPS = {
    "resealing": _("resealing"),
    "counting": _("counting"),
    "copying": _("copying"),
    "reading": _("reading every file"),
    "restoring": _("restoring beside the running system"),
    "proving": _("proving every row"),
    "opening": _("opening the files"),
    "checking": _("reading and checking"),
    "staging": _("writing the rows"),
    "printing": _("setting the pages"),
    "writing": _("writing the workbook"),
    "releasing": _("releasing money not used"),
}
# Each kind of long work (docs/reference/jobs.md) that somebody asks for.
WORK = {
    "web.import_lists": _("Read lists"),
    "web.reimport_list": _("Read a corrected list"),
    "web.read_again": _("Read a list again"),
    "web.import_unions": _("Read a sheet of unions"),
    "web.print_roster_part": _("Set a roster's papers"),
    "web.export_list": _("Export a list"),
    "payments.release_unused": _("Release money not used"),
    "operations.reseal": _("Reseal with the present key"),
    "operations.count_sealed": _("Count what lies under which key"),
    "operations.make_backup": _("Make a backup"),
    "operations.check_backup": _("Check a backup"),
    "operations.rehearse_restore": _("Rehearse a restore"),
    "operations.verify_log": _("Prove the audit log"),
}
READING = ("opening", "checking", "staging")
LIST = "awards.roster"


def of_job(job: JobRun, now: datetime) -> dict[str, Any]:
    """What the page of a job shows: seconds, rows a second so far, and the steps of an import."""
    seconds = seconds_of(job, now)
    counts_rows = job.step not in ("", "opening")
    return {
        "over": job.state in OVER,
        "seconds": seconds,
        "rows_per_second": round(job.done_count / seconds) if seconds and counts_rows else 0,
        "steps": _steps(job) if job.kind in IMPORTS else [],
    }


def step_words(step: str) -> str:
    """A step of a job in words."""
    return str(STEPS.get(step, step))


def work_words(kind: str) -> str:
    """A kind of work in words."""
    return str(WORK.get(kind, kind))


def seconds_of(job: JobRun, now: datetime) -> float:
    """How long it has been at work."""
    return round(((job.ended_at or now) - job.started_at).total_seconds(), 1) if job.started_at else 0.0


def _steps(job: JobRun) -> list[Step]:
    """The steps of reading a list or a sheet."""
    reached = READING.index(job.step) if job.step in READING else 0
    words = [STEPS[step] for step in READING]
    return steps(words, len(READING) if job.state == JobState.DONE else reached)


def list_made(job: JobRun) -> str:
    """Where an import that is done leads by itself; '' for other work."""
    done = job.state == JobState.DONE and job.kind in IMPORTS and job.subject_kind == LIST
    return reverse("roster", args=[job.subject_id]) if done else ""
