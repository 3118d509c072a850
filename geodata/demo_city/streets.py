"""Streets, motorway and railway: lines with the city's real names on made-up courses."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city import plan
from geodata.demo_city.blocks import lanes_of
from geodata.demo_city.cells import UrbanCell
from geodata.demo_city.patches import Points
from geodata.demo_city.plan import Territory

Name = tuple[str, str]


@dataclass(frozen=True)
class StreetLine:
    """One named (or nameless) street; `line` in metres."""

    grade: str
    name: str
    name_en: str
    line: BaseGeometry


# From north to south; a street that changes its name at 新华路 has two.
ROWS: tuple[tuple[str, tuple[Name, Name]], ...] = (
    ("arterial", (("嘉北路", "Jiabei Road"), ("嘉北路", "Jiabei Road"))),
    ("arterial", (("兰新西路", "Lanxin West Road"), ("兰新东路", "Lanxin East Road"))),
    ("arterial", (("和诚西路", "Hecheng West Road"), ("和诚东路", "Hecheng East Road"))),
    ("main", (("雄关大道", "Xiongguan Avenue"), ("雄关大道", "Xiongguan Avenue"))),
    ("arterial", (("迎宾西路", "Yingbin West Road"), ("迎宾东路", "Yingbin East Road"))),
    ("arterial", (("建设西路", "Jianshe West Road"), ("建设东路", "Jianshe East Road"))),
    ("arterial", (("镜铁西路", "Jingtie West Road"), ("镜铁东路", "Jingtie East Road"))),
    ("arterial", (("长城西路", "Changcheng West Road"), ("长城东路", "Changcheng East Road"))),
    ("arterial", (("南市路", "Nanshi Road"), ("南市路", "Nanshi Road"))),
)
# From west to east; each with the row at which the next name begins.
COLUMNS: tuple[tuple[str, tuple[tuple[int, Name], ...]], ...] = (
    ("arterial", ((0, ("关城路", "Guancheng Road")),)),
    ("arterial", ((0, ("玉泉路", "Yuquan Road")),)),
    ("arterial", ((0, ("五一路", "Wuyi Road")),)),
    ("arterial", ((0, ("胜利路", "Shengli Road")),)),
    (
        "main",
        (
            (0, ("新华北路", "Xinhua North Road")),
            (3, ("新华中路", "Xinhua Middle Road")),
            (6, ("新华南路", "Xinhua South Road")),
        ),
    ),
    ("arterial", ((0, ("体育大道", "Sports Avenue")),)),
    ("arterial", ((0, ("文化路", "Wenhua Road")),)),
    ("arterial", ((0, ("机场路", "Airport Road")),)),
)
# Streets in the middle of the superblocks of a column, from west to east.
MIDDLES: tuple[Name, ...] = (
    ("峪苑路", "Yuyuan Road"),
    ("祁连路", "Qilian Road"),
    ("福民路", "Fumin Road"),
    ("友谊路", "Youyi Road"),
    ("和诚路", "Hecheng Road"),
    ("朝晖路", "Zhaohui Road"),
    ("东安路", "Dong'an Road"),
)
CENTRE_COLUMN = 4


def avenues() -> list[StreetLine]:
    """Return the streets between superblocks."""
    return _rows() + _columns()


def _rows() -> list[StreetLine]:
    lines = []
    for row, (grade, names) in enumerate(ROWS):
        for (name, english), span in zip(
            names, (range(CENTRE_COLUMN), range(CENTRE_COLUMN, len(COLUMNS) - 1)), strict=True
        ):
            steps = [
                _step(column, row, column + 1, row)
                for column in span
                if plan.is_built(column, row) or plan.is_built(column, row - 1)
            ]
            lines.append(StreetLine(grade, name, english, joined(steps)))
    return lines


def _columns() -> list[StreetLine]:
    lines = []
    for column, (grade, names) in enumerate(COLUMNS):
        ends = [start for start, _name in names[1:]] + [len(ROWS) - 1]
        for (start, (name, english)), end in zip(names, ends, strict=True):
            steps = [
                _step(column, row, column, row + 1)
                for row in range(start, end)
                if plan.is_built(column, row) or plan.is_built(column - 1, row)
            ]
            lines.append(StreetLine(grade, name, english, joined(steps)))
    return lines


def _step(column: int, row: int, next_column: int, next_row: int) -> Points:
    return np.array([plan.corner(column, row), plan.corner(next_column, next_row)])


def joined(steps: list[Points]) -> BaseGeometry:
    """Return straight steps as one line where they meet."""
    return shapely.line_merge(shapely.MultiLineString(steps))


def one_row_per_name(lines: list[StreetLine]) -> list[StreetLine]:
    """Join the lines of one name and grade; nameless ones stay as they are."""
    named: dict[tuple[str, str], list[StreetLine]] = {}
    for line in lines:
        if line.name:
            named.setdefault((line.grade, line.name), []).append(line)
    joined_lines = [
        replace(mine[0], line=shapely.line_merge(shapely.union_all([line.line for line in mine])))
        for mine in named.values()
    ]
    return joined_lines + [line for line in lines if not line.name and not line.line.is_empty]


def middle_streets(land: list[Territory]) -> list[StreetLine]:
    """Return the streets between the two halves of superblocks, one row per column."""
    lines = []
    for column, (name, english) in enumerate(MIDDLES):
        steps = [
            territory.patch.corners[1:3]
            for territory in land
            if territory.halves == 1 and territory.column == 2 * column
        ]
        if steps:
            lines.append(StreetLine("street", name, english, joined(steps)))
    return lines


def inner_streets(cells: list[UrbanCell], land: list[Territory]) -> list[StreetLine]:
    """Return the nameless streets along the cells' borders inside territories."""
    lines = []
    for territory in land:
        place = (territory.row, territory.column)
        mine = [cell.polygon.boundary for cell in cells if (cell.row, cell.column) == place]
        edge = territory.patch.polygon.boundary.buffer(0.01)
        inside = shapely.union_all(mine, grid_size=1e-4).difference(edge)
        if not inside.is_empty:
            lines.append(StreetLine("street", "", "", shapely.line_merge(inside)))
    return lines


def lanes(cells: list[UrbanCell]) -> list[StreetLine]:
    """Return the lanes inside cells, one row per cell."""
    found = []
    for cell in cells:
        steps = [lane for _pieces, part_lanes in lanes_of(cell) for lane in part_lanes]
        if steps:
            found.append(StreetLine("lane", "", "", joined(steps)))
    return found
