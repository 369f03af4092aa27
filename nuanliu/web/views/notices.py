"""What happened to one's own things: the bell, the page, and putting notices aside."""

from django.http import HttpResponse
from django.shortcuts import render

from nuanliu.web.guards import DeskRequest, signed_in


@signed_in()
def notices(request: DeskRequest) -> HttpResponse:
    """All notices, newest first."""
    return render(request, "web/notices.html", {})


@signed_in()
def bell(request: DeskRequest) -> HttpResponse:
    """The bell with its count: asked for after the page, so that no page waits for it."""
    return render(request, "web/parts/bell_counted.html", {})
