"""Versions of Annex 1 and who below has sent theirs: drafted, signed, sent up, sent back, accepted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.base.actor import Actor
from nuanliu.returns import actions
from nuanliu.returns.models import Return
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries import (
    ReportState,
    annex1_by_child_kept,
    annex1_form,
    annex1_paper,
    difference,
    frozen_cells,
    frozen_values,
    reports_of_children,
    sheet_of,
    state_counts,
    versions_of,
)
from nuanliu.returns.states import TRANSITIONS, ReturnState
from nuanliu.web.acts import Act, act
from nuanliu.web.downloads import attachment
from nuanliu.web.forms import OnForm, ReasonForm
from nuanliu.web.forms_returns import SentForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.queries import campaigns_known, record_or_404
from nuanliu.web.tables.returns import RETURNS
from nuanliu.web.views.annexes import life_of, place_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CAMPAIGNS = 12


@page(POLICY, "view")
def returns(request: DeskRequest) -> HttpResponse:
    """All versions of official tables in scope, and the living table of each campaign."""
    campaigns = campaigns_known(request.actor, CAMPAIGNS)
    return show(request, RETURNS, template="web/returns.html", campaigns=campaigns)


@page(POLICY, "view")
def by_child(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """The same table for each child, and whether it has sent its own, late, back, or not begun; as of a day."""
    place = place_of(request, campaign, organization)
    rolled = annex1_by_child_kept(place.organization, place.campaign, place.as_of)
    unions = [table.organization for table in rolled.children]
    reports = reports_of_children(unions, place.campaign, place.as_of)
    wanted = request.GET.get("state", "")
    rows = [
        {"organization": table.organization, "values": table.values, "report": reports[table.organization.pk]}
        for table in rolled.children
    ]
    context = {
        "campaign": place.campaign,
        "organization": place.organization,
        "as_of": place.as_of,
        "place": place,
        "rows": [row for row in rows if _wanted(row["report"], wanted)],
        "all_rows": len(rows),
        "rolled": rolled,
        "counts": state_counts(reports),
        "report_states": ReportState.choices,
        "state": wanted,
    }
    return render(request, "web/annex_children.html", context)


def _wanted(report: Any, state: str) -> bool:
    return not state or report.state == state or (state == "late" and report.days_late > 0)


@page(POLICY, "view")
def version(request: DeskRequest, key: UUID) -> HttpResponse:
    """One version as it was frozen: the form, its steps, what can be done, what changed since the one before."""
    found = _version(key)
    cells = frozen_cells(found)
    values = {code: one.value for code, one in cells.items()}
    versions = versions_of(found.organization, found.campaign)
    earlier = next((one for one in versions if one.version < found.version), None)
    sheet = sheet_of(cells)
    return render(
        request,
        "web/return.html",
        {
            "return": found,
            "sheet": sheet,
            "own": {},
            "place": None,
            "versions": versions,
            "earlier": earlier,
            "changes": _changes(difference(frozen_values(earlier), values)) if earlier else [],
            "steps": life_of(found),
            "acts": _acts(request.actor, found, bool(sheet.broken), versions[0].version),
            "history_kind": "returns.return",
            "history_key": found.pk,
        },
    )


def _acts(by: Actor, found: Return, is_broken: bool, newest: int) -> list[Act]:
    """What can be done with a version now; the superior judges it, the union itself does the rest."""
    following, is_draft = TRANSITIONS[ReturnState(found.state)], found.state == ReturnState.DRAFT
    is_sent = ReturnState.ACCEPTED in following
    above = by.organization_path != found.organization_path
    judge = [
        (is_sent, _("Only a version that was sent up is judged.")),
        (above, _("The union above judges it.")),
    ]
    address = {
        name: reverse(f"return-{name}", args=[found.pk]) for name in ("sign", "submit", "accept", "back")
    }
    living = reverse("annex", args=[found.campaign_id, found.organization_id])
    return [
        act(
            by, POLICY, "sign", found, label=_("Sign the table"), address=address["sign"], is_main=is_draft,
            form=OnForm(initial={"on": found.as_of}),
            needs=[
                (ReturnState.SIGNED in following, _("It is signed already.")),
                (found.version == newest, _("There is a newer version: sign that one.")),
                (not is_broken, _("Totals do not add up: draft a new version once they do.")),
                (found.drafted_by_id != by.user_id, _("Another person than who drafted it signs.")),
            ],
        ),
        act(
            by, POLICY, "submit", found, label=_("Send up"), address=address["submit"],
            is_main=found.state == ReturnState.SIGNED, form=SentForm(initial={"on": found.signed_on}),
            needs=[(ReturnState.SUBMITTED in following, _not_signed(is_draft))],
        ),
        act(
            by, POLICY, "judge", found, label=_("Accept the table"), address=address["accept"], is_main=is_sent,
            key="accept", needs=judge,
        ),
        act(
            by, POLICY, "judge", found, label=_("Send back"), address=address["back"], form=ReasonForm(),
            help=_("A new version answers it."), key="back", needs=judge,
        ),
        act(
            by, POLICY, "draft", found, label=_("Draft a new version"), is_link=True,
            address=f"{living}?as_of={found.as_of}#act-draft",
            help=_("From the living table, where figures are put right."),
        ),
    ]  # fmt: skip


def _not_signed(is_draft: bool) -> str:
    return _("It is signed first.") if is_draft else _("It has gone up already.")


def _version(key: UUID) -> Return:
    return record_or_404(Return, key, "organization", "campaign", "drafted_by", "signed_by", "judged_by")


def _changes(changed: dict[str, int]) -> list[dict[str, Any]]:
    """What changed, in the order of the form and in the row's unit."""
    return [{"row": row, "change": changed[row.code]} for row in annex1_form().rows if row.code in changed]


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
    found, sent = _version(key), SentForm(request.POST)
    if sent.is_valid():
        actions.submit_return(found, on=sent.cleaned_data["on"], by=request.actor)
        messages.success(request, _("The table is sent up."))
    else:
        messages.error(request, _("Give the day on which it goes up."))
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
    """A version as the official form, from its frozen cells: XLSX or PDF; who took it is noted."""
    found = actions.take_paper(_version(key), kind, by=request.actor)
    name = f"附件1-{found.organization.short_name}-第{found.version}版.{kind}"
    return attachment(annex1_paper(found, kind), name, "application/pdf" if kind == "pdf" else XLSX)
