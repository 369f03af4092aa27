"""Finds heading rows, one or two of them, and reads columns from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nuanliu.base.spreadsheets.synonyms import Synonyms, read_heading

DIGIT_RUN = re.compile(r"[0-9]{6}")
# A table tells who: one of these and one field more.
IDENTIFYING = ("name", "identity_number")
FEWEST_FIELDS = 2
LONGEST_HEADING = 40
IGNORED = "ignore"
MONEY = ("cash", "goods_value", "total")
# Fields that no check reads.
UNJUDGED = frozenset({
    "seq", "gender", "department", "organization", "goods_quantity", "total", "pay_date", "receipt", "fund_source",
    "cash_exception", "relation", "remark",
})  # fmt: skip

type Cells = Sequence[str | None]
type Mapped = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column of the table.

    `index` counts from 0; `field` is None when nobody knows the heading and "ignore" when the sender said so; `unit`
    is 元, 万元 … where the heading or the sheet names one, else ''.
    """

    index: int
    heading_as_received: str
    field: str | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FoundHeading:
    """Heading rows (numbered from 1) and the columns that they name."""

    rows: tuple[int, ...]
    columns: tuple[FoundColumn, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the columns hold."""
        return frozenset(column.field for column in self.columns if column.field)

    @property
    def is_table(self) -> bool:
        """Whether this is the heading of a list of people."""
        return len(self.fields) >= FEWEST_FIELDS and any(field in self.fields for field in IDENTIFYING)


def heading_at(
    rows: Sequence[Cells], index: int, synonyms: Synonyms, remembered: Mapped
) -> FoundHeading | None:
    """The heading that starts at this row of `rows` (counted from 0), or None."""
    cells = rows[index]
    if not _could_be_heading(cells):
        return None
    below = rows[index + 1] if index + 1 < len(rows) else ()
    if _is_second_row(cells, below, synonyms):
        both = _table((index + 1, index + 2), _columns(_spread(cells, below), below, synonyms, remembered))
        lower = _table((index + 2,), _columns(below, (), synonyms, remembered))
        # A line of facts above a complete heading is no part of it.
        return both if both and not (lower and lower.fields == both.fields) else None
    return _table((index + 1,), _columns(cells, (), synonyms, remembered))


def _table(rows: tuple[int, ...], columns: list[FoundColumn]) -> FoundHeading | None:
    found = FoundHeading(rows, tuple(_total_as_cash(columns)))
    return found if found.is_table else None


def _could_be_heading(cells: Cells) -> bool:
    texts = [text for text in cells if text and text.strip()]
    if len(texts) < FEWEST_FIELDS:
        return False
    return not any(DIGIT_RUN.search(text) or len(text) > LONGEST_HEADING * 2 for text in texts)


def _is_second_row(cells: Cells, below: Cells, synonyms: Synonyms) -> bool:
    """Whether the row below goes on with the heading: nothing under the name, sub-headings under wider ones."""
    texts = [(column, text) for column, text in enumerate(below) if text and text.strip()]
    if not texts or any(DIGIT_RUN.search(text) or len(text) > LONGEST_HEADING for _, text in texts):
        return False
    spread = _spread(cells, below)
    known = [
        column
        for column, text in texts
        if _sub_field(spread[column], text, synonyms) or synonyms.exact.get(read_heading(text).key)
    ]
    return len(known) * 2 >= len(texts) and not _is_data_under(cells, below, synonyms)


def _is_data_under(cells: Cells, below: Cells, synonyms: Synonyms) -> bool:
    # A person's row has something under the heading that names people, and it is no heading.
    for above, text in zip(cells, below, strict=False):
        if above and text and text.strip():
            place = synonyms.exact.get(read_heading(above).key)
            if place and place[0] in IDENTIFYING and read_heading(text).key not in synonyms.exact:
                return True
    return False


def _spread(cells: Cells, below: Cells) -> list[str | None]:
    # A merged heading stands in its first cell only; it reaches over the sub-headings to its right.
    spread: list[str | None] = []
    current: str | None = None
    for text, under in zip(cells, below, strict=False):
        if text and text.strip():
            current = text
        elif not (under and under.strip()):
            current = None
        spread.append(current)
    return spread


def _sub_field(parent: str | None, text: str, synonyms: Synonyms) -> str | None:
    return synonyms.field_under(read_heading(parent).key, read_heading(text).key) if parent else None


def _columns(cells: Cells, below: Cells, synonyms: Synonyms, remembered: Mapped) -> list[FoundColumn]:
    claims: list[tuple[FoundColumn, int]] = []
    for index, text in enumerate(cells):
        under = below[index] if index < len(below) else None
        parent = text.strip() if text and text.strip() else ""
        child = under.strip() if under and under.strip() else ""
        if parent or child:
            claims.append(_claim(index, parent, child, synonyms, remembered))
    return _settled(_goods_beside_their_value(claims, synonyms))


def names_goods(column: FoundColumn, synonyms: Synonyms) -> bool:
    """Whether the heading alone would name goods, and no unit says that it means their value: 慰问品, 实物."""
    parts = column.heading_as_received.split("/")
    # Also a heading may have a stroke inside: 慰问品（名称/数量）.
    endings = ("/".join(parts[place:]) for place in range(len(parts)))
    known = (synonyms.exact.get(read_heading(ending).key, ("", 0))[0] for ending in endings)
    return "goods" in known and not column.unit


def _goods_beside_their_value(
    claims: list[tuple[FoundColumn, int]], synonyms: Synonyms
) -> list[tuple[FoundColumn, int]]:
    # 慰问品 under 慰问情况 is a sum, unless its 折价 stands beside it.
    values = [column for column, _ in claims if column.field == "goods_value"]
    if all(names_goods(column, synonyms) for column in values):
        return claims
    return [
        (
            replace(column, field="goods") if column in values and names_goods(column, synonyms) else column,
            rank,
        )
        for column, rank in claims
    ]


def _claim(
    index: int, parent: str, child: str, synonyms: Synonyms, remembered: Mapped
) -> tuple[FoundColumn, int]:
    received = f"{parent}/{child}" if parent and child else parent or child
    heading = read_heading(child or parent)
    unit = heading.unit or (read_heading(parent).unit if parent else "")
    mapped = _remembered(received, child or parent, remembered)
    if mapped:
        return FoundColumn(index, received, mapped, unit), -1
    if parent and child:
        under = synonyms.field_under(read_heading(parent).key, heading.key)
        if under:
            return FoundColumn(index, received, under, unit), 0
    field, rank = synonyms.field_of(heading.key) or (None, 0)
    # 慰问品（元） is what they are worth.
    return FoundColumn(index, received, "goods_value" if field == "goods" and unit else field, unit), rank


def _remembered(received: str, last: str, remembered: Mapped) -> str | None:
    if received in remembered or last in remembered:
        return remembered.get(received) or remembered.get(last)
    by_key = {read_heading(heading).key: field for heading, field in remembered.items()}
    return by_key.get(read_heading(received).key) or by_key.get(read_heading(last).key)


def _settled(claims: list[tuple[FoundColumn, int]]) -> list[FoundColumn]:
    # One column a field: the sender's own word first, then the stronger heading, then the one further left. What a
    # further one means is known, and asked only where it would change a row.
    strongest: dict[str, int] = {}
    for column, _ in sorted(claims, key=lambda claim: (claim[1], claim[0].index)):
        if column.field and column.field != IGNORED:
            strongest.setdefault(column.field, column.index)
    return [
        column
        if column.field in (None, IGNORED) or strongest[column.field] == column.index
        else replace(column, field=IGNORED if column.field in UNJUDGED else None)
        for column, _ in claims
    ]


def _total_as_cash(columns: list[FoundColumn]) -> list[FoundColumn]:
    # A list whose only sum is headed 合计 gives that sum in cash.
    if [column.field for column in columns if column.field in MONEY] != ["total"]:
        return columns
    return [replace(column, field="cash") if column.field == "total" else column for column in columns]
