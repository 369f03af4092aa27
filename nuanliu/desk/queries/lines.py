"""The lines of a desk: what waits and what was sent, in one statement."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from nuanliu.base.actor import Actor
from nuanliu.base.scope import path_and_above
from nuanliu.base.worded import Worded, meant_by_path, stand_in_path
from nuanliu.desk.queries import sent, waiting
from nuanliu.desk.queries.columns import Line, lines

# So many lines of each kind are read; the total of the kind is told beside them.
SHOWN = 8

type Kinds = Mapping[str, Callable[[Actor], waiting.Found]]
KINDS: Kinds = {**waiting.KINDS, **sent.KINDS}


def lines_of(by: Actor) -> tuple[list[Line], list[Line]]:
    """What waits for an actor, the oldest of each kind first; and what the actor sent, the newest first."""
    chosen = (*waiting.WAITING.get(by.role, ()), *sent.SENT.get(by.role, ()))
    if not chosen:
        return [], []
    depth = len(path_and_above(by.organization_path))
    worded = _worded(chosen, by.role, by.legal_person, depth, timezone.localdate())
    found = [Line(*row) for row in worded.rows(_meaning(by, depth))]
    return [one for one in found if one.kind in waiting.KINDS], [
        one for one in found if one.kind in sent.KINDS
    ]


@lru_cache(maxsize=256)
def _worded(chosen: tuple[str, ...], role: str, legal_person: str, depth: int, _today: date) -> Worded:
    """The statement of all who sit in such a post on a day; the kinds look at the date themselves."""
    stand_in = _stand_in(role, legal_person, depth)
    parts = [
        lines(kind, rows, shown=SHOWN, newest=kind in sent.KINDS, **columns)
        for kind in chosen
        for rows, columns in [KINDS[kind](stand_in)]
    ]
    return Worded.of(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])


def _stand_in(role: str, legal_person: str, depth: int) -> Actor:
    """Somebody in such a post whom there is not, in a union that is not: `_meaning` says who is meant."""
    return Actor(UUID(int=1), "", UUID(int=2), role, UUID(int=3), stand_in_path(depth), legal_person)


def _meaning(by: Actor, depth: int) -> dict[Any, Any]:
    stand_in = _stand_in(by.role, by.legal_person, depth)
    return {
        stand_in.user_id: by.user_id,
        stand_in.organization_id: by.organization_id,
        **meant_by_path(by.organization_path),
    }


def line_totals(by: Actor) -> dict[str, int]:
    """How many things of each kind wait, without the things: for the numbers beside the rooms. One statement."""
    found, _sent = lines_of(by)
    return {line.kind: line.total for line in found}
