"""The living Annex 1 of a union: the form as on paper, each cell open onto its records, two days compared."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.base.scope import path_and_above
from nuanliu.base.worded import SOME_UUID, Worded, meant_by_path, stand_in_path
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns import actions
from nuanliu.returns.models import Return
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries import (
    AnnexTable,
    annex1_form,
    annex1_kept,
    annex1_row,
    annex1_with_own_kept,
    difference,
    entered_of,
    frozen_values,
    is_of_awards,
    opens,
    receipts_of,
    records_of,
    sheet_of,
    typed_rows,
    versions_of,
    with_stream_mark,
)
from nuanliu.returns.states import TRANSITIONS, ReturnState
from nuanliu.web.acts import Step, act, life
from nuanliu.web.forms import AsOfForm, DraftForm
from nuanliu.web.forms_returns import DaysForm, TypedForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.paging import number_or_404, page_of
from nuanliu.web.queries import below, business_day, campaign_or_404

RECORDS = 20
VERSIONS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A campaign, a union within the post's scope, and a day: what an address of Annex 1 names."""

    campaign: Campaign
    organization: Organization
    as_of: date

    def address(self, route: str = "annex", *more: str, **asked: object) -> str:
        """The address of a page about this table."""
        path = reverse(route, args=[self.campaign.pk, self.organization.pk, *more])
        return f"{path}?{urlencode({'as_of': self.as_of, **asked})}"


def place_of(request: DeskRequest, campaign: UUID, organization: UUID) -> Place:
    """What an address names; 404 outside the post's scope."""
    found = campaign_or_404(request.actor, campaign)
    path = request.actor.organization_path
    unions = _marked_union(len(path_and_above(path))).records(
        {SOME_UUID: organization, **meant_by_path(path)}
    )
    if not unions:
        raise Http404
    return Place(found, unions[0], AsOfForm(request.GET).day(business_day(found)))


@cache
def _marked_union(depth: int) -> Worded[Organization]:
    unions = Organization.objects.filter(below(stand_in_path(depth), "path"), pk=SOME_UUID)
    return Worded.of(with_stream_mark(unions))


