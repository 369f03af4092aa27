"""How a cell is read before it is compared: contracts, "Reading a cell".

Each way of reading is a literal table of steps, so that the columnar reader applies the very same table to a
whole column. Patterns use only what Python's `re` and Rust's `regex` have in common: no look-around, no
back-references, and no groups in replacements.

Order for every reading: drop `INVISIBLE`, apply NFKC, for all but free text upper-case and NFKC again, then
the steps one after another.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# Zero-width and direction marks, variation selectors, byte-order marks and control characters. Tab, line feed
# and carriage return stay: they are spaces.
INVISIBLE = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
HAN = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
DASHES = "\\-\u2010-\u2015\u2212"
MIDDLE_DOTS = "[\u00b7\u2022\u2027\u2219\u22c5\u30fb\u25cf]"
EMPTY = f"^(?:[{DASHES}]+|/+|无)$"
# Looks like money: a sign and a currency mark at the ends, digits and commas between them.
PRICED = r"^[+\-]?¥?[+\-]?[0-9][0-9,]*(?:\.[0-9]*)?元?¥?$"
GROUPED = r"^[+\-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$"
# What an amount looks like when it has been read; anything else is `amount.format`.
AMOUNT = r"^[+\-]?[0-9]+(?:\.[0-9]*)?$"

# A spreadsheet keeps 15 significant digits: a longer number in a numeric cell has lost its end.
SAFE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Step:
    """Replace each `pattern` by the literal `replacement`, in texts that match `where` ('' is every text)."""

    pattern: str
    replacement: str = ""
    where: str = ""

    def apply(self, text: str) -> str:
        """The text after this step."""
        if self.where and not compiled(self.where).search(text):
            return text
        return compiled(self.pattern).sub(self.replacement, text)


TRIM = Step(r"^\s+|\s+$")
NO_SPACES = Step(r"\s+")
NO_APOSTROPHE = Step(r"^['’‘`\s]+")
NOTHING_GIVEN = Step(EMPTY)

TEXT_STEPS = (TRIM, NOTHING_GIVEN)
NAME_STEPS = (
    NO_APOSTROPHE,
    Step(rf"\s*{MIDDLE_DOTS}\s*", "·"),
    Step(r"\s*\.\s*", "·", where=HAN),
    Step(r"\s+", where=HAN),
    Step(r"\s+", " "),
    *TEXT_STEPS,
)
CODE_STEPS = (NO_SPACES, NO_APOSTROPHE, NOTHING_GIVEN)
AMOUNT_STEPS = (
    *CODE_STEPS,
    Step("[¥元]", where=PRICED),
    # A comma that does not stand between groups of three may be a decimal comma: left, and so refused.
    Step(",", where=GROUPED),
)
LABEL_STEPS = (
    NO_SPACES,
    NO_APOSTROPHE,
    Step("[\\[{<〔【《〈「『]", "("),
    Step("[\\]}>〕】》〉」』]", ")"),
    Step("[“”‘’'`]", '"'),
    Step("[、;]", ","),
    Step("[。]", "."),
    Step(f"[{DASHES}~]+", "-"),
    Step("其中[:,]?"),
    Step("[.,:]+$"),
    NOTHING_GIVEN,
)


def normalize_text(text: str) -> str:
    """Free text: compatible forms unified, trimmed; `-`, `/`, `无` and blanks become ''. Case is kept."""
    return _run(TEXT_STEPS, unicodedata.normalize("NFKC", visible(text)))


def normalize_name(text: str) -> str:
    """A person's name: upper case, one kind of middle dot, no spaces in a name with Chinese characters.

    Latin names keep single spaces: `li  ming` is `LI MING`, and `张 三` is `张三`.
    """
    return _run(NAME_STEPS, folded(text))


def normalize_code(text: str) -> str:
    """An identity number, account, phone or code: upper case, no spaces, no leading apostrophe."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _run(CODE_STEPS, folded(text))


def normalize_amount(text: str) -> str:
    """An amount: thousands separators, ￥, 元 and a leading apostrophe dropped. Words stay as they are."""
    return _run(AMOUNT_STEPS, folded(text))


def normalize_label(text: str) -> str:
    """A category label: no spaces, brackets and punctuation unified, 其中 dropped."""
    return _run(LABEL_STEPS, folded(text))


def visible(text: str) -> str:
    """The text without the characters that nobody can see."""
    if text.isascii() and text.isprintable():
        return text
    return compiled(INVISIBLE).sub("", text)


def folded(text: str) -> str:
    """Compatible forms and case unified: `Ａ` and `a` are `A`."""
    if text.isascii():
        return visible(text).upper()
    # Upper-casing can take characters apart that NFKC had joined.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible(text)).upper())


def is_spoilt_number(value: object) -> bool:
    """Whether a cell holds a number too long for a spreadsheet, so that its last digits are lost."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**SAFE_DIGITS


def number_text(value: float) -> str:
    """The digits of a numeric cell as a person sees them: 13812345678.0 is '13812345678'."""
    return f"{value:.{SAFE_DIGITS}g}" if abs(value) < 10**SAFE_DIGITS else f"{value:.0f}"


def mask_identity(number: str) -> str:
    """First three and last four: 310***********1234. Shorter than eight is hidden whole."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_account(number: str) -> str:
    """The last four digits: ****1234. Shorter than eight is hidden whole."""
    return "****" if len(number) < 8 else f"****{number[-4:]}"


def mask_phone(number: str) -> str:
    """A mobile number as 138****1234, any other by its last four digits."""
    if len(number) == 11 and number.startswith("1"):
        return f"{number[:3]}****{number[-4:]}"
    return mask_account(number)


def mask_name(name: str) -> str:
    """The first character and one star, whatever the length: 张*."""
    return f"{name[0]}*" if name else ""


def mask_numbers(text: str) -> str:
    """A sentence with every number of eight or more characters masked as an identity number is."""
    return compiled("[0-9]{7,}[0-9Xx]").sub(lambda found: mask_identity(found.group()), text)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once."""
    return re.compile(pattern)


def _run(steps: tuple[Step, ...], text: str) -> str:
    for step in steps:
        text = step.apply(text)
    return text
