"""Money is an integer of fen. Yuan and 万元 exist only at the edge: read here, written here."""

from collections.abc import Sequence
from decimal import Decimal

from nuanliu.kernel.numerals import CAPITAL_DIGITS, capital_number
from nuanliu.kernel.text import AMOUNT, SAFE_DIGITS, compiled, normalize_amount

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
# One hundredth of a 万元: the smallest step of a printed table.
FEN_PER_PRINTED_STEP = FEN_PER_WAN // 100
# Ten billion yuan; larger is a slip of the keyboard, and sums of such amounts still fit a bigint.
LARGEST_AMOUNT_FEN = 10**12


class MoneyError(ValueError):
    """An amount that cannot be read. `code` is a finding code: `amount.format` or `amount.missing`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_yuan(text: str) -> int:
    """Fen of an amount in yuan as a person wrote it: '￥1,200.50元' is 120050.

    Zero and negative amounts are read too; whether they may stand is another rule. Raises MoneyError when the
    text is empty, no number, finer than a fen or beyond reason.
    """
    amount = normalize_amount(text)
    if not amount:
        raise MoneyError("amount.missing", "金额为空")
    if len(amount) > 40 or not compiled(AMOUNT).search(amount):
        raise MoneyError("amount.format", "金额不是数字，请填写以元为单位的阿拉伯数字")
    whole, _, fraction = amount.lstrip("+-").partition(".")
    if fraction[2:].strip("0"):
        raise MoneyError("amount.format", "金额精确到分，最多两位小数")
    fen = int(whole) * FEN_PER_YUAN + int(fraction[:2].ljust(2, "0"))
    return _within_reason(-fen if amount.startswith("-") else fen)


def fen_from_number(yuan: float | Decimal) -> int:
    """Fen of a numeric cell in yuan. Raises MoneyError as `parse_yuan` does.

    A spreadsheet keeps 15 significant digits, so the noise of binary fractions behind them is not data:
    550.0000000000001 is 55000 fen, while 500.005 is refused.
    """
    exact = yuan if isinstance(yuan, Decimal) else Decimal(f"{yuan:.{SAFE_DIGITS}g}")
    if not exact.is_finite() or exact.adjusted() > SAFE_DIGITS:
        raise MoneyError("amount.format", "金额不是合理的数字")
    return parse_yuan(f"{exact:f}")


def yuan_text(fen: int) -> str:
    """Yuan for people: '1,234.50'."""
    return _yuan(fen, ",")


def yuan_plain(fen: int) -> str:
    """Yuan for bank files: '1234.50', no separators, no sign of currency."""
    return _yuan(fen, "")


def wan_exact(fen: int) -> str:
    """万元 to the fen, with two to six decimals: 600000 fen is '0.60', 1000001 fen is '1.000001'."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    wan, rest = divmod(fen, FEN_PER_WAN)
    return f"{sign}{wan}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


def round_to_wan(fen: int) -> Decimal:
    """万元 with two decimals, half a step rounded up."""
    return _wan_of_steps((fen + FEN_PER_PRINTED_STEP // 2) // FEN_PER_PRINTED_STEP)


def round_parts_to_wan(parts_fen: Sequence[int]) -> list[Decimal]:
    """万元 with two decimals for each part, so that the parts add up to their rounded total.

    Largest remainder: each part is rounded down, and the steps still missing go to the parts that lost most,
    the first among equals. A part that needs no rounding is never changed. The total that they make is
    `round_to_wan(sum(parts_fen))`.
    """
    steps = [part // FEN_PER_PRINTED_STEP for part in parts_fen]
    total = (sum(parts_fen) + FEN_PER_PRINTED_STEP // 2) // FEN_PER_PRINTED_STEP
    losses = [part % FEN_PER_PRINTED_STEP for part in parts_fen]
    by_loss = sorted(range(len(steps)), key=lambda place: -losses[place])
    for place in by_loss[: total - sum(steps)]:
        steps[place] += 1
    return [_wan_of_steps(step) for step in steps]


def chinese_capital(fen: int) -> str:
    """The amount in capital numerals as receipts carry it: 10000 fen is 壹佰元整.

    支付结算办法 附一: 整 stands after 元 and after 角, never after 分. Raises MoneyError below zero.
    """
    if fen < 0:
        raise MoneyError("amount.not_positive", "大写金额不能为负数")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, cent = divmod(rest, 10)
    words = f"{capital_number(yuan)}元" if yuan or not rest else ""
    if jiao:
        words += f"{CAPITAL_DIGITS[jiao]}角"
    elif cent and yuan:
        words += "零"
    return words + (f"{CAPITAL_DIGITS[cent]}分" if cent else "整")


def _within_reason(fen: int) -> int:
    if abs(fen) > LARGEST_AMOUNT_FEN:
        raise MoneyError("amount.format", "金额超出合理范围，请核对单位是否为元")
    return fen


def _yuan(fen: int, separator: str) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return f"{sign}{f'{yuan:,}'.replace(',', separator)}.{rest:02d}"


def _wan_of_steps(steps: int) -> Decimal:
    return Decimal(steps).scaleb(-2)
