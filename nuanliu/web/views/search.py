"""Search over everything that the reader may open."""

from django.http import HttpResponse
from django.shortcuts import render

from nuanliu.web.guards import FORM, WRITING, DeskRequest, signed_in


@signed_in(FORM)
def search(request: DeskRequest) -> HttpResponse:
    """What was found, by kind."""
    return render(request, "web/search.html", {})


@signed_in(WRITING)
def suggest(request: DeskRequest) -> HttpResponse:
    """What comes to mind while somebody types."""
    return render(request, "web/parts/suggestions.html", {})
