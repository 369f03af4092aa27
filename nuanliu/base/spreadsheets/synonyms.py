"""Which heading means which field."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nuanliu.kernel.text import visible

SPACES = re.compile(r"\s+")
BRACKETED = re.compile(r"[(\[{【〔「『<《]([^)\]}】〕」』>》]*)[)\]}】〕」』>》]")
MARKS = re.compile(r"[*#※★△:：。.、，,;；?？!！_\-—\"'“”‘’]+")
NUMBERED = re.compile(r"^[0-9]{1,2}(?=[\u4e00-\u9fff])")
UNIT_TAIL = re.compile(r"[/:：,，]?(?:单位[:：]?)?(万元|千元|百元|元|分)$")
SHORTEST_CONTAINED = 2
YUAN = "元"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it is compared, and the unit that it names ('' for none)."""

    key: str
    unit: str


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The table of headings. `exact`: key to (field, rank); a lower rank is the stronger heading."""

    exact: Mapping[str, tuple[str, int]]
    contexts: tuple[tuple[frozenset[str], Mapping[str, str]], ...]
    others: tuple[str, ...]
    units: Mapping[str, str]
    exact_only: frozenset[str]

    def field_of(self, key: str) -> tuple[str, int] | None:
        """The field that this heading names, with its rank; None when nobody knows it."""
        return self.exact.get(key) or self._contained(key)

    def field_under(self, parent: str, key: str) -> str | None:
        """The field of a heading that stands under a wider one."""
        return next(
            (fields[key] for parents, fields in self.contexts if parent in parents and key in fields), None
        )

    def is_parent(self, key: str) -> bool:
        """Whether a second heading row is usual under this heading."""
        return any(key in parents for parents, _ in self.contexts)

    def _contained(self, key: str) -> tuple[str, int] | None:
        if any(other in key for other in self.others):
            return None
        found = [
            (word, *place)
            for word, place in self.exact.items()
            if word in key and len(word) >= SHORTEST_CONTAINED and word not in self.exact_only
        ]
        # 银行 in 银行账号 says nothing beside it: only the widest words count.
        widest = [one for one in found if not any(one[0] != two[0] and one[0] in two[0] for two in found)]
        fields = {name for _, name, _ in widest}
        if len(fields) != 1:
            return None
        return fields.pop(), WEAK_RANK - max(len(word) for word, _, _ in widest)


WEAK_RANK = 1_000


@cache
def standard_synonyms() -> Synonyms:
    """The table that comes with the program."""
    text = files("nuanliu.base.spreadsheets").joinpath("synonyms.yaml").read_text(encoding="utf-8")
    return _read(yaml.safe_load(text))


@cache
def read_heading(text: str) -> Heading:
    """A heading with spaces, brackets and marks dropped: `慰问金（万元）` is 慰问金 in 万元."""
    plain = SPACES.sub("", unicodedata.normalize("NFKC", visible(text)))
    inside = BRACKETED.findall(plain)
    key = MARKS.sub("", BRACKETED.sub("", plain))
    units = standard_synonyms().units
    unit = next((units[_unit_key(part)] for part in inside if _unit_key(part) in units), "")
    tail = UNIT_TAIL.search(plain)
    if not unit and tail and key not in standard_synonyms().exact:
        unit, key = tail.group(1), MARKS.sub("", UNIT_TAIL.sub("", plain))
    key = NUMBERED.sub("", key.rstrip("/").lstrip("/"))
    return Heading(key or plain, unit)


def _unit_key(text: str) -> str:
    return MARKS.sub("", text)


def _read(table: dict[str, Any]) -> Synonyms:
    exact: dict[str, tuple[str, int]] = {}
    for name, headings in table["fields"].items():
        for rank, heading in enumerate(headings):
            exact.setdefault(heading, (name, rank))
    contexts = tuple((frozenset(one["under"]), _by_heading(one["fields"])) for one in table["contexts"])
    return Synonyms(exact, contexts, tuple(table["others"]), table["units"], frozenset(table["exact_only"]))


def _by_heading(fields: dict[str, list[str]]) -> dict[str, str]:
    return {heading: name for name, headings in fields.items() for heading in headings}
