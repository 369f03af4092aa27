"""How far the cells of an XLSX sheet reach, told before any reader sees the sheet.

A reader allocates the whole rectangle between the first and the last filled cell, so two cells in opposite corners
can claim any amount of memory. Nearly every file is cleared by two patterns over its bytes: no reference beyond
column Z or the last row we read, and every cell in the plain dialect that all known programs write. Only the others
are measured cell by cell.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from nuanliu.base.spreadsheets.cells import column_index
from nuanliu.base.spreadsheets.limits import MEGABYTE, Limits, refused, too_many_rows, too_wide

LONGEST_ROW_BYTES = 4 * MEGABYTE
PIECES_IN_FLIGHT = 4
# A cell whose reference does not follow at once in double quotes, any prefix, comment, CDATA or document type.
ODD = r'<c(?:[^ a-zA-Z]| (?:[^r]|r[^=]|r=[^"]))|:(?:c|row)[ />]|<!'
# Any cell but those that are certainly blank.
CONTENT = re.compile(
    rb'<c r="([A-Za-z]+)([0-9]+)"(?!(?: [a-z]="\w*")* ?(?:/>|>(?:<v></v>|<v ?/>)?</c>))'
)
ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8|us-ascii)""", re.IGNORECASE)


def is_plain(chunks: Iterable[bytes], limits: Limits, again: Callable[[], Iterable[bytes]]) -> bool:
    """Whether the sheet is in the plain dialect; if so it is known to lie within the limits.

    `again` inflates the sheet a second time, for the few that need it. SheetRefused beyond the limits.
    """
    beyond = rf'<(?:c|row) r="(?:[A-Za-z]{{2}}|[A-Za-z]?(?:{_number_from(limits.last_row)}))'
    odd, suspect = _flags(row_pieces(chunks), (ODD, beyond))
    if odd:
        return False
    if suspect:
        check_reach(*_measured(row_pieces(again())), limits)
    return True


def check_reach(last_row: int, last_column: int, limits: Limits) -> None:
    """Refuse a sheet whose filled cells reach too far. Rows from 1, columns from 0."""
    if last_row > limits.last_row:
        raise too_many_rows(limits)
    if last_column >= limits.columns or last_row * (last_column + 1) > limits.cells:
        raise too_wide(limits)


def row_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut where a row starts, or a cell in an endless row."""
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        cut = piece.rfind(b"<row")
        if cut <= 0:
            if len(piece) < LONGEST_ROW_BYTES:
                rest = piece
                continue
            cut = max(piece.rfind(b"<c "), 0) or max(piece.rfind(b"<"), 0)
            if cut == 0:
                raise refused("file.unreadable", "工作表中有超长的内容")
        yield piece[:cut]
        rest = piece[cut:]
    yield rest


def contains(piece: bytes, patterns: Iterable[str]) -> list[bool]:
    """Which of the patterns occur in the piece. Runs outside of Python's lock. ValueError if it is not UTF-8."""
    try:
        text = pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError as problem:
        raise ValueError("not UTF-8") from problem
    return [bool(text.str.contains(pattern)[0]) for pattern in patterns]


def _flags(pieces: Iterable[bytes], patterns: tuple[str, str]) -> tuple[bool, bool]:
    # One thread inflates while the other looks.
    odd = suspect = False
    waiting: deque[Future[tuple[bool, bool]]] = deque()
    with ThreadPoolExecutor(1) as scanner:
        for piece in pieces:
            waiting.append(scanner.submit(_look, piece, patterns))
            if len(waiting) > PIECES_IN_FLIGHT:
                seen = waiting.popleft().result()
                odd, suspect = odd or seen[0], suspect or seen[1]
                if odd:
                    break
        seen_last = [future.result() for future in waiting]
    return odd or any(seen[0] for seen in seen_last), suspect or any(seen[1] for seen in seen_last)


def _look(piece: bytes, patterns: tuple[str, str]) -> tuple[bool, bool]:
    if ENCODING.search(piece[:200]):
        return True, False
    try:
        odd, suspect = contains(piece, patterns)
    except ValueError:
        return True, False
    return odd, suspect


def _measured(pieces: Iterable[bytes]) -> tuple[int, int]:
    last_row, last_column = 0, -1
    for piece in pieces:
        for letters, digits in CONTENT.findall(piece):
            last_row = max(last_row, int(digits[:12]))
            last_column = max(last_column, column_index(letters[:4].decode()))
    return last_row, last_column


def _number_from(first: int) -> str:
    # All numbers of at least this size, and some below that share its first digit.
    digits = str(first)
    return f"[{digits[0]}-9][0-9]{{{len(digits) - 1}}}|[0-9]{{{len(digits) + 1},}}"
