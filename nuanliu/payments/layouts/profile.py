"""A bank profile as data, and the words it may use. Placeholders in braces are replaced; nothing is evaluated."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from nuanliu.kernel.money import yuan_plain

# What a profile writes in braces, and what it stands for. One order each:
ORDER_FIELDS = {
    "流水号": "order_key",
    "序号": "ordinal",
    "收款人": "payee_name",
    "账号": "account",
    "开户行": "bank",
    "金额": "amount",
}
# The whole batch:
BATCH_FIELDS = {
    "批次号": "number",
    "日期": "date",
    "笔数": "count",
    "总额": "total",
    "用途": "purpose",
    "付款户名": "payer_name",
    "付款账号": "payer_account",
    "付款开户行": "payer_bank",
}
# What the bank adds in its reply:
REPLY_FIELDS = {"结果": "words", "入账日期": "settled_on", "银行流水号": "reference"}
PAYER_FIELDS = frozenset({"payer_name", "payer_account", "payer_bank"})
KNOWN_FIELDS = ORDER_FIELDS | BATCH_FIELDS | REPLY_FIELDS

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FORMATS = ("xlsx", "csv", "text")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312")
UNITS = ("yuan", "fen")
DATE_FORMATS = {"YYYY-MM-DD": "%Y-%m-%d", "YYYYMMDD": "%Y%m%d", "YYYY/MM/DD": "%Y/%m/%d"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and what stands below it; two texts where own bank and other banks are told apart."""

    heading: str
    value: str = ""
    own_bank: str = ""
    other_bank: str = ""

    @property
    def tells_banks_apart(self) -> bool:
        return bool(self.own_bank or self.other_bank)

    @property
    def field(self) -> str:
        """The one field that this column carries and nothing else, '' otherwise."""
        found = PLACEHOLDER.fullmatch(self.value)
        return KNOWN_FIELDS.get(found.group(1), "") if found else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of file looks: format, columns in order, lines before and after, unit, encoding."""

    format: str
    columns: tuple[Column, ...]
    sheet: str = "Sheet1"
    headings: bool = True
    head: tuple[tuple[str, ...], ...] = ()
    foot: tuple[tuple[str, ...], ...] = ()
    unit: str = "yuan"
    encoding: str = "utf-8"
    delimiter: str = ","
    ends_with_delimiter: bool = False
    comment: str = ""
    date_format: str = "YYYY-MM-DD"
    file_name: str = "{批次号}"
    row_limit: int = 50_000
    own_bank_words: tuple[str, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """A layout from data that `check_profile` has found nothing against."""
        plain = {name: value for name, value in data.items() if name not in ("columns", "head", "foot")}
        plain["own_bank_words"] = tuple(data.get("own_bank_words", ()))
        return cls(
            columns=tuple(Column(**column) for column in data["columns"]),
            head=_lines(data.get("head", ())),
            foot=_lines(data.get("foot", ())),
            **plain,
        )

    def place_of(self, wanted: str) -> int | None:
        """The number of the column that carries a field, from 0."""
        return next((place for place, column in enumerate(self.columns) if column.field == wanted), None)

    @property
    def key_field(self) -> str:
        """What a reply names an order by: its key where the bank returns it, else its place in the file."""
        return "order_key" if self.place_of("order_key") is not None else "ordinal"

    @property
    def fields(self) -> frozenset[str]:
        """All fields that some template of the layout names."""
        templates = [column.value for column in self.columns] + [self.file_name]
        templates += [cell for line in (*self.head, *self.foot) for cell in line]
        return frozenset(name for template in templates for name in fields_in(template))

    @property
    def needs_payer(self) -> bool:
        """Whether the bank wants the paying account in the file."""
        return bool(self.fields & PAYER_FIELDS)

    def amount_text(self, amount_fen: int) -> str:
        """An amount as this bank wants it: plain yuan with two decimals, or a count of fen."""
        return str(amount_fen) if self.unit == "fen" else yuan_plain(amount_fen)

    def date_text(self, day: date) -> str:
        """A day as this bank wants it."""
        return day.strftime(DATE_FORMATS[self.date_format])


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank: the file it wants, and the reply it gives."""

    key: str
    bank: str
    layout: Layout
    reply: Layout

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """A profile from data that `check_profile` has found nothing against."""
        layout, reply = Layout.from_data(data["layout"]), Layout.from_data(data["reply"])
        return cls(data["key"], data["bank"], layout, reply)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What a file says of the batch as a whole, beside count and sum, which come from the rows."""

    number: str
    business_date: date
    purpose: str = "送温暖慰问金"
    payer_name: str = ""
    payer_account: str = ""
    payer_bank: str = ""


@dataclass(frozen=True, slots=True)
class OrderRows:
    """Orders column by column: the form in which a hundred thousand of them are written."""

    order_keys: Sequence[str]
    ordinals: Sequence[int]
    payee_names: Sequence[str]
    accounts: Sequence[str]
    banks: Sequence[str]
    amounts_fen: Sequence[int]
    # Only a reply has these.
    words: Sequence[str] = field(default=())
    settled_on: Sequence[date] = field(default=())
    references: Sequence[str] = field(default=())

    def __len__(self) -> int:
        return len(self.order_keys)


def fields_in(template: str) -> list[str]:
    """The fields that a template names, in order; KeyError for a placeholder that nobody knows."""
    return [KNOWN_FIELDS[name] for name in PLACEHOLDER.findall(template)]


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each placeholder replaced by its value."""
    return PLACEHOLDER.sub(lambda found: values[KNOWN_FIELDS[found.group(1)]], template)


def batch_values(layout: Layout, facts: BatchFacts, amounts_fen: Sequence[int]) -> dict[str, str]:
    """The batch's fields as texts of this layout."""
    return {
        "number": facts.number,
        "date": layout.date_text(facts.business_date),
        "count": str(len(amounts_fen)),
        "total": layout.amount_text(sum(amounts_fen)),
        "purpose": facts.purpose,
        "payer_name": facts.payer_name,
        "payer_account": facts.payer_account,
        "payer_bank": facts.payer_bank,
    }


def _lines(lines: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line) for line in lines)
