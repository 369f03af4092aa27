"""What the pages show that no single package tells: reads put together from several, a fixed number for each page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from nuanliu.access.models import Post, User
from nuanliu.access.queries import in_effect
from nuanliu.audit.models import AuditEntry
from nuanliu.audit.queries import history_of
from nuanliu.awards.models import Award, CashException, Recusal, Roster
from nuanliu.base.actor import Actor
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, path_and_above
from nuanliu.base.worded import SOME_UUID, Worded, meant_by_path, record_of, stand_in_path
from nuanliu.kernel.findings import Finding
from nuanliu.kernel.text import mask_name
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.queries import Balance, balances_of, funds_of
from nuanliu.ledger.states import PlanState
from nuanliu.organizations.models import Organization
from nuanliu.people.models import Person
from nuanliu.programmes.models import Campaign, Programme, Standard
from nuanliu.web.findings import in_words

HISTORY_ROWS = 30


def below(path: str, field: str = "organization_path") -> Q:
    """Rows of an organization and of all below it."""
    scope = Scope.for_path(path)
    return Q(**{f"{field}__gte": scope.path_low, f"{field}__lt": scope.path_high})


def campaigns_for(by: Actor) -> QuerySet[Campaign]:
    """Campaigns that concern an actor: of its own union, of those above, of those below; the latest first."""
    return _campaigns_around(by.organization_path)


def campaigns_known(by: Actor, limit: int) -> list[Campaign]:
    """The latest of them, so many."""
    path = by.organization_path
    return _latest_campaigns(len(path_and_above(path)), limit).records(meant_by_path(path))


def campaign_or_404(by: Actor, key: UUID) -> Campaign:
    """One of them."""
    path = by.organization_path
    found = _one_campaign(len(path_and_above(path))).records({SOME_UUID: key, **meant_by_path(path)})
    if not found:
        raise Http404
    return found[0]


def _campaigns_around(path: str) -> QuerySet[Campaign]:
    concerned = Q(organization_path__in=path_and_above(path)) | below(path)
    return (
        Campaign.objects.filter(concerned)
        .select_related("organization", "programme", "basis")
        .order_by("-starts_on", "-id")
    )


@cache
def _latest_campaigns(depth: int, limit: int) -> Worded[Campaign]:
    return Worded.of(_campaigns_around(stand_in_path(depth))[:limit])


@cache
def _one_campaign(depth: int) -> Worded[Campaign]:
    return Worded.of(_campaigns_around(stand_in_path(depth)).filter(pk=SOME_UUID).order_by())


def record_or_404[Record: Model](model: type[Record], key: object, *related: str) -> Record:
    """The record with a key, and those related ones with it, in the scope of the moment."""
    found = record_of(model, key, *related)
    if found is None:
        raise Http404
    return found


def programmes_for(by: Actor) -> QuerySet[Programme]:
    """Programmes of the actor's union and of those above it: what it can open a campaign of."""
    concerned = Programme.objects.filter(organization_path__in=path_and_above(by.organization_path))
    return concerned.select_related("organization", "basis").prefetch_related("campaigns").order_by("-id")


def standards_for(by: Actor) -> QuerySet[Standard]:
    """Standards that concern an actor: of its own union, of those above, of those below."""
    concerned = Q(organization_path__in=path_and_above(by.organization_path)) | below(by.organization_path)
    return Standard.objects.filter(concerned).select_related("organization", "filed_with", "basis")


def superiors_of(standard: Standard) -> QuerySet[Organization]:
    """The unions with which a standard can be filed, the nearest first."""
    above = path_and_above(standard.organization_path)[:-1]
    return Organization.objects.filter(path__in=above).order_by("-path")


def unions_for(by: Actor) -> QuerySet[Organization]:
    """The actor's union and all below it, by path."""
    return Organization.objects.filter(below(by.organization_path, "path")).order_by("path")


def colleagues(by: Actor) -> QuerySet[User]:
    """Who holds a post in the actor's own union today, by account."""
    posts = Post.objects.filter(in_effect(timezone.localdate()), organization_id=by.organization_id)
    return User.objects.filter(pk__in=posts.values("user")).order_by("username")


