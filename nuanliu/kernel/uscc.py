"""Unified social credit codes, GB 32100-2015.

python-stdnum computes the check character rightly (modulo 31 twice: several published snippets forget the
second and fail where the sum is a multiple of 31). Its format is too narrow: it refuses letters in the first
two places, which the standard gives to rural collectives (N2 …) and others.
"""

from random import Random
from typing import Literal

from stdnum.cn import uscc

from nuanliu.kernel.text import compiled, normalize_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"
# GB 11714: the organization code inside, eight characters and its own check character.
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

# Registering authority and kind of body.
UNION_LEGAL_PERSON = "81"
FOUNDATION = "53"
COMPANY = "91"

UsccCode = Literal["uscc.format", "uscc.checksum"]


def check_uscc(text: str) -> UsccCode | None:
    """None for a good code, as a cell gives it; otherwise what is wrong."""
    code = normalize_code(text)
    if not compiled(USCC).search(code):
        return "uscc.format"
    return None if code[-1] == uscc.calc_check_digit(code[:17]) else "uscc.checksum"


def generate_uscc(random: Random, region: str, kind: str = UNION_LEGAL_PERSON) -> str:
    """An invented code that passes the check; `region` is a six-digit division code."""
    organization = f"{random.randrange(10**8):08d}"
    body = f"{kind}{region}{organization}{_organization_check(organization)}"
    return body + uscc.calc_check_digit(body)


def _organization_check(digits: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(digits, ORGANIZATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
