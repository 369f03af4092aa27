"""How high a roster row is. A table whose heights are known beforehand is set in less than half the time."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nuanliu.awards.papers import Column

WIDTH_MM: Final[Mapping[str, float]] = {
    "seq": 8,
    "name": 15,
    "gender": 6,
    "id_number": 25,
    "employer": 29,
    "phone": 16,
    "category": 10.5,
    "reason": 15,
    "cash": 14.5,
    "goods": 16,
    "goods_value": 13.5,
    "total": 14.5,
    "bank": 17,
    "account": 25.5,
    "pay_date": 15.5,
    "receipt_ref": 19,
    "fund_source": 11,
    "remark": 12,
}
_OTHER_WIDTH_MM: Final = 16.0
_PAPER_MM: Final = 283.0
"""A4 landscape less margins of 7 mm."""

_INSET_MM = 1.2
_PADDING_MM = 1.6
_EM_MM = 6.5 * 25.4 / 72
_LINE_MM = 2.6
_LEAST_MM = 7.2
"""Room for a signature by hand."""
_MOST_LINES = 12
_ASCII_EM = 0.62
"""Wider than a digit (0.555), as capitals are."""
_BREAK = "\u200b"
# A word or one character, with the punctuation that must not be parted from it.
_CLOSING = "，。；：、！？）”’》"
_TOKEN = re.compile(rf"[（“‘《]*(?:[!-~]+|[^!-~])[{_CLOSING}]*")


def width_mm(key: str) -> float:
    """The column's width; a column that the form gets later has a usual one."""
    return WIDTH_MM.get(key, _OTHER_WIDTH_MM)


def widths_mm(columns: Sequence["Column"]) -> list[float]:
    """The columns' widths, filling the paper whatever columns the form has."""
    widths = [width_mm(column.key) for column in columns]
    return [round(width * _PAPER_MM / sum(widths), 2) for width in widths]


def column_em(key: str) -> float:
    """How many full-width characters stand in one line of the column."""
    return (width_mm(key) - _INSET_MM) / _EM_MM


def row_height_mm(columns: Sequence["Column"], texts: Sequence[str]) -> float | None:
    """The height in which every cell of the row has room; None for a row to be measured when it is set."""
    lines = max(lines_of(column.key, text) for column, text in zip(columns, texts, strict=True))
    return None if lines > _MOST_LINES else max(_LEAST_MM, lines * _LINE_MM + _PADDING_MM)


def lines_of(key: str, text: str) -> int:
    """How many lines the text takes in its column."""
    room = column_em(key)
    if len(text) <= room:
        return 1
    lines, used = 1, 0.0
    for token in _TOKEN.findall(text):
        wide = sum(map(_wide, token))
        # Punctuation at the end of a line is set half as wide.
        if used and used + wide - 0.5 * (token[-1] in _CLOSING) > room:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def breakable(key: str, text: str) -> str:
    """The text with invisible break points in unbroken runs that are longer than the column."""
    longest = int(column_em(key) / _ASCII_EM)
    if len(text) <= longest:
        return text
    return re.sub(rf"[!-~]{{{longest}}}(?=[!-~])", f"\\g<0>{_BREAK}", text)


def _wide(character: str) -> float:
    if character == _BREAK:
        return 0.0
    return _ASCII_EM if character <= "~" else 1.0
