"""The contract's table of codes, row by row and as slow as it reads: what the columns must agree with."""

from collections.abc import Mapping, Sequence
from datetime import date

from nuanliu.awards.checking.facts import Line
from nuanliu.kernel.cards import check_account
from nuanliu.kernel.findings import CODES, Severity
from nuanliu.kernel.identity import check_identity
from nuanliu.kernel.money import MoneyError, parse_yuan
from nuanliu.kernel.phones import check_phone
from nuanliu.kernel.text import normalize_code, normalize_label, normalize_name

type Row = Mapping[str, str | None]


def judge(
    rows: Sequence[Row], on: date, lines: Mapping[str, Line], wordings: Mapping[str, str], forbidden: str
) -> list[set[str]]:
    """The codes of each row."""
    alone = [judge_alone(row, on, lines, wordings, forbidden) for row in rows]
    codes: list[set[str]] = []
    for place, row in enumerate(rows):
        before = [other for other in range(place) if stands(codes[other])]
        codes.append(
            alone[place] | clashes(row, alone[place], [rows[other] for other in before], on, wordings)
        )
    return codes


def stands(codes: set[str]) -> bool:
    return not any(CODES[code].severity is Severity.ERROR for code in codes)


def judge_alone(
    row: Row, on: date, lines: Mapping[str, Line], wordings: Mapping[str, str], forbidden: str
) -> set[str]:
    codes = set()
    if not name_of(row):
        codes.add("name.missing")
    if not normalize_code(row["identity_number"] or ""):
        codes.add("identity.missing")
    elif fault := check_identity(row["identity_number"], on).code:
        codes.add(fault)
    codes |= of_category(row, wordings) | of_amount(row)
    if not any(code.startswith(("amount.", "category.")) for code in codes):
        codes |= of_standard(row, lines, wordings)
    codes |= of_account(row)
    if normalize_code(row["phone"] or "") and check_phone(row["phone"]):
        codes.add("phone.format")
    if forbidden in (row["goods"] or ""):
        codes.add("goods.prohibited")
    return codes


def name_of(row: Row) -> str:
    return normalize_name(row["name"] or "")


def number_of(row: Row, on: date) -> str | None:
    checked = check_identity(row["identity_number"] or "", on)
    return None if checked.code else checked.number


def category_of(row: Row, wordings: Mapping[str, str]) -> str | None:
    return wordings.get(normalize_label(row["category"] or ""))


def of_category(row: Row, wordings: Mapping[str, str]) -> set[str]:
    if not normalize_label(row["category"] or ""):
        return {"category.missing"}
    return set() if category_of(row, wordings) else {"category.unknown"}


def fen_of(row: Row, field: str) -> int | str | None:
    """Fen, None for an empty cell, the code for an unreadable one."""
    try:
        return parse_yuan(row[field] or "")
    except MoneyError as error:
        return None if error.code == "amount.missing" else error.code


def of_amount(row: Row) -> set[str]:
    amounts = [fen_of(row, "cash"), fen_of(row, "goods_value")]
    if "amount.format" in amounts:
        return {"amount.format"}
    given = [amount for amount in amounts if amount is not None]
    if not given:
        return {"amount.missing"}
    return {"amount.not_positive"} if min(given) < 0 or max(given) <= 0 else set()


def of_standard(row: Row, lines: Mapping[str, Line], wordings: Mapping[str, str]) -> set[str]:
    line = lines.get(category_of(row, wordings))
    if line is None:
        return {"standard.missing"}
    cash, goods = fen_of(row, "cash") or 0, fen_of(row, "goods_value") or 0
    codes = set()
    if (cash > line.cash_fen and not line.convertible) or cash + goods > line.sum_fen:
        codes.add("standard.exceeded")
    if cash + goods < line.sum_fen:
        codes.add("standard.below")
    return codes


def of_account(row: Row) -> set[str]:
    account, cash = normalize_code(row["account"] or ""), fen_of(row, "cash")
    with_cash = cash == "amount.format" or (isinstance(cash, int) and cash > 0)
    codes = set()
    if not account:
        codes |= {"account.missing"} if with_cash else set()
    elif (fault := check_account(row["account"])) and (with_cash or fault == "account.checksum"):
        codes.add(fault)
    holder = normalize_name(row["account_holder"] or "")
    if holder and name_of(row) and holder != name_of(row):
        codes.add("account.name_conflict")
    return codes


def clashes(
    row: Row, alone: set[str], standing: Sequence[Row], on: date, wordings: Mapping[str, str]
) -> set[str]:
    """What stands against a row in the rows before it that stand."""
    codes: set[str] = set()
    number, category = number_of(row, on), category_of(row, wordings)
    same = [other for other in standing if number and number_of(other, on) == number]
    if name_of(row) and any(name_of(other) != name_of(row) for other in same):
        codes.add("identity.name_conflict")
    if number and category and not any(code.startswith("identity.") for code in alone | codes):
        given = {category_of(other, wordings) for other in same}
        if category in given:
            codes.add("duplicate.in_list")
        elif given:
            codes.add("duplicate.other_category")
    if any(shares_account(row, other, on) for other in standing):
        codes.add("account.shared")
    return codes


def shares_account(row: Row, other: Row, on: date) -> bool:
    account = normalize_code(row["account"] or "")
    usable = account and check_account(row["account"] or "") != "account.format"
    if not usable or account != normalize_code(other["account"] or ""):
        return False
    number = number_of(row, on)
    if number:
        return number != number_of(other, on)
    return bool(name_of(row)) and name_of(row) != name_of(other)
