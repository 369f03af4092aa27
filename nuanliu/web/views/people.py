"""What handlers record of people beside lists: who lives from one purse, and who has died."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.evidence.actions import archive
from nuanliu.people import actions
from nuanliu.people.permissions import POLICY
from nuanliu.people.queries import households_of, person_of
from nuanliu.people.states import Relation
from nuanliu.web.forms import DeathForm, HouseholdForm, MembersForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import unions_for

DEATH_EVIDENCE = "death_evidence"


@page(POLICY, "record_death")
def people(request: DeskRequest) -> HttpResponse:
    """The households on record, a form for another one, and one for a death."""
    return _shown(request)


@page(POLICY, "form_household", WRITING)
def household(request: DeskRequest) -> HttpResponse:
    """Record a household of people whom lists have named."""
    form = HouseholdForm(request.POST, unions=unions_for(request.actor))
    members = MembersForm(request.POST, prefix="members")
    if not (form.is_valid() and members.is_valid()):
        return _shown(request, household_form=form, members=members)
    wanted = form.cleaned_data
    named = [member.cleaned_data for member in members if member.cleaned_data]
    actions.form_household(
        wanted["organization"],
        name=wanted["name"],
        members=[(person_of(one["identity_number"], wanted["on"]), one["relation"]) for one in named],
        on=wanted["on"],
        by=request.actor,
    )
    messages.success(request, _("The household is recorded."))
    return redirect("people")


@page(POLICY, "record_death", WRITING)
def death(request: DeskRequest) -> HttpResponse:
    """Record a death with its evidence; from then on nothing is given to the person."""
    form = DeathForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, death_form=form)
    wanted, by = form.cleaned_data, request.actor
    person = person_of(wanted["identity_number"], wanted["died_on"])
    evidence = _archived(request, wanted["file"], by.organization_path, by.organization_id)
    reason = f"{wanted['reason']}（{bytes(evidence.sha256).hex()[:16]}）"
    actions.record_death(person, died_on=wanted["died_on"], reason=reason, by=by)
    messages.success(request, _("The death is recorded; nothing more is given to the person."))
    return redirect("people")


def _archived(request: DeskRequest, file: Any, path: str, organization_id: UUID) -> Any:
    return archive(
        file.read(),
        name=file.name,
        kind=DEATH_EVIDENCE,
        media_type=file.content_type,
        organization_path=path,
        organization_id=organization_id,
        by=request.actor,
    )


def _shown(request: DeskRequest, **forms: Any) -> HttpResponse:
    by, today = request.actor, timezone.localdate()
    context = {
        "page": newest_first(households_of(by.organization_path), request.GET.get("after")),
        "relations": dict(Relation.choices),
        "may_form": POLICY.may(by, "form_household"),
        "household_form": HouseholdForm(
            unions=unions_for(by), initial={"organization": by.organization_id, "on": today}
        ),
        "members": MembersForm(prefix="members"),
        "death_form": DeathForm(),
        **forms,
    }
    return render(request, "web/people.html", context, status=422 if forms else 200)
