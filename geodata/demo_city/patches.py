"""A patch: four corners with street-like coordinates inside, from which a town is cut."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
Rect = tuple[float, float, float, float]
WHOLE: Rect = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Patch:
    """A quadrilateral; `corners` are north-west, north-east, south-east, south-west, in metres.

    Inside, `u` runs from west to east and `v` from north to south, both 0–1. The map is
    bilinear, hence every line of equal `u` or `v` is straight and T-junctions lie on it.
    """

    corners: Points

    def at(self, u: float | Points, v: float | Points) -> Points:
        """Return the points at (u, v), shape (…, 2), metres."""
        north_west, north_east, south_east, south_west = self.corners
        across = np.asarray(u, dtype=float)[..., np.newaxis]
        down = np.asarray(v, dtype=float)[..., np.newaxis]
        north = north_west + (north_east - north_west) * across
        south = south_west + (south_east - south_west) * across
        return np.asarray(north + (south - north) * down)

    def sub(self, rect: Rect) -> "Patch":
        """Return the part between (u0, v0) and (u1, v1)."""
        u0, v0, u1, v1 = rect
        return Patch(self.at(np.array([u0, u1, u1, u0]), np.array([v0, v0, v1, v1])))

    @property
    def polygon(self) -> shapely.Polygon:
        return shapely.Polygon(self.corners)

    @property
    def centre(self) -> Points:
        return self.at(0.5, 0.5)

    @property
    def width_m(self) -> float:
        return float(np.linalg.norm(self.at(1.0, 0.5) - self.at(0.0, 0.5)))

    @property
    def height_m(self) -> float:
        return float(np.linalg.norm(self.at(0.5, 1.0) - self.at(0.5, 0.0)))

    def east(self) -> Points:
        """Return the unit vector along the patch's rows."""
        along = self.at(1.0, 0.5) - self.at(0.0, 0.5)
        return np.asarray(along / np.linalg.norm(along))


def turned_patch(centre: Points, width_m: float, height_m: float, degrees: float) -> Patch:
    """Return a rectangle around a point, turned counter-clockwise."""
    angle = np.radians(degrees)
    east = np.array([np.cos(angle), np.sin(angle)]) * width_m / 2
    north = np.array([-np.sin(angle), np.cos(angle)]) * height_m / 2
    middle = np.asarray(centre, dtype=float)
    return Patch(
        np.array(
            [
                middle - east + north,
                middle + east + north,
                middle + east - north,
                middle - east - north,
            ]
        )
    )
