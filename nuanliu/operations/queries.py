"""What is known of the installation: queue, last counting of keys, last proof of the log, what a restore would lose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from nuanliu.audit.models import AuditEntry
from nuanliu.audit.queries import history_of
from nuanliu.base.crypto import vault
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.operations.actions import KEYS, LOG

OPEN = (JobState.ASKED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue and whoever works it off; times as the database's clock has them."""

    waiting: int
    oldest_at: datetime | None
    running: int
    failed_in_a_day: int
    workers: int
    heartbeat_at: datetime | None
    now: datetime


QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),
       (SELECT min(e.at) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
        WHERE j.status = 'todo' AND e.type = 'deferred' AND coalesce(j.scheduled_at, now()) <= now()),
       count(*) FILTER (WHERE status = 'doing'),
       (SELECT count(DISTINCT e.job_id) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
        WHERE j.status = 'failed' AND e.type = 'failed' AND e.at > now() - interval '1 day'),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'),
       (SELECT max(last_heartbeat) FROM procrastinate_workers), clock_timestamp()
FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""


def queue() -> Queue:
    """The queue of the whole installation; counts alone."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUE)
        return Queue(*cursor.fetchone())


def open_work(task: Any) -> JobRun | None:
    """The run of a task that waits or is under way, as far as the scope sees it."""
    return JobRun.objects.filter(kind=task.name, state__in=OPEN).order_by("-id").first()


def last_counting() -> tuple[datetime, Mapping[str, Mapping[str, int]]] | None:
    """When sealed values were last counted, and how many of each place lay under which key."""
    found = _last(KEYS, "operations.count_sealed")
    return (found.recorded_at, found.after["counted"]) if found else None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be said of a key; `values` as last counted, None if never."""

    number: int
    algorithm: str
    made_on: date | None
    in_use: bool
    values: int | None = None


@dataclass(frozen=True, slots=True)
class RingFacts:
    """The keys of the ring, the newest first, and what lay under which when it was last counted."""

    data: list[KeyFacts]
    blind: list[KeyFacts]
    counts: Mapping[str, Mapping[str, int]]
    counted_at: datetime | None

    @property
    def older(self) -> int:
        """Values under keys that no longer seal."""
        return sum(key.values or 0 for key in self.data if not key.in_use)


def ring_of_keys() -> RingFacts:
    """The ring without its secrets. CryptoError when it cannot be read."""
    ring, counting = vault().file.ring(), last_counting()
    present = ring.newest(vault().cipher).number
    counted_at, counts = counting or (None, {})
    values = {number: _under(counts, number) if counting else None for number in ring.data_keys}
    data = [
        KeyFacts(key.number, key.algorithm, key.made_on, number == present, values[number])
        for number, key in sorted(ring.data_keys.items(), reverse=True)
    ]
    blind = [
        KeyFacts(key.number, key.algorithm, key.made_on, number == ring.blind_number)
        for number, key in sorted(ring.blind_keys.items(), reverse=True)
    ]
    return RingFacts(data, blind, counts, counted_at)


def last_proof() -> AuditEntry | None:
    """The last time that somebody had the log proved, with what was found."""
    return _last(LOG, "operations.verify_log")


@dataclass(frozen=True, slots=True)
class Lost:
    """What was done since a moment and would be gone: how many acts, and of which kinds, the most frequent first."""

    acts: int
    kinds: list[tuple[str, int]]


def lost_since(moment: datetime) -> Lost:
    """What a restore of a backup of this moment would undo, in all unions: counts alone."""
    with scoped(Scope.for_path("/")):
        since = AuditEntry.objects.filter(recorded_at__gt=moment)
        kinds = list(since.values_list("action").annotate(count=Count("id")).order_by("-count", "action"))
    return Lost(sum(count for _, count in kinds), kinds)


def _under(counts: Mapping[str, Mapping[str, int]], number: int) -> int:
    return sum(found.get(str(number), 0) for found in counts.values())


def _last(subject: tuple[str, str], action: str) -> AuditEntry | None:
    return history_of(subject).filter(action=action).order_by("-id").first()
