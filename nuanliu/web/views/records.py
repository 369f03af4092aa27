"""What was done to a record, long work under way, and files that were asked for."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from nuanliu.access.permissions import ADMINISTRATORS
from nuanliu.audit.queries import history_of
from nuanliu.base.jobs.states import TRANSITIONS, JobState
from nuanliu.evidence.actions import take_file
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.evidence.queries import content_of, requests_of
from nuanliu.evidence.states import RequestState
from nuanliu.web.downloads import attachment
from nuanliu.web.guards import DeskRequest, page, signed_in
from nuanliu.web.paging import newest_first
from nuanliu.web.progress import list_made, of_job
from nuanliu.web.queries import HISTORY_ROWS, jobs_of, named_entries
from nuanliu.web.reading import page_of_record


@signed_in()
def history(request: DeskRequest, kind: str, key: str) -> HttpResponse:
    """The audit rows of one record of any kind, with what proves them; a record page asks for the part alone."""
    shown = newest_first(history_of((kind, key)), request.GET.get("after"), HISTORY_ROWS)
    part = bool(request.headers.get("HX-Request"))
    if not (shown.rows or part):
        raise Http404
    context = {"history": named_entries(shown.rows), "page": shown, "back": page_of_record(kind, key)}
    return render(request, "web/parts/history.html" if part else "web/history.html", context)


@signed_in()
def job(request: DeskRequest, key: UUID) -> HttpResponse:
    """How far a piece of work is; the part that changes is asked for again by itself."""
    found = get_object_or_404(jobs_of(request.actor), pk=key)
    part = bool(request.headers.get("HX-Request"))
    if part and list_made(found):
        return HttpResponse(headers={"HX-Redirect": list_made(found)})
    own = found.user_id == request.actor.user_id or request.actor.role in ADMINISTRATORS
    context = {
        "job": found,
        "label": JobState(found.state).label,
        "may_repeat": own and JobState.ASKED in TRANSITIONS[found.state],
        "may_take_back": own and JobState.CANCELLED in TRANSITIONS[found.state],
        **of_job(found, timezone.now()),
    }
    return render(request, "web/parts/job.html" if part else "web/job.html", context)


@page(EVIDENCE, "read")
def file(request: DeskRequest, key: UUID) -> HttpResponse:
    """A file that the user asked for, ready or not."""
    return render(request, "web/file.html", {"file": _own(request, key)})


@page(EVIDENCE, "read")
def file_content(request: DeskRequest, key: UUID) -> HttpResponse:
    """Its content, for who asked."""
    found = _own(request, key)
    if found.state != RequestState.READY or found.file is None:
        raise Http404
    take_file(found, by=request.actor)
    return attachment(content_of(found.file), found.file.name, found.file.media_type)


def _own(request: DeskRequest, key: UUID) -> FileRequest:
    return get_object_or_404(
        requests_of(request.actor.user_id).select_related("file", "organization"), pk=key
    )
