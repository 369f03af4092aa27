"""What is wrong with a campaign as a whole, for those who answer for it or look over it: counts, rows, what to do."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from nuanliu.awards.permissions import POLICY
from nuanliu.programmes.models import Campaign
from nuanliu.web.concerns import CONCERNS, found_in
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.paging import page_of
from nuanliu.web.queries import campaign_or_404


def _campaign(request: DeskRequest, key: UUID) -> Campaign:
    return campaign_or_404(request.actor, key)


@page(POLICY, "oversee")
def oversight(request: DeskRequest, key: UUID) -> HttpResponse:
    """How much of each kind was found, and what to do about it."""
    campaign = _campaign(request, key)
    found = found_in(CONCERNS, campaign, request.actor)
    entries = [
        {"name": name, "concern": concern, "count": len(found[name])} for name, concern in CONCERNS.items()
    ]
    part = bool(request.headers.get("HX-Request"))
    template = "web/parts/concerns.html" if part else "web/oversight.html"
    return render(request, template, {"campaign": campaign, "entries": entries})


@page(POLICY, "oversee")
def concern(request: DeskRequest, key: UUID, name: str) -> HttpResponse:
    """The rows of one kind, page by page, by key."""
    if name not in CONCERNS:
        raise Http404
    campaign, kind = _campaign(request, key), CONCERNS[name]
    found = sorted(found_in([name], campaign, request.actor)[name], key=lambda row: getattr(row, kind.key))
    after = request.GET.get("after")
    rest = [row for row in found if _comes_after(getattr(row, kind.key), after)] if after else found
    context = {
        "campaign": campaign,
        "name": name,
        "concern": kind,
        "count": len(found),
        "page": page_of(rest, kind.key),
    }
    return render(request, "web/concern.html", context)


def _comes_after(key: Any, after: str) -> bool:
    try:
        return bool(key > type(key)(after))
    except ValueError:
        raise Http404 from None
