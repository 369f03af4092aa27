"""Standards: how much a union gives to whom; drafted or read from a file, adopted, filed above, withdrawn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.base.actor import Actor
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.organizations.models import Organization
from nuanliu.programmes import actions
from nuanliu.programmes.models import Standard
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import (
    categories,
    changes_of,
    in_force_before,
    superseded_by,
    with_force,
)
from nuanliu.programmes.states import STANDARD_TRANSITIONS, Per, StandardState
from nuanliu.web.acts import Act, Step, act, steps
from nuanliu.web.forms_rules import (
    AdoptionForm,
    EndForm,
    FilingForm,
    LineRow,
    StandardFileForm,
    StandardForm,
)
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page, signed_in
from nuanliu.web.listings.showing import show
from nuanliu.web.queries import record_or_404, standards_for, superiors_of
from nuanliu.web.tables.campaigns import STANDARDS

MINUTES = "minutes"


@signed_in()
def standards(request: DeskRequest) -> HttpResponse:
    """Standards of the union, of those above and of those below, the latest first."""
    return show(
        request,
        STANDARDS,
        template="web/standards.html",
        may_draft=POLICY.may(request.actor, "draft_standard"),
        may_adopt=POLICY.may(request.actor, "adopt_standard"),
    )


@page(POLICY, "adopt_standard", FORM)
def standard_upload(request: DeskRequest) -> HttpResponse:
    """Bring the standard of a file into force; what is wrong with the file is told in one go."""
    form = StandardFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        standard = actions.standard_from_file(
            form.cleaned_data["file"], organization=_own_union(request), by=request.actor
        )
        messages.success(request, _("The standard of the file is recorded."))
        return redirect("standard", standard.pk)
    return render(request, "web/standard_upload.html", {"form": form}, status=422 if form.is_bound else 200)


@page(POLICY, "draft_standard", FORM)
def standard_new(request: DeskRequest) -> HttpResponse:
    """Draft a standard, a row for each category."""
    form = StandardForm(request.POST or None)
    rows = [LineRow(category, request.POST) for category in categories()]
    if form.is_valid() and not any(row.error for row in rows):
        lines = {row.category.code: row.sum for row in rows if row.sum}
        drafted = actions.draft_standard(
            _own_union(request), lines=lines, **form.cleaned_data, by=request.actor
        )
        messages.success(request, _("The standard is drafted. It counts once it is adopted."))
        return redirect("standard", drafted.pk)
    context = {"form": form, "rows": rows, "pers": Per.choices}
    return render(request, "web/standard_new.html", context, status=422 if form.is_bound else 200)


def _own_union(request: DeskRequest) -> Organization:
    return record_or_404(Organization, request.actor.organization_id)


@signed_in()
def standard(request: DeskRequest, key: UUID) -> HttpResponse:
    """One standard: sums, procedure, filing, and what can be done now."""
    found = _standard(request, key)
    return _page(request, found)


def _page(request: DeskRequest, found: Standard, **bound: Any) -> HttpResponse:
    context = {
        "standard": found,
        "before": (before := in_force_before(found)),
        "changes": changes_of(found, before),
        "in_force": found.in_force,  # type: ignore[attr-defined]
        "superseded_by": superseded_by(found) if found.adopted_on else None,
        "steps": _steps(found),
        "acts": _acts(request.actor, found, bound),
        "history_kind": "programmes.standard",
        "history_key": found.pk,
        **bound,
    }
    return render(request, "web/standard.html", context, status=422 if bound else 200)


def _steps(found: Standard) -> list[Step]:
    names = [_("drafted"), _("adopted"), *([_("filed above")] if found.needs_filing else [])]
    reached = 1 + bool(found.adopted_on) + bool(found.filed_on)
    return steps(names, min(reached, len(names)), stopped=found.state == StandardState.WITHDRAWN)


def _acts(by: Actor, found: Standard, bound: dict[str, Any]) -> list[Act]:
    """What brings a standard into force and out of it; a form that was refused comes back as it was filled."""
    today, following = timezone.localdate(), STANDARD_TRANSITIONS[StandardState(found.state)]
    return [
        act(
            by,
            POLICY,
            "adopt_standard",
            found,
            label=_("Record the adoption"),
            address=reverse("standard-adopt", args=[found.pk]),
            form=bound.get("adoption_form") or AdoptionForm(initial={"adopted_on": today}),
            is_main=True,
            needs=[(StandardState.ADOPTED in following, _("Only a draft is adopted, once."))],
        ),
        act(
            by,
            POLICY,
            "file_standard",
            found,
            label=_("Record the filing"),
            address=reverse("standard-file", args=[found.pk]),
            form=bound.get("filing_form")
            or FilingForm(superiors=superiors_of(found), initial={"filed_on": today}),
            is_main=found.needs_filing,
            needs=[(StandardState.FILED in following, _("It is filed above once it is adopted."))],
        ),
        act(
            by,
            POLICY,
            "withdraw_standard",
            found,
            label=_("Withdraw the standard"),
            address=reverse("standard-withdraw", args=[found.pk]),
            form=bound.get("end_form") or EndForm(initial={"on": today}),
            danger=True,
            needs=[(StandardState.WITHDRAWN in following, _("It is withdrawn already."))],
        ),
    ]


@page(POLICY, "adopt_standard", WRITING)
def adopt(request: DeskRequest, key: UUID) -> HttpResponse:
    """Record the procedure that adopted the standard."""
    found, form = _own(request, key, "adopt_standard"), AdoptionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, adoption_form=form)
    wanted = dict(form.cleaned_data)
    file = _minutes(request, found, wanted.pop("minutes_file"))
    actions.adopt_standard(found, **wanted, minutes_file=file, by=request.actor)
    messages.success(request, _("The adoption is recorded."))
    return redirect("standard", key)


@page(POLICY, "file_standard", WRITING)
def file_above(request: DeskRequest, key: UUID) -> HttpResponse:
    """Record that the standard lies with a superior union."""
    found = _own(request, key, "file_standard")
    form = FilingForm(request.POST, superiors=superiors_of(found))
    if not form.is_valid():
        return _page(request, found, filing_form=form)
    actions.file_standard(found, **form.cleaned_data, by=request.actor)
    messages.success(request, _("The filing is recorded."))
    return redirect("standard", key)


@page(POLICY, "withdraw_standard", WRITING)
def withdraw(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a standard out of force from a day on."""
    found, form = _own(request, key, "withdraw_standard"), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, found, end_form=form)
    actions.withdraw_standard(found, **form.cleaned_data, by=request.actor)
    messages.success(request, _("The standard is withdrawn."))
    return redirect("standard", key)


def _standard(request: DeskRequest, key: UUID) -> Standard:
    return get_object_or_404(with_force(standards_for(request.actor), timezone.localdate()), pk=key)


def _own(request: DeskRequest, key: UUID, act: str) -> Standard:
    found = _standard(request, key)
    POLICY.require(request.actor, act, found)
    return found


def _minutes(request: DeskRequest, found: Standard, file: Any) -> EvidenceFile | None:
    return file and archive(
        file.read(),
        name=file.name,
        kind=MINUTES,
        media_type=file.content_type,
        organization_path=found.organization_path,
        organization_id=found.organization_id,
        by=request.actor,
    )
