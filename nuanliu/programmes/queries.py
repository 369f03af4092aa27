"""What is in force: rules, standards, categories, tags, purposes, prohibited goods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Coalesce

from nuanliu.base.scope import path_and_above
from nuanliu.base.worded import SOME_DAY, SOME_UUID, Worded, records
from nuanliu.kernel.errors import Refused
from nuanliu.kernel.text import normalize_label
from nuanliu.organizations.models import Organization
from nuanliu.organizations.states import Level
from nuanliu.programmes.models import (
    Campaign,
    Category,
    CategoryWording,
    ProhibitedGoods,
    Purpose,
    RuleDocument,
    Standard,
    StandardLine,
    Tag,
)
from nuanliu.programmes.rules import (
    ProhibitedWord,
    StandardSum,
    counts_on,
    judge_amount,
    prohibited,
    prohibited_column,
)
from nuanliu.programmes.states import RuleKind, StandardState

# The pure rules, for packages above: they import queries, never rules.
__all__ = ["ProhibitedWord", "StandardSum", "counts_on", "judge_amount", "prohibited", "prohibited_column"]

# Lists also write the code's number before the label: 「1、因非个人意愿……」.
BETWEEN_CODE_AND_LABEL = ("", ",", ".", ":", "-")


def standard_in_force(organization: Organization, on: date) -> Standard | None:
    """The standard of the organization, else of its nearest ancestor, that is in force on a day.

    In force is a standard within its validity, adopted by that day, filed by that day where it must be, and not
    withdrawn. Of several of one union the one adopted last: versions are kept, and the last adopted one wins while it
    is valid.
    """
    usable = Standard.objects.filter(organization_path__in=path_and_above(organization.path)).filter(
        _in_force(on)
    )
    return _nearest(usable)


def lines_in_force(organization: Organization, on: date) -> tuple[Standard | None, dict[str, StandardLine]]:
    """The standard in force on a day and its sums by category code, in one query: none is adopted without sums."""
    usable = Standard.objects.filter(organization_path__in=path_and_above(organization.path)).filter(
        _in_force(on)
    )
    found = list(
        StandardLine.objects.filter(standard__in=usable)
        .select_related("standard")
        .order_by("category__ordinal")
    )
    standard = _nearest(line.standard for line in found)
    return standard, {line.category_id: line for line in found if line.standard == standard}


def _nearest(usable: Iterable[Standard]) -> Standard | None:
    """Of those that may be used the one of the nearest union, and of its versions the one adopted last."""
    return max(usable, key=lambda one: (one.organization_path, one.adopted_on, one.id), default=None)


def is_in_force(standard: Standard, on: date) -> bool:
    """Whether this standard may be used on a day, whether or not a later one would win."""
    return bool(_one_in_force().rows({SOME_UUID: standard.pk, SOME_DAY: on}))


@cache
def _one_in_force() -> Worded[Standard]:
    return Worded.of(Standard.objects.filter(_in_force(SOME_DAY), pk=SOME_UUID).values_list("pk"))


def with_force(standards: QuerySet[Standard], on: date) -> QuerySet[Standard]:
    """Standards with `in_force`: whether each may be used on a day, as `is_in_force` says."""
    return standards.annotate(in_force=Coalesce(ExpressionWrapper(_in_force(on), BooleanField()), False))


def in_force_among(standards: Iterable[Standard], on: date) -> set[UUID]:
    """The keys of those that may be used on a day, whether or not a later one would win; one query for all."""
    keys = [standard.pk for standard in standards]
    return set(Standard.objects.filter(pk__in=keys).filter(_in_force(on)).values_list("pk", flat=True))


def superseded_by(standard: Standard) -> Standard | None:
    """The standard of the same union, adopted later, that takes over for good; None while this one stands."""
    effective = Q(state=StandardState.FILED) | Q(state=StandardState.ADOPTED, needs_filing=False)
    later = Q(adopted_on__gt=standard.adopted_on) | Q(adopted_on=standard.adopted_on, id__gt=standard.id)
    own = Standard.objects.filter(organization_id=standard.organization_id).exclude(pk=standard.pk)
    return (
        own.filter(effective, later, _outlasts(standard)).order_by("valid_from", "adopted_on", "id").first()
    )


def standards_of(organization: Organization) -> QuerySet[Standard]:
    """All versions of an organization's own standards, the newest first."""
    return Standard.objects.filter(organization=organization).order_by("-valid_from", "-adopted_on", "-id")


