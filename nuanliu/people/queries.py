"""Whom the record knows, within the scope."""

from datetime import date

from django.db.models import Prefetch, QuerySet

from nuanliu.base.crypto import blind
from nuanliu.base.scope import Scope
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.identity import check_identity
from nuanliu.people.models import Household, HouseholdMember, Person


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
