"""What the search line finds: rooms, people, documents, unions, each by its own way, as the role and scope allow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.base.pinyin import first_letters
from nuanliu.desk.queries import Line, documents_named
from nuanliu.kernel.text import mask_name, normalize_code, normalize_text
from nuanliu.organizations.queries import search as unions_named
from nuanliu.people.actions import look_up
from nuanliu.people.models import Person
from nuanliu.people.permissions import POLICY as PEOPLE
from nuanliu.people.queries import people_called
from nuanliu.web.context import open_rooms

LONGEST = 60
# Four to eighteen characters, digits but for a last X: an identity number, its end, or a phone.
NUMBER = re.compile(r"\+?[0-9]{3,17}[0-9X]")
ROUTES = {
    "campaign": "campaign",
    "standard": "standard",
    "plan": "plan",
    "fund": "fund",
    "batch": "batch",
    "rule": "rules",
}
LABELS: dict[str, Promise] = {
    "campaign": _("Campaign"),
    "standard": _("Standard"),
    "plan": _("Use plan"),
    "fund": _("Fund"),
    "batch": _("Batch"),
    "rule": _("Rule"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, what it is, where it opens."""

    title: str
    note: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind."""

    title: Promise
    hits: tuple[Hit, ...]


def cleaned(text: str) -> str:
    """What was typed, as it is compared."""
    return normalize_text(text)[:LONGEST]


def is_number(text: str) -> bool:
    """Whether it may be somebody's number: such a text stands in no address, and no page looks it up unasked."""
    return NUMBER.fullmatch(normalize_code(text)) is not None


def found_for(text: str, by: Actor, *, limit: int, people: bool = True) -> list[Group]:
    """All that a text finds, by kind, at most so many of each; four queries. A number is looked up with a trace.

    Without `people` a number finds no people: while somebody types, nothing is looked up.
    """
    groups = (
        Group(_("Rooms"), tuple(_rooms(text, by))[:limit]),
        Group(_("People"), tuple(_people(text, by, limit)) if people or not is_number(text) else ()),
        Group(_("Documents and money"), tuple(_document(line) for line in documents_named(text, by, limit))),
        Group(_("Unions"), tuple(_unions(text, by, limit))),
    )
    return [group for group in groups if group.hits]


def _rooms(text: str, by: Actor) -> Iterator[Hit]:
    wanted = text.casefold()
    for room in open_rooms(by):
        label = str(room.label)
        if wanted in label.casefold() or wanted in _chinese(room.route, room.label):
            yield Hit(label, "", reverse(room.route))


@cache
def _chinese(route: str, label: Promise) -> str:
    """The Chinese name of a room and the initials of its sound, in whatever language the page stands."""
    with override("zh-hans"):
        name = str(label)
    return f"{name} {''.join(first_letters(name))}".casefold()


def _people(text: str, by: Actor, limit: int) -> Iterator[Hit]:
    if not PEOPLE.may(by, "look_up"):
        return
    number = normalize_code(text)
    found = look_up(number, limit=limit, by=by) if is_number(number) else people_called(text, limit)
    for person in found:
        yield Hit(mask_name(person.name), _about(person), _address_of(person))


def _about(person: Person) -> str:
    return " · ".join(filter(None, [person.initials, str(person.birth_year or "")]))


def _address_of(person: Person) -> str:
    try:
        return reverse("person", args=[person.pk])
    except NoReverseMatch:
        return reverse("people")


def _document(line: Line) -> Hit:
    note = " · ".join(filter(None, [str(LABELS[line.kind]), line.note]))
    route = ROUTES[line.kind]
    return Hit(line.title, note, reverse(route, args=[] if route == "rules" else [line.key]))


def _unions(text: str, by: Actor, limit: int) -> Iterator[Hit]:
    if not any(character.isalnum() for character in text):
        return
    room = "rosters" if AWARDS.may(by, "read") else "campaigns"
    for union in unions_named(text, below=by.organization_path)[:limit]:
        yield Hit(union.name, "", f"{reverse(room)}?{urlencode({'q': union.name})}")
