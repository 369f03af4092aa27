"""Putting right what was found: one cell with its reason, one heading for good, one file for goods handed out."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.awards import actions
from nuanliu.awards.models import Roster, RosterFinding
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import rows_page
from nuanliu.awards.states import AwardState
from nuanliu.evidence.actions import archive
from nuanliu.web.forms import CellForm, FileForm, OnForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.queries import business_day
from nuanliu.web.sheets import FIELDS, IGNORED, Heading, headings_of, received, row_of

SIGNED_ROSTER = "signed_roster"


@page(POLICY, "correct_row", FORM)
def row(request: DeskRequest, key: UUID, row_key: int) -> HttpResponse:
    """One row: its cells as received, what was found, and a form for one new value with its reason."""
    roster = get_object_or_404(Roster.objects.select_related("campaign"), pk=key)
    one = next(iter(received(rows_page(roster, after=row_key - 1, limit=1))), None)
    if one is None or one.key != row_key:
        raise Http404
    found = one.found.row
    sheet = roster.sheets.select_related("file").get(ordinal=found.sheet_ordinal)
    headings = headings_of(sheet, [one])
    cells = [
        (heading.field, heading.text) for heading in headings if heading.field and heading.field != IGNORED
    ]
    form = CellForm(request.POST or None, cells=cells, initial=_initial(one.found.findings, headings))
    if form.is_valid():
        wanted = form.cleaned_data
        actions.correct_row(
            found, field=wanted["field"], value=wanted["value"], reason=wanted["reason"], by=request.actor
        )
        messages.success(
            request, _("Row %(row)s was corrected and checked again.") % {"row": found.row_number}
        )
        return redirect(f"{reverse('roster', args=[key])}?after={row_key - 1}")
    shown = row_of(one, headings, in_full=True)
    context = {
        "roster": roster,
        "row": shown,
        "corrections": list(found.corrections.select_related("user").order_by("recorded_at")),
        "labels": {heading.field: heading.text for heading in headings},
        "sheet": sheet,
        "pairs": list(zip(headings, shown.cells, strict=True)),
        "form": form,
    }
    return render(request, "web/row.html", context, status=422 if form.is_bound else 200)


def _initial(findings: Iterable[RosterFinding], headings: Iterable[Heading]) -> dict[str, str | None]:
    """The cell that most wants a new value: that of the first finding."""
    by_heading = {heading.text: heading.field for heading in headings}
    fields = [by_heading.get(found.column) for found in findings if found.severity != "note"]
    return {"field": next((name for name in fields if name), None)}


@page(POLICY, "map_heading", WRITING)
def heading(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say what a heading means; remembered for this sender, used when the list is handed in anew."""
    found = get_object_or_404(Roster.objects.select_related("organization"), pk=key)
    name, meaning = request.POST.get("heading", ""), request.POST.get("field", "")
    if not name or meaning not in (*FIELDS, IGNORED):
        raise Http404
    actions.map_heading(found.organization, heading=name, field=meaning, by=request.actor)
    messages.success(
        request,
        _(
            "“%(heading)s” is remembered for this sender. Withdraw the list and hand it in again to have it read so."
        )
        % {"heading": name},
    )
    return redirect("roster", key)


@page(POLICY, "record_handout", FORM)
def handout(request: DeskRequest, key: UUID) -> HttpResponse:
    """Goods handed out against signatures: the signed list closes these awards."""
    found = get_object_or_404(Roster.objects.select_related("organization", "campaign"), pk=key)
    file_form = FileForm(request.POST or None, request.FILES or None)
    on_form = OnForm(request.POST or None, initial={"on": business_day(found.campaign)})
    if file_form.is_valid() and on_form.is_valid():
        file = file_form.cleaned_data["file"]
        signed = archive(
            file.read(),
            name=file.name,
            kind=SIGNED_ROSTER,
            media_type=file.content_type,
            organization_path=found.organization_path,
            organization_id=found.organization_id,
            by=request.actor,
        )
        actions.record_handout(found, signed_file=signed, on=on_form.cleaned_data["on"], by=request.actor)
        messages.success(request, _("The hand-out is recorded."))
        return redirect("roster", key)
    waiting = found.awards.filter(cash_fen=0, state=AwardState.APPROVED).count()
    context = {"roster": found, "file_form": file_form, "on_form": on_form, "waiting": waiting}
    return render(request, "web/handout.html", context)
