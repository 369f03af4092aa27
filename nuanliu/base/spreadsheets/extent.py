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
# A cell whose reference does not follow at once in double quotes and is not of this kind, any prefix, comment, CDATA
# or document type. Written as one pattern, all questions cost a single pass.
ODD = r'<c(?:[^ a-zA-Z]| (?:[^r]|r(?:[^=]|=(?:[^"]|"(?:{})))))|:(?:c|row)[ />]|<!'
# Any cell but those that are certainly blank.
CONTENT = re.compile(rb'<c r="([A-Za-z]+)([0-9]+)"(?!(?: [a-z]="\w*")* ?(?:/>|>(?:<v></v>|<v ?/>)?</c>))')
ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8|us-ascii)""", re.IGNORECASE)


def is_plain(chunks: Iterable[bytes], limits: Limits, again: Callable[[], Iterable[bytes]]) -> bool:
    """Whether the sheet is in the plain dialect; if so it is known to lie within the limits.

    `again` inflates the sheet a second time, for the few that need it. SheetRefused beyond the limits.
    """
    beyond = rf"[A-Za-z]{{2}}|[A-Za-z]?(?:{_number_from(limits.last_row)})"
    if not _occurs(row_pieces(chunks), f'<row r="(?:{beyond})|{ODD.format(beyond)}'):
        return True
    if _occurs(row_pieces(again()), ODD.format("[^A-Za-z]")):
        return False
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


def occurs(piece: bytes, pattern: str) -> bool:
    """Whether the pattern occurs in the piece. Runs outside of Python's lock. ValueError if it is not UTF-8."""
    try:
        text = pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError as problem:
        raise ValueError("not UTF-8") from problem
    return bool(text.str.contains(pattern)[0])


def _occurs(pieces: Iterable[bytes], pattern: str) -> bool:
    # One thread inflates while the other looks.
    waiting: deque[Future[bool]] = deque()
    with ThreadPoolExecutor(1) as scanner:
        for piece in pieces:
            waiting.append(scanner.submit(_strikes, piece, pattern))
            if len(waiting) > PIECES_IN_FLIGHT and waiting.popleft().result():
                return True
        return any(future.result() for future in waiting)


def _strikes(piece: bytes, pattern: str) -> bool:
    if ENCODING.search(piece[:200]):
        return True
    try:
        return occurs(piece, pattern)
    except ValueError:
        return True


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
