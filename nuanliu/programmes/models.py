"""Under which rule, in which window, for whom and how much: programmes, campaigns, categories, standards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded
from nuanliu.evidence.models import EvidenceFile
from nuanliu.organizations.models import Organization
from nuanliu.programmes.states import Per, RuleKind, StandardState, Trigger

IN_ORDER = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from"))


class RuleDocument(Keyed, Recorded):
    """The register of rules: document number, in force from and to, what replaced it (R-002, R-063, R-064)."""

    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=80)
    issued_on = models.DateField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")
    kind = models.CharField(max_length=12, choices=RuleKind.choices)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(effective_to__isnull=True)
                | models.Q(effective_to__gte=models.F("effective_from")),
                name="programmes_rule_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(replaced_by__isnull=True) | models.Q(effective_to__isnull=False),
                name="programmes_rule_replaced_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Purpose(models.Model):
    """What warmth money may be used for; what is not listed, or listed as not allowed, is refused (R-051)."""

    code = models.CharField(primary_key=True, max_length=40)
    label = models.CharField(max_length=100)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.label


class Category(models.Model):
    """The statistics categories C1…C11 of Annex 1, mutually exclusive per award."""

    code = models.CharField(primary_key=True, max_length=4)
    ordinal = models.PositiveSmallIntegerField(unique=True)
    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=200)
    short_label = models.CharField(max_length=40)
    article = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.code} {self.short_label}"


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
    basis = models.ForeignKey(RuleDocument, models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name", "year"], name="programmes_programme_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(Keyed, Recorded):
    """A window of a programme with its notice (R-068, R-102); in it a person gets once per category."""

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
    basis = models.ForeignKey(RuleDocument, models.PROTECT)
    reports_due_on = models.DateField(null=True)
    entry_lag_days = models.PositiveSmallIntegerField(
        default=15, help_text="later entries are flagged (R-105)"
    )
    in_audit_scope = models.BooleanField(default=True)
    closed_on = models.DateField(null=True, help_text="its last day before its end; nothing new after it")
    close_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="programmes_campaign_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="programmes_campaign_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(service_month_starts_on__isnull=True, service_month_ends_on__isnull=True)
                | models.Q(service_month_ends_on__gte=models.F("service_month_starts_on")),
                name="programmes_campaign_service_month",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(close_reason__regex=r"\S"),
                name="programmes_campaign_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Standard(Keyed, Recorded, Dated):
    """How much a union gives to whom, adopted by a democratic procedure (R-025), filed where it must be (R-062).

    Fixed from its adoption on. Of several that cover a day the one adopted last is in force; none is overwritten.
    """

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
    needs_filing = models.BooleanField(help_text="made by a grassroots union: usable only after filing above")
    withdrawn_on = models.DateField(null=True, help_text="from this day on out of force")
    basis = models.ForeignKey(RuleDocument, models.PROTECT, null=True)
    content_digest = models.BinaryField(
        max_length=32, help_text="over organization, document, validity and lines"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=IN_ORDER, name="programmes_standard_in_order"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[StandardState.ADOPTED, StandardState.FILED])
                | models.Q(adopted_on__isnull=False, procedure__regex=r"\S", minutes__regex=r"\S"),
                name="programmes_standard_adopted_properly",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=StandardState.FILED)
                | models.Q(filed_with__isnull=False, filed_on__gte=models.F("adopted_on")),
                name="programmes_standard_filed_properly",
            ),
            models.UniqueConstraint(
                fields=["organization", "content_digest", "adopted_on", "procedure", "minutes"],
                condition=models.Q(state__in=[StandardState.ADOPTED, StandardState.FILED]),
                name="programmes_standard_once",
            ),
        ]
        indexes = [models.Index(fields=["organization_path", "valid_from"])]

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "category"], name="programmes_line_once"),
            models.CheckConstraint(
                condition=models.Q(cash_fen__gte=0)
                & models.Q(goods_fen__gte=0)
                & (models.Q(cash_fen__gt=0) | models.Q(goods_fen__gt=0)),
                name="programmes_line_positive",
            ),
        ]


class ProhibitedGoods(Keyed, Recorded, Dated):
    """A word for goods that no warmth money may buy (R-049), and words that excuse it: 烟, but not 烟台."""

    word = models.CharField(max_length=40)
    exceptions = ArrayField(models.CharField(max_length=40), default=list)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=IN_ORDER, name="programmes_goods_in_order"),
            models.CheckConstraint(condition=~models.Q(word=""), name="programmes_goods_word"),
            models.UniqueConstraint(
                fields=["word"], condition=models.Q(valid_to__isnull=True), name="programmes_goods_once"
            ),
        ]

    def __str__(self) -> str:
        return self.word