def lines_of(standard: Standard) -> dict[str, StandardLine]:
    """The sums of a standard by category code, in the order of Annex 1."""
    lines = records(standard.lines.order_by("category__ordinal"))
    return {line.category_id: line for line in lines}


def in_force_before(standard: Standard) -> Standard | None:
    """The version of the same union that was in force on the day before this one begins, or on its first day where
    that one was adopted earlier; None where this is the union's first."""
    own = Standard.objects.filter(organization_id=standard.organization_id).exclude(pk=standard.pk)
    earlier = own.filter(valid_from__lte=standard.valid_from, adopted_on__isnull=False)
    if standard.adopted_on:
        earlier = earlier.filter(adopted_on__lte=standard.adopted_on)
    return earlier.exclude(state=StandardState.DRAFT).order_by("-valid_from", "-adopted_on", "-id").first()


@dataclass(frozen=True, slots=True)
class LineChange:
    """The sum for a category in a standard, and in the version before it; None where a version has none."""

    category: Category
    now: StandardLine | None
    before: StandardLine | None

    @property
    def difference_fen(self) -> int:
        """How much more, in fen, cash and goods together; as if nothing were given where there is no line."""
        return _worth(self.now) - _worth(self.before)


def changes_of(standard: Standard, before: Standard | None) -> list[LineChange]:
    """Category by category what a standard gives, and what the version before it gave; in the order of Annex 1."""
    versions = [standard.pk, before.pk if before else None]
    found: dict[Category, list[StandardLine | None]] = {}
    lines = StandardLine.objects.filter(standard__in=[one for one in versions if one])
    for line in lines.select_related("category").order_by("category__ordinal"):
        found.setdefault(line.category, [None, None])[versions.index(line.standard_id)] = line
    return [LineChange(category, now, then) for category, (now, then) in found.items()]


def _worth(line: StandardLine | None) -> int:
    return line.cash_fen + line.goods_fen if line else 0


def reference_categories() -> list[Category]:
    """C1 … C11 with every wording by which lists name them."""
    return list(Category.objects.order_by("ordinal").prefetch_related("wordings"))


def categories() -> list[Category]:
    """C1 … C11 in order."""
    return records(Category.objects.order_by("ordinal"))


def category_by_label() -> dict[str, str]:
    """Every wording of a category, as `normalize_label` writes it, and its code.

    Codes, labels, other wordings, and each of them behind the code or its number. A bare number means nothing: the
    Measures count six groups, the form eleven.
    """
    codes, wordings = (worded.rows({}) for worded in _labels())
    return dict(_by_label(tuple(code for (code,) in codes), tuple(wordings)))


@cache
def _labels() -> tuple[Worded[Category], Worded[CategoryWording]]:
    return (
        Worded.of(Category.objects.order_by("ordinal").values_list("code")),
        Worded.of(CategoryWording.objects.order_by("wording").values_list("wording", "category_id")),
    )


# Normalised once while the tables of categories stay as they are.
@lru_cache(maxsize=4)
def _by_label(codes: tuple[str, ...], wordings: tuple[tuple[str, str], ...]) -> dict[str, str]:
    known = {written: code for code in codes for written in (code, f"({code})")} | dict(wordings)
    for wording, code in wordings:
        for prefix in (code, code.removeprefix("C"), f"({code})", f"({code.removeprefix('C')})"):
            known |= {normalize_label(prefix + sign + wording): code for sign in BETWEEN_CODE_AND_LABEL}
        known[normalize_label(f"{wording}({code})")] = code
    return known


def tag_by_wording() -> dict[str, str]:
    """Every wording of a key group, as `normalize_label` writes it, and the code of its tag."""
    tags = _tags().rows({})
    return dict(_tags_by_label(tuple((code, label, *wordings) for code, label, wordings in tags)))


