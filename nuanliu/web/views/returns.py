"""Annex 1: the official form on screen, each derived cell open onto its records, each entered one with its reason."""

import tempfile
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.kernel.money import FEN_PER_WAN
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns import actions
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.exports import cell_texts
from nuanliu.returns.models import Return
from nuanliu.returns.papers import Annex1Header, annex1_pdf, annex1_xlsx, printed_lines
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries import (
    annex1,
    annex1_by_child,
    changed_since_signed,
    entered_of,
    frozen_cells,
    is_of_awards,
    receipts_of,
    records_of,
    versions_of,
)
from nuanliu.returns.rules import ENTERED_CODES, Cell, broken_formulas, difference, doubtful_cells
from nuanliu.returns.states import ReturnState
from nuanliu.web.downloads import attachment
from nuanliu.web.forms import AsOfForm, DraftForm, EnteredForm, OnForm, ReasonForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.paging import newest_first, number_or_404, page_of
from nuanliu.web.queries import below, business_day, campaigns_for, unions_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECORDS = 20


@page(POLICY, "view")
def returns(request: DeskRequest) -> HttpResponse:
    """All versions of official tables in scope, and the living table of each campaign."""
    found = Return.objects.filter(below(request.actor.organization_path)).select_related(
        "organization", "campaign", "signed_by"
    )
    campaigns = list(campaigns_for(request.actor)[:12])
    context = {"page": newest_first(found, request.GET.get("after")), "campaigns": campaigns}
    return render(request, "web/returns.html", context)


def _place(request: DeskRequest, campaign: UUID, organization: UUID) -> tuple[Campaign, Organization, date]:
    """The campaign, a union within the post's scope, and the day of an address."""
    found = get_object_or_404(campaigns_for(request.actor), pk=campaign)
    union = get_object_or_404(unions_for(request.actor), pk=organization)
    return found, union, AsOfForm(request.GET).day(business_day(found))


