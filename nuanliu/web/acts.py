"""What can be done with a record now, by whom, and why not: one answer for every record page.

Views tell the acts of a record as a list; `templates/web/record.html` draws the open ones with their forms, and the
others greyed with the reason. The actions refuse anyway: this only spares people the attempt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role
from nuanliu.base.actor import Actor

type Needs = Sequence[tuple[bool, Promise | str]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a record. Without a form and with `is_link` it leads to a page of its own.

    `why_not` is empty when the act is open; `by_others` when the reader's role never does it. `key` tells acts of one
    name apart; `drawn` is a template that draws the form in a way of its own, `extra` one that stands above its button.
    """

    name: str
    label: str
    address: str
    form: forms.Form | None = None
    help: str = ""
    is_main: bool = False
    is_link: bool = False
    why_not: str = ""
    by_others: bool = False
    danger: bool = False
    extra: str = ""
    drawn: str = "web/parts/act_form.html"
    key: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the reader can do it now."""
        return not self.why_not

    @property
    def anchor(self) -> str:
        """Where it stands on the page: #act-sign."""
        return "-".join(filter(None, ("act", self.name, self.key)))

    @property
    def folded(self) -> bool:
        """What is not the next step shows its form when asked."""
        return self.form is not None and not self.is_main


def act(
    by: Actor,
    policy: Policy,
    name: str,
    record: Any,
    *,
    label: Promise | str,
    address: str,
    needs: Needs = (),
    **told: Any,
) -> Act:
    """An act of `policy` on `record` for `by`.

    `needs` are conditions in the order in which people should hear of them: (holds, what is missing in words). The
    first that does not hold is the reason. `told` are further fields of `Act`.
    """
    missing = next((str(words) for holds, words in needs if not holds), "")
    if policy.may(by, name, record):
        return Act(name, str(label), address, why_not=missing, **told)
    return Act(name, str(label), address, why_not=missing or _whose(by, policy, name), by_others=True, **told)


def _whose(by: Actor, policy: Policy, name: str) -> str:
    """Who does what the reader may not."""
    if by.role in policy.roles[name]:
        return _("It belongs to another union.")
    roles = "、".join(str(Role(role).label) for role in sorted(policy.roles[name]))
    return _("Done by: %(roles)s") % {"roles": roles}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a record's life: "done", "now" or ""; `when` and `who` where they are known."""

    label: str
    state: str = ""
    when: Any = None
    who: str = ""


def steps(names: Sequence[Promise | str], reached: int, *, stopped: bool = False) -> list[Step]:
    """The steps of a life of which `reached` are done; the next is now. A life that was stopped goes no further."""
    return [
        Step(
            str(name),
            "done"
            if place < reached
            else "stopped"
            if stopped and place == reached
            else "now"
            if place == reached
            else "",
        )
        for place, name in enumerate(names)
    ]


type Words = Promise | str


def life(
    table: Mapping[str, set[str]],
    road: Mapping[Any, Words],
    state: str,
    *,
    between: Mapping[str, tuple[Words, bool]] | None = None,
    left: Words = "",
) -> list[Step]:
    """The steps of a state machine's life, from its `table` of transitions.

    `road` names the states on the way to a good end, each in the words for having reached it. `between` is what
    happens within a state before the next: (words, whether it is done). A state off the road stops the life where
    `table` first leaves for it; `left` is then the word of that place. A state of nothing ("") is before the road.
    """
    way = list(road)
    off = state not in road and state != ""
    at = next(place for place, one in enumerate(way) if state in table[one]) if off else _place(way, state)
    told: list[tuple[Words, bool]] = []
    for place, one in enumerate(way):
        told.append((left if off and left and place == at + 1 else road[one], place <= at))
        if one in (between or {}):
            words, is_done = (between or {})[one]
            told.append((words, place < at or (place == at and is_done)))
    reached = next((place for place, (_words, is_done) in enumerate(told) if not is_done), len(told))
    return steps([words for words, _is_done in told], reached, stopped=off)


def _place(way: list[Any], state: str) -> int:
    return way.index(state) if state else -1
