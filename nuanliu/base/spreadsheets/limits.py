"""What is still read, and how everything beyond is refused."""

from dataclasses import dataclass

from nuanliu.kernel.errors import Refused
from nuanliu.kernel.findings import CODES

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. A list of 100,000 rows and 11 columns is 7 MB packed and 50 MB unpacked."""

    file_bytes: int = 64 * MEGABYTE
    unpacked_bytes: int = 512 * MEGABYTE
    entries: int = 2_000
    # Deflate reaches 1032; lists reach 8, blank formatted rows about 30.
    ratio: int = 100
    ratio_counts_from_bytes: int = 16 * MEGABYTE
    rows: int = 500_000
    # Title, heading, totals, signatures and blank lines on top of the data rows.
    other_rows: int = 1_000
    columns: int = 256
    # A reader holds the whole rectangle, about 32 bytes a cell, however few cells are filled.
    cells: int = 16_000_000

    @property
    def last_row(self) -> int:
        """The last row that may hold anything."""
        return self.rows + self.other_rows


LIMITS = Limits()


class SheetRefused(Refused):
    """A file or sheet that is not read. `code` is a finding code of the whole file or sheet."""


def refused(code: str, reason: str = "", *, remedy: str = "") -> SheetRefused:
    """The refusal to raise: title of the code, the reason seen here, the remedy."""
    known = CODES[code]
    told = f"{known.title_zh}：{reason}" if reason else known.title_zh
    return SheetRefused(code, f"{told}。{remedy or known.remedy_zh}。")


def too_many_rows(limits: Limits) -> SheetRefused:
    """More rows than one submission may have."""
    return refused("file.too_many_rows", f"最多{limits.rows}行")


def too_wide(limits: Limits) -> SheetRefused:
    """Filled cells far outside of any list."""
    return refused(
        "file.too_large",
        f"有内容的单元格超出{limits.columns}列或占用范围过大",
        remedy="请删去表格以外的零散内容后重新上传",
    )
