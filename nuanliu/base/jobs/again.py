"""Work that ended badly is queued once more, work that has not begun is taken back. Who may ask is for the caller."""

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun

QUEUED = ("todo", "doing")


def queue_again(job: JobRun) -> bool:
    """Queue a run with the arguments it was asked with; the caller holds its row locked.

    False where the queue no longer knows them. A run that the queue itself is about to try again is left to it.
    """
    known = _entries(job).order_by("-id").first()
    if known is None:
        return False
    if known.status not in QUEUED:
        app.configure_task(name=known.task_name).defer(**known.args)
    job.state, job.message, job.step, job.ended_at = JobState.ASKED, "", "", None
    job.done_count = job.total_count = 0
    job.save(update_fields=["state", "message", "step", "ended_at", "done_count", "total_count"])
    return True


def take_back(job: JobRun) -> None:
    """Take a waiting run out of the queue; the caller holds its row locked, so that no worker begins it meanwhile."""
    for key in _entries(job).filter(status="todo").values_list("id", flat=True):
        app.job_manager.cancel_job_by_id(key)
    job.state = JobState.CANCELLED
    job.save(update_fields=["state"])


def _entries(job: JobRun):  # type: ignore[no-untyped-def]  # the queue's models are untyped
    return ProcrastinateJob.objects.filter(task_name=job.kind, args__job_id=str(job.pk))
