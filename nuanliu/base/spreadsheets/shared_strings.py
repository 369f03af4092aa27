"""The shared texts of an XLSX workbook, checked before a reader makes room for them."""

import re

from nuanliu.base.spreadsheets.limits import refused
from nuanliu.base.spreadsheets.package import Package

SHORTEST_STRING_BYTES = len(b"<si/>")
UNIQUE_COUNT = re.compile(rb"""\buniqueCount\s*=\s*["']\s*\+?(\d+)""")
HEAD_BYTES = 4096


def check_shared_strings(package: Package, part: str) -> None:
    """Refuse a part that is larger than declared, or that announces more texts than it can hold.

    A reader makes room for the announced number at once.
    """
    size, head = 0, b""
    for chunk in package.inflated(part):
        if len(head) < HEAD_BYTES:
            head += chunk[:HEAD_BYTES]
        size += len(chunk)
    if b"<!DOCTYPE" in head:
        raise refused("file.unreadable", "含有不允许的XML文档类型声明")
    announced = max(map(int, UNIQUE_COUNT.findall(head)), default=0)
    if announced * SHORTEST_STRING_BYTES > size:
        raise refused("file.unreadable", "共享文字的声明数量不实")
