"""What happened to one's own things: the bell, the page, and putting notices aside."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from nuanliu.desk.actions import put_aside as mark_seen
from nuanliu.desk.permissions import POLICY
from nuanliu.desk.queries import line_totals, notices_of, unseen_count
from nuanliu.web.guards import WRITING, DeskRequest, page, signed_in
from nuanliu.web.noticing import address_of, told
from nuanliu.web.paging import newest_first
from nuanliu.web.workbench import waits_by_room


@signed_in()
def notices(request: DeskRequest) -> HttpResponse:
    """All notices, newest first."""
    shown = newest_first(notices_of(request.actor), request.GET.get("after"))
    context = {"page": shown, "told": told(shown.rows), "unseen": any(not one.seen_at for one in shown.rows)}
    return render(request, "web/notices.html", context)


@signed_in()
def bell(request: DeskRequest) -> HttpResponse:
    """The bell and the rooms with their counts: asked for after the page, so that no page waits for them."""
    by = request.actor
    context = {"unseen": unseen_count(by), "rooms": waits_by_room(line_totals(by)).items()}
    return render(request, "web/parts/bell_counted.html", context)


@page(POLICY, "put_aside", WRITING)
def put_aside(request: DeskRequest) -> HttpResponse:
    """Mark all as seen."""
    mark_seen(by=request.actor)
    return redirect("notices")


@page(POLICY, "put_aside", WRITING)
def follow(request: DeskRequest, key: int) -> HttpResponse:
    """Mark one as seen and go where it leads."""
    notice = get_object_or_404(notices_of(request.actor), pk=key)
    mark_seen([notice.pk], by=request.actor)
    return redirect(address_of(notice))
