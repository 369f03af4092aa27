"""What the reader does not tell of an XLSX sheet: formulas, hidden rows, error values, spoilt numbers, merges.

A second look at the sheet's bytes, in the plain dialect that `extent` has established: cheap patterns first, the
detailed ones only for the pieces that need them.
"""

import re
from collections.abc import Callable, Iterable

from nuanliu.base.spreadsheets.cells import Mark, MarkList, MergedRange, column_index
from nuanliu.base.spreadsheets.extent import occurs, row_pieces
from nuanliu.kernel.text import is_spoilt_number

NOTABLE = r'<f|hidden="|<mergeCell |t="e"|ht="0|<v>-?[.0-9]{16}|<v>-?[.0-9]+[eE]'

CELL = rb'<c r="([A-Za-z]+)([0-9]+)"([^>]*)>\s*'
FORMULA = rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*"
FORMULA_CELL = re.compile(CELL + FORMULA + rb"(?:<v[^>/]*>([^<]+)</v>|(<is>))?")
NUMBER_CELL = re.compile(CELL + rb"(?:" + FORMULA + rb")?<v>(-?[.0-9]{16,}|-?[.0-9]+[eE]\+?[0-9]+)</v>")
ERROR_CELL = re.compile(
    rb'<c r="([A-Za-z]+)([0-9]+)"([^>]*\bt="e"[^>]*)>\s*(?:' + FORMULA + rb")?<v>([^<]*)</v>"
)
HIDDEN_ROW = re.compile(rb'<row\b([^>]*\s(?:hidden="(?:1|true)"|ht="0(?:\.0*)?")[^>]*)>')
ROW_NUMBER = re.compile(rb'\sr="([0-9]+)"')
MERGED = re.compile(rb'<mergeCell ref="([A-Za-z]+)([0-9]+):([A-Za-z]+)([0-9]+)"')
TEXT_TYPE = re.compile(rb'\bt="(?!n")')
FORMULA_TEXT = re.compile(rb'\bt="str"')


def find_marks(chunks: Iterable[bytes]) -> MarkList:
    """The marks of a plain sheet, from the inflated bytes of its part."""
    found = MarkList()
    for piece in row_pieces(chunks):
        if occurs(piece, NOTABLE):
            for look in LOOKS:
                look(piece, found)
    return found


def is_spoilt(number: str) -> bool:
    """Whether a stored number has more than 15 digits before the point."""
    try:
        return is_spoilt_number(float(number))
    except ValueError:
        return False


def _formulas(piece: bytes, found: MarkList) -> None:
    for letters, row, attributes, value, inline in FORMULA_CELL.findall(piece):
        # A formula that gives an empty text stores an empty value of type str.
        stored = value or inline or FORMULA_TEXT.search(attributes)
        kind = Mark.FORMULA if stored else Mark.UNREADABLE
        found.add(int(row), column_index(letters.decode()), kind)


def _errors(piece: bytes, found: MarkList) -> None:
    for letters, row, _, value in ERROR_CELL.findall(piece):
        found.add(int(row), column_index(letters.decode()), Mark.ERROR, value.decode())


def _hidden_rows(piece: bytes, found: MarkList) -> None:
    for attributes in HIDDEN_ROW.findall(piece):
        number = ROW_NUMBER.search(attributes)
        if number:
            found.hidden_rows.add(int(number.group(1)))


def _merged_ranges(piece: bytes, found: MarkList) -> None:
    for letters, row, last_letters, last_row in MERGED.findall(piece):
        corners = column_index(letters.decode()), int(last_row), column_index(last_letters.decode())
        found.merged.append(MergedRange(int(row), *corners))


def _spoilt_numbers(piece: bytes, found: MarkList) -> None:
    for letters, row, attributes, value in NUMBER_CELL.findall(piece):
        if not TEXT_TYPE.search(attributes) and is_spoilt(value.decode()):
            found.add(int(row), column_index(letters.decode()), Mark.SPOILT)


LOOKS: tuple[Callable[[bytes, MarkList], None], ...] = (
    _formulas,
    _errors,
    _hidden_rows,
    _merged_ranges,
    _spoilt_numbers,
)
