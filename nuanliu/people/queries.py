"""Whom the record knows, within the scope."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from nuanliu.base.crypto import blind
from nuanliu.base.scope import Scope
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.identity import check_identity, lift
from nuanliu.kernel.phones import check_phone, normalize_phone
from nuanliu.kernel.text import normalize_code, normalize_name
from nuanliu.people.models import Household, HouseholdMember, Person

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
