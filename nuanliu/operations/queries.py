"""What is known of the installation: queue, last counting of keys, last proof of the log, what a restore would lose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from nuanliu.audit.models import AuditEntry
from nuanliu.base.crypto import vault
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.operations.actions import KEYS, LOG

COUNTED, PROVED = "operations.count_sealed", "operations.verify_log"
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


@dataclass(frozen=True, slots=True)
class Facts(Queue):
    """What the database says of itself, beside the queue; the audit log's newest entry and its last signed head."""

    server_version: str
    database_bytes: int
    newest_entry: int
    head_size: int | None
    head_entry: int | None
    head_at: datetime | None


QUEUED = """
SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),
       (SELECT min(e.at) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
        WHERE j.status = 'todo' AND e.type = 'deferred' AND coalesce(j.scheduled_at, now()) <= now()),
       count(*) FILTER (WHERE status = 'doing'),
       (SELECT count(DISTINCT e.job_id) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
        WHERE j.status = 'failed' AND e.type = 'failed' AND e.at > now() - interval '1 day'),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'),
       (SELECT max(last_heartbeat) FROM procrastinate_workers), clock_timestamp()
"""
OF_ITSELF = """,
       current_setting('server_version'), pg_database_size(current_database()),
       (SELECT coalesce(max(last_value), 0) FROM pg_sequences WHERE sequencename = 'audit_auditentry_id_seq'),
       (SELECT size FROM audit_audithead ORDER BY size DESC LIMIT 1),
       (SELECT last_entry_id FROM audit_audithead ORDER BY size DESC LIMIT 1),
       (SELECT sealed_at FROM audit_audithead ORDER BY size DESC LIMIT 1)
"""
OF_THE_QUEUE = " FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"


def queue() -> Queue:
    """The queue of the whole installation; counts alone."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUED + OF_THE_QUEUE)
        return Queue(*cursor.fetchone())


def facts() -> Facts:
    """Queue, server and log in one query."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUED + OF_ITSELF + OF_THE_QUEUE)
        return Facts(*cursor.fetchone())


def open_work(task: Any) -> JobRun | None:
    """The run of a task that waits or is under way, as far as the scope sees it."""
    return JobRun.objects.filter(kind=task.name, state__in=OPEN).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the log remembers of the installation: the last counting of sealed values, the last proof of the log."""

    counting: AuditEntry | None
    proof: AuditEntry | None


def remembered() -> Remembered:
    """Both in one query."""
    ours = Q(subject_kind=KEYS[0], subject_id=KEYS[1]) | Q(subject_kind=LOG[0], subject_id=LOG[1])
    last = AuditEntry.objects.filter(ours, action__in=(COUNTED, PROVED)).order_by("action", "-id")
    found = {entry.action: entry for entry in last.distinct("action")}
    return Remembered(found.get(COUNTED), found.get(PROVED))


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


def ring_of_keys(counting: AuditEntry | None) -> RingFacts:
    """The ring without its secrets, with the figures of a counting. CryptoError when it cannot be read."""
    ring = vault().file.ring()
    present = ring.newest(vault().cipher).number
    counts: Mapping[str, Mapping[str, int]] = (counting.after or {})["counted"] if counting else {}
    values = {number: _under(counts, number) if counting else None for number in ring.data_keys}
    data = [
        KeyFacts(key.number, key.algorithm, key.made_on, number == present, values[number])
        for number, key in sorted(ring.data_keys.items(), reverse=True)
    ]
    blind = [
        KeyFacts(key.number, key.algorithm, key.made_on, number == ring.blind_number)
        for number, key in sorted(ring.blind_keys.items(), reverse=True)
    ]
    return RingFacts(data, blind, counts, counting.recorded_at if counting else None)


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
