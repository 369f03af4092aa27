"""A list beside the same union's last one."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import compared, differences, last_list
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.paging import SIZE, page_of
from nuanliu.web.queries import record_or_404

KINDS = {"new": _("new"), "gone": _("gone"), "changed": _("changed")}


@page(POLICY, "read")
def roster_compared(request: DeskRequest, key: UUID) -> HttpResponse:
    """Who is new, gone or changed since the last list, names masked; asked by the list's page, the counts alone."""
    found = record_or_404(Roster, key, "organization", "campaign")
    before = last_list(found)
    counts = compared(found, before) if before else None
    context: dict[str, Any] = {"roster": found, "before": before, "counts": counts}
    if request.headers.get("HX-Request"):
        return render(request, "web/parts/roster_since.html", context)
    kind = request.GET.get("kind", "changed")
    if kind not in KINDS:
        raise Http404
    if before is not None:
        rows = differences(found, before, kind=kind, after=request.GET.get("after", "")[:64], limit=SIZE + 1)
        context["page"] = page_of(rows, "key")
    context |= {
        "kind": kind,
        "kinds": [(name, label, getattr(counts, name, 0)) for name, label in KINDS.items()],
    }
    return render(request, "web/roster_compared.html", context)
