"""Queries worded once: Django takes longer to put a big one together than the database to answer it.

A query is built with stand-ins where each call has values of its own, and kept as the statement it becomes. What is
kept holds no row and no value of anybody's; scope and policies judge each execution as they judge any other.
"""
# ruff: noqa: SLF001  a model's _meta is documented; the rest is what Django's own reading of a query asks of it

from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import FETCH_ONE, Model, QuerySet
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
        return self._read(self.meaning(meant), {})

    def _asking(self, parameters: Sequence[Any]) -> Any:
        """The compiler that worded the query, with these parameters and the connection of the moment."""
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (self.statement, parameters)
        return compiler

    def _read(self, parameters: Sequence[Any], known: Mapping[Any, Any]) -> list[Record]:
        compiler = self._asking(parameters)
        asked = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            model=compiler.query.model,
            query=SimpleNamespace(get_compiler=lambda using: compiler),
            _fetch_mode=FETCH_ONE,
            _known_related_objects=known,
        )
        found: list[Record] = list(ModelIterable(asked))  # type: ignore[arg-type]
        if self.prefetched:
            prefetch_related_objects(found, *self.prefetched)
        return found


# How many shapes of queries are remembered before all are forgotten.
MANY = 1024
_SHAPES: dict[Any, Any] = {}
UNKNOWN = object()


def records[Record: Model](query: QuerySet[Record, Any]) -> list[Record]:
    """All records of a query. Its conditions are worded anew; the rest, which takes most of the time, once for a shape.

    The shape is what Django words the rest from: model, joins, what is read with it, order, length. A query that has
    more to it than that is read as Django reads it.
    """
    told: Any = query
    if told._iterable_class is not ModelIterable or told._result_cache is not None or _computes(told.query):
        return list(query)
    kept, parameters = _kept(query, "")
    return list(query) if kept is None else kept._read(parameters, told._known_related_objects)


def rows_told(query: QuerySet[Any, Any], computed: Hashable) -> list[tuple[Any, ...]]:
    """The rows of a `values_list`, worded in the same way; `computed` names what it computes and groups by."""
    kept, parameters = _kept(query, computed)
    return list(query) if kept is None else list(kept._asking(parameters).results_iter(tuple_expected=True))


def _computes(asked: Any) -> bool:
    return bool(asked.annotations or asked.select or asked.group_by is not None)


def _kept(query: QuerySet[Any, Any], computed: Hashable) -> tuple[Worded[Any] | None, list[Any]]:
    """A query's wording and its parameters; no wording where more decides it than its shape."""
    if (shape := _shape_of(query)) is None:
        return None, []
    key, parameters = (shape[0], computed), shape[1]
    kept = _SHAPES.get(key, UNKNOWN)
    if kept is UNKNOWN:
        worded: Worded[Any] = Worded.of(query)
        kept = worded if list(worded.parameters) == parameters else None
        # Other threads read meanwhile: one that finds nothing words its query anew.
        if len(_SHAPES) >= MANY:
            _SHAPES.clear()
        _SHAPES[key] = kept
    return kept, parameters


def _shape_of(query: QuerySet[Any, Any]) -> tuple[Any, list[Any]] | None:
    """What decides the words of a query, and its parameters; None where more decides than is looked at here."""
    asked: Any = query.query
    told: Any = query
    has_more = (
        asked.extra or asked.extra_tables or asked.extra_order_by or asked.distinct or asked.combinator
        or asked.select_for_update or asked.explain_info or asked._filtered_relations
        or asked.deferred_loading != NOTHING_DEFERRED or told._prefetch_related_lookups
        or told.db != DEFAULT_DB_ALIAS
    )  # fmt: skip
    if has_more:
        return None
    compiler = asked.get_compiler(DEFAULT_DB_ALIAS)
    try:
        where, parameters = compiler.compile(asked.where) if asked.where else ("", [])
    except (EmptyResultSet, FullResultSet):
        return None
    joins = tuple(
        (alias, join.table_name, join.join_type, join.parent_alias, getattr(join, "join_cols", None))
        for alias, join in asked.alias_map.items()
    )
    order = (asked.order_by, asked.default_ordering, asked.standard_ordering)
    length = (asked.low_mark, asked.high_mark)
    key = (asked.model, where, joins, repr(asked.select_related), *order, *length)
    return key, list(parameters)


NOTHING_DEFERRED: tuple[frozenset[str], bool] = (frozenset(), True)

# Stand for keys, a day, and the path of a union.
SOME_UUID, ANOTHER_UUID, SOME_NUMBER = UUID(int=0), UUID(int=1), -1
SOME_DAY, SOME_PATH = date(1, 1, 1), "/-/"


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
