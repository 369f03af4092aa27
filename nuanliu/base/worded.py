"""Queries worded once: Django takes longer to put a big one together than the database to answer it.

A query is built with stand-ins where each call has values of its own, and kept as the statement it becomes. What is
kept holds no row and no value of anybody's; scope and policies judge each execution as they judge any other.
"""
# ruff: noqa: SLF001  a model's _meta is documented; the rest is what Django's own reading of a query asks of it

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, prefetch_related_objects

from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import Scope, path_and_above


@dataclass(frozen=True, slots=True)
class Worded[Record: Model]:
    """A statement and its parameters, stand-ins among them; and how Django makes records of what comes back."""

    statement: str
    parameters: tuple[Any, ...]
    compiler: Any
    prefetched: tuple[Any, ...]

    @classmethod
    def of(cls, query: QuerySet[Record, Any]) -> Self:
        """The query as Django words it."""
        compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        statement, parameters = compiler.as_sql()
        return cls(statement, tuple(parameters), compiler, query._prefetch_related_lookups)  # type: ignore[attr-defined]

    def meaning(self, meant: Mapping[Any, Any]) -> list[Any]:
        """The parameters with the values of this call in place of their stand-ins."""
        return [meant.get(one, one) for one in self.parameters]

    def rows(self, meant: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """What the database answers, in the scope of the moment."""
        return rows_of(self.statement, self.meaning(meant))

    def records(self, meant: Mapping[Any, Any]) -> list[Record]:
        """The same as records, each with what is read with it and computed for it, as from the query itself."""
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (self.statement, self.meaning(meant))
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, **AS_ANY_QUERY)
        found: list[Record] = list(ModelIterable(asked))  # type: ignore[arg-type]
        if self.prefetched:
            prefetch_related_objects(found, *self.prefetched)
        return found


# What Django asks of a query beside its words.
AS_ANY_QUERY: dict[str, Any] = {
    "_fetch_mode": QuerySet(Model)._fetch_mode,  # type: ignore[attr-defined]
    "_known_related_objects": {},
}

# Stand for keys.
SOME_UUID, ANOTHER_UUID, SOME_NUMBER = UUID(int=0), UUID(int=1), -1


def record_of[Record: Model](model: type[Record], key: Any, *related: str) -> Record | None:
    """The record with a key, and those related ones with it; None where the scope holds none."""
    worded = _by_key(model, related)
    (stand_in,) = worded.parameters
    return next(iter(worded.records({stand_in: model._meta.pk.to_python(key)})), None)


@lru_cache(maxsize=256)
def _by_key[Record: Model](model: type[Record], related: tuple[str, ...]) -> Worded[Record]:
    stand_in = SOME_UUID if model._meta.pk.get_internal_type() == "UUIDField" else SOME_NUMBER
    found = model._default_manager.filter(pk=stand_in)
    return Worded.of(found.select_related(*related) if related else found)


def stand_in_path(depth: int) -> str:
    """The path of a union that is not, so many steps deep; `meant_by_path` says which is meant."""
    return "/" + "".join(f"-{step}-/" for step in range(depth))


def meant_by_path(path: str) -> dict[Any, Any]:
    """What the stand-in for a path, those above it, and the end of its range mean."""
    above = path_and_above(path)
    stand_in = stand_in_path(len(above))
    ends = {Scope.for_path(stand_in).path_high: Scope.for_path(path).path_high}
    return {**ends, **dict(zip(path_and_above(stand_in), above, strict=True))}
