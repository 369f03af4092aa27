"""One person: household, accounts, everything received from any union; one value in full, for a reason."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.queries import received_by, received_elsewhere, repeated
from nuanliu.awards.states import AwardForm
from nuanliu.organizations.models import Organization
from nuanliu.people.actions import reveal as reveal_value
from nuanliu.people.models import Connection, Person
from nuanliu.people.permissions import POLICY
from nuanliu.people.queries import accounts_of, housemates_of
from nuanliu.people.rules import Field
from nuanliu.people.states import Relation
from nuanliu.web.acts import Act, act
from nuanliu.web.forms_people import LastDayForm, RevealForm, revealed_as
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.tables.people import gender_of
from nuanliu.web.views.people import record_death

KIND = "people.person"


def _person(request: DeskRequest, key: UUID) -> Person:
    """The person with the short names of the unions in scope that know one, in one query."""
    known = Connection.objects.filter(person_id=OuterRef("pk")).order_by()
    name = Organization.objects.filter(path=OuterRef("organization_path")).values("short_name")[:1]
    union = JSONObject(name=Subquery(name), named_on="named_on")
    unions = known.values("person_id").annotate(all=ArrayAgg(union)).values("all")
    return get_object_or_404(Person.objects.annotate(unions=Subquery(unions)), pk=key)


@page(POLICY, "see")
def person(request: DeskRequest, key: UUID) -> HttpResponse:
    """A person as others may see one, and what one has received, the latest year first."""
    return _shown(request, _person(request, key))


@page(POLICY, "reveal", WRITING, again=True)
def reveal(request: DeskRequest, key: UUID) -> HttpResponse:
    """One value in full, on this answer alone; the audit keeps who saw what and why."""
    found = _person(request, key)
    accounts = list(accounts_of(found))
    form = RevealForm(request.POST, choices=_choices(request, found, accounts))
    if not form.is_valid():
        return _shown(request, found, form=form, accounts=accounts)
    field, _colon, account_key = form.cleaned_data["what"].partition(":")
    account = next((one for one in accounts if str(one.pk) == account_key), None)
    value = reveal_value(
        found,
        field,
        ground=form.cleaned_data["ground"],
        reason=form.cleaned_data["reason"],
        account=account,
        by=request.actor,
    )
    told = {"label": Field(field).label, "value": value, "account": account}
    answer = _shown(request, found, revealed=told, accounts=accounts)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(POLICY, "record_death", WRITING)
def death(request: DeskRequest, key: UUID) -> HttpResponse:
    """Record the person's death with its evidence."""
    found, form = _person(request, key), LastDayForm(request.POST, request.FILES, prefix="death")
    if not form.is_valid():
        return _shown(request, found, death_form=form)
    record_death(request, found, form.cleaned_data)
    return redirect("person", key)


def _choices(request: DeskRequest, found: Person, accounts: list[Any]) -> list[tuple[str, Any]]:
    """What this reader may ask to see of this person."""
    may = {field: POLICY.may(request.actor, f"reveal_{field}") for field in Field.values}
    fields = [(Field.IDENTITY, True), (Field.PHONE, found.phone_sealed is not None)]
    plain = [(str(field), field.label) for field, there in fields if may[field] and there]
    if not may[Field.ACCOUNT]:
        return plain
    return plain + [(revealed_as(one), f"{Field.ACCOUNT.label} ****{one.number_tail}") for one in accounts]


def _shown(request: DeskRequest, found: Person, **told: Any) -> HttpResponse:
    accounts = told.pop("accounts", None) or list(accounts_of(found))
    awards, elsewhere = list(received_by(found.pk)), received_elsewhere(found.pk)
    choices = _choices(request, found, accounts)
    form = told.pop("form", None)
    bound = form is not None or "death_form" in told
    context = {
        "person": found,
        "gender": gender_of(found),
        "accounts": accounts,
        "housemates": list(housemates_of(found)),
        "relations": dict(Relation.choices),
        "years": _years(awards, elsewhere),
        "repeated": repeated(awards, elsewhere),
        "elsewhere": elsewhere,
        "acts": _acts(request, found, choices, form, told.pop("death_form", None)),
        "history_kind": KIND,
        "history_key": found.pk,
        **told,
    }
    return render(request, "web/person.html", context, status=422 if bound else 200)


def _acts(
    request: DeskRequest, found: Person, choices: list[Any], form: Any, death_form: LastDayForm | None
) -> list[Act]:
    by = request.actor
    revealing = act(
        by,
        POLICY,
        "reveal",
        None,
        label=_("Show one value in full"),
        address=reverse("person-reveal", args=[found.pk]),
        needs=((bool(choices), _("Nothing is on record that your role may see.")),),
        form=form or RevealForm(choices=choices),
        help=_("You see it once. Your name, the reason and the day are kept; the auditor reads them."),
    )
    dying = act(
        by,
        POLICY,
        "record_death",
        None,
        label=_("Record a death"),
        address=reverse("person-death", args=[found.pk]),
        needs=((found.deceased_on is None, _("The death is on record.")),),
        form=death_form or LastDayForm(prefix="death"),
    )
    return [revealing, dying]


def _years(awards: list[Any], elsewhere: list[Any]) -> list[dict[str, Any]]:
    """Year by year what was received, with its sum within the scope."""
    by_year: dict[int, dict[str, Any]] = {}
    for year, group in groupby(awards, key=lambda award: (award.delivered_on or award.business_date).year):
        rows = by_year.setdefault(year, _year(year))
        rows["awards"] += list(group)
    for one in elsewhere:
        by_year.setdefault(one.year, _year(one.year))["elsewhere"].append(
            {"received": one, "form": AwardForm(one.form).label}
        )
    for rows in by_year.values():
        given = [award for award in rows["awards"] if award.delivered_on]
        rows["count"] = len(given) + len(rows["elsewhere"])
        rows["amount_fen"] = sum(award.cash_fen + award.goods_fen for award in given)
    return [by_year[year] for year in sorted(by_year, reverse=True)]


def _year(year: int) -> dict[str, Any]:
    return {"year": year, "awards": [], "elsewhere": []}
