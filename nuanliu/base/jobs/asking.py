"""Asking for long work, inside the transaction that needs it: no work without the act, no act without its work."""

from typing import Any

from nuanliu.base.actor import Actor
from nuanliu.base.models import JobRun


def ask(task: Any, *, by: Actor, subject: tuple[str, object] = ("", ""), **arguments: Any) -> JobRun:
    """Queue `task` (a Procrastinate task that calls `run`) for `by`, about `subject` (kind and id).

    The task is given the run's and the post's key and `arguments`; nothing personal may be among them.
    """
    kind, key = subject
    job = JobRun.objects.create(
        kind=task.name,
        organization_path=by.organization_path,
        post_id=by.post_id,
        user_id=by.user_id,
        subject_kind=kind,
        subject_id=str(key),
    )
    task.defer(job_id=str(job.pk), post_id=str(by.post_id), user_id=str(by.user_id), **arguments)
    return job
