"""The database scope: which part of the union tree a transaction may see and write.

The scope is four settings local to the transaction, read by the policies of `nuanliu.base.policies`. The
database enforces it; a query without a scope finds nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@dataclass(frozen=True, slots=True)
class Scope:
    """A range of organization paths `[path_low, path_high)`, the user who looks, and what for."""

    path_low: str
    path_high: str
    user_id: str = ""
    purpose: str = ""

    @classmethod
    def for_path(cls, path: str, user_id: object = "", purpose: str = "") -> Self:
        """The organization at `path` (such as `/31/14/`) and all below: '0' is the character after '/'."""
        if not path.endswith("/"):
            raise ValueError(f"an organization path ends with '/': {path!r}")
        return cls(path, path[:-1] + "0", str(user_id or ""), purpose)

    @classmethod
    def none(cls) -> Self:
        """Sees nothing."""
        return cls("", "")

    def __contains__(self, path: str) -> bool:
        return bool(self.path_low) and self.path_low <= path < self.path_high


def path_and_above(path: str) -> list[str]:
    """A path and those of all ancestors: `/0/31/114/` is below `/0/31/` and `/0/`."""
    steps = path.strip("/").split("/")
    return [f"/{'/'.join(steps[: depth + 1])}/" for depth in range(len(steps))]


_scopes: ContextVar[dict[str, Scope]] = ContextVar("nuanliu_scopes", default={})  # noqa: B039  never mutated


def current_scope(using: str = DEFAULT_DB_ALIAS) -> Scope:
    """The scope that `scoped` set last and has not ended yet; `Scope.none()` outside of any."""
    return _scopes.get().get(using, Scope.none())


@contextmanager
def scoped(scope: Scope, using: str = DEFAULT_DB_ALIAS) -> Iterator[Scope]:
    """A transaction (or savepoint) that sees `scope`; the scope around it holds again afterwards."""
    outer, outermost = current_scope(using), not connections[using].in_atomic_block
    token = _scopes.set({**_scopes.get(), using: scope})
    try:
        with transaction.atomic(using=using):
            _announce(scope, using)
            yield scope
            # A transaction ends with its settings, and so does a savepoint on an exception; a released one keeps them.
            if not outermost and not connections[using].needs_rollback:
                _announce(outer, using)
    finally:
        _scopes.reset(token)


def _announce(scope: Scope, using: str) -> None:
    """Always all four, to '' where empty: a pooled connection may remember an earlier transaction's value."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.lo', %s, true), set_config('app.hi', %s, true),"
            " set_config('app.user', %s, true), set_config('app.purpose', %s, true)",
            [scope.path_low, scope.path_high, scope.user_id, scope.purpose],
        )
