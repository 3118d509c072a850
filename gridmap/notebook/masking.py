"""Where the cases of a planner's table are drawn: each address moved once, the same way for ever.

All cases of an address share its move, and are drawn from the address and not from where each was geocoded: neither
their mean nor their spread says more than one of them. How far an address moves follows from the households
around it in steps, so that a house more or less in the registry does not move it anew; where a step
changes, its direction is drawn anew too, since two moves along one line would point at it.
"""

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geodata.copying import read_columns
from geodata.crs import to_cgcs2000
from gridmap.incidents.frames import CaseArrays
from gridmap.notebook.releasing import release_secret
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
LEAST_M, STEP = 25.0, 2**0.5
# Houses among which the nearest households are looked for, first a few; beyond a kilometre nobody lives near.
NEIGHBOURS, FARTHEST_M = (8, 64), 1000.0


def masked_points(cases: CaseArrays) -> Points:
    """A point in EPSG:4490 for each case, None where it has no place."""
    known = read_columns(BUILDINGS, [], COLUMNS)
    around = to_metres(known["lon"], known["lat"])
    building = positions(known["id"], cases.building)
    # Of a case in a building its own point is not asked for.
    lon = np.where(building == NOWHERE, cases.lon, np.nan)
    leaves = make_leaves(*to_metres(lon, cases.lat), building, *around)
    used = np.flatnonzero(np.bincount(leaves.of_case - NOWHERE, minlength=len(leaves) + 1)[1:])
    found = np.full(len(leaves) + 1, None, object)
    found[used] = _moved(leaves, used, known["id"], known["households"])
    # The last one is that of `NOWHERE`.
    return found[leaves.of_case]


def _moved(leaves: Leaves, used: Ints, ids: Ints, households: Ints) -> Points:
    xy = np.column_stack([leaves.x[used], leaves.y[used]])
    count = len(ids)
    nearest = _reach(xy, leaves, count, households)
    steps = np.ceil(np.log(nearest / LEAST_M) / np.log(STEP)).clip(0)
    density = FEWEST_HOUSEHOLDS / (np.pi * (LEAST_M * STEP**steps / 1000) ** 2)
    keys = [_key(leaves, leaf, ids, int(step)) for leaf, step in zip(used, steps, strict=True)]
    moved = masked(xy, keys, *donut_radii(density), secret=release_secret())
    lon, lat = to_cgcs2000(moved[:, 0], moved[:, 1], metric())
    points: Points = np.asarray(shapely.points(lon, lat), object).reshape(-1)
    return points


def _reach(xy: Floats, leaves: Leaves, count: int, households: Ints) -> Floats:
    """Metres around each point within which enough other households live."""
    found = np.full(len(xy), np.inf)
    lived = np.flatnonzero(households > 0)
    tree = cKDTree(np.column_stack([leaves.x[:count], leaves.y[:count]])[lived])
    for neighbours in NEIGHBOURS if len(lived) else ():
        left = np.flatnonzero(np.isinf(found))
        distance, at = tree.query(xy[left], range(1, min(neighbours, len(lived)) + 1))
        # An address is not hidden by the households of its own house.
        counted = np.where(distance > 0, households[lived][at], 0).cumsum(axis=1)
        enough = counted >= FEWEST_HOUSEHOLDS
        nearest = distance[np.arange(len(left)), enough.argmax(axis=1)]
        found[left] = np.where(enough.any(axis=1), nearest, np.inf)
    reach: Floats = found.clip(None, FARTHEST_M)
    return reach


def _key(leaves: Leaves, leaf: int, ids: Ints, step: int) -> str:
    building = leaves.building[leaf]
    if building != NOWHERE:
        return f"building {ids[building]} {step}"
    return f"spot {leaves.x[leaf]:.0f} {leaves.y[leaf]:.0f} {step}"