@page(POLICY, "view")
def annex(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """The living table of one union and all below it, as of a day; with `cell`, the records beside it."""
    return _shown(request, place_of(request, campaign, organization))


def _shown(request: DeskRequest, place: Place, typed: TypedForm | None = None) -> HttpResponse:
    by, union = request.actor, place.organization
    table, own = annex1_with_own_kept(union, place.campaign, place.as_of)
    code = typed.row if typed else request.GET.get("cell", "")
    versions = list(versions_of(union, place.campaign))
    signed = next((one for one in versions if one.state != ReturnState.DRAFT), None)
    context = {
        **_whereabouts(place),
        "sheet": sheet_of(table.cells),
        "own": own,
        "versions": versions[:VERSIONS_SHOWN],
        "newest": versions[0] if versions else None,
        "signed": signed,
        "since_signed": _since(signed, table) if signed else None,
        "steps": life_of(versions[0] if versions else None),
        "as_of_form": AsOfForm(initial={"as_of": place.as_of}),
        "acts": [
            act(
                by, POLICY, "draft", union, label=_("Draft a version to be signed"), is_main=True,
                address=place.address("annex-draft"), form=DraftForm(initial={"reporter": by.user_name}),
                help=_("The figures of this day are frozen; the responsible person signs them."),
            )
        ],
        "may_draft": POLICY.may(by, "draft", union),
        "may_open": POLICY.may(by, "open_records"),
    }  # fmt: skip
    if code and POLICY.may(by, "open_records"):
        context |= _opened(request, place, code, table.values, typed)
    return render(request, "web/annex.html", context, status=422 if typed else 200)


def _whereabouts(place: Place) -> dict[str, Any]:
    return {
        "campaign": place.campaign,
        "organization": place.organization,
        "as_of": place.as_of,
        "place": place,
    }


def _since(signed: Return, table: AnnexTable) -> dict[str, int]:
    """What has come to C and D since a signed version, and how many cells differ."""
    changed = difference(frozen_values(signed), table.values)
    return {"cells": len(changed), "persons": changed.get("C", 0), "fen": changed.get("D", 0)}


def life_of(version: Return | None) -> list[Step]:
    """The steps of a union's report: counted by the system, then the life of its newest version."""
    road = {
        ReturnState.DRAFT: _("checked and drafted"),
        ReturnState.SIGNED: _("signed"),
        ReturnState.SUBMITTED: _("sent up"),
        ReturnState.ACCEPTED: _("accepted"),
    }
    told = _told(version) if version else [("", "")] * len(road)
    lived = life(TRANSITIONS, road, version.state if version else "", left=_("returned for correction"))
    dated = [replace(step, when=when or None, who=who) for step, (when, who) in zip(lived, told, strict=True)]
    return [Step(_("counted"), "done"), *dated]


def _told(version: Return) -> list[tuple[Any, str]]:
    """When and by whom the steps of a version were taken."""
    return [
        (version.filled_on, version.drafted_by.display_name),
        (version.signed_on, version.signed_by.display_name if version.signed_by else ""),
        (version.submitted_on, ""),
        (None, version.judged_by.display_name if version.judged_by else ""),
    ]


# --- what stands behind a cell ---


@page(POLICY, "open_records")
def cell(request: DeskRequest, campaign: UUID, organization: UUID, code: str) -> HttpResponse:
    """The records that one cell counts, page by page, names masked; asked as a page, beside the form."""
    place = place_of(request, campaign, organization)
    if not request.headers.get("HX-Request"):
        _row_or_404(code)
        return redirect(f"{place.address(cell=code)}#records")
    since = DaysForm(request.GET).days(place.as_of)[0]
    totals = annex1_kept(place.organization, place.campaign, place.as_of).values
    if since:
        totals = difference(annex1_kept(place.organization, place.campaign, since).values, totals)
    context = _whereabouts(place) | _opened(request, place, code, totals, since=since)
    return render(request, "web/parts/records.html", context)


def _row_or_404(code: str) -> Any:
    if not opens(code):
        raise Http404
    return annex1_row(code)


def _opened(
    request: DeskRequest,
    place: Place,
    code: str,
    totals: dict[str, int],
    typed: TypedForm | None = None,
    since: date | None = None,
) -> dict[str, Any]:
    row = _row_or_404(code)
    route = "annex-difference" if since else "annex"
    between = {"before": since} if since else {}
    context: dict[str, Any] = {
        "row": row,
        "since": since,
        "open": code,
        "back": place.address(route, **between),
        "part": place.address("annex-cell", code, **between),
        "whole": place.address(route, cell=code, **between),
    }
    if is_of_awards(code):
        return context | _awards(request, place, code, totals, since)
    if code[0] == "B":
        receipts = receipts_of(code, place.organization, place.campaign, place.as_of, since=since)
        return context | {"receipts": receipts, "receipts_fen": sum(one["amount_fen"] for one in receipts)}
    return context | _typed(request, place, code, typed, since)


def _awards(
    request: DeskRequest, place: Place, code: str, totals: dict[str, int], since: date | None
) -> dict[str, Any]:
    after = number_or_404(request.GET.get("after"))
    found = records_of(
        code, place.organization, place.campaign, place.as_of, after=after, limit=RECORDS + 1, since=since
    )
    shown = page_of(found, "award_id", RECORDS)
    first = max(1, number_or_404(request.GET.get("first"), 1)) if after else 1
    persons, money = _pair(code)
    return {
        "page": shown,
        "page_fen": sum(record.amount_fen for record in shown.rows),
        "first": first,
        "last": first + len(shown.rows) - 1,
        "following": first + len(shown.rows),
        "persons": totals.get(persons, 0),
        "fen": totals.get(money, 0),
        "money_code": money,
    }


def _pair(code: str) -> tuple[str, str]:
    """The cells of persons-times and money that count the same records."""
    if code[0] == "J":
        return ("J1", "J2") if code in {"J1", "J2"} else ("J3", "J4")
    return f"C{code[1:]}", f"D{code[1:]}"


def _typed(
    request: DeskRequest, place: Place, code: str, typed: TypedForm | None, since: date | None
) -> dict[str, Any]:
    by, union = request.actor, place.organization
    values = entered_of(code, union, place.campaign, place.as_of)
    own = next((one for one in values if one.code == code and one.organization_id == union.pk), None)
    can_type = code in {row.code for row in typed_rows()} and POLICY.may(by, "enter_value", union)
    return {
        "entered": values[:RECORDS],
        "entered_count": len(values),
        "entered_sum": sum(one.value or 0 for one in values),
        "own_value": own,
        "typed_form": (typed or TypedForm(initial={"code": code})) if can_type and not since else None,
    }


# --- what is typed, and frozen ---


@page(POLICY, "enter_value", WRITING)
def enter(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Type a value for a row that the stream does not know, with its source."""
    place, typed = place_of(request, campaign, organization), TypedForm(request.POST)
    _row_or_404(typed.row)
    if not typed.is_valid():
        return _shown(request, place, typed)
    wanted = typed.cleaned_data
    actions.enter_value(
        place.organization,
        place.campaign,
        wanted["code"],
        wanted["value"],
        reason=wanted["reason"],
        on=place.as_of,
        by=request.actor,
    )
    messages.success(request, _("Row %(code)s is entered; the paper marks it so.") % {"code": wanted["code"]})
    return redirect(f"{place.address(cell=wanted['code'])}#cell-{wanted['code']}")


@page(POLICY, "draft", WRITING)
def draft(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Freeze the table into a new version."""
    place, header = place_of(request, campaign, organization), DraftForm(request.POST)
    if not header.is_valid():
        messages.error(request, _("The form asks for the reporter and a phone."))
        return redirect(place.address())
    drafted = actions.draft_return(
        place.organization, place.campaign, as_of=place.as_of, **header.cleaned_data, by=request.actor
    )
    messages.success(request, _("Version %(version)s is drafted.") % {"version": drafted.version})
    return redirect("return", drafted.pk)


# --- two days, or a version and today ---


@page(POLICY, "view")
def compare(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """Each cell before and after; which changed, and the records that came between."""
    place = place_of(request, campaign, organization)
    before, as_of = DaysForm(request.GET).days(place.as_of)
    place = Place(place.campaign, place.organization, as_of)
    table = annex1_kept(place.organization, place.campaign, as_of)
    signed = None if before else _signed(place)
    since = before or (signed.as_of if signed else None)
    context = {
        **_whereabouts(place),
        "title": annex1_form().title,
        "before": before,
        "since_day": since,
        "signed": signed,
        "days_form": DaysForm(initial={"before": since, "as_of": as_of}),
        "may_open": POLICY.may(request.actor, "open_records"),
    }
    if since:
        then = annex1_kept(place.organization, place.campaign, since).values
        context |= compared(table.values, then, frozen_values(signed) if signed else None)
        code = request.GET.get("cell", "")
        if code and POLICY.may(request.actor, "open_records"):
            context |= _opened(request, place, code, difference(then, table.values), since=since)
    return render(request, "web/annex_difference.html", context)


def _signed(place: Place) -> Return | None:
    versions = versions_of(place.organization, place.campaign)
    return next((one for one in versions if one.state != ReturnState.DRAFT), None)


def compared(now: dict[str, int], then: dict[str, int], frozen: dict[str, int] | None) -> dict[str, Any]:
    """The lines of a comparison and those that changed.

    Against a version, `late` is what was booked after it for days that it already counted, `came` what came since.
    """
    start = then if frozen is None else frozen
    lines = [
        {
            "row": row,
            "before": start.get(row.code, 0),
            "after": now[row.code],
            "change": now[row.code] - start.get(row.code, 0),
            "late": then[row.code] - start.get(row.code, 0),
            "came": now[row.code] - then[row.code],
            "opens": opens(row.code),
        }
        for row in annex1_form().rows
    ]
    return {"lines": lines, "changed": [line for line in lines if line["change"]]}
