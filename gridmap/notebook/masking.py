"""Where the cases of a planner's table are drawn: each address moved once, the same way for ever.

All cases of an address share its move, and are drawn from the address and not from where each was geocoded: neither
their mean nor their spread says more than one of them. An address moves as far as it takes until twenty households
are nearer to its new place than it is itself, in steps, so that a house more or less in the registry does not
move it anew; in another step its direction is another, too, since two moves along one line would point at it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geodata.copying import read_columns
from geodata.crs import to_cgcs2000
from gridmap.incidents.counting import release_secret
from gridmap.incidents.frames import CaseArrays
from gridmap.recurring.city import metric, positions, to_metres
from layers.hotspots.ladder import NOWHERE, Leaves, make_leaves
from layers.hotspots.release_masks import FEWEST_HOUSEHOLDS, donut_radii, masked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Points = npt.NDArray[np.object_]

BUILDINGS = """
SELECT building.id, ST_X(point.geom), ST_Y(point.geom), building.households::bigint
FROM geodata_building AS building CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS geom) AS point
ORDER BY building.id
"""
COLUMNS = {"id": "bigint", "lon": "float8", "lat": "float8", "households": "bigint"}
# Inner radii from 25 m on; where nobody lives within a kilometre there is nobody to hide.
LEAST_M, STEP, LAST_STEP = 25.0, 2**0.5, 11
# Houses among which the nearest households are looked for, first a few.
NEIGHBOURS = (8, 64)


def masked_points(cases: CaseArrays) -> Points:
    """A point in EPSG:4490 for each case, None where it has no place."""
    known = read_columns(BUILDINGS, [], COLUMNS)
    around = to_metres(known["lon"], known["lat"])
    building = positions(known["id"], cases.building)
    # Of a case in a building its own point is not asked for.
    lon = np.where(building == NOWHERE, cases.lon, np.nan)
    leaves = make_leaves(*to_metres(lon, cases.lat), building, *around)
    used = np.flatnonzero(np.bincount(leaves.of_case - NOWHERE, minlength=len(leaves) + 1)[1:])
    homes = _Homes(np.column_stack(around), known["households"])
    points = np.column_stack([leaves.x[used], leaves.y[used]])
    moved = _moved(points, [_name(leaves, leaf, known["id"]) for leaf in used.tolist()], homes)
    found = np.full(len(leaves) + 1, None, object)
    found[used] = shapely.points(*to_cgcs2000(moved[:, 0], moved[:, 1], metric()))
    # The last one is that of `NOWHERE`.
    return found[leaves.of_case]


def _name(leaves: Leaves, leaf: int, ids: Ints) -> str:
    building = leaves.building[leaf]
    if building != NOWHERE:
        return f"building {ids[building]}"
    return f"spot {leaves.x[leaf]:.0f} {leaves.y[leaf]:.0f}"


class _Homes:
    """Houses with their households, in metres."""

    def __init__(self, xy: Floats, households: Ints) -> None:
        lived = households > 0
        self._households = households[lived]
        self._tree = cKDTree(xy[lived])

    def reach(self, xy: Floats) -> Floats:
        """Metres around each point within which enough households live, none at the point itself; inf where far away."""
        found = np.full(len(xy), np.inf)
        for neighbours in NEIGHBOURS:
            left = np.flatnonzero(np.isinf(found))
            if len(left) and len(self._households):
                most = min(neighbours, len(self._households))
                distance, at = self._tree.query(xy[left], range(1, most + 1))
                counted = np.where(distance > 0, self._households[at], 0).cumsum(axis=1)
                enough = counted >= FEWEST_HOUSEHOLDS
                nearest = distance[np.arange(len(left)), enough.argmax(axis=1)]
                found[left] = np.where(enough.any(axis=1), nearest, np.inf)
        return found


def _moved(xy: Floats, names: Sequence[str], homes: _Homes) -> Floats:
    """Each address in the ring of the first step in which it is hidden, beginning with the one that should do."""
    wanted = homes.reach(xy).clip(LEAST_M, LEAST_M * STEP**LAST_STEP)
    steps = np.ceil(np.log(wanted / LEAST_M) / np.log(STEP) - 1e-9).astype(np.int64)
    moved, left = xy.copy(), np.arange(len(xy))
    while len(left):
        keys = [f"{names[n]} {step}" for n, step in zip(left.tolist(), steps[left], strict=True)]
        density = FEWEST_HOUSEHOLDS / (np.pi * (LEAST_M * STEP ** steps[left] / 1000) ** 2)
        moved[left] = masked(xy[left], keys, *donut_radii(density), secret=release_secret())
        distance = np.hypot(*(moved[left] - xy[left]).T)
        is_seen = (homes.reach(moved[left]) >= distance) & (steps[left] < LAST_STEP)
        left = left[is_seen]
        steps[left] += 1
    return moved
