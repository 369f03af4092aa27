"""What the log tells: the history of a subject, and proofs that a third party can check with the public key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Model, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from nuanliu.audit.content import named
from nuanliu.audit.models import AuditEntry
from nuanliu.audit.proving import Inclusion, Proof, consistency, grew, head_over, inclusion_of, proof_of
from nuanliu.audit.verification import Broken, Verification, verify
from nuanliu.base.scope import Scope

__all__ = [
    "Broken",
    "BusyDay",
    "Inclusion",
    "Proof",
    "Verification",
    "Wanted",
    "busy_days",
    "consistency",
    "counts_of",
    "entries_of",
    "grew",
    "head_over",
    "history_of",
    "inclusion_of",
    "proof_of",
    "verify",
]


def history_of(subject: Model | tuple[str, object]) -> QuerySet[AuditEntry]:
    """What was done to a subject, oldest first, as far as the scope sees it."""
    kind, key = named(subject)
    return AuditEntry.objects.filter(subject_kind=kind, subject_id=key).order_by("id")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; what is empty does not narrow. Days are whole days of the clock, inclusive."""

    actor_id: UUID | None = None
    action: str = ""
    kind: str = ""
    key: str = ""
    path: str = ""
    first_day: date | None = None
    last_day: date | None = None


# Numbers and times of entries rise together but for transactions that overlap; so far apart they never are.
SLACK = 1_000


def entries_of(wanted: Wanted) -> QuerySet[AuditEntry]:
    """The entries that are looked for, newest first, as far as the scope sees them."""
    named_by = {
        "actor_id": wanted.actor_id, "action": wanted.action,
        "subject_kind": wanted.kind, "subject_id": wanted.key,
    }  # fmt: skip
    found = AuditEntry.objects.filter(**{column: value for column, value in named_by.items() if value})
    if wanted.path:
        scope = Scope.for_path(wanted.path)
        found = found.filter(organization_path__gte=scope.path_low, organization_path__lt=scope.path_high)
    return _within_days(found, wanted.first_day, wanted.last_day).order_by("-id")


def _within_days(
    found: QuerySet[AuditEntry], first_day: date | None, last_day: date | None
) -> QuerySet[AuditEntry]:
    if first_day:
        begins = _midnight(first_day)
        found = found.filter(recorded_at__gte=begins, id__gte=_first_number(begins) - SLACK)
    if last_day:
        ends = _midnight(last_day + timedelta(days=1))
        found = found.filter(recorded_at__lt=ends, id__lte=_first_number(ends) + SLACK)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_number(moment: datetime) -> int:
    """The number of the first entry from a moment on; beyond all numbers where none has come yet."""
    later = AuditEntry.objects.filter(recorded_at__gte=moment).order_by("recorded_at")
    return later.values_list("id", flat=True).first() or 2**62


def counts_of(actions: Sequence[str], *, since: date) -> dict[str, int]:
    """How often each of some acts was done since a day, as far as the scope sees."""
    found = AuditEntry.objects.filter(action__in=actions, recorded_at__gte=_midnight(since))
    return dict(found.values_list("action").annotate(count=Count("id")).order_by())


@dataclass(frozen=True, slots=True)
class BusyDay:
    """One actor's day with more acts of a kind than is usual."""

    actor_id: UUID
    day: date
    count: int


def busy_days(action: str, *, more_than: int, since: date) -> list[BusyDay]:
    """Who did an act more often than `more_than` times on a day, the latest day first."""
    found = AuditEntry.objects.filter(
        action=action, recorded_at__gte=_midnight(since), actor_id__isnull=False
    )
    days = found.annotate(day=TruncDate("recorded_at")).values_list("actor_id", "day").order_by()
    counted = days.annotate(count=Count("id")).filter(count__gt=more_than).order_by("-day", "-count")
    return [BusyDay(*row) for row in counted]
