"""Under which rule, in which window, for whom and how much: programmes, campaigns, categories, standards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.organizations.models import Organization
from nuanliu.programmes.states import Per, StandardState, Trigger


class RuleDocument(Keyed, Recorded):
    """The register of rules: legal basis, document number, in force from and to, what it replaced (R-002, R-063, R-064)."""

    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=80)
    issued_on = models.DateField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")


class Purpose(models.Model):
    """What warmth money may be used for; what is not listed, or listed as not allowed, is refused (R-051)."""

    code = models.CharField(primary_key=True, max_length=40)
    label = models.CharField(max_length=100)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)


class Category(models.Model):
    """The statistics categories C1…C11 of Annex 1, mutually exclusive per award."""

    code = models.CharField(primary_key=True, max_length=4)
    ordinal = models.PositiveSmallIntegerField(unique=True)
    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=200)
    short_label = models.CharField(max_length=40)
    article = models.CharField(max_length=100)


class CategoryWording(models.Model):
    """Another wording by which lists name a category, kept normalised."""

    wording = models.CharField(primary_key=True, max_length=200)
    category = models.ForeignKey(Category, models.PROTECT, related_name="wordings")


class Tag(models.Model):
    """Key groups, any number per award, beside the one category (R-070); J1–J4 of Annex 1 count two of them."""

    code = models.CharField(primary_key=True, max_length=40)
    label = models.CharField(max_length=80)
    wordings = ArrayField(models.CharField(max_length=60), default=list)


class Programme(Keyed, Recorded):
    """A measure that runs all year; campaigns are windows of it (R-001, R-069)."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    name = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField()
    trigger = models.CharField(max_length=12, choices=Trigger.choices, default=Trigger.KEY_DATE)
    basis = models.ForeignKey(RuleDocument, models.PROTECT, null=True)


class Campaign(Keyed, Recorded):
    """A window of a programme with its notice (R-068, R-102). Awards of one campaign are unique per person and category."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="campaigns")
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    name = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    service_month_starts_on = models.DateField(null=True)
    service_month_ends_on = models.DateField(null=True)
    notice_number = models.CharField(max_length=60, blank=True)
    notice_title = models.CharField(max_length=200, blank=True)
    notice_printed_on = models.DateField(null=True)
    basis = models.ForeignKey(RuleDocument, models.PROTECT, null=True)
    reports_due_on = models.DateField(null=True)
    entry_lag_days = models.PositiveSmallIntegerField(default=15, help_text="later entries are flagged (R-105)")
    in_audit_scope = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Standard(Keyed, Recorded, Dated):
    """How much a union gives to whom, adopted by a democratic procedure (R-025), filed above where the law asks (R-062)."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    document = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=StandardState.choices, default=StandardState.DRAFT)
    procedure = models.CharField(max_length=120, blank=True)
    adopted_on = models.DateField(null=True)
    minutes = models.CharField(max_length=200, blank=True)
    minutes_file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True)
    filed_with = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    filed_on = models.DateField(null=True)
    basis = models.ForeignKey(RuleDocument, models.PROTECT, null=True)
    content_digest = models.BinaryField(max_length=32, null=True)

    def __str__(self) -> str:
        return self.document


class StandardLine(Keyed):
    """The sum for one category. `convertible` lets cash replace goods, up to the sum."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="lines")
    organization_path = OrganizationPathField()
    category = models.ForeignKey(Category, models.PROTECT)
    cash_fen = models.BigIntegerField(default=0)
    goods_fen = models.BigIntegerField(default=0)
    convertible = models.BooleanField(default=False)
    per = models.CharField(max_length=12, choices=Per.choices, default=Per.PERSON)


class ProhibitedGoods(Keyed, Recorded, Dated):
    """A word that names goods which no warmth money may buy (R-049), and words that excuse it (香烟 but not 烟台苹果)."""

    word = models.CharField(max_length=40)
    exceptions = ArrayField(models.CharField(max_length=40), default=list)
    source = models.CharField(max_length=200)