def recipients(exceptions: Iterable[Recusal | CashException]) -> dict[bytes, str]:
    """Names of whom exceptions concern by digest, masked; nobody where no list has named the person yet."""
    digests = [bytes(one.identity_digest) for one in exceptions]
    known = Person.objects.filter(identity_digest__in=digests).values_list("identity_digest", "name")
    return {bytes(digest): mask_name(name) for digest, name in known}


def business_day(campaign: Campaign) -> date:
    """The day a form proposes: today inside the campaign, else its last day."""
    today = timezone.localdate()
    return today if campaign.starts_on <= today <= campaign.ends_on else campaign.ends_on


@dataclass(frozen=True, slots=True)
class FundBalance:
    """A fund and where its money is."""

    fund: Fund
    balance: Balance


def funds_with_balances(organization_path: str) -> list[FundBalance]:
    """All funds of a union and below with their balances, in two queries."""
    funds = list(funds_of(organization_path))
    balances = balances_of([fund.pk for fund in funds])
    return [FundBalance(fund, balances.get(fund.pk, Balance())) for fund in funds]


@dataclass(frozen=True, slots=True)
class PlanSum:
    """A plan with the sum of its lines."""

    plan: UsePlan
    amount_fen: int


def with_sums(plans: QuerySet[UsePlan], most: int) -> list[PlanSum]:
    """The first `most` plans with their sums, in one query."""
    summed = plans.annotate(sum_fen=Coalesce(Sum("lines__amount_fen"), 0))[:most]
    return [PlanSum(plan, plan.sum_fen) for plan in summed]


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """What a plan gives to one category: persons-times and sums in fen."""

    code: str
    label: str
    awards: int
    cash_fen: int
    goods_fen: int

    @property
    def sum_fen(self) -> int:
        return self.cash_fen + self.goods_fen


def draft_plans(by: Actor, roster: Roster) -> list[UsePlan]:
    """Drafts of the actor's union for the roster's campaign: what a list can be attached to."""
    return list(
        UsePlan.objects.filter(
            below(by.organization_path), campaign_id=roster.campaign_id, state=PlanState.DRAFT
        ).order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class PayeeFault:
    """An award that cannot be paid as it stands, and why."""

    award: Award
    message: str


def payee_faults(findings: Iterable[Finding]) -> list[PayeeFault]:
    """The awards that findings name, in their order, in one query."""
    found = {int(one.subject): in_words(one.code, one.message) for one in findings}
    awards = Award.objects.select_related("person", "organization").in_bulk(found)
    return [PayeeFault(awards[key], message) for key, message in found.items() if key in awards]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One audit row for people: when, who, what, why, and the digest that proves it."""

    number: int
    recorded_at: Any
    actor: str
    title: str
    reason: str
    digest: bytes
    before: Any
    after: Any


def history(subject: Model | tuple[str, object]) -> list[HistoryEntry]:
    """The last audit rows of a subject, newest first, in two queries."""
    return named_entries(history_of(subject).order_by("-id")[:HISTORY_ROWS])


def named_entries(entries: Iterable[AuditEntry]) -> list[HistoryEntry]:
    """Audit rows with the names of who acted."""
    entries = list(entries)
    names = user_names(entry.actor_id for entry in entries)
    return [
        HistoryEntry(
            entry.pk,
            entry.recorded_at,
            names.get(entry.actor_id, ""),
            entry.action,
            entry.reason,
            bytes(entry.digest),
            entry.before,
            entry.after,
        )
        for entry in entries
    ]


def user_names(keys: Iterable[UUID | None]) -> Mapping[UUID | None, str]:
    """Display names by key."""
    return dict(User.objects.filter(pk__in={key for key in keys if key}).values_list("pk", "display_name"))


def jobs_of(by: Actor) -> QuerySet[JobRun]:
    """What the actor's union has asked for."""
    return JobRun.objects.filter(below(by.organization_path))
