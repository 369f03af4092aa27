"""The lawful sources of money and what each brings along: `data/sources.yaml`, and a view of it for the triggers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from nuanliu.ledger.states import SourceClass

_DATA = Path(__file__).parent / "data" / "sources.yaml"


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What follows from the source of a fund: article, lines of the two annexes, whom it may reach (None: anyone)."""

    source_class: str
    article: str
    annex1: str
    annex2: str
    fiscal: bool
    categories: frozenset[str] | None
    passes_down_as: str


@cache
def source_rules() -> Mapping[str, SourceRule]:
    """The rule of each source class. ValueError when the data miss a class or know one too many."""
    data = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    if data.keys() != set(SourceClass.values):
        raise ValueError("data/sources.yaml must name each source class once")
    return MappingProxyType({name: _rule(name, entry) for name, entry in data.items()})


def view_sql() -> str:
    """SQL of the view `ledger_source_rule`: the same data, where nobody but a migration can change them."""
    rows = ",\n    ".join(_row(rule) for rule in source_rules().values())
    columns = "source_class, annex1, annex2, fiscal, categories, passes_down_as"
    invoker = "WITH (security_invoker = true)"
    return f"CREATE OR REPLACE VIEW public.ledger_source_rule ({columns}) {invoker} AS VALUES\n    {rows};"


def _rule(name: str, entry: Mapping[str, object]) -> SourceRule:
    categories = entry.get("categories")
    return SourceRule(
        source_class=name,
        article=str(entry["article"]),
        annex1=str(entry["annex1"]),
        annex2=str(entry["annex2"]),
        fiscal=bool(entry.get("fiscal", False)),
        categories=frozenset(categories) if isinstance(categories, list) else None,
        passes_down_as=str(entry.get("passes_down_as", name)),
    )


def _row(rule: SourceRule) -> str:
    categories = "NULL" if rule.categories is None else "'{" + ",".join(sorted(rule.categories)) + "}'"
    texts = ", ".join(f"'{text}'::text" for text in (rule.source_class, rule.annex1, rule.annex2))
    return f"({texts}, {rule.fiscal}, {categories}::varchar[], '{rule.passes_down_as}'::text)"
