"""The plan of the made-up city: its frame, its avenues and which block belongs to whom.

Everything is planned in metres around `ORIGIN` (x east, y north) and turned into degrees
by one affine map, so that what is straight and shared here is straight and shared there.
The geometry is made up; only names and codes are facts.
"""

from typing import NamedTuple

import numpy as np

from geodata.demo_city.divisions import EAST_COMMUNITIES, WEST_COMMUNITIES, Division
from geodata.demo_city.patches import Patch, Points

ORIGIN = np.array([98.2820, 39.7765])
# Metres per degree at the origin on the CGCS2000 ellipsoid.
DEGREE_M = np.array([85_668.0, 111_037.0])

# Avenues from west to east, and from north to south, metres in the frame of the streets.
AVENUE_S = (-4700.0, -3650.0, -2450.0, -1220.0, 0.0, 1190.0, 2350.0, 3500.0)
AVENUE_T = (3380.0, 2680.0, 1880.0, 1000.0, 170.0, -720.0, -1540.0, -2340.0, -3120.0)

# One letter per half block between two avenues: the community it belongs to.
COMMUNITY_MAP = (
    "....JJJHHHbbbb",
    "..XFFJSHUnnzbb",
    "PXXXFSSUUnzzaa",
    "PPQQRRRLxxddwm",
    "PYYQIILLxjjdwm",
    "DYGGICCCllyykk",
    "DDTGINNNslhh..",
    "..TTTTNNss....",
)
WEST_LETTERS = "FSLQRYUJXTNIDCPGH"
EAST_LETTERS = "dxlwnjyabkzsmh"
COMMUNITY_OF_LETTER: dict[str, Division] = dict(
    zip(WEST_LETTERS + EAST_LETTERS, WEST_COMMUNITIES + EAST_COMMUNITIES, strict=True)
)

# Corners of the built-up ground moved off the grid, metres in the frame of the streets:
# the motorway presses from the north, the railway from the south and the east.
MOVED_CORNERS: dict[tuple[int, int], tuple[float, float]] = {
    (2, 0): (90.0, -190.0),
    (3, 0): (0.0, -20.0),
    (4, 0): (0.0, 70.0),
    (5, 0): (0.0, 70.0),
    (6, 0): (0.0, 40.0),
    (7, 0): (-260.0, -60.0),
    (1, 1): (170.0, -90.0),
    (0, 2): (330.0, -140.0),
    (7, 1): (-90.0, 0.0),
    (7, 6): (-430.0, 250.0),
    (7, 5): (-60.0, 0.0),
    (6, 7): (-280.0, 190.0),
    (0, 7): (280.0, 160.0),
    (1, 8): (190.0, 170.0),
    (2, 8): (0.0, 40.0),
    (3, 8): (0.0, -70.0),
    (4, 8): (0.0, -80.0),
    (5, 8): (-30.0, 60.0),
}


class Territory(NamedTuple):
    """A run of half blocks of one community between two avenues; `row` and `column` of the map."""

    community: Division
    row: int
    column: int
    halves: int
    patch: Patch


def to_degrees(points: Points) -> Points:
    """Return longitudes and latitudes of points in metres around `ORIGIN`, shape (…, 2)."""
    return np.asarray(ORIGIN + np.asarray(points, dtype=float) / DEGREE_M)


def to_metres(points: Points) -> Points:
    """Return metres around `ORIGIN` of longitudes and latitudes, the inverse of `to_degrees`."""
    return np.asarray((np.asarray(points, dtype=float) - ORIGIN) * DEGREE_M)


def turn(s: float | Points, t: float | Points) -> Points:
    """Return metres (x, y) of street coordinates: streets run about 10° off the compass.

    The turn grows from west to east and from south to north, so the city is no chessboard.
    """
    lean = np.tan(np.radians([8.2, 9.8, 11.2]))
    rise = np.interp(
        s,
        [-4.7e4, -2450, 0, 2350, 4.7e4],
        [
            -lean[1] * 2450 - lean[0] * 44550,
            -lean[1] * 2450,
            0,
            lean[1] * 2350,
            lean[1] * 2350 + lean[2] * 44650,
        ],
    )
    sway = np.tan(np.radians([5.2, 7.2]))
    drift = np.interp(
        t,
        [-4.7e4, 1000, 4.7e4],
        [
            sway[1] * 4.7e4,
            -sway[1] * 1000,
            -sway[1] * 1000 - sway[0] * 46000,
        ],
    )
    return np.stack([np.asarray(s + drift), np.asarray(t + rise)], axis=-1)


def unturn(points: Points) -> Points:
    """Return street coordinates (s, t) of metres (x, y), the inverse of `turn` to 1 mm."""
    points = np.asarray(points, dtype=float)
    street = points.copy()
    for _ in range(12):
        street = street + points - turn(street[..., 0], street[..., 1])
    return street


def corner(column: int, row: int) -> Points:
    """Return where an avenue from north to south meets one from west to east, metres."""
    ds, dt = MOVED_CORNERS.get((column, row), (0.0, 0.0))
    return turn(AVENUE_S[column] + ds, AVENUE_T[row] + dt)


def superblock(column: int, row: int) -> Patch:
    """Return the block between four avenues."""
    return Patch(
        np.array(
            [
                corner(column, row),
                corner(column + 1, row),
                corner(column + 1, row + 1),
                corner(column, row + 1),
            ]
        )
    )


def is_built(column: int, row: int) -> bool:
    """Say whether the city reaches the block between four avenues."""
    return (
        0 <= row < len(COMMUNITY_MAP)
        and 0 <= column < len(AVENUE_S) - 1
        and COMMUNITY_MAP[row][2 * column] != "."
    )


def territories(
    middle: dict[tuple[int, int], float], halved: set[tuple[int, int]]
) -> list[Territory]:
    """Cut the superblocks into the territories of communities, north to south, west to east.

    Parameters
    ----------
    middle
        Where the street in the middle of a superblock (column, row) lies, 0–1.
    halved
        Superblocks cut in two although both halves have one owner.
    """
    found = []
    for row in range(len(COMMUNITY_MAP)):
        for column in range(len(AVENUE_S) - 1):
            if is_built(column, row):
                found += _territories_of(column, row, middle[column, row], (column, row) in halved)
    return found


def _territories_of(column: int, row: int, middle: float, is_halved: bool) -> list[Territory]:
    west, east = COMMUNITY_MAP[row][2 * column], COMMUNITY_MAP[row][2 * column + 1]
    patch = superblock(column, row)
    if west == east and not is_halved:
        return [Territory(COMMUNITY_OF_LETTER[west], row, 2 * column, 2, patch)]
    return [
        Territory(COMMUNITY_OF_LETTER[letter], row, 2 * column + n, 1, patch.sub(rect))
        for n, (letter, rect) in enumerate(
            [(west, (0.0, 0.0, middle, 1.0)), (east, (middle, 0.0, 1.0, 1.0))]
        )
    ]
