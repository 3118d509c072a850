"""The city's own cells as files: broken in seven places, and redrawn well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata.models import Building, LeaderPost
from tests.console.boundary_files import city_cells, write

LONG = 2e-3  # degrees: a border of some 200 m
STRIP = 6e-4  # degrees: some 60 m
HAIR = 1e-6  # degrees: some 10 cm


def write_files(folder: Path) -> None:
    """What an administrator brings one after the other: broken, mended with a redraw, as it was."""
    cells = city_cells()
    write(broken(cells), folder / "broken.gpkg")
    write(improved(cells), folder / "improved.gpkg")
    write(cells, folder / "before.gpkg")


class Redrawing:
    """Cells whose borders are moved, each of them once at most."""

    def __init__(self, cells: gpd.GeoDataFrame) -> None:
        self.cells = cells
        self.shapes = cells.geometry.to_numpy().copy()
        self.before = self.shapes.copy()
        self.middle = np.array(shapely.union_all(self.shapes[self._urban()]).centroid.coords[0])
        self.used: set[int] = set()
        left, right = shapely.STRtree(self.shapes).query(self.shapes, predicate="touches")
        self.neighbours = [(int(i), int(j)) for i, j in zip(left, right, strict=True)]

    def _urban(self) -> Any:
        return shapely.area(self.shapes) < np.median(shapely.area(self.shapes)) * 3

    def pairs(self, *, same_parent: bool) -> Iterator[tuple[int, int]]:
        """Untouched base cells with a long common border, the nearest to the middle first."""
        kinds, parents = self.cells.kind.to_numpy(), self.cells.parent_code.to_numpy()
        points = shapely.get_coordinates(shapely.centroid(self.before))
        order = np.hypot(*(points - self.middle).T)
        found = [
            (i, j)
            for i, j in self.neighbours
            if kinds[i] == kinds[j] == "base" and (parents[i] == parents[j]) == same_parent
        ]
        for i, j in sorted(found, key=lambda pair: order[pair[0]] + order[pair[1]]):
            if not self._is_near_used(i, j) and self._border(i, j).length > LONG:
                yield i, j

    def _is_near_used(self, *cells: int) -> bool:
        around = {j for i, j in self.neighbours if i in cells} | set(cells)
        return bool(around & self.used)

    def _border(self, i: int, j: int) -> Any:
        return shapely.line_merge(shapely.intersection(self.before[i], self.before[j]))

    def strip(self, i: int, j: int, width: float) -> Any:
        """The part of j along its border with i."""
        self.used |= {i, j}
        side = shapely.buffer(self._border(i, j), width, cap_style="flat")
        return shapely.intersection(side, self.before[j])

    def overlap(self, *, same_parent: bool) -> None:
        i, j = next(self.pairs(same_parent=same_parent))
        self.shapes[i] = shapely.union(self.shapes[i], self.strip(i, j, STRIP))

    def gap(self, *, same_parent: bool, width: float = STRIP) -> None:
        i, j = next(self.pairs(same_parent=same_parent))
        self.shapes[j] = shapely.difference(self.shapes[j], self.strip(i, j, width))

    def reach_over(self) -> None:
        """A cell takes ground of a cell of another community, which gives it away."""
        i, j = next(self.pairs(same_parent=False))
        strip = self.strip(i, j, STRIP)
        self.shapes[i] = shapely.union(self.shapes[i], strip)
        self.shapes[j] = shapely.difference(self.shapes[j], strip)

    def bow_tie(self) -> None:
        """Two corners of a four-cornered cell change places."""
        i, _j = next(
            pair
            for pair in self.pairs(same_parent=True)
            if shapely.get_num_coordinates(self.before[pair[0]]) == 5
        )
        self.used |= {i}
        ring = shapely.get_coordinates(self.before[i])
        ring[[1, 2]] = ring[[2, 1]]
        self.shapes[i] = shapely.Polygon(ring)

    def file(self) -> gpd.GeoDataFrame:
        return self.cells.set_geometry(gpd.GeoSeries(self.shapes, crs=4490))


def broken(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two overlaps, two gaps, a sliver, a cell beyond its community and one that crosses itself."""
    redrawing = Redrawing(cells)
    redrawing.bow_tie()
    redrawing.overlap(same_parent=False)
    redrawing.overlap(same_parent=True)
    redrawing.gap(same_parent=True)
    redrawing.gap(same_parent=False)
    redrawing.gap(same_parent=True, width=HAIR)
    redrawing.reach_over()
    return redrawing.file()


def improved(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One border moved between the buildings, so that posts and buildings change their cell."""
    redrawing = Redrawing(cells)
    posts = _shapes(LeaderPost)
    obstacles = shapely.STRtree(np.concatenate([posts, _shapes(Building)]))
    for i, j in redrawing.pairs(same_parent=True):
        for part in _other_halves(redrawing.before[i], redrawing.before[j]):
            border = shapely.difference(
                shapely.boundary(part), shapely.boundary(redrawing.before[j])
            )
            inside = posts[shapely.contains_properly(part, posts)]
            if len(inside) and not len(obstacles.query(border, predicate="intersects")):
                redrawing.shapes[i] = shapely.union(redrawing.before[i], part)
                redrawing.shapes[j] = shapely.difference(redrawing.before[j], part)
                return redrawing.file()
    raise LookupError("no border can be moved without cutting a post")


def _shapes(model: Any) -> Any:
    wkb = [bytes(shape.wkb) for shape in model.objects.values_list("geom", flat=True)]
    return shapely.from_wkb(np.array(wkb, dtype=object))


def _other_halves(keeps: Any, gives: Any) -> Iterator[Any]:
    """The parts of `gives` that touch `keeps` along a line, cut straight across in steps."""
    west, south, east, north = gives.bounds
    for share in np.linspace(0.2, 0.8, 25):
        x, y = west + (east - west) * share, south + (north - south) * share
        for box in (
            shapely.box(west - 1, south - 1, x, north + 1),
            shapely.box(x, south - 1, east + 1, north + 1),
            shapely.box(west - 1, south - 1, east + 1, y),
            shapely.box(west - 1, y, east + 1, north + 1),
        ):
            part = shapely.intersection(gives, box)
            rest = shapely.difference(gives, part)
            joined = shapely.union(keeps, part)
            if all(shape.geom_type == "Polygon" for shape in (part, rest, joined)):
                yield part
