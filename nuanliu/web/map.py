"""Shanghai's sixteen districts as tiles, each roughly where it lies: Chongming in the north, Jinshan in the south-west.

A tile map, because borders would need a map that is licensed and, to be published in China, reviewed (审图号); and a
small inner district is as easy to hit as Pudong. docs/decisions tells more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from nuanliu.desk.queries import Branch

TILE_WIDTH, TILE_HEIGHT, GAP = 76, 54, 6

# Division code to column and row, from the north-west.
PLACES: dict[str, tuple[int, int]] = {
    "310151": (3, 0),  # 崇明
    "310114": (1, 1),  # 嘉定
    "310113": (2, 1),  # 宝山
    "310107": (1, 2),  # 普陀
    "310106": (2, 2),  # 静安
    "310109": (3, 2),  # 虹口
    "310110": (4, 2),  # 杨浦
    "310118": (0, 3),  # 青浦
    "310105": (1, 3),  # 长宁
    "310104": (2, 3),  # 徐汇
    "310101": (3, 3),  # 黄浦
    "310115": (4, 3),  # 浦东
    "310117": (1, 4),  # 松江
    "310112": (2, 4),  # 闵行
    "310120": (3, 4),  # 奉贤
    "310116": (1, 5),  # 金山
}
COLUMNS = 1 + max(column for column, _ in PLACES.values())
ROWS = 1 + max(row for _, row in PLACES.values())

# From which percentage on a tile has which shade; the figure on it says the same.
SHADES = ((0, "few"), (25, "some"), (50, "half"), (75, "most"), (100, "all"))


@dataclass(frozen=True, slots=True)
class Tile:
    """One district on the map: where it is drawn, its shade, and what it says."""

    branch: Branch
    x: int
    y: int
    shade: str

    @property
    def name(self) -> str:
        """嘉定, without what all have in common."""
        return self.branch.name.removesuffix("总工会").removesuffix("区").removesuffix("新")

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.x + TILE_WIDTH // 2

    @property
    def figure_y(self) -> int:
        return self.y + 25

    @property
    def name_y(self) -> int:
        return self.y + 43


@dataclass(frozen=True, slots=True)
class TileMap:
    """The drawing: tiles and its size."""

    tiles: tuple[Tile, ...]
    width: int = COLUMNS * (TILE_WIDTH + GAP) - GAP
    height: int = ROWS * (TILE_HEIGHT + GAP) - GAP
    tile_width: int = TILE_WIDTH
    tile_height: int = TILE_HEIGHT


def tile_map(branches: Iterable[Branch]) -> TileMap | None:
    """The map of a city's branches; None where not all sixteen districts are among them."""
    placed = [branch for branch in branches if branch.division_code in PLACES and not branch.own]
    if {branch.division_code for branch in placed} != PLACES.keys():
        return None
    return TileMap(tuple(_tile(branch) for branch in sorted(placed, key=_reading_order)))


def shade_of(percent: int | None) -> str:
    """The shade of a percentage; `none` where there is nothing to count."""
    if percent is None:
        return "none"
    return [shade for least, shade in SHADES if percent >= least][-1]


def _tile(branch: Branch) -> Tile:
    column, row = PLACES[branch.division_code]
    return Tile(branch, column * (TILE_WIDTH + GAP), row * (TILE_HEIGHT + GAP), shade_of(branch.percent))


def _reading_order(branch: Branch) -> tuple[int, int]:
    column, row = PLACES[branch.division_code]
    return row, column
