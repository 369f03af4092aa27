"""How far long work is, in the words of a page: its steps, its speed, and where it ends."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun

OVER = (JobState.DONE, JobState.REFUSED, JobState.FAILED)
IMPORTS = ("web.import_lists", "web.reimport_list", "web.read_again", "web.import_unions")
STAGES = {
    "opening": _("opening the files"),
    "checking": _("reading and checking"),
    "staging": _("writing the rows"),
}
LIST = "awards.roster"


def of_job(job: JobRun, now: datetime) -> dict[str, Any]:
    """What the page of a job shows: seconds, rows a second so far, and the steps of an import."""
    seconds = ((job.ended_at or now) - job.started_at).total_seconds() if job.started_at else 0
    counts_rows = job.step not in ("", "opening")
    return {
        "over": job.state in OVER,
        "seconds": round(seconds, 1),
        "rows_per_second": round(job.done_count / seconds) if seconds and counts_rows else 0,
        "stages": _stages(job) if job.kind in IMPORTS else [],
    }


def _stages(job: JobRun) -> list[tuple[str, str]]:
    names = list(STAGES)
    reached = names.index(job.step) if job.step in names else 0
    if job.state == JobState.DONE:
        reached = len(names)
    return [
        (str(label), "done" if place < reached else "now" if place == reached else "")
        for place, label in enumerate(STAGES.values())
    ]


def list_made(job: JobRun) -> str:
    """Where an import that is done leads by itself; '' for other work."""
    done = job.state == JobState.DONE and job.kind in IMPORTS and job.subject_kind == LIST
    return reverse("roster", args=[job.subject_id]) if done else ""
