"""The union tree: national > municipal > district, bureau and industry > grassroots; centres, stations, the foundation."""

from django.db import models

from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded
from nuanliu.organizations.states import Kind, LegalPerson, Level


class Organization(Keyed, Recorded, Dated):
    """A body that owns rows. The foundation is a root of its own: another legal person, another ledger."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = OrganizationPathField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    short_name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=120, db_index=True, help_text="normalised, for matching lists")
    pinyin = models.CharField(max_length=240, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.UNION)
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices, default=LegalPerson.UNION)
    division_code = models.CharField(max_length=6, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)

    def __str__(self) -> str:
        return self.name
