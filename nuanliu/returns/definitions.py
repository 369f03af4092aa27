"""Official tables as data: codes, labels, units, formulas and where each cell comes from."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

ANNEX1 = "annex1_2022_festival_warmth"

WAN_YUAN = "万元"


@dataclass(frozen=True, slots=True)
class Row:
    """One coded cell of the table. `parts` are the codes that add up to it; empty for a leaf.

    `cell` is what is counted where two codes share one label, as 慰问对象(人次) and 发放款物(万元) do.
    """

    code: str
    label: str
    unit: str
    group: int
    parts: tuple[str, ...] = ()
    memo: bool = False
    cell: str = ""

    @property
    def is_money(self) -> bool:
        """Money is held in fen and printed in 万元."""
        return self.unit == WAN_YUAN


@dataclass(frozen=True, slots=True)
class Form:
    """A table definition: its rows in the order of the paper."""

    key: str
    title: str
    rows: tuple[Row, ...]

    def row(self, code: str) -> Row:
        """The row of `code`; KeyError when the form has none."""
        return {row.code: row for row in self.rows}[code]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in the order of the paper."""
        return tuple(row.code for row in self.rows)

    @property
    def totals(self) -> tuple[Row, ...]:
        """Rows that are sums of others, by the formula printed on the form."""
        return tuple(row for row in self.rows if row.parts)


@cache
def form(key: str) -> Form:
    """The form kept as `forms/<key>.yaml`; FileNotFoundError when there is none."""
    text = files("nuanliu.returns").joinpath("forms", f"{key}.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return Form(key, data["title"], tuple(_row(entry) for entry in data["rows"]))


def _row(entry: dict) -> Row:
    return Row(
        code=entry["code"],
        label=entry["label"],
        unit=entry["unit"],
        group=entry["group_no"],
        parts=tuple(entry["formula"].split("+")) if "formula" in entry else (),
        memo=entry.get("memo", False),
        cell=entry.get("cell", ""),
    )
