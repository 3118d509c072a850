"""The cells of the built-up city: how many per community, their shape, kind and use."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.codes import cell_code, reading_order_of
from geodata.demo_city import plan
from geodata.demo_city.areas import noded
from geodata.demo_city.divisions import COMMUNITIES, ZIXUAN
from geodata.demo_city.layouts import Layout, lay_out
from geodata.demo_city.patches import Patch, Points
from geodata.demo_city.plan import Territory

# The city reported 417 urban cells in 2024.
URBAN_CELLS = 417
JIANLIN = "620201002009"
CHANGSHENG = "620201001014"

# Half blocks that are one large park, with its name, by (row, half column) of the plan.
PARKS: dict[tuple[int, int], tuple[str, str]] = {
    (2, 7): ("迎宾湖公园", "Yingbin Lake Park"),
    (2, 12): ("东湖公园", "East Lake Park"),
    (6, 1): ("雄关公园", "Xiongguan Park"),
    (6, 8): ("紫轩公园", "Zixuan Park"),
    (6, 11): ("南湖公园", "South Lake Park"),
    (1, 4): ("森林公园", "Forest Park"),
}
# Fixed numbers of cells of a territory, by (row, half column): works are large.
FIXED_COUNTS = {(0, 10): 4, (0, 12): 3, (1, 12): 7}
ZIXUAN_SOUTH = (7, 8)
STATION_BLOCK = (7, 6)


@dataclass(frozen=True)
class UrbanCell:
    """One cell of the built-up city; `code` and the names are given when all are known."""

    community: str
    kind: str
    use: str
    parts: tuple[Patch, ...]
    row: int
    column: int
    code: str = ""
    name: str = ""
    name_en: str = ""

    @cached_property
    def polygon(self) -> BaseGeometry:
        """The parts as one, joined by shared corners: unions by coordinates go wrong on parts
        whose borders agree only to 1e-9 m."""
        parts = np.array([part.polygon for part in self.parts], dtype=object)
        return shapely.coverage_union_all(noded(parts))

    @property
    def middle(self) -> Points:
        """Street coordinates of the middle of the cell's bounds."""
        streets = plan.unturn(np.concatenate([part.corners for part in self.parts]))
        return np.asarray((streets.min(axis=0) + streets.max(axis=0)) / 2)


