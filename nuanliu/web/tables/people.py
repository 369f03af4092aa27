"""People on record: whom unions in scope have filed or given to, masked, with what each was given."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.queries import AidSum, aid_sums
from nuanliu.base.actor import Actor
from nuanliu.base.scope import current_scope
from nuanliu.kernel.text import mask_name
from nuanliu.organizations.models import Organization
from nuanliu.people.models import Person
from nuanliu.people.permissions import POLICY
from nuanliu.people.queries import (
    begins_with,
    connections_of,
    households_around,
    never_helped_since,
    not_named_since,
    people_of,
    shared,
)
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Flag
from nuanliu.web.listings.listing import Column, Kind, Listing

GENDERS = {"M": _("man"), "F": _("woman")}
YEAR = timedelta(days=365)


def _rows(by: Actor) -> QuerySet[Person]:
    return people_of(by.organization_path)


def _path() -> str:
    return current_scope().path_low


def _idle(people: QuerySet[Person]) -> QuerySet[Person]:
    return never_helped_since(people, _path(), date(timezone.localdate().year, 1, 1))


def _shared(people: QuerySet[Person]) -> QuerySet[Person]:
    return shared(people, _path())


def _stale(people: QuerySet[Person]) -> QuerySet[Person]:
    return not_named_since(people, _path(), timezone.localdate() - YEAR)


def _deceased(people: QuerySet[Person]) -> QuerySet[Person]:
    return people.filter(deceased_on__isnull=False)


def with_aid(people: list[Person]) -> list[Person]:
    """A page of people with their unions, households and what they were given: three queries, however many."""
    keys = [person.pk for person in people]
    sums, unions = aid_sums(keys), _unions_of(keys)
    homes = {one.person_id: one.household.name for one in households_around(keys)}
    for person in people:
        person.aid = sums.get(person.pk, AidSum())  # type: ignore[attr-defined]
        person.unions = "、".join(unions[person.pk])  # type: ignore[attr-defined]
        person.home = homes.get(person.pk, "")  # type: ignore[attr-defined]
    return people


def _unions_of(keys: list[UUID]) -> dict[UUID, list[str]]:
    """Short names of the unions in scope that know each of some people."""
    name = Organization.objects.filter(path=OuterRef("organization_path")).values("short_name")[:1]
    found: dict[UUID, list[str]] = defaultdict(list)
    for one in connections_of(keys).annotate(union=Subquery(name)):
        found[one.person_id].append(one.union or "")
    return found


def gender_of(person: Person) -> str:
    """In words."""
    return str(GENDERS.get(person.gender, ""))


PEOPLE: Listing[Person] = Listing(
    name="people",
    title=_("People on record"),
    policy=POLICY,
    act="list",
    rows=_rows,
    prepared=with_aid,
    address=lambda row: reverse("person", args=[row.pk]),
    columns=(
        Column("name", _("Name"), lambda row: mask_name(row.name)),
        Column("gender", _("Gender"), gender_of),
        Column("birth_year", _("Born"), lambda row: str(row.birth_year or "")),
        Column("unions", _("Unions"), "unions"),
        Column("count", _("Times helped"), "aid.count", Kind.NUMBER),
        Column("amount", _("Yuan"), "aid.amount_fen", Kind.YUAN),
        Column("last_on", _("Helped last"), "aid.last_on", Kind.DAY),
        Column("home", _("Household"), "home"),
        Column("deceased_on", _("Died on"), "deceased_on", Kind.DAY, shown=False),
        Column("recorded_at", _("On record since"), "recorded_at", Kind.MOMENT, shown=False),
    ),
    filters=(
        Flag("idle", _("Not helped this year"), _idle),
        Flag("shared", _("Helped by more than one union"), _shared),
        Flag("stale", _("On no list for a year"), _stale),
        Flag("deceased", _("Deceased"), _deceased),
    ),
    search=begins_with,
    search_label=_("Name or pinyin initials begin with"),
    search_is_personal=True,
    empty=_("Nobody is on record yet. People come of accepted rows of a list."),
)
