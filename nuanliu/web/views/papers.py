"""The real-name roster on paper. It carries full numbers, so it is asked for with a reason and leaves its trace."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.base.jobs import ask
from nuanliu.evidence.actions import ask_file
from nuanliu.evidence.models import FileRequest
from nuanliu.web import jobs
from nuanliu.web.forms import ReasonForm
from nuanliu.web.guards import FORM, DeskRequest, page
from nuanliu.web.printing import MARKED, PDF_ROWS, print_roster
from nuanliu.web.queries import record_or_404

AT_ONCE_ROWS = PDF_ROWS
MARKED_AT_ONCE_ROWS = 3_000


class PaperForm(forms.Form):
    """Which paper, and what for."""

    kind = forms.ChoiceField(
        label=_("As"), choices=[("xlsx", _("workbook (XLSX)")), ("pdf", _("paper to be signed (PDF)"))]
    )
    reason = forms.CharField(label=_("What for"))


@page(POLICY, "reveal", FORM, again=True)
def roster_paper(request: DeskRequest, key: UUID) -> HttpResponse:
    """Ask for the roster: made at once when small, else by a worker, in parts."""
    found = record_or_404(Roster, key, "organization", "handler")
    form = PaperForm(request.POST or None, initial={"kind": request.GET.get("kind", "pdf")})
    if form.is_valid():
        requests = [
            _asked(request, found, form.cleaned_data, part)
            for part in _parts(found, form.cleaned_data["kind"])
        ]
        if found.rows_accepted <= AT_ONCE_ROWS:
            print_roster(requests[0], by=request.actor)
            return redirect("file", requests[0].pk)
        for asked in requests:
            _by_worker(request, asked)
        return redirect("jobs")
    context = {"roster": found, "form": form, "parts": len(_parts(found, "pdf"))}
    return render(request, "web/roster_paper.html", context, status=422 if form.is_bound else 200)


@page(POLICY, "reveal", FORM, again=True)
def roster_marked(request: DeskRequest, key: UUID) -> HttpResponse:
    """Ask for the list as received with what was found in its cells: at once when small, else by a worker."""
    found = record_or_404(Roster, key, "organization", "campaign")
    form = ReasonForm(request.POST or None, initial={"reason": _("to be put right by the sender")})
    if form.is_valid():
        asked = _asked(request, found, {"kind": MARKED, **form.cleaned_data}, 1)
        if found.rows_read <= MARKED_AT_ONCE_ROWS:
            print_roster(asked, by=request.actor)
        else:
            _by_worker(request, asked)
        return redirect("file", asked.pk)
    context = {"roster": found, "form": form}
    return render(request, "web/roster_marked.html", context, status=422 if form.is_bound else 200)


def _by_worker(request: DeskRequest, asked: FileRequest) -> None:
    subject = ("evidence.filerequest", asked.pk)
    ask(jobs.print_roster_part, by=request.actor, subject=subject, request=str(asked.pk))


def _parts(found: Roster, kind: str) -> range:
    """A workbook is one; a printed roster has parts of two thousand rows."""
    return range(1, 2 if kind == "xlsx" else max(1, -(-found.rows_accepted // PDF_ROWS)) + 1)


def _asked(request: DeskRequest, found: Roster, wanted: dict[str, Any], part: int) -> FileRequest:
    return ask_file(
        kind=f"roster_{wanted['kind']}",
        parameters={"roster": str(found.pk), "part": part},
        organization_id=found.organization_id,
        organization_path=found.organization_path,
        by=request.actor,
        reason=wanted["reason"],
    )