def make_land(rng: np.random.Generator) -> list[Territory]:
    """Return the territories of the built-up city."""
    return plan.territories(_middles(rng), {(column // 2, row) for row, column in PARKS})


def urban_cells(land: list[Territory], rng: np.random.Generator) -> list[UrbanCell]:
    """Return the cells of all communities with their codes, not yet named."""
    counts = _counts(land)
    cells = [
        cell
        for territory, count in zip(land, counts, strict=True)
        for cell in _cells_of(territory, count, rng)
    ]
    return numbered(cells, rng)


def numbered(cells: list[UrbanCell], rng: np.random.Generator) -> list[UrbanCell]:
    """Give every cell its code: from west to east, north to south within its community."""
    coded = []
    for community in COMMUNITIES:
        mine = [cell for cell in cells if cell.community == community.code]
        mine = _with_public_uses(mine, rng)
        order = reading_order_of([cell.polygon for cell in mine])
        coded += [
            replace(mine[n], code=cell_code(community.code, k)) for k, n in enumerate(order, 1)
        ]
    return coded


def _middles(rng: np.random.Generator) -> dict[tuple[int, int], float]:
    """Streets in the middle of superblocks run on through most avenues, some are staggered."""
    columns = len(plan.AVENUE_S) - 1
    usual = rng.uniform(0.46, 0.56, columns)
    return {
        (column, row): float(usual[column] + (rng.random() < 0.3) * rng.choice([-0.07, 0.07]))
        for row in range(len(plan.COMMUNITY_MAP))
        for column in range(columns)
    }


def _counts(land: list[Territory]) -> list[int]:
    """Share `URBAN_CELLS` out: every community some, larger ones more."""
    fixed = [_fixed_count(territory) for territory in land]
    halves = Counter[str]()
    for territory in land:
        halves[territory.community.code] += territory.halves
    weights = np.array(
        [
            0.0 if known else t.halves * (7.5 / halves[t.community.code] + 2.3)
            for t, known in zip(land, fixed, strict=True)
        ]
    )
    shares = weights / weights.sum() * (URBAN_CELLS - sum(fixed))
    counts = np.floor(shares).astype(int)
    rest = URBAN_CELLS - sum(fixed) - counts.sum()
    counts[np.argsort(counts - shares, kind="stable")[:rest]] += 1
    return [int(count) or known for count, known in zip(counts, fixed, strict=True)]


def _fixed_count(territory: Territory) -> int:
    place = (territory.row, territory.column)
    if place == ZIXUAN_SOUTH:
        return sum(len(layout) for layout in (ZIXUAN_LAYOUT.base, ZIXUAN_LAYOUT.carved))
    return 1 if place in PARKS else FIXED_COUNTS.get(place, 0)


# 讨赖小区 and 紫轩花苑 side by side on the south of 长城东路, then the rest of the community.
ZIXUAN_LAYOUT = Layout(
    base=(
        ((0.0, 0.0, 0.235, 0.57),),
        ((0.235, 0.0, 0.52, 0.57),),
        ((0.52, 0.0, 0.75, 0.57),),
        ((0.75, 0.0, 0.88, 0.26), (0.75, 0.26, 1.0, 0.57)),
        ((0.0, 0.57, 0.28, 1.0),),
        ((0.28, 0.57, 0.52, 1.0),),
        ((0.52, 0.57, 0.79, 1.0),),
        ((0.79, 0.57, 1.0, 1.0),),
    ),
    carved=(((0.88, 0.0, 1.0, 0.26),),),
)


def _cells_of(territory: Territory, count: int, rng: np.random.Generator) -> list[UrbanCell]:
    place = (territory.row, territory.column)
    if place == ZIXUAN_SOUTH:
        return _with_uses(territory, ZIXUAN_LAYOUT, rng)
    if place in PARKS:
        return [_cell(territory, "dedicated", "park", (territory.patch,))]
    carved = 0 if place in FIXED_COUNTS else round(count / 7.5 + rng.uniform(-0.45, 0.45))
    aspect = territory.patch.width_m / territory.patch.height_m
    return _with_uses(territory, lay_out(count, carved, aspect, rng), rng)


def _with_uses(territory: Territory, layout: Layout, rng: np.random.Generator) -> list[UrbanCell]:
    """Cells of a layout; what was cut out gets its use when the community is complete."""
    cells = [
        _base_cell(territory, tuple(territory.patch.sub(part) for part in parts), rng)
        for parts in layout.base
    ]
    cells += [
        _cell(territory, "dedicated", "", tuple(territory.patch.sub(part) for part in parts))
        for parts in layout.carved
    ]
    if (territory.row, territory.column) == STATION_BLOCK:
        station = _southernmost(cells)
        cells[station] = replace(cells[station], kind="dedicated", use="station")
    return cells


def _with_public_uses(cells: list[UrbanCell], rng: np.random.Generator) -> list[UrbanCell]:
    """A school first, then one each of the others, by chance."""
    uses = ["school", *rng.permutation(["hospital", "market", "park", "school"])]
    if cells[0].community == CHANGSHENG:
        uses.remove("market")
    queue = iter(uses)
    return [cell if cell.use else replace(cell, use=str(next(queue))) for cell in cells]


def _southernmost(cells: list[UrbanCell]) -> int:
    return int(np.argmin([cell.middle[1] - 0.1 * cell.middle[0] for cell in cells]))


def _base_cell(
    territory: Territory, patches: tuple[Patch, ...], rng: np.random.Generator
) -> UrbanCell:
    is_works = territory.community.code == JIANLIN and territory.row == 0
    if is_works or (territory.column >= 12 and territory.row == 1 and rng.random() < 0.45):
        return _cell(territory, "dedicated", "enterprise", patches)
    is_commercial = territory.community.code != ZIXUAN and rng.random() < _commercial_share(patches)
    return _cell(territory, "base", "commercial" if is_commercial else "residential", patches)


def _commercial_share(patches: tuple[Patch, ...]) -> float:
    """Trade gathers where 新华路 meets 雄关大道 and thins out over 2.5 km."""
    s, t = plan.unturn(patches[0].centre)
    distance = float(np.hypot(s + 200, t - 200))
    return float(np.interp(distance, [0, 800, 2500], [0.45, 0.3, 0.06]))


def _cell(territory: Territory, kind: str, use: str, parts: tuple[Patch, ...]) -> UrbanCell:
    return UrbanCell(territory.community.code, kind, use, parts, territory.row, territory.column)
