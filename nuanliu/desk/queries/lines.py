"""The lines of a desk: what waits and what was sent, in one statement."""

from collections.abc import Callable, Mapping

from nuanliu.base.actor import Actor
from nuanliu.desk.queries import sent, waiting
from nuanliu.desk.queries.columns import Line, lines

# So many lines of each kind are read; the total of the kind is told beside them.
SHOWN = 8

type Kinds = Mapping[str, Callable[[Actor], waiting.Found]]


def lines_of(by: Actor) -> tuple[list[Line], list[Line]]:
    """What waits for an actor, the oldest of each kind first; and what the actor sent, the newest first."""
    chosen = [*waiting.WAITING.get(by.role, ()), *sent.SENT.get(by.role, ())]
    parts = [
        lines(kind, rows, shown=SHOWN, newest=kind in sent.KINDS, **columns)
        for kind in chosen
        for rows, columns in [{**waiting.KINDS, **sent.KINDS}[kind](by)]
    ]
    if not parts:
        return [], []
    found = [Line(*row) for row in (parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])]
    return [one for one in found if one.kind in waiting.KINDS], [
        one for one in found if one.kind in sent.KINDS
    ]


def line_totals(by: Actor) -> dict[str, int]:
    """How many things of each kind wait, without the things: for the numbers beside the rooms. One statement."""
    found, _sent = lines_of(by)
    return {line.kind: line.total for line in found}
