"""Resident identity numbers, GB 11643-1999.

The check character is python-stdnum's. Its table of regions is not used: it refuses people of living
districts (310115, 310151, 411503 …), and a region code is never a reason to refuse a person.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random
from typing import Literal

from stdnum.cn import ric

from nuanliu.kernel.text import compiled, normalize_code

# Patterns for the columnar reader too.
IDENTITY = "^(?:[0-9]{17}[0-9X]|[0-9]{15})$"
OLDEST_YEARS = 120

IdentityCode = Literal["identity.format", "identity.checksum"]


class Gender(StrEnum):
    """Told by the seventeenth digit: odd is male."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """What a number tells. `number` has 18 characters where it could be lifted.

    `code` is None for a good number; then birth date and gender are known. Otherwise `reason` says in Chinese
    what is wrong with it.
    """

    number: str
    code: IdentityCode | None
    reason: str = ""
    birth_date: date | None = None
    gender: Gender | None = None


def lift(number: str) -> str:
    """The 18 characters of an old 15-digit number (born 19xx). Any other text comes back unchanged."""
    if len(number) != 15 or not compiled(IDENTITY).search(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """The eighteenth character for 17 digits."""
    return ric.calc_check_digit(f"{body}0")


def check_identity(number: str, on: date) -> IdentityCheck:
    """Read a number as a cell gives it and judge it as of the business date `on`.

    An empty text is `identity.format` here; the caller knows `identity.missing`.
    """
    code = normalize_code(number)
    if not compiled(IDENTITY).search(code):
        return IdentityCheck(code, "identity.format", "应为18位（或旧15位）身份证号码")
    lifted = lift(code)
    if lifted[-1] != check_character(lifted[:17]):
        return IdentityCheck(lifted, "identity.checksum", "校验码不符")
    birth_date = _birth_date(lifted)
    reason = _impossible_birth(birth_date, on)
    if reason:
        return IdentityCheck(lifted, "identity.checksum", reason)
    return IdentityCheck(lifted, None, "", birth_date, gender_of(lifted))


def gender_of(number: str) -> Gender:
    """The gender that an 18-character number states."""
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def generate_identity(random: Random, birth_date: date, region: str, gender: Gender | None = None) -> str:
    """An invented number that passes every check; `region` is a six-digit division code."""
    order = random.randrange(1, 999)
    if gender is not None and (order % 2 == 1) != (gender is Gender.MALE):
        order += 1
    body = f"{region}{birth_date:%Y%m%d}{order:03d}"
    return body + check_character(body)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _impossible_birth(birth_date: date | None, on: date) -> str:
    if birth_date is None:
        return "出生日期不存在"
    if birth_date > on:
        return "出生日期晚于业务日期"
    if (birth_date.year + OLDEST_YEARS, birth_date.month, birth_date.day) < (on.year, on.month, on.day):
        return f"出生日期距今超过{OLDEST_YEARS}年"
    return ""
