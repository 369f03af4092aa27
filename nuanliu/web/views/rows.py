"""Putting right what was found: one cell with its reason, one heading for good, one file for goods handed out."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.awards import actions
from nuanliu.awards.models import Roster, RosterSheet
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import (
    RowWithFindings,
    cells_of,
    remembered_mappings,
    row_with_findings,
    summary_of,
)
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import ask
from nuanliu.base.worded import records
from nuanliu.evidence.actions import archive
from nuanliu.web import jobs
from nuanliu.web.acts import Act, act
from nuanliu.web.forms import FileForm, OnForm
from nuanliu.web.forms_lists import REASONS, CellForm, UndoForm, ValueForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.list_acts import open_for_rows
from nuanliu.web.queries import business_day, record_or_404
from nuanliu.web.sheets import FIELDS, GRAVITY, IGNORED, Row, before_row, drawn_rows
from nuanliu.web.views.rosters import head_of, roster_with_sheets, uuid_of

# A longer list is read again by a worker.
ROWS_AT_ONCE = 3_000
SIGNED_ROSTER = "signed_roster"


@page(POLICY, "correct_row", FORM)
def row(request: DeskRequest, key: UUID, row_key: int) -> HttpResponse:
    """One row: its cells as received, what was found, and a form for one new value with its reason."""
    roster, sheets, one = _found(key, row_key)
    shown = _drawn(one, sheets)
    cells = [(cell.heading.known, cell.heading.text) for cell in shown.cells if cell.heading.known]
    form = CellForm(request.POST or None, cells=cells, initial=_initial(shown, request.GET.get("field")))
    if form.is_valid():
        wanted = form.cleaned_data
        actions.correct_row(
            one.row, field=wanted["field"], value=wanted["value"], reason=wanted["reason"], by=request.actor
        )
        messages.success(
            request, _("Row %(row)s was corrected and checked again.") % {"row": one.row.row_number}
        )
        return redirect(f"{reverse('roster', args=[key])}?{before_row(one)}")
    found = one.row.corrections.select_related("user", "undone_by").order_by("recorded_at")
    context = {
        "roster": roster,
        "row": shown,
        "corrections": records(found),
        "labels": dict(cells),
        "sheet": sheets[one.row.sheet_ordinal],
        "acts": _acts(request.actor, roster, shown, form),
        "reasons": REASONS,
    }
    return render(request, "web/row.html", context, status=422 if form.is_bound else 200)


def _acts(by: Actor, roster: Roster, shown: Row, form: CellForm) -> list[Act]:
    """A cell is put right while the row is no award yet; what was put right can be taken back."""
    needs = [open_for_rows(roster), (shown.editable, _("The row is accepted: it stays as it is."))]
    place = [roster.pk, shown.key]
    correct = act(
        by, POLICY, "correct_row", roster, label=_("Correct and check again"), is_main=True, form=form, needs=needs,
        address=reverse("row", args=place),
        help=_("The cell as received stays; the new value stands beside it with your name and reason."),
    )  # fmt: skip
    back = [
        act(
            by, POLICY, "correct_row", roster, key=str(cell.heading.known), needs=needs,
            label=_("Take back: %(heading)s") % {"heading": cell.heading.text},
            address=reverse("row-undo", args=[*place, cell.heading.known]),
            form=UndoForm(auto_id=f"id_undo_{cell.heading.known}_%s"),
        )
        for cell in shown.cells
        if cell.corrected and cell.heading.known
    ]  # fmt: skip
    return [correct, *back]


@page(POLICY, "correct_row", FORM)
def cell(request: DeskRequest, key: UUID, row_key: int, name: str) -> HttpResponse:
    """One cell in the sheet: opened to be put right, shown again, or corrected with its reason."""
    if name not in FIELDS:
        raise Http404
    roster, sheets, one = _found(key, row_key)
    if not request.headers.get("HX-Request") and request.method != "POST":
        return redirect(f"{reverse('row', args=[key, row_key])}?field={name}")
    shown = _drawn(one, sheets)
    opened = next((cell for cell in shown.cells if cell.heading.known == name), None)
    if opened is None or not shown.editable:
        raise Http404
    form = ValueForm(request.POST or None, initial={"value": opened.raw})
    if form.is_valid():
        actions.correct_row(one.row, field=name, by=request.actor, **form.cleaned_data)
        return _after(request, roster, sheets, row_key)
    context = {"roster": roster, "row": shown, "cell": opened, "form": form, "reasons": REASONS}
    part = "row_cell" if "shown" in request.GET else "cell_form"
    return render(
        request, f"web/parts/{part}.html", {**context, "can": {"correct_row": True}, "is_open": True}
    )


@page(POLICY, "correct_row", WRITING)
def undo(request: DeskRequest, key: UUID, row_key: int, name: str) -> HttpResponse:
    """Take back what was put into a cell; the value before it stands again."""
    roster, sheets, one = _found(key, row_key)
    standing = one.corrections.get(name)
    if standing is None:
        raise Http404
    reason = request.POST.get("reason", "") or _("The correction was a mistake.")
    actions.undo_correction(one.row.corrections.get(pk=standing.pk), reason=reason, by=request.actor)
    return _after(request, roster, sheets, row_key)


def _after(
    request: DeskRequest, roster: Roster, sheets: dict[int, RosterSheet], row_key: int
) -> HttpResponse:
    """The row as it stands now, with the figures of the list; without a script, the list from that row on."""
    one = _row_or_404(roster, row_key)
    if not request.headers.get("HX-Request"):
        messages.success(
            request, _("Row %(row)s was corrected and checked again.") % {"row": one.row.row_number}
        )
        return redirect(f"{reverse('roster', args=[roster.pk])}?{before_row(one)}")
    context = {
        **head_of(request.actor, roster, summary_of(roster)),
        "row": _drawn(one, sheets),
        "fresh": True,
    }
    return render(request, "web/parts/row_after.html", context)


def _found(key: UUID, row_key: int) -> tuple[Roster, dict[int, RosterSheet], RowWithFindings]:
    roster, sheets = roster_with_sheets(key)
    return roster, sheets, _row_or_404(roster, row_key)


def _row_or_404(roster: Roster, row_key: int) -> RowWithFindings:
    one = row_with_findings(roster, row_key)
    if one is None:
        raise Http404
    return one


def _drawn(one: RowWithFindings, sheets: dict[int, RosterSheet]) -> Row:
    return drawn_rows([one], cells_of([one]), sheets, in_full=True)[0]


def _initial(shown: Row, wanted: str | None) -> dict[str, str | None]:
    """The cell that was asked for, else the one that most wants a new value: that of the gravest finding."""
    known = {cell.heading.known: cell for cell in shown.cells if cell.heading.known}
    marked = [cell for cell in known.values() if cell.severity in ("error", "warning")]
    gravest = min(marked, key=lambda cell: GRAVITY[cell.severity], default=None)
    chosen = known.get(wanted or "") or gravest
    proposal = next((mark.proposal.value for mark in chosen.marks if mark.proposal), None) if chosen else None
    return {"field": chosen.heading.known, "value": proposal or chosen.raw} if chosen else {}


@page(POLICY, "map_heading", WRITING)
def heading(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say what a heading means; remembered for this sender, and the list is read again by it."""
    found = record_or_404(Roster, key, "organization")
    name, meaning = request.POST.get("heading", ""), request.POST.get("field", "")
    if not name or meaning not in (*FIELDS, IGNORED):
        raise Http404
    actions.map_heading(found.organization, heading=name, field=meaning, by=request.actor)
    if found.state != RosterState.CHECKED or found.rows_accepted:
        messages.success(
            request, _("“%(heading)s” is remembered for this sender's next list.") % {"heading": name}
        )
    elif found.rows_read > ROWS_AT_ONCE:
        return redirect("job", ask(jobs.read_again, by=request.actor, roster=str(found.pk)).pk)
    else:
        actions.recheck_roster(found, by=request.actor)
        messages.success(
            request, _("“%(heading)s” is remembered; the list was read again.") % {"heading": name}
        )
    return redirect("roster", key)


@page(POLICY, "map_heading", FORM)
def headings(request: DeskRequest, key: UUID) -> HttpResponse:
    """What this sender's headings were said to mean; each can be forgotten."""
    found = record_or_404(Roster, key, "organization", "campaign")
    known = remembered_mappings(found.organization_path)
    if request.method == "POST":
        mapping = get_object_or_404(known, pk=uuid_of(request.POST.get("mapping")))
        actions.forget_heading(mapping, by=request.actor)
        messages.success(
            request, _("“%(heading)s” is forgotten; it is asked again.") % {"heading": mapping.heading}
        )
        return redirect("headings", key)
    return render(request, "web/headings.html", {"roster": found, "mappings": list(known), "fields": FIELDS})


@page(POLICY, "record_handout", FORM)
def handout(request: DeskRequest, key: UUID) -> HttpResponse:
    """Goods handed out against signatures: the signed list closes these awards."""
    found = record_or_404(Roster, key, "organization", "campaign")
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
