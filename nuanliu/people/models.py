"""Human beings, once each; their households and accounts; and which unions know them."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models.functions import Cast, Now

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
    phone_told_on = models.DateField(null=True, help_text="the day of the list that told the phone")
    gender = models.CharField(max_length=1, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    deceased_on = models.DateField(null=True)

    class Meta:
        # As narrow as they can be, for a list brings persons by the hundred thousand: equal names share an entry.
        indexes = [
            models.Index(fields=["name"], name="people_person_named"),
            models.Index(fields=["initials"], name="people_person_initialled"),
            HashIndex(fields=["identity_tail_digest"], name="people_person_ending"),
            HashIndex(
                fields=["phone_digest"],
                condition=models.Q(phone_digest__isnull=False),
                name="people_person_telephone",
            ),
            models.Index(
                fields=["id"], condition=models.Q(deceased_on__isnull=False), name="people_person_deceased"
            ),
        ]


class Connection(models.Model):
    """A union that has filed or given to a person; it opens the person to that union and those above it.

    What it says of aid is written as awards are delivered (awards/sql/received.sql): the last day on which this
    union gave, and whether another gave to the person too.
    """

    pk = models.CompositePrimaryKey("person", "organization_path")
    # Rows come through the matcher's functions alone, which write the person first: no check of each row.
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, db_constraint=False)
    organization_path = OrganizationPathField()
    named_on = models.DateField(
        db_default=Cast(Now(), models.DateField()),
        help_text="the day on which a list of this union named the person last",
    )
    last_aid_on = models.DateField(null=True)
    is_shared = models.BooleanField(db_default=False, help_text="another union gave to the person too")

    class Meta:
        # None holds the day of the last aid, so that its update at each delivery stays on the page.
        indexes = [
            models.Index(fields=["organization_path", "person"], name="people_connection_path"),
            models.Index(
                fields=["person"], condition=models.Q(is_shared=True), name="people_connection_shared"
            ),
        ]


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
    given_by_id = models.UUIDField(
        null=True, help_text="who made it the active one; another person confirms it"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(active=True), name="people_one_active_account"
            ),
        ]


class FormerPhone(Keyed, Recorded):
    """A phone that a later list replaced, sealed as it was: who replaced it and when; written by the matcher alone."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="former_phones", db_constraint=False)
    number_sealed = SealedField(sealed_for="people_person.phone_sealed")
    told_on = models.DateField(null=True, help_text="the day of the list that had told it")
    replaced_by_id = models.UUIDField(null=True, help_text="who accepted the list that told another")


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