@page(POLICY, "view")
def annex(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """The living table of one union and all below it, as of a day."""
    found, union, as_of = _place(request, campaign, organization)
    table = annex1(union, found, as_of)
    by = request.actor
    return render(
        request,
        "web/annex.html",
        {
            "campaign": found,
            "organization": union,
            "as_of": as_of,
            **lines_of(table.cells),
            "versions": versions_of(union, found),
            "changes": _changes(changed_since_signed(table) or {}),
            "as_of_form": AsOfForm(initial={"as_of": as_of}),
            "entered_form": EnteredForm(codes=_entered_codes()),
            "draft_form": DraftForm(initial={"reporter": by.user_name}),
            "may_enter": POLICY.may(by, "enter_value", union),
            "may_draft": POLICY.may(by, "draft", union),
        },
    )


def lines_of(cells: dict[str, Cell]) -> dict[str, Any]:
    """The table's lines as printed, each with what is wrong about it, and the findings on the whole."""
    definition = form(ANNEX1)
    values = {code: cell.value for code, cell in cells.items()}
    broken = broken_formulas(definition, values)
    doubts = doubtful_cells(values)
    wrong = {found.column for found in broken}
    totals = {row.code for row in definition.totals}
    lines = [
        {"line": line, "broken": line.code in wrong, "total": line.code in totals, "opens": opens(line.code)}
        for line in printed_lines(definition, cell_texts(definition, cells))
    ]
    return {"lines": lines, "broken": broken, "doubts": doubts, "title": definition.title}


def opens(code: str) -> bool:
    """Whether a cell opens onto what it counts: awards, receipts, or values typed by hand."""
    return is_of_awards(code) or code[0] == "B" or code[0] in {entered[0] for entered in ENTERED_CODES}


def _entered_codes() -> list[tuple[str, str]]:
    rows = [row for row in form(ANNEX1).rows if row.code in ENTERED_CODES]
    return [(row.code, f"{row.code} {row.label} {row.cell}（{row.unit}）") for row in rows]


@page(POLICY, "open_records")
def cell(request: DeskRequest, campaign: UUID, organization: UUID, code: str) -> HttpResponse:
    """The records that one cell counts, page by page, names masked; beside the form or on a page of its own."""
    found, union, as_of = _place(request, campaign, organization)
    if code not in {row.code for row in form(ANNEX1).rows} or not opens(code):
        raise Http404
    context = {
        "campaign": found,
        "organization": union,
        "as_of": as_of,
        "row": form(ANNEX1).row(code),
        "address": request.path,
    }
    if is_of_awards(code):
        records = records_of(
            code, union, found, as_of, after=number_or_404(request.GET.get("after")), limit=RECORDS + 1
        )
        context["page"] = page_of(records, "award_id", RECORDS)
    elif code[0] == "B":
        context["receipts"] = receipts_of(code, union, found, as_of)
    else:
        context["entered"] = entered_of(code, union, found, as_of)
    part = bool(request.headers.get("HX-Request"))
    return render(request, "web/parts/records.html" if part else "web/annex_cell.html", context)


@page(POLICY, "view")
def by_child(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Who below has given how much: the same table for each child, and whether it has sent its own."""
    found, union, as_of = _place(request, campaign, organization)
    rolled = annex1_by_child(union, found, as_of)
    newest: dict[Any, Return] = {}
    sent = Return.objects.filter(
        campaign=found, organization__in=[table.organization for table in rolled.children]
    )
    for version in sent.order_by("version"):
        newest[version.organization_id] = version
    rows = [
        {"table": table, "values": table.values, "version": newest.get(table.organization.pk)}
        for table in rolled.children
    ]
    context = {"campaign": found, "organization": union, "as_of": as_of, "rows": rows, "rolled": rolled}
    return render(request, "web/annex_children.html", context)


@page(POLICY, "enter_value", WRITING)
def enter(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Type a value for a row that the stream does not know, with its source."""
    found, union, as_of = _place(request, campaign, organization)
    typed = EnteredForm(request.POST, codes=_entered_codes())
    back = f"{reverse('annex', args=[campaign, organization])}?as_of={as_of}"
    if not typed.is_valid() or (value := _smallest_unit(typed.cleaned_data)) is None:
        messages.error(request, _("Give a number in the row's unit, and its source."))
        return redirect(back)
    wanted = typed.cleaned_data
    actions.enter_value(
        union, found, wanted["code"], value, reason=wanted["reason"], on=as_of, by=request.actor
    )
    messages.success(request, _("Row %(code)s is entered; the paper marks it so.") % {"code": wanted["code"]})
    return redirect(back)


def _smallest_unit(wanted: dict[str, str]) -> int | None:
    """Fen or a count; None when the text is no such number."""
    scale = FEN_PER_WAN if form(ANNEX1).row(wanted["code"]).is_money else 1
    try:
        value = Decimal(wanted["value"].replace(",", "").strip()) * scale
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value == value.to_integral_value() else None


@page(POLICY, "draft", WRITING)
def draft(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Freeze the table into a new version."""
    found, union, as_of = _place(request, campaign, organization)
    header = DraftForm(request.POST)
    if not header.is_valid():
        messages.error(request, _("The form asks for the reporter and a phone."))
        return redirect("annex", campaign, organization)
    drafted = actions.draft_return(union, found, as_of=as_of, **header.cleaned_data, by=request.actor)
    messages.success(request, _("Version %(version)s is drafted.") % {"version": drafted.version})
    return redirect("return", drafted.pk)


@page(POLICY, "view")
def version(request: DeskRequest, key: UUID) -> HttpResponse:
    """One version as it was frozen: the form, who signed, what changed since the one before."""
    found = _version(key)
    cells = frozen_cells(found)
    by = request.actor
    earlier = next(
        (one for one in versions_of(found.organization, found.campaign) if one.version < found.version), None
    )
    own = by.organization_path == found.organization_path
    return render(
        request,
        "web/return.html",
        {
            "return": found,
            **lines_of(cells),
            "earlier": earlier,
            "changes": _changes(difference(_values(earlier), _values(found))) if earlier else [],
            "is_drafter": found.drafted_by_id == by.user_id,
            "may_sign": found.state == ReturnState.DRAFT and POLICY.may(by, "sign", found),
            "may_submit": found.state == ReturnState.SIGNED and POLICY.may(by, "submit", found),
            "may_judge": found.state == ReturnState.SUBMITTED and not own and POLICY.may(by, "judge", found),
            "on_form": OnForm(initial={"on": found.as_of}),
            "reason_form": ReasonForm(),
            "steps": _steps(found),
        },
    )


def _version(key: UUID) -> Return:
    return get_object_or_404(
        Return.objects.select_related("organization", "campaign", "drafted_by", "signed_by", "judged_by"),
        pk=key,
    )


def _values(found: Return) -> dict[str, int]:
    return {code: cell.value for code, cell in frozen_cells(found).items()}


def _changes(changed: dict[str, int]) -> list[dict[str, Any]]:
    """What changed, in the order of the form and in the row's unit."""
    return [{"row": row, "change": changed[row.code]} for row in form(ANNEX1).rows if row.code in changed]


def _steps(found: Return) -> list[tuple[str, str]]:
    order = [ReturnState.DRAFT, ReturnState.SIGNED, ReturnState.SUBMITTED, ReturnState.ACCEPTED]
    place = (
        order.index(ReturnState(found.state)) if found.state in order else order.index(ReturnState.SUBMITTED)
    )
    return [
        (str(state.label), "done" if number < place else "now" if number == place else "")
        for number, state in enumerate(order)
    ]


@page(POLICY, "sign", WRITING)
def sign(request: DeskRequest, key: UUID) -> HttpResponse:
    """The responsible person signs; from then on the version never changes."""
    found, signed = _version(key), OnForm(request.POST)
    if signed.is_valid():
        actions.sign_return(found, on=signed.cleaned_data["on"], by=request.actor)
        messages.success(request, _("The table is signed."))
    else:
        messages.error(request, _("Give the date of the signature."))
    return redirect("return", key)


@page(POLICY, "submit", WRITING)
def submit(request: DeskRequest, key: UUID) -> HttpResponse:
    """Send it up."""
    actions.submit_return(_version(key), by=request.actor)
    messages.success(request, _("The table is sent up."))
    return redirect("return", key)


@page(POLICY, "judge", WRITING)
def send_back(request: DeskRequest, key: UUID) -> HttpResponse:
    """Back for correction, with the reason."""
    found, told = _version(key), ReasonForm(request.POST)
    if told.is_valid():
        actions.return_return(found, reason=told.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The table is sent back."))
    else:
        messages.error(request, _("Sending a table back needs a reason."))
    return redirect("return", key)


@page(POLICY, "judge", WRITING)
def take(request: DeskRequest, key: UUID) -> HttpResponse:
    """The superior accepts it."""
    actions.accept_return(_version(key), by=request.actor)
    messages.success(request, _("The table is accepted."))
    return redirect("return", key)


@page(POLICY, "view")
def paper(request: DeskRequest, key: UUID, kind: str) -> HttpResponse:
    """A version as the official form, from its frozen cells: XLSX or PDF."""
    found = _version(key)
    header = Annex1Header(
        reporting_unit=found.organization.name,
        reporter=found.reporter,
        phone=found.reporter_phone,
        filled_on=found.filled_on,
        as_of=found.as_of,
        reference=f"第{found.version}版 {bytes(found.content_digest or b'').hex()[:16]}",
    )
    texts = cell_texts(form(ANNEX1), frozen_cells(found))
    name = f"附件1-{found.organization.short_name}-第{found.version}版.{kind}"
    if kind == "pdf":
        return attachment(annex1_pdf(header, texts), name, "application/pdf")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annex1.xlsx"
        annex1_xlsx(path, header, texts)
        return attachment(path.read_bytes(), name, XLSX)
