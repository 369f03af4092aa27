"""The standard file of the contracts, read into plain facts; every mistake is named with its place and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nuanliu.kernel.errors import Refused
from nuanliu.kernel.money import MoneyError, fen_from_number, parse_yuan
from nuanliu.kernel.periods import parse_date
from nuanliu.programmes.rules import StandardSum
from nuanliu.programmes.states import Per

KEYS = {
    "document",
    "organization",
    "adopted",
    "filed_with",
    "filed_on",
    "valid_from",
    "valid_to",
    "categories",
}
ADOPTED_KEYS = {"procedure", "date", "minutes"}
LINE_KEYS = {"cash_yuan", "goods_yuan", "convertible", "per"}


@dataclass(frozen=True, slots=True)
class StandardFile:
    """What the file says; `filed_on` is the day of adoption unless it says otherwise."""

    document: str
    organization: str
    procedure: str
    adopted_on: date
    minutes: str
    filed_with: str
    filed_on: date | None
    valid_from: date
    valid_to: date | None
    lines: dict[str, StandardSum]


class _Reader:
    """Collects what is wrong, so that a file is mended in one go."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, place: str, message: str) -> None:
        self.faults.append(f"{place}：{message}")

    def mapping(self, value: object, place: str, keys: set[str]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fault(place, "缺少内容，或不是“名称: 值”的形式")
            return {}
        for key in value.keys() - keys:
            self.fault(place, f"不认识“{key}”，可用的有 {'、'.join(sorted(keys))}")
        return value

    def text(self, value: object, place: str) -> str:
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fault(place, "请填写文字")
        return ""

    def day(self, value: object, place: str) -> date:
        day = value if type(value) is date else None
        if isinstance(value, datetime):
            day = value.date()
        elif isinstance(value, str):
            day = parse_date(value)
        if day is None:
            self.fault(place, "请填写日期，如 2021-12-15")
        return day or date.min

    def fen(self, value: object, place: str) -> int:
        try:
            fen = _fen(value)
        except MoneyError as error:
            self.fault(place, str(error))
            return 0
        if fen < 0:
            self.fault(place, "金额不能为负数")
        return fen


def _fen(value: object) -> int:
    if isinstance(value, str):
        return parse_yuan(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return fen_from_number(value)
    raise MoneyError("amount.format", "金额不是数字")


def read_standard_file(data: object, codes: set[str]) -> StandardFile:
    """The facts of a standard file already parsed from YAML. `codes` are the categories there are.

    Refused `standard.file` with every fault, its place and remedy.
    """
    reader = _Reader()
    top = reader.mapping(data, "标准文件", KEYS)
    adopted = reader.mapping(top.get("adopted"), "adopted", ADOPTED_KEYS)
    filed_with = reader.text(top["filed_with"], "filed_with") if top.get("filed_with") else ""
    adopted_on = reader.day(adopted.get("date"), "adopted.date")
    facts = StandardFile(
        document=reader.text(top.get("document"), "document"),
        organization=reader.text(top["organization"], "organization") if top.get("organization") else "",
        procedure=reader.text(adopted.get("procedure"), "adopted.procedure"),
        adopted_on=adopted_on,
        minutes=reader.text(adopted.get("minutes"), "adopted.minutes"),
        filed_with=filed_with,
        filed_on=_filed_on(reader, top, adopted_on) if filed_with else None,
        valid_from=reader.day(top.get("valid_from"), "valid_from"),
        valid_to=reader.day(top["valid_to"], "valid_to") if top.get("valid_to") else None,
        lines=_lines(reader, top.get("categories"), codes),
    )
    _check_order(reader, facts)
    if reader.faults:
        raise Refused("standard.file", "慰问标准文件有误，请更正后重试：" + "；".join(reader.faults))
    return facts


def _filed_on(reader: _Reader, top: Mapping[str, Any], adopted_on: date) -> date:
    return reader.day(top["filed_on"], "filed_on") if top.get("filed_on") else adopted_on


def _lines(reader: _Reader, categories: object, codes: set[str]) -> dict[str, StandardSum]:
    entries = reader.mapping(categories, "categories", codes)
    if isinstance(categories, Mapping) and not categories:
        reader.fault("categories", "至少写明一类慰问对象的标准")
    return {code: _line(reader, entries[code], f"categories.{code}") for code in entries if code in codes}


def _line(reader: _Reader, entry: object, place: str) -> StandardSum:
    line, faults_before = reader.mapping(entry, place, LINE_KEYS), len(reader.faults)
    cash_fen = reader.fen(line.get("cash_yuan", 0), f"{place}.cash_yuan")
    goods_fen = reader.fen(line.get("goods_yuan", 0), f"{place}.goods_yuan")
    if line and cash_fen == goods_fen == 0 and len(reader.faults) == faults_before:
        reader.fault(place, "慰问金与慰问品至少一项大于零")
    convertible = line.get("convertible", False)
    if not isinstance(convertible, bool):
        reader.fault(f"{place}.convertible", "请填写 true 或 false")
    per = line.get("per", Per.PERSON)
    if per not in Per.values:
        reader.fault(f"{place}.per", "请填写 person（按人）或 household（按户）")
    return StandardSum(cash_fen, goods_fen, bool(convertible), str(per))


def _check_order(reader: _Reader, facts: StandardFile) -> None:
    if facts.valid_to and facts.valid_to < facts.valid_from:
        reader.fault("valid_to", "早于 valid_from")
    if facts.filed_on and facts.filed_on < facts.adopted_on:
        reader.fault("filed_on", "早于通过日期")
