"""Every public action leaves exactly one row: the decorator proves it, in the action's own transaction."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from psycopg.types.json import Jsonb

from nuanliu.audit.content import named, plain
from nuanliu.audit.errors import AuditError
from nuanliu.audit.heads import seal_head
from nuanliu.audit.models import AuditEntry
from nuanliu.audit.proving import Proof, proof_of
from nuanliu.base.actor import Actor
from nuanliu.base.plans import planned_anew

__all__ = ["AuditError", "audited", "record", "seal_head", "take_proof", "unchanged"]


# Column by column: the application has no right to write number, time and digest, so the ORM cannot insert.
INSERT = """
INSERT INTO audit_auditentry (
    actor_id, post_id, organization_id, organization_path, action, subject_kind, subject_id, before, after, reason
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(slots=True)
class _Running:
    """The action under way: what it is called, and what it has left."""

    action: str
    rows: int = 0
    idle: bool = False


_running: ContextVar[_Running | None] = ContextVar("nuanliu_audit_running", default=None)


def audited[**Parameters, Result](action: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A public action: runs in one transaction and leaves exactly one audit row, or says that nothing changed.

    Its name in the log is `package.function`. An action called by an action leaves its own row. AuditError, and no
    commit, when an action leaves no row or more than one. Its statements are planned for the rows they meet, for it
    may work on a hundred thousand of them.
    """
    name = f"{action.__module__.split('.')[1]}.{action.__name__}"

    @wraps(action)
    def act(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        running = _Running(name)
        with transaction.atomic(), planned_anew():
            token = _running.set(running)
            try:
                result = action(*args, **kwargs)
            finally:
                _running.reset(token)
            _prove(running)
            return result

    act.audited_as = name  # type: ignore[attr-defined]
    return act


def record(
    by: Actor | None,
    subject: Model | tuple[str, object],
    *,
    before: object = None,
    after: object = None,
    reason: str = "",
) -> None:
    """Write the one row of the action under way: `by` did it to `subject` (a row, or kind and id).

    `before` and `after` hold counts, digests, ids, states and amounts, never personal data in plain. `by` is None
    where the installation itself acts. AuditError outside of an audited action.
    """
    running = _present()
    running.rows += 1
    kind, key = named(subject)
    who = (by.user_id, by.post_id, by.organization_id, by.organization_path) if by else (None, None, None, "")
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*who, running.action, kind, key, _json(before), _json(after), reason])


def unchanged() -> None:
    """Say that the action under way, run again, found nothing to do: it leaves no row."""
    _present().idle = True


@audited
def take_proof(entry: AuditEntry, *, by: Actor) -> Proof | None:
    """Hand out the proof of an entry of the caller's scope: what it says leaves the house with it (R-192, R-194).

    None, and no row, while the entry awaits its head.
    """
    proof = proof_of(entry)
    if proof is None:
        unchanged()
        return None
    record(by, entry, after={"digest": proof.digest.hex(), "size": proof.head.size})
    return proof


def _present() -> _Running:
    running = _running.get()
    if running is None:
        raise AuditError("只有公开操作才能写审计记录：请给该操作加上 @audited。")
    return running


def _prove(running: _Running) -> None:
    expected = 0 if running.idle else 1
    if running.rows != expected:
        raise AuditError(f"操作 {running.action} 应写 {expected} 条审计记录，实写 {running.rows} 条。")


def _json(value: object) -> Any:
    return None if value is None else Jsonb(plain(value))
