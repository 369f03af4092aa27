"""Which characters the paper's typeface can print. A rare character of a name must not vanish unnoticed."""

import struct
from collections.abc import Iterable
from functools import cache

import pylopdf_fonts_zh_cn

_SEGMENTED_COVERAGE = 12
_INVISIBLE = frozenset("\u200b\n")


def unprintable(texts: Iterable[str]) -> frozenset[str]:
    """The characters of `texts` that would print as an empty box."""
    return frozenset().union(*texts) - _INVISIBLE - _printable()


@cache
def _printable() -> frozenset[str]:
    font = pylopdf_fonts_zh_cn.sans_path().read_bytes()
    return frozenset(
        chr(code)
        for start, end in _segments(font, _table(font, b"cmap"))
        for code in range(start, end + 1)
        if not 0xD800 <= code <= 0xDFFF
    )


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    entries = (struct.unpack_from(">4s4xI", font, 12 + 16 * index) for index in range(count))
    return int(next(offset for name, offset in entries if name == tag))


def _segments(font: bytes, cmap: int) -> list[tuple[int, int]]:
    """The code ranges of the subtable that covers all planes (OpenType cmap, format 12)."""
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = (cmap + struct.unpack_from(">4xI", font, cmap + 4 + 8 * index)[0] for index in range(count))
    full = next(at for at in offsets if struct.unpack_from(">H", font, at) == (_SEGMENTED_COVERAGE,))
    (groups,) = struct.unpack_from(">I", font, full + 12)
    return [struct.unpack_from(">II", font, full + 16 + 12 * index) for index in range(groups)]
