"""Days and bounds as Chinese rule texts mean them.

民法典 第一千二百五十九条: 以上, 以下, 以内 and 届满 include the number; 不满, 超过 and 以外 exclude it.
An explicit （含） or （不含） in the text wins.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import prod
from re import Match
from typing import Self

from nuanliu.kernel.numerals import NUMERALS, UNITS, read_numeral
from nuanliu.kernel.text import DASHES, NO_SPACES, compiled, folded

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`; None is open. Both ends belong to it unless said otherwise.

    A period without a single day cannot be made: ValueError.
    """

    start: date | None
    end: date | None
    start_inclusive: bool = True
    end_inclusive: bool = True

    def __post_init__(self) -> None:
        no_day_after = self.start == date.max and not self.start_inclusive
        no_day_before = self.end == date.min and not self.end_inclusive
        if no_day_after or no_day_before or not self._in_order():
            raise ValueError("期间没有任何一天，请核对起止日期")

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2021-12-15:2022-02-01`, both days included; an end left empty is open. ValueError otherwise."""
        start, colon, end = text.strip().partition(":")
        if not colon:
            raise ValueError(f"期间应写作 2021-12-15:2022-02-01，收到：{text}")
        return cls(_iso_day(start), _iso_day(end))

    @property
    def first_day(self) -> date | None:
        """The first day inside, None when open."""
        return self.start + ONE_DAY if self.start and not self.start_inclusive else self.start

    @property
    def last_day(self) -> date | None:
        """The last day inside, None when open."""
        return self.end - ONE_DAY if self.end and not self.end_inclusive else self.end

    def contains(self, day: date) -> bool:
        """Whether the day lies inside."""
        first, last = self.first_day, self.last_day
        return (first is None or first <= day) and (last is None or day <= last)

    def intersects(self, other: "Period") -> bool:
        """Whether the two have a day in common."""
        return _not_after(self.first_day, other.last_day) and _not_after(other.first_day, self.last_day)

    def __str__(self) -> str:
        first, last = self.first_day, self.last_day
        return f"{first or ''}:{last or ''}"

    def _in_order(self) -> bool:
        return _not_after(self.first_day, self.last_day)


def parse_date(text: str) -> date | None:
    """The day that a text is, as sheets write it: 2022年1月10日, 2022-01-10, 2022/1/10, 2022.1.10, 20220110,
    二〇二二年一月十日. None when the text is anything else or the day does not exist.
    """
    day = compiled(TIME_OF_DAY).sub("", folded(text)).strip()
    found = compiled(rf"^{DAY}\s*[日号]?$").search(day) or compiled(COMPACT_DAY).search(day)
    return _day(found) if found else None


def find_date(text: str) -> date | None:
    """The first existing day inside a longer text, such as `填报日期：2022年1月10日`."""
    days = (_day(found) for found in compiled(DAY).finditer(folded(text)))
    return next((day for day in days if day), None)


class Side(StrEnum):
    """Which side of the number a bound closes."""

    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of a rule. `value` is the number with 万 and 亿 multiplied out, `unit` the word behind it."""

    value: Decimal
    inclusive: bool
    side: Side
    unit: str = ""

    def admits(self, number: Decimal | int) -> bool:
        """Whether a number in the same unit keeps to the bound."""
        if number == self.value:
            return self.inclusive
        return (number > self.value) == (self.side is Side.LOWER)


# Longer words first: 不超过 holds 超过, and 不满 holds 满.
BOUND_WORDS_BEFORE = {
    "不超过": (Side.UPPER, True),
    "不高于": (Side.UPPER, True),
    "不大于": (Side.UPPER, True),
    "不多于": (Side.UPPER, True),
    "不低于": (Side.LOWER, True),
    "不少于": (Side.LOWER, True),
    "不小于": (Side.LOWER, True),
    "不满": (Side.UPPER, False),
    "未满": (Side.UPPER, False),
    "不足": (Side.UPPER, False),
    "低于": (Side.UPPER, False),
    "少于": (Side.UPPER, False),
    "小于": (Side.UPPER, False),
    "超过": (Side.LOWER, False),
    "高于": (Side.LOWER, False),
    "大于": (Side.LOWER, False),
    "多于": (Side.LOWER, False),
    "届满": (Side.LOWER, True),
    "年满": (Side.LOWER, True),
    "至少": (Side.LOWER, True),
    "至多": (Side.UPPER, True),
    "最多": (Side.UPPER, True),
    "满": (Side.LOWER, True),
}
BOUND_WORDS_AFTER = {
    "以上": (Side.LOWER, True),
    "以下": (Side.UPPER, True),
    "以内": (Side.UPPER, True),
    "以外": (Side.LOWER, False),
    "届满": (Side.LOWER, True),
}
EXPLICIT = r"\((?:不含|含)[^)]*\)"
BOUND_WORDS = "|".join([*BOUND_WORDS_BEFORE, *BOUND_WORDS_AFTER])
BOUND = (
    f"(?P<before>{'|'.join(BOUND_WORDS_BEFORE)})?"
    rf"(?:(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<scale>[百千万亿]*)|(?P<percent>百分之)?(?P<numeral>[{NUMERALS}]+))"
    rf"(?P<unit>(?:(?!{BOUND_WORDS})[^0-9(),;、\s且并或至的{NUMERALS}])*)"
    f"(?P<inner>{EXPLICIT})?(?P<after>{'|'.join(BOUND_WORDS_AFTER)})?(?P<outer>{EXPLICIT})?"
)

NUMBER_WORD = "[0-9〇零一二三四五六七八九十]"
DAY = (
    r"(?<![0-9])(?P<year>[12][0-9]{3}|[〇零一二三四五六七八九]{4})"
    rf"\s*(?:年|[./{DASHES}])\s*(?P<month>{NUMBER_WORD}{{1,2}})"
    rf"\s*(?:月|[./{DASHES}])\s*(?P<day>{NUMBER_WORD}{{1,3}})(?![0-9])"
)
TIME_OF_DAY = r"[T\s][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*$"
COMPACT_DAY = "^(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})$"


def parse_bound(text: str) -> Bound:
    """The bound that a piece of rule text states: `不满12个月`, `2000元以上`, `3万元（不含）以下`.

    ValueError when it states none, or contradicts itself.
    """
    found = compiled(f"^{BOUND}$").search(_tight(text))
    if found is None:
        raise ValueError(f"看不出界限：{text}")
    return _bound(found)


def parse_bounds(text: str) -> tuple[Bound, ...]:
    """All bounds of a longer text in order: `1万元以上不满3万元` has two. Other numbers are left out."""
    found = compiled(BOUND).finditer(_tight(text))
    return tuple(_bound(match) for match in found if match["before"] or match["after"])


def _bound(found: Match[str]) -> Bound:
    words = [BOUND_WORDS_BEFORE.get(found["before"] or ""), BOUND_WORDS_AFTER.get(found["after"] or "")]
    meanings = [meaning for meaning in words if meaning]
    if not meanings or len({side for side, _ in meanings}) > 1:
        raise ValueError(f"看不出界限：{found.group()}")
    explicit = found["inner"] or found["outer"]
    inclusive = explicit.startswith("(含") if explicit else all(included for _, included in meanings)
    return Bound(_value(found), inclusive, meanings[0][0], "%" if found["percent"] else found["unit"])


def _value(found: Match[str]) -> Decimal:
    if found["numeral"]:
        return Decimal(read_numeral(found["numeral"]))
    return Decimal(found["digits"].replace(",", "")) * prod(UNITS[word] for word in found["scale"])


def _day(found: Match[str]) -> date | None:
    try:
        return date(_number(found["year"]), _number(found["month"]), _number(found["day"]))
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else read_numeral(text)


def _tight(text: str) -> str:
    return NO_SPACES.apply(folded(text))


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise ValueError(f"日期应写作 2021-12-15，收到：{text}") from error


def _not_after(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