@cache
def _tags() -> Worded[Tag]:
    return Worded.of(Tag.objects.order_by("code").values_list("code", "label", "wordings"))


@lru_cache(maxsize=4)
def _tags_by_label(tags: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    return {normalize_label(wording): code for code, *wordings in tags for wording in wordings}


def prohibited_words(on: date) -> list[ProhibitedGoods]:
    """The words in force on a day, the most telling first: 茅台 before 酒."""
    words = records(ProhibitedGoods.objects.filter(_valid(on)))
    return sorted(words, key=lambda entry: (-len(entry.word), entry.word))


def prohibited_rules(on: date) -> tuple[ProhibitedWord, ...]:
    """The same words as plain facts, for `prohibited` and `prohibited_column`."""
    return tuple(
        ProhibitedWord(entry.word, tuple(entry.exceptions), entry.source) for entry in prohibited_words(on)
    )


def allowed_purpose(code: str) -> Purpose:
    """The purpose, if warmth money may be used for it (R-051); else Refused `purpose.not_allowed`."""
    purpose = Purpose.objects.filter(code=code).first()
    if purpose is None or not purpose.allowed:
        reason = purpose.reason if purpose else "不在规定用途之列"
        raise Refused(
            "purpose.not_allowed", f"用途“{purpose or code}”不可使用送温暖资金：{reason}（实施办法第十六条）"
        )
    return purpose


def rules_in_force(on: date) -> QuerySet[RuleDocument]:
    """The rule documents in force on a day, oldest first."""
    ended = Q(effective_to__isnull=False) & Q(effective_to__lt=on)
    return (
        RuleDocument.objects.filter(effective_from__lte=on)
        .exclude(ended)
        .order_by("effective_from", "number")
    )


def keeps_registers(organization_id: UUID) -> bool:
    """Whether this union keeps the register of rules and the list of prohibited goods: the city's does, and above."""
    above = Organization.objects.filter(level__in=[Level.MUNICIPAL, Level.NATIONAL])
    return above.filter(pk=organization_id).exists()


def default_basis(on: date) -> RuleDocument | None:
    """The rule that a programme or standard rests on unless told otherwise: the city's measures, else the nation's."""
    in_force = rules_in_force(on)
    return in_force.filter(kind=RuleKind.LOCAL).last() or in_force.filter(kind=RuleKind.NATIONAL).last()


def campaigns_on(organization: Organization, day: date) -> QuerySet[Campaign]:
    """Campaigns of the organization and of those above it whose window holds the day."""
    open_to = Campaign.objects.filter(organization_path__in=path_and_above(organization.path))
    return open_to.filter(starts_on__lte=day, ends_on__gte=day).order_by("starts_on", "id")


def is_open(campaign: Campaign, on: date) -> bool:
    """Whether something new may begin in a campaign on a day: from its first day until it ends or is closed."""
    last = campaign.closed_on or campaign.ends_on
    return campaign.starts_on <= on <= last


def is_closed(campaign: Campaign, on: date) -> bool:
    """Whether a campaign was closed before a day, so that no list of that day is taken in it.

    Not the end of its window: what is of a later day is entered all the same, and counts in no cell of its annex.
    """
    return campaign.closed_on is not None and campaign.closed_on < on


def campaign_named(programme_id: UUID, name: str) -> Campaign | None:
    """The campaign of a programme by its name."""
    return Campaign.objects.filter(programme_id=programme_id, name=name).first()


def _valid(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def _in_force(on: date) -> Q:
    """The database asks the same of triggers above by `programmes_standard_usable`."""
    filed = Q(needs_filing=False) | Q(filed_on__lte=on)
    standing = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on)
    return _valid(on) & Q(adopted_on__lte=on) & filed & standing


def _outlasts(standard: Standard) -> Q:
    lasting = Q(valid_to__isnull=True)
    if standard.valid_to is None:
        return lasting
    return (lasting | Q(valid_to__gte=standard.valid_to)) & Q(valid_from__lte=standard.valid_to)
