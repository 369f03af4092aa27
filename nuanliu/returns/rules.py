"""Arithmetic of official tables: totals by formula, what may be entered, what looks wrong. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.findings import Finding, Severity
from nuanliu.kernel.money import round_parts_to_wan, wan_exact
from nuanliu.returns.definitions import Form

# Rows whose source is not in the stream yet; they may be typed, with a reason, and are marked so on paper.
ENTERED_CODES = frozenset({"A", "E1", "E2", "E3", "E4", "E5", "F1", "F2", "F3", "G", "H", "I"})

STATISTICS_RULE = "沪工总权〔2021〕194号 附件1"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell in its smallest unit (fen, persons, enterprises): what the stream says and what was entered by hand."""

    code: str
    derived: int = 0
    entered: int | None = None

    @property
    def value(self) -> int:
        """What the cell counts."""
        return self.derived + (self.entered or 0)

    @property
    def is_entered(self) -> bool:
        """Whether a part of it was typed."""
        return self.entered is not None


def complete(form: Form, derived: Mapping[str, int], entered: Mapping[str, int]) -> dict[str, Cell]:
    """All cells of the form: leaves as given, totals by the formulas printed on it (R-113 to R-117).

    A total counts as entered as soon as one of its parts is, so that the paper shows it.
    """
    cells = {
        row.code: Cell(row.code, derived.get(row.code, 0), entered.get(row.code))
        for row in form.rows
        if not row.parts
    }
    for row in form.totals:
        parts = [cells[part] for part in row.parts]
        typed = [part.entered for part in parts if part.entered is not None]
        cells[row.code] = Cell(row.code, sum(part.derived for part in parts), sum(typed) if typed else None)
    return {row.code: cells[row.code] for row in form.rows}


def broken_formulas(form: Form, values: Mapping[str, int]) -> list[Finding]:
    """Totals that are not the sum of their parts, to the fen and to the person."""
    return [
        _finding(
            row.code,
            f"{row.code} 应等于 {'+'.join(row.parts)}，现为 {values[row.code]}，各项之和为 {total}。请核对各项。",
        )
        for row in form.totals
        if values[row.code] != (total := sum(values[part] for part in row.parts))
    ]


def doubtful_cells(values: Mapping[str, int]) -> list[Finding]:
    """What a reader of the table would ask about: given without anybody given to, more given than raised."""
    pairs = [(f"C{number}", f"D{number}") for number in range(1, 12)]
    doubts = [
        _doubt(
            money, f"{people} 为 {values[people]} 人次而 {money} 为 {wan_exact(values[money])} 万元，请核对。"
        )
        for people, money in pairs
        if (values[people] == 0) != (values[money] == 0)
    ]
    if values["D"] > values["B"]:
        doubts.append(_doubt("D", "发放款物总计大于筹集总额，请核对是否使用了上期结余。"))
    doubts += [
        _doubt(memo, f"{memo} 大于 {total}，而{memo}只是{total}的其中数，请核对。")
        for memo, total in (("J1", "C"), ("J2", "D"))
        if values[memo] > values[total]
    ]
    return doubts


def difference(earlier: Mapping[str, int], later: Mapping[str, int]) -> dict[str, int]:
    """Codes whose value changed, with the change; a code that was not there counted nothing."""
    changes = {code: value - earlier.get(code, 0) for code, value in later.items()}
    return {code: change for code, change in changes.items() if change}


def content_digest(header: Mapping[str, object], cells: Mapping[str, Cell]) -> bytes:
    """The digest of what a version says: its head, and the derived and the entered part of each cell."""
    figures = {code: [cell.derived, cell.entered] for code, cell in cells.items()}
    return sha256_of({"header": dict(header), "cells": figures})


def printed(form: Form, cells: Mapping[str, Cell]) -> dict[str, str]:
    """What stands on paper: counts as they are, money in 万元 with two decimals, parts rounded so that they add up."""
    texts = {row.code: str(cells[row.code].value) for row in form.rows if not row.is_money}
    money = {row.code: row for row in form.rows if row.is_money}
    for row in form.totals:
        if row.is_money:
            parts = round_parts_to_wan([cells[part].value for part in row.parts])
            texts |= {code: _two_decimals(amount) for code, amount in zip(row.parts, parts, strict=True)}
            texts[row.code] = _two_decimals(sum(parts, Decimal(0)))
    for code in money.keys() - texts.keys():
        texts[code] = _two_decimals(round_parts_to_wan([cells[code].value])[0])
    return {row.code: texts[row.code] for row in form.rows}


def _two_decimals(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _finding(code: str, message: str) -> Finding:
    return Finding("return.formula_broken", Severity.ERROR, message, STATISTICS_RULE, column=code)


def _doubt(code: str, message: str) -> Finding:
    return Finding("return.doubtful", Severity.WARNING, message, STATISTICS_RULE, column=code)
