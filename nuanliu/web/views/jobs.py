"""Long work: what waits, runs, is done or failed; what failed is asked for again, what waits is taken back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.access.permissions import ADMINISTRATORS
from nuanliu.base.jobs.states import TRANSITIONS, JobState
from nuanliu.base.models import JobRun
from nuanliu.evidence.queries import requests_of
from nuanliu.operations.actions import cancel_job, repeat_job
from nuanliu.operations.permissions import WORK
from nuanliu.operations.queries import queue
from nuanliu.web.guards import WRITING, DeskRequest, page, signed_in
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import jobs_of, user_names

SILENT = timedelta(minutes=1)


@signed_in()
def jobs(request: DeskRequest) -> HttpResponse:
    """Long work of the union, narrowed by state; the worker's heartbeat; files that the user asked for."""
    wanted = request.GET.get("state", "")
    own = jobs_of(request.actor)
    narrowed = own.filter(state=wanted) if wanted in JobState.values else own
    shown = newest_first(narrowed, request.GET.get("after"))
    now = queue()
    context = {
        "page": shown,
        "rows": _rows(request, shown.rows),
        "states": [(state.value, state.label) for state in JobState],
        "wanted": wanted,
        "queue": now,
        "alive": now.heartbeat_at is not None and now.now - now.heartbeat_at < SILENT,
        "live": any(job.state in (JobState.ASKED, JobState.RUNNING) for job in shown.rows),
        "files": list(requests_of(request.actor.user_id).select_related("file")[:10]),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "web/parts/jobs.html" if part else "web/jobs.html", context)


@page(WORK, "repeat_job", WRITING)
def repeat(request: DeskRequest, key: UUID) -> HttpResponse:
    """Ask for failed or refused work again."""
    found = repeat_job(get_object_or_404(jobs_of(request.actor), pk=key), by=request.actor)
    messages.success(request, _("The work waits again."))
    return redirect("job", found.pk)


@page(WORK, "cancel_job", WRITING)
def take_back(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take back work that has not begun."""
    cancel_job(get_object_or_404(jobs_of(request.actor), pk=key), by=request.actor)
    messages.success(request, _("The work is taken back."))
    return redirect("jobs")


def _rows(request: DeskRequest, found: list[JobRun]) -> list[dict[str, Any]]:
    names = user_names(job.user_id for job in found)
    return [
        {
            "job": job,
            "user": names.get(job.user_id, ""),
            "label": JobState(job.state).label,
            "seconds": (seconds := _seconds(job)),
            "rate": round(job.done_count / seconds) if job.done_count and seconds else None,
            "may_repeat": (mine := _may_handle(request, job)) and _leads_to(job, JobState.ASKED),
            "may_take_back": mine and _leads_to(job, JobState.CANCELLED),
        }
        for job in found
    ]


def _seconds(job: JobRun) -> float:
    if not job.started_at:
        return 0.0
    return round(((job.ended_at or timezone.now()) - job.started_at).total_seconds(), 1)


def _may_handle(request: DeskRequest, job: JobRun) -> bool:
    return request.actor.user_id == job.user_id or request.actor.role in ADMINISTRATORS


def _leads_to(job: JobRun, state: JobState) -> bool:
    return state in TRANSITIONS[job.state]
