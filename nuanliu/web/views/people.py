"""People on record: found by name, initials or number; who lives from one purse, and who has died."""

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
from nuanliu.web.forms_people import NumberForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import SIZE, newest_first
from nuanliu.web.queries import unions_for
from nuanliu.web.tables.people import PEOPLE, with_aid

DEATH_EVIDENCE = "death_evidence"


@page(POLICY, "list")
def people(request: DeskRequest) -> HttpResponse:
    """Whom unions in scope have filed or given to, masked."""
    return show(request, PEOPLE, template="web/people.html", number_form=NumberForm())


@page(POLICY, "look_up", WRITING)
def find(request: DeskRequest) -> HttpResponse:
    """Find by number. It is posted and answered at once: no address and no log ever holds it."""
    form = NumberForm(request.POST)
    if not form.is_valid():
        return render(request, "web/people_found.html", {"number_form": form}, status=422)
    found = actions.look_up(form.cleaned_data["number"], limit=SIZE + 1, by=request.actor)
    if len(found) == 1:
        return redirect("person", found[0].pk)
    rows = with_aid(found)
    context = {"number_form": NumberForm(), "rows": rows[:SIZE], "more": len(rows) > SIZE, "asked": True}
    return _unkept(render(request, "web/people_found.html", context))


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(POLICY, "record_death", FORM)
def household(request: DeskRequest) -> HttpResponse:
    """The households on record; a form for another one of people whom lists have named."""
    if request.method != "POST":
        return _shown(request)
    POLICY.require(request.actor, "form_household")
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
    return redirect("people-household")


@page(POLICY, "record_death", WRITING)
def death(request: DeskRequest) -> HttpResponse:
    """Record a death with its evidence; from then on nothing is given to the person."""
    form = DeathForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, death_form=form)
    wanted = form.cleaned_data
    person = person_of(wanted["identity_number"], wanted["died_on"])
    record_death(request, person, wanted)
    return redirect("person", person.pk)


def record_death(request: DeskRequest, person: Any, wanted: dict[str, Any]) -> None:
    """Archive the evidence and record the day; the digest of the paper stands with the reason."""
    by = request.actor
    evidence = _archived(request, wanted["file"], by.organization_path, by.organization_id)
    reason = f"{wanted['reason']}（{bytes(evidence.sha256).hex()[:16]}）"
    actions.record_death(person, died_on=wanted["died_on"], reason=reason, by=by)
    messages.success(request, _("The death is recorded; nothing more is given to the person."))


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
    return render(request, "web/people_households.html", context, status=422 if forms else 200)
