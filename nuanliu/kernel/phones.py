"""Phone numbers: mainland mobiles and landlines as people write them."""

from random import Random
from typing import Literal

from nuanliu.kernel.text import DASHES, compiled, normalize_code

# Patterns for the columnar reader too. People put dashes anywhere in a mobile number; a landline has an area
# code or none, and an extension after a dash, a star (63211939*3072), # or 转.
MOBILE = r"^(?:(?:\+|00)?86)?1[3-9][0-9]{9}$"
LANDLINE = (
    r"^(?:\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?-?|(?:\+|00)86-?(?:10|2[0-9]|[3-9][0-9]{2})-?)?"
    r"[2-9][0-9]{6,7}(?:(?:-|\*|#|转|EXT\.?|X)[0-9]{1,6})?$"
)
DASH = f"[{DASHES}]"
COUNTRY_CODE = r"^(?:\+|00)?86"

PhoneCode = Literal["phone.format"]


def check_phone(text: str) -> PhoneCode | None:
    """None for a mobile or landline number, as a cell gives it."""
    phone = _unified(text)
    good = compiled(MOBILE).search(phone.replace("-", "")) or compiled(LANDLINE).search(phone)
    return None if good else "phone.format"


def normalize_phone(text: str) -> str:
    """A mobile number as eleven digits; any other number without spaces, as it was written."""
    phone = _unified(text)
    digits = phone.replace("-", "")
    return compiled(COUNTRY_CODE).sub("", digits) if compiled(MOBILE).search(digits) else phone


def generate_mobile(random: Random) -> str:
    """An invented mobile number."""
    return f"1{random.choice('3456789')}{random.randrange(10**9):09d}"


def _unified(text: str) -> str:
    return compiled(DASH).sub("-", normalize_code(text))
