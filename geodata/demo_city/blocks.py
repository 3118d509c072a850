"""Blocks: what lies between streets and lanes inside a cell, and what stands on it."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo_city.cells import UrbanCell
from geodata.demo_city.divisions import ZIXUAN
from geodata.demo_city.patches import Patch, Points

# Carriageway and pavement, metres; half of it is kept free on either side of the line.
WIDTH_M = {"main": 40.0, "arterial": 34.0, "street": 18.0, "lane": 9.0}
CORNER_M = 5.0


@dataclass(frozen=True)
class Block:
    """A piece of ground of one use; `patch` as planned, `ground` what the streets leave of it."""

    cell: UrbanCell
    number: int
    use: str
    patch: Patch
    ground: shapely.Polygon

    @property
    def free(self) -> Patch:
        """The part of the patch that the streets leave: where houses may stand."""
        corner = self.patch.corners[3]
        axes = np.stack([self.patch.corners[2] - corner, corner - self.patch.corners[0]])
        outline = shapely.get_coordinates(self.ground) - self.patch.corners[0]
        inside = outline @ np.linalg.inv(axes)
        u0, v0 = np.clip(inside.min(axis=0), 0, 0.4)
        u1, v1 = np.clip(inside.max(axis=0), 0.6, 1)
        return self.patch.sub((float(u0), float(v0), float(u1), float(v1)))


def lanes_of(cell: UrbanCell) -> list[tuple[list[Patch], list[Points]]]:
    """Return, for every part of a cell, its pieces between lanes and the lanes (2 × 2)."""
    return [_pieces(part, cell) for part in cell.parts]


def _pieces(part: Patch, cell: UrbanCell) -> tuple[list[Patch], list[Points]]:
    columns, rows = _split_counts(part, cell)
    us = np.linspace(0, 1, columns + 1)
    vs = np.linspace(0, 1, rows + 1)
    if rows == 2 and cell.community == ZIXUAN:
        vs[1] = 0.555
    pieces = [
        part.sub((float(us[i]), float(vs[j]), float(us[i + 1]), float(vs[j + 1])))
        for j in range(rows)
        for i in range(columns)
    ]
    lanes = [part.at(us[[i, i]], np.array([0.0, 1.0])) for i in range(1, columns)]
    lanes += [part.at(np.array([0.0, 1.0]), vs[[j, j]]) for j in range(1, rows)]
    return pieces, lanes


def _split_counts(part: Patch, cell: UrbanCell) -> tuple[int, int]:
    """Lanes make pieces of at most about 330 m by 250 m; parks and works have none."""
    if cell.use in {"park", "school", "hospital", "market", "station"}:
        return 1, 1
    across, down = (420.0, 330.0) if cell.use == "enterprise" else (360.0, 255.0)
    return int(np.ceil(part.width_m / across)), int(np.ceil(part.height_m / down))


def make_blocks(
    cells: list[UrbanCell], street_ground: list[shapely.Polygon], rng: np.random.Generator
) -> list[Block]:
    """Return all blocks; `street_ground` are the street lines, already widened, metres."""
    tree = shapely.STRtree(street_ground)
    blocks = []
    for cell in cells:
        patches = [piece for pieces, _lanes in lanes_of(cell) for piece in pieces]
        for number, (patch, use) in enumerate(zip(patches, _uses(cell, patches, rng), strict=True)):
            ground = _free_ground(patch.polygon, tree)
            if ground.area > 400:
                blocks.append(Block(cell, number, use, patch, ground))
    return blocks


def _free_ground(polygon: shapely.Polygon, tree: shapely.STRtree) -> shapely.Polygon:
    near = tree.geometries[tree.query(polygon)]
    rest = polygon.difference(shapely.union_all(near))
    rest = rest.buffer(-CORNER_M).buffer(CORNER_M, quad_segs=3).simplify(0.2)
    return max(shapely.get_parts(rest), key=lambda part: part.area, default=shapely.Polygon())


def _uses(cell: UrbanCell, patches: list[Patch], rng: np.random.Generator) -> list[str]:
    """Return what stands on each block; an estate may have a garden, trade has homes behind."""
    by_size = sorted(range(len(patches)), key=lambda n: patches[n].polygon.area)
    if cell.use == "residential":
        uses = ["residential"] * len(patches)
        is_plain = cell.code in {ZIXUAN + "002", ZIXUAN + "003"}
        if not is_plain and len(patches) > 1 and rng.random() < 0.42:
            uses[by_size[0]] = str(rng.choice(["park", "commercial", "kindergarten"]))
        return uses
    if cell.use == "commercial":
        uses = ["commercial"] * len(patches)
        uses[by_size[-1]] = "residential" if len(patches) > 1 else "mixed"
        return uses
    return [cell.use] * len(patches)
