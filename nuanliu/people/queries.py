"""Whom the record knows, within the scope."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from nuanliu.base.crypto import blind
from nuanliu.base.scope import Scope
from nuanliu.base.stated import StatedPath
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.identity import check_identity, lift
from nuanliu.kernel.phones import check_phone, normalize_phone
from nuanliu.kernel.text import normalize_code, normalize_name
from nuanliu.people.models import BankAccount, Connection, Household, HouseholdMember, Person

LEAST_CHARACTERS = 2
IDENTITY_LENGTH, TAIL_LENGTH = 18, 4
# Comes after every character that a name has.
LAST_CHARACTER = "\U0010ffff"


def person_of(identity_number: str, on: date) -> Person:
    """The person whom a number names, where a union in scope has filed or given to the person.

    Refused: `identity.format`, `identity.checksum` and the other codes of a wrong number, `person.unknown`.
    """
    checked = check_identity(identity_number, on)
    refuse_if(checked.code, checked.code or "", f"身份证号不对：{checked.reason}")
    person = Person.objects.filter(identity_digest=blind(checked.number, "identity")).first()
    if person is None:
        raise Refused(
            "person.unknown", "本单位及下级的名册中没有此人，请核对身份证号，或先报送名册并接收该行。"
        )
    return person


def households_of(organization_path: str) -> QuerySet[Household]:
    """The households that a union and all below it recorded, each with its members of today in order of relation."""
    scope = Scope.for_path(organization_path)
    members = (
        HouseholdMember.objects.filter(valid_to=None).select_related("person").order_by("relation", "id")
    )
    return Household.objects.filter(
        organization_path__gte=scope.path_low, organization_path__lt=scope.path_high
    ).prefetch_related(Prefetch("members", queryset=members, to_attr="present"))


def people_of(organization_path: str) -> QuerySet[Person]:
    """Whom the unions of a path have filed or given to."""
    return Person.objects.filter(pk__in=_known(organization_path))


def _known(organization_path: str, narrowed: Q | None = None) -> Any:
    """Keys of whom these unions know; the range of paths stands in the statement, so that the planner can count."""
    scope = Scope.for_path(organization_path)
    within = Connection.objects.filter(
        narrowed or Q(),
        organization_path__gte=StatedPath(scope.path_low),
        organization_path__lt=StatedPath(scope.path_high),
    )
    return within.values("person_id")


def never_helped_since(people: QuerySet[Person], organization_path: str, day: date) -> QuerySet[Person]:
    """Those whom no union of the path has given anything since a day. One query here, one with the rows."""
    return _quiet_since(people, organization_path, "last_aid_on", day)


def shared(people: QuerySet[Person], organization_path: str) -> QuerySet[Person]:
    """Those to whom another union has given too, here or elsewhere."""
    return people.filter(pk__in=_known(organization_path, Q(is_shared=True)))


def not_named_since(people: QuerySet[Person], organization_path: str, day: date) -> QuerySet[Person]:
    """Those whom no list of these unions has named since a day. One query here, one with the rows."""
    return _quiet_since(people, organization_path, "named_on", day)


# Up to so many are named by their keys. Of more, one is found among every few hundred of a million, so that asking
# person after person soon fills a page. Left to itself the planner fetches them all, and sorts them for fifty.
FEW_QUIET = 3_000
_NAMED = "people_person.id = ANY(%s::uuid[])"
_QUIET = """EXISTS (
    SELECT FROM people_connection c
    WHERE c.person_id = people_person.id AND c.organization_path >= %s AND c.organization_path < %s
      AND (c.{field} IS NULL OR c.{field} < %s) OFFSET 0)"""


def _quiet_since(people: QuerySet[Person], organization_path: str, field: str, day: date) -> QuerySet[Person]:
    quiet = _known(organization_path, Q(**{field: None}) | Q(**{f"{field}__lt": day}))
    busy = _known(organization_path, Q(**{f"{field}__gte": day, "person_id": OuterRef("pk")}))
    found = list(quiet.values_list("person_id", flat=True)[: FEW_QUIET + 1])
    if len(found) <= FEW_QUIET:
        wanted = RawSQL(_NAMED, (found,), BooleanField())  # noqa: S611  keys are parameters
    else:
        scope = Scope.for_path(organization_path)
        asked = (scope.path_low, scope.path_high, day)
        wanted = RawSQL(_QUIET.format(field=field), asked, BooleanField())  # noqa: S611  names of ours
    return people.filter(wanted, ~Exists(busy))


def begins_with(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those whose name, or initials in pinyin, begin with a text: ranges, which an index serves under policies."""
    name = normalize_name(text)
    if name.isascii():
        low = name.lower()
        return people.filter(initials__gte=low, initials__lt=low + LAST_CHARACTER)
    return people.filter(name__gte=name, name__lt=name + LAST_CHARACTER)


def connections_of(people: Iterable[UUID]) -> QuerySet[Connection]:
    """Which unions in scope know some people."""
    return Connection.objects.filter(person_id__in=list(people)).order_by("person_id", "organization_path")


def households_around(people: Iterable[UUID]) -> QuerySet[HouseholdMember]:
    """The memberships of today of some people, with their households."""
    return HouseholdMember.objects.filter(person_id__in=list(people), valid_to=None).select_related(
        "household"
    )


def housemates_of(person: Person) -> QuerySet[HouseholdMember]:
    """Everybody of the household that a person belongs to today, the head first."""
    own = HouseholdMember.objects.filter(person=person, valid_to=None).values("household")
    present = HouseholdMember.objects.filter(household__in=own, valid_to=None)
    return present.select_related("household", "person").order_by("relation", "id")


def accounts_of(person: Person) -> QuerySet[BankAccount]:
    """The accounts of a person, the active one first, then the latest."""
    return BankAccount.objects.filter(person=person).order_by("-active", "-recorded_at")


def people_called(text: str, limit: int) -> list[Person]:
    """The first people in scope whose name begins so, or, for Latin letters, the initials of it, in that order.

    At least two characters, else nobody: one character is thousands of people. Both are ranges of an index, since the
    database compares by code point; row-level security then probes the connection of each candidate.
    """
    wanted = normalize_name(text)
    if len(wanted) < LEAST_CHARACTERS:
        return []
    field = "initials" if wanted.isascii() else "name"
    low = wanted.lower() if wanted.isascii() else wanted
    found = Person.objects.filter(**{f"{field}__gte": low, f"{field}__lt": low + LAST_CHARACTER})
    return list(found.order_by(field, "id")[:limit])


def people_numbered(number: str, limit: int) -> list[Person]:
    """The people in scope of an identity number, a phone number, or the last four characters of an identity number.

    Found by blind index: the number itself stands in no column. For `people.actions.look_up`, which leaves a trace.
    """
    condition = _numbered(normalize_code(number))
    return list(Person.objects.filter(condition).order_by("name", "id")[:limit]) if condition else []


def _numbered(code: str) -> Q | None:
    lifted = lift(code)
    if len(lifted) == IDENTITY_LENGTH:
        return Q(identity_digest=blind(lifted, "identity"))
    if len(code) == TAIL_LENGTH:
        return Q(identity_tail_digest=blind(code, "identity_tail"))
    return Q(phone_digest=blind(normalize_phone(code), "phone")) if check_phone(code) is None else None
