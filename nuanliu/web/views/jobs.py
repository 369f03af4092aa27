"""Long work: what waits, runs, is done or failed; what failed is asked for again, what waits is taken back."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanliu.base.jobs.states import TRANSITIONS, JobState
from nuanliu.base.models import JobRun
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.operations.actions import cancel_job, repeat_job
from nuanliu.operations.permissions import WORK
from nuanliu.operations.queries import queue
from nuanliu.web.guards import WRITING, DeskRequest, page, signed_in
from nuanliu.web.listings import chosen, show
from nuanliu.web.queries import jobs_of
from nuanliu.web.tables.work import FILES, JOBS

SILENT = timedelta(minutes=1)
# As many as one request does at once; the rest is asked for again.
AT_ONCE = 200


@signed_in()
def jobs(request: DeskRequest) -> HttpResponse:
    """Long work of the union and the worker's heartbeat; while something waits or runs, both renew themselves."""
    now = queue()
    return show(
        request,
        JOBS,
        template="web/jobs.html",
        part="web/parts/jobs.html",
        queue=now,
        reads_files=EVIDENCE.may(request.actor, "read"),
        alive=now.heartbeat_at is not None and now.now - now.heartbeat_at < SILENT,
    )


@page(EVIDENCE, "read")
def files(request: DeskRequest) -> HttpResponse:
    """What the user asked for: papers and workbooks, until when they are kept."""
    return show(request, FILES, template="web/files.html", reads_files=True)


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


@page(WORK, "repeat_job", WRITING)
def repeat_several(request: DeskRequest) -> HttpResponse:
    """Ask for all chosen work again that failed or was refused."""
    count = _each(request, repeat_job, JobState.ASKED)
    messages.success(request, ngettext("%(n)s waits again.", "%(n)s wait again.", count) % {"n": count})
    return redirect("jobs")


@page(WORK, "cancel_job", WRITING)
def take_back_several(request: DeskRequest) -> HttpResponse:
    """Take back all chosen work that has not begun."""
    count = _each(request, cancel_job, JobState.CANCELLED)
    messages.success(request, ngettext("%(n)s is taken back.", "%(n)s are taken back.", count) % {"n": count})
    return redirect("jobs")


def _each(request: DeskRequest, do: Callable[..., JobRun], end: JobState) -> int:
    """Do it to the chosen work that can come to this end; the rest is left as it is."""
    ready = [state for state, following in TRANSITIONS.items() if end in following]
    found = list(chosen(request, JOBS).filter(state__in=ready).order_by("pk")[:AT_ONCE])
    for one in found:
        do(one, by=request.actor)
    return len(found)
