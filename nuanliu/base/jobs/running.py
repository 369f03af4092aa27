"""Running long work: the scope is derived anew from the post that asked; progress is written beside the transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.utils import timezone
from procrastinate import RetryStrategy

from nuanliu.base.actor import Actor
from nuanliu.base.jobs.states import JobState
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused

# What a work returns are its last words, for whoever asked.
type Work = Callable[[Actor, "Progress"], str | None]

# A worker that says nothing for so long has died; Procrastinate's heartbeat gives its work to another.
LEASE = timedelta(minutes=2)

# What a moment may mend (a restarted database, a lost lock) is tried again after 2, 4, 8 … seconds.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions={OperationalError, InterfaceError})

# In these states nothing is left to do, whatever the queue still holds.
OVER = [JobState.DONE, JobState.REFUSED, JobState.CANCELLED]

_resolve: Callable[[UUID, UUID], Actor | None]


def resolve_actor_with(resolve: Callable[[UUID, UUID], Actor | None]) -> None:
    """Told once by the package that knows posts: from post and user to the actor of today, None when the post ended."""
    global _resolve  # noqa: PLW0603  dependency told at start, upwards in the house
    _resolve = resolve


class Progress:
    """How far a run is, written through a connection of its own: seen while the work is uncommitted."""

    def __init__(self, job_id: str, scope: Scope) -> None:
        self._job_id = job_id
        self._scope = scope
        self._connection = connections[DEFAULT_DB_ALIAS].copy()

    def report(self, step: str, done: int = 0, total: int = 0) -> None:
        """Name the step under way, and how many of how many are done; renews the lease."""
        self.write(step=step, done_count=done, total_count=total, lease_until=timezone.now() + LEASE)

    def write(self, **columns: Any) -> None:
        """Set columns of the run, committed at once."""
        assignments = ", ".join(f'"{name}" = %s' for name in columns)
        with self._announced() as cursor:
            cursor.execute(
                f"UPDATE base_jobrun SET {assignments} WHERE id = %s",  # noqa: S608  columns are named in code
                [*columns.values(), self._job_id],
            )

    def begin(self) -> bool:
        """The run starts, or starts again after a crash. False when it is over already: nothing is done twice."""
        now = timezone.now()
        with self._announced() as cursor:
            cursor.execute(
                "UPDATE base_jobrun SET state = %s, started_at = %s, lease_until = %s, message = '',"
                " attempts = attempts + 1 WHERE id = %s AND state <> ALL(%s)",
                [JobState.RUNNING, now, now + LEASE, self._job_id, OVER],
            )
            return bool(cursor.rowcount)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    @contextmanager
    def _announced(self) -> Iterator[Any]:
        """A short transaction of its own, in the run's scope."""
        with self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT set_config('app.lo', %s, true), set_config('app.hi', %s, true)",
                [self._scope.path_low, self._scope.path_high],
            )
            yield cursor
            cursor.execute("COMMIT")

    def end(self, state: str, message: str = "") -> None:
        """The run is over."""
        self.write(state=state, message=message, ended_at=timezone.now(), lease_until=None)


def run(work: Work, *, job_id: str, post_id: str, user_id: str) -> None:
    """Do `work` in one transaction, as the post that asked for it.

    A refusal ends the run with its words. Another failure is raised again, so that the queue can retry it; its text
    is not kept, for it may hold personal data.
    """
    with scoped(Scope("", "", user_id)):
        actor = _resolve(UUID(post_id), UUID(user_id))
    if actor is None:
        return  # The post has ended: nobody may see or do this work any more.
    scope = Scope.for_path(actor.organization_path, actor.user_id)
    progress = Progress(job_id, scope)
    try:
        if progress.begin():
            _work(work, actor, scope, progress)
    finally:
        progress.close()


def _work(work: Work, actor: Actor, scope: Scope, progress: Progress) -> None:
    try:
        with scoped(scope):
            words = work(actor, progress)
    except Refused as refusal:
        progress.end(JobState.REFUSED, refusal.message)
    except Exception as failure:
        progress.end(JobState.FAILED, type(failure).__name__)
        raise
    else:
        progress.end(JobState.DONE, words or "")
