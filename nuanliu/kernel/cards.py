"""Bank accounts: UnionPay cards by Luhn's rule, other accounts by their digits alone.

Old passbook accounts follow no common check, so a failed one is a warning. The real check is the bank's:
account name equals recipient.
"""

from random import Random
from typing import Literal

from stdnum import luhn

from nuanliu.kernel.text import compiled, normalize_code

# Patterns for the columnar reader too.
ACCOUNT = "^[0-9]{8,32}$"
UNIONPAY_CARD = "^62[0-9]{14,17}$"

AccountCode = Literal["account.format", "account.checksum"]


def check_account(number: str) -> AccountCode | None:
    """None for a good account, as a cell gives it.

    `account.format` unless 8 to 32 digits; `account.checksum` for a card of 16 to 19 digits from 62 that fails
    Luhn.
    """
    account = normalize_code(number)
    if not compiled(ACCOUNT).search(account):
        return "account.format"
    if compiled(UNIONPAY_CARD).search(account) and luhn.checksum(account) != 0:
        return "account.checksum"
    return None


def generate_account(random: Random, issuer: str = "622202", length: int = 19) -> str:
    """An invented card number of a UnionPay issuer that passes Luhn."""
    size = length - len(issuer) - 1
    body = f"{issuer}{random.randrange(10**size):0{size}d}"
    return body + luhn.calc_check_digit(body)
