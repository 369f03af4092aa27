"""Human beings, once each; their households and accounts; and which unions know them."""

from django.db import models

from nuanliu.base.crypto.fields import SealedField
from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded


class Person(Keyed, Recorded):
    """One row per human being, found by the blind index of the identity number. Global: no union owns a person."""

    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=20, blank=True)
    identity_sealed = SealedField()
    identity_digest = models.BinaryField(max_length=32, unique=True)
    identity_tail_digest = models.BinaryField(
        max_length=32, help_text="blind index of the last four characters"
    )
    phone_sealed = SealedField(null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    gender = models.CharField(max_length=1, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    deceased_on = models.DateField(null=True)


class Connection(models.Model):
    """A union that has filed or given to a person; it opens the person to that union and those above it."""

    pk = models.CompositePrimaryKey("person", "organization_path")
    # Rows come through the matcher's functions alone, which write the person first: no check of each row.
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False)
    organization_path = OrganizationPathField()


class BankAccount(Keyed, Recorded):
    """A card or account of one person. One number belongs to one person; a person has one active account (R-054)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="accounts", db_index=False, db_constraint=False
    )
    holder_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=120, blank=True)
    number_sealed = SealedField()
    number_digest = models.BinaryField(max_length=32, unique=True)
    number_tail = models.CharField(max_length=4)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(active=True), name="people_one_active_account"
            ),
        ]


class Household(Keyed, Recorded):
    """People who live from one purse."""

    organization_path = OrganizationPathField()
    name = models.CharField(max_length=60, blank=True)


class HouseholdMember(Keyed, Recorded, Dated):
    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    organization_path = OrganizationPathField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField(max_length=2, default="01", help_text="GB/T 4761; 01 is the head")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(valid_to=None), name="people_one_household_at_a_time"
            ),
        ]
