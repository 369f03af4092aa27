"""What a cell should probably say, where the record or the check knows it: proposed to a person, never put in place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nuanliu.awards.checking.identity import WEIGHTS
from nuanliu.awards.checking.normalise import READERS
from nuanliu.awards.row_queries import RowWithFindings
from nuanliu.base.crypto import blind_many
from nuanliu.kernel.identity import check_character
from nuanliu.kernel.text import compiled
from nuanliu.people.models import Person

WRONG_NUMBER = "identity.checksum"
WHOLE = "^[0-9]{17}[0-9X]$"
ON_RECORD = "登记在册的同名人员，号码只差一位"
BY_STANDARD = "现行慰问标准"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a cell, and from where it is known."""

    value: str
    source: str


def proposals_of(
    rows: Sequence[RowWithFindings], cells: Sequence[Mapping[str, object]]
) -> dict[tuple[int, str], Proposal]:
    """By row and finding code what is proposed. One query, and only where a number does not check.

    A wrong identity number is compared with the people on record within the scope: the same name under a number that
    differs in one place. `cells` are those of `rows`, as they stand now.
    """
    known = {
        (one.row.pk, found.code): Proposal(found.expected, BY_STANDARD)
        for one in rows
        for found in one.findings
        if found.expected
    }
    return known | _numbers_on_record(rows, cells)


def _numbers_on_record(
    rows: Sequence[RowWithFindings], cells: Sequence[Mapping[str, object]]
) -> dict[tuple[int, str], Proposal]:
    _, read = READERS["identity_number"]
    wrong = [
        (one, number)
        for one, given in zip(rows, cells, strict=True)
        if any(found.code == WRONG_NUMBER for found in one.findings)
        for number in nearby(read(str(given.get("identity_number") or "")))
    ]
    digests = blind_many([number for _, number in wrong], purpose="identity")
    known = set(_names(digest for digest in digests if digest)) if wrong else set()
    found: dict[tuple[int, str], Proposal] = {}
    for (one, number), digest in zip(wrong, digests, strict=True):
        if digest and (digest, one.row.name) in known:
            found[one.row.pk, WRONG_NUMBER] = Proposal(number, ON_RECORD)
    return found


def nearby(number: str) -> list[str]:
    """The numbers that differ from this one in one place and check."""
    if not compiled(WHOLE).search(number):
        return []
    figures = [int(sign) for sign in number[:-1]]
    check = 10 if number[-1] == "X" else int(number[-1])
    short = (1 - check - sum(weight * figure for weight, figure in zip(WEIGHTS, figures, strict=True))) % 11
    found = [
        number[:place] + str(digit) + number[place + 1 :]
        for place, (weight, figure) in enumerate(zip(WEIGHTS, figures, strict=True))
        for digit in range(10)
        if (weight * (digit - figure) - short) % 11 == 0
    ]
    return sorted({*found, number[:-1] + check_character(number[:-1])} - {number})


def _names(digests: Iterable[bytes]) -> list[tuple[bytes, str]]:
    people = Person.objects.filter(identity_digest__in=list(digests)).values_list("identity_digest", "name")
    return [(bytes(digest), name) for digest, name in people]
