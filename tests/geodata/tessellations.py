"""Clean random tessellations to break: every border is one shared list of coordinates."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Array = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]


def tessellation(
    rng: np.random.Generator, columns: int, rows: int, *, size_m: float = 300.0, bends: int = 3
) -> Geometries:
    """Cells of a crooked grid, `columns * rows` of them, row by row, with `bends` points a border."""
    nodes = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
    nodes = (nodes + rng.uniform(-0.2, 0.2, nodes.shape)) * size_m

    def border(start: Array, end: Array) -> Array:
        steps = np.linspace(0, 1, bends + 2)[:, None]
        path: Array = start + (end - start) * steps
        # Less near the ends, where other borders are close.
        path += rng.uniform(-0.05, 0.05, path.shape) * size_m * steps * (1 - steps)
        path[-1] = end
        return path

    across = [
        [border(nodes[j, i], nodes[j, i + 1]) for i in range(columns)] for j in range(rows + 1)
    ]
    up = [[border(nodes[j, i], nodes[j + 1, i]) for i in range(columns + 1)] for j in range(rows)]
    rings = [
        np.vstack([across[j][i], up[j][i + 1][1:], across[j + 1][i][::-1][1:], up[j][i][::-1][1:]])
        for j in range(rows)
        for i in range(columns)
    ]
    return np.array([shapely.Polygon(ring) for ring in rings], dtype=object)


def outline_of(cells: Geometries) -> Any:
    """The outer boundary of a clean tessellation."""
    return shapely.coverage_union_all(cells)


def names_of(cells: Geometries) -> list[str]:
    """A name for each cell: c0, c1, …"""
    return [f"c{i}" for i in range(len(cells))]
