"""Queries worded once: Django takes longer to put a big one together than the database to answer it.

A query is built with stand-ins where each call has values of its own, and kept as the statement it becomes. What is
kept holds no row and no value of anybody's; scope and policies judge each execution as they judge any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import QuerySet

from nuanliu.base.bulk import rows_of


@dataclass(frozen=True, slots=True)
class Worded:
    """A statement and its parameters, stand-ins among them."""

    statement: str
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, query: QuerySet[Any]) -> Self:
        """The query as Django words it."""
        return cls(*query.query.sql_with_params())

    def meaning(self, meant: Mapping[Any, Any]) -> list[Any]:
        """The parameters with the values of this call in place of their stand-ins."""
        return [meant.get(one, one) for one in self.parameters]

    def rows(self, meant: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """What the database answers, in the scope of the moment."""
        return rows_of(self.statement, self.meaning(meant))
