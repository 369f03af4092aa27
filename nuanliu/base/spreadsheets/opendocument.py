"""An ODS package before it is read: password, and how far its filled cells reach.

Repeated rows and cells are written once with a count, so a few bytes can claim any number of cells.
"""

from nuanliu.base.spreadsheets.extent import check_reach
from nuanliu.base.spreadsheets.limits import Limits, refused
from nuanliu.base.spreadsheets.package import Package, parse_all, safe_parser

CELLS = ("table-cell", "covered-table-cell")
MANIFEST = "META-INF/manifest.xml"


def check_opendocument(package: Package, limits: Limits) -> None:
    """Refuse an encrypted document, or one whose cells reach beyond the limits."""
    if package.has("encrypted-package") or b"encryption-data" in package.small(MANIFEST):
        raise refused("file.password")
    reach = _Reach(limits)
    parser = safe_parser()
    parser.StartElementHandler = reach.start
    parser.EndElementHandler = reach.end
    parse_all(parser, package.inflated("content.xml"))


class _Reach:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._repeated_rows = self._repeated_cells = 1
        self._row_is_filled = self._cell_is_filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "table":
            self._row = self._last_row = self._last_column = 0
        elif name == "table-row":
            self._repeated_rows = _count(attributes, "table:number-rows-repeated")
            self._column, self._row_is_filled = 0, False
        elif name in CELLS:
            self._repeated_cells = _count(attributes, "table:number-columns-repeated")
            self._cell_is_filled = any(key.startswith("office:") for key in attributes)
        elif name == "p":
            self._cell_is_filled = True

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in CELLS:
            self._end_cell()
        elif name == "table-row":
            self._row += self._repeated_rows
            if self._row_is_filled:
                self._last_row = self._row
                check_reach(self._last_row, self._last_column, self._limits)

    def _end_cell(self) -> None:
        self._column += self._repeated_cells
        if self._cell_is_filled:
            self._row_is_filled = True
            self._last_column = max(self._last_column, self._column - 1)
        self._cell_is_filled = False


def _count(attributes: dict[str, str], name: str) -> int:
    given = attributes.get(name, "1")
    if not given.isdecimal() or len(given) > 9:
        raise refused("file.unreadable", "重复次数不合规范")
    return int(given)
