"""The union tree: national, municipal, district, bureau and industry, grassroots; centres, stations, the foundation."""

from datetime import date

from django.db import models
from django.db.models import Q

from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded
from nuanliu.organizations.states import Kind, LegalPerson, Level


class Organization(Keyed, Recorded, Dated):
    """A body that owns rows. The foundation is a root of its own: another legal person, another ledger.

    The path never changes: every row of the organization carries it.
    """

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = OrganizationPathField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    short_name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=120, unique=True, help_text="normalised, for matching lists")
    short_name_key = models.CharField(
        max_length=60, db_index=True, help_text="normalised, for matching lists"
    )
    pinyin = models.CharField(max_length=240, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.UNION)
    legal_person = models.CharField(max_length=12, choices=LegalPerson.choices, default=LegalPerson.UNION)
    division_code = models.CharField(max_length=6, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.FOUNDATION, legal_person=LegalPerson.FOUNDATION)
                | (~Q(kind=Kind.FOUNDATION) & Q(legal_person=LegalPerson.UNION)),
                name="organization_foundation_is_another_legal_person",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="organization_valid_period",
            ),
        ]

    def stands_until(self, day: date | None) -> bool:
        """Whether it is still there on a day; for None, whether no last day has been said."""
        return self.valid_to is None or (day is not None and day <= self.valid_to)

    def __str__(self) -> str:
        return self.name

    @property
    def organization_path(self) -> str:
        """The path under which an organization lies in the scope: its own."""
        return self.path


class FormerName(Keyed, Recorded, Dated):
    """A name that an organization bore until it was renamed; lists that still write it find the organization by it."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="former_names")
    organization_path = OrganizationPathField()
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, help_text="normalised, for matching lists")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    valid_to__isnull=False, valid_to__gte=models.F("valid_from"), reason__regex=r"\S"
                ),
                name="former_name_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
