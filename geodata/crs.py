"""Coordinate systems: whatever a file or a person may use, to CGCS2000 degrees and back.

x is always east (or the longitude) and y north (or the latitude), whatever order the
register of a system prints. WGS 84 and CGCS2000 differ by less than a decimetre today and
are taken as equal, as every national web map does.

GCJ-02 is the shifted WGS 84 that public maps in China must use; BD-09 is a second shift on
top of it. Both formulas are known from their implementations only (eviltransform, MIT);
the constants are those of the Krasovsky 1940 ellipsoid.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from geodata.plane import Plane

Array = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]
Shift = Callable[[Array, Array], tuple[Array, Array]]

CGCS2000 = "cgcs2000"
DEGREES = ("wgs84", CGCS2000, "gcj02", "bd09")
# What the register of EPSG calls our own two systems (7842, 4979 and 4480 are other forms).
EPSG_NAMES = {4326: "wgs84", 4490: CGCS2000}

_KRASOVSKY_A = 6378245.0
_KRASOVSKY_EE = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000.0 / 180.0
# The shift is applied inside this box only: west, south, east, north.
_SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_LAST_BIT_DEG = 1e-12
# Beijing 1954 and Xi'an 1980: up to 150 m off, and their parameters are local and not published.
_UNPUBLISHED_DATUMS = frozenset({4214, 4610})


class UnknownSystem(ValueError):
    """The name is of no coordinate system, or none that leads to CGCS2000 within metres."""

    def __init__(self, system: str) -> None:
        super().__init__(f"unknown coordinate system: {system!r}")
        self.system = system


class ImpossibleCoordinates(ValueError):
    """A coordinate is not finite, or lies where its system is not defined."""

    def __init__(self, index: int) -> None:
        super().__init__(f"coordinate {index} is not finite or outside its system")
        self.index = index


def parse_system(text: str) -> str:
    """The one spelling of a coordinate system.

    Parameters
    ----------
    text : str
        `EPSG:n`, `wgs84`, `cgcs2000`, `gcj02` or `bd09`, in any case, with or without a hyphen.

    Raises
    ------
    UnknownSystem
        It is none of these, or has no plane coordinates.
    """
    name = re.sub(r"[\s_-]", "", text).lower()
    if name in DEGREES:
        return name
    number = re.fullmatch(r"epsg:{1,2}(\d{1,9})", name)
    if number is None:
        raise UnknownSystem(text)
    code = int(number[1])
    if code in EPSG_NAMES:
        return EPSG_NAMES[code]
    _to_degrees(f"EPSG:{code}")
    return f"EPSG:{code}"


def system_of(crs: CRS) -> str:
    """The system that a file declares: a name of `parse_system`, else its WKT.

    Raises
    ------
    UnknownSystem
        It has no plane coordinates, or no way to CGCS2000 is known.
    """
    for number, name in EPSG_NAMES.items():
        if CRS.from_epsg(number).equals(crs.to_2d(), ignore_axis_order=True):
            return name
    code = crs.to_epsg()
    if code is not None:
        return parse_system(f"EPSG:{code}")
    wkt: str = crs.to_wkt()
    _to_degrees(wkt)
    return wkt


def is_degrees(system: str) -> bool:
    """Whether the coordinates of a system are longitudes and latitudes."""
    return system in DEGREES or bool(_crs(system).is_geographic)


def to_cgcs2000(x: npt.ArrayLike, y: npt.ArrayLike, system: str) -> tuple[Array, Array]:
    """Coordinates of a system to longitude and latitude in CGCS2000 (EPSG:4490).

    Parameters
    ----------
    x, y : array_like, the same shape
        East and north in the unit of the system (degrees, metres, feet).
    system : str
        As from `parse_system` or `system_of`.

    Returns
    -------
    lon, lat : ndarray
        Degrees, the shape of the input; shifted systems are inverted to 1e-12 degrees.

    Raises
    ------
    UnknownSystem
        No such system.
    ImpossibleCoordinates
        A value is NaN or infinite, or cannot be reached in the system.
    """
    return _in_range(*_degrees(*_finite(x, y), system))


def degrees_or_nan(x: npt.ArrayLike, y: npt.ArrayLike, system: str) -> tuple[Array, Array]:
    """As `to_cgcs2000`, with NaN for both where a place is impossible instead of an error.

    Raises
    ------
    UnknownSystem
        No such system.
    """
    east, north = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    finite = np.isfinite(east) & np.isfinite(north)
    # A value that no system refuses stands in for what is not finite.
    lon, lat = _degrees(np.where(finite, east, 0.0), np.where(finite, north, 0.0), system)
    with np.errstate(invalid="ignore"):
        possible = finite & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(possible, lon, np.nan), np.where(possible, lat, np.nan)


def _degrees(east: Array, north: Array, system: str) -> tuple[Array, Array]:
    if system in ("wgs84", CGCS2000):
        return east, north
    if system in _SHIFTS:
        return _undo(_SHIFTS[system], east, north)
    lon, lat = _to_degrees(system).transform(east, north)
    return lon, lat


def from_cgcs2000(lon: npt.ArrayLike, lat: npt.ArrayLike, system: str) -> tuple[Array, Array]:
    """Longitude and latitude in CGCS2000 to the coordinates of a system.

    The inverse of `to_cgcs2000`, with the same parameters the other way round.

    Raises
    ------
    UnknownSystem
        No such system.
    ImpossibleCoordinates
        A value is not finite, not a longitude or latitude, or outside the system.
    """
    east, north = _in_range(*_finite(lon, lat))
    if system in ("wgs84", CGCS2000):
        return east, north
    if system in _SHIFTS:
        return _SHIFTS[system](east, north)
    return _finite(*_to_degrees(system).transform(east, north, direction="INVERSE"))


def to_mercator(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """CGCS2000 degrees to the plane that maps are drawn in (EPSG:3857), to the last bit as the database has it."""
    x, y = _mercator().transform(np.asarray(lon, float), np.asarray(lat, float))
    return x, y


def transform_geometries(
    geometries: Geometries, from_system: str, to_system: str = CGCS2000
) -> Geometries:
    """Geometries of one system in another; heights are dropped.

    Parameters
    ----------
    geometries : ndarray of shapely geometries
        In `from_system`; a missing geometry stays missing.
    from_system, to_system : str
        As from `parse_system` or `system_of`.

    Raises
    ------
    UnknownSystem, ImpossibleCoordinates
        As for `to_cgcs2000`; the index is that of the geometry.
    """

    def move(xy: Array) -> Array:
        lon, lat = to_cgcs2000(xy[:, 0], xy[:, 1], from_system)
        return np.column_stack(from_cgcs2000(lon, lat, to_system))

    flat = np.asarray(geometries, dtype=object)
    try:
        moved: Geometries = shapely.transform(shapely.force_2d(flat), move)
    except ImpossibleCoordinates as error:
        owner = shapely.get_coordinates(flat, return_index=True)[1]
        raise ImpossibleCoordinates(int(owner[error.index])) from error
    return moved


@dataclass(frozen=True)
class Measure:
    """Metres around one place of a system, by a linear map.

    What is straight in the file stays straight and what meets there meets here; the scale
    is that of the middle. For degrees this is `Plane`; for a projected system the unit
    over the projection's own scale.
    """

    system: str
    centre: tuple[float, float]
    metres_per_unit: tuple[float, float]

    @classmethod
    def around(cls, geometries: Geometries, system: str) -> "Measure":
        """The measure at the middle of geometries in the system.

        Raises
        ------
        UnknownSystem, ImpossibleCoordinates
            No such system; nothing finite to be around.
        """
        points = shapely.get_coordinates(geometries)
        points = points[np.isfinite(points).all(axis=1)]
        if not len(points):
            raise ImpossibleCoordinates(0)
        x, y = (points.min(axis=0) + points.max(axis=0)) / 2
        lon, lat = to_cgcs2000(x, y, system)
        east, north = _metres_per_unit(system, float(lon), float(lat))
        return cls(system, (float(x), float(y)), (east, north))

    def to_metres(self, geometries: Geometries) -> Geometries:
        """Metres east and north of the centre; any shape of array in, the same out."""
        moved: Geometries = shapely.transform(
            geometries, lambda xy: (xy - self.centre) * self.metres_per_unit
        )
        return moved

    def to_lonlat(self, x: float, y: float) -> tuple[float, float]:
        """A place in these metres as longitude and latitude in CGCS2000."""
        own = np.array([x, y]) / self.metres_per_unit + self.centre
        lon, lat = to_cgcs2000(own[0], own[1], self.system)
        return float(lon), float(lat)

    def from_lonlat(self, lon: float, lat: float) -> tuple[float, float]:
        """The inverse of `to_lonlat`."""
        own = np.array(from_cgcs2000(lon, lat, self.system))
        x, y = (own - self.centre) * self.metres_per_unit
        return float(x), float(y)

    def to_degrees(self, geometries: Geometries) -> Geometries:
        """Geometries in these metres as CGCS2000 degrees."""
        own = shapely.transform(geometries, lambda xy: xy / self.metres_per_unit + self.centre)
        return transform_geometries(own, self.system)


def _metres_per_unit(system: str, lon: float, lat: float) -> tuple[float, float]:
    if is_degrees(system):
        east, north = Plane(lon, lat).metres_per_degree
        return float(east), float(north)
    crs = _crs(system)
    unit = crs.axis_info[0].unit_conversion_factor
    scale = Proj(crs).get_factors(lon, lat)
    return unit / scale.parallel_scale, unit / scale.meridional_scale


@lru_cache(maxsize=64)
def _crs(system: str) -> CRS:
    try:
        crs = CRS.from_user_input(system)
    except CRSError as error:
        raise UnknownSystem(system) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownSystem(system)
    return crs.to_2d()


@lru_cache(maxsize=64)
def _to_degrees(system: str) -> Transformer:
    """The way to CGCS2000, or to WGS 84 where only that is known.

    Without “ballpark”: where no parameters are known PROJ would silently keep the degrees.
    """
    crs = _crs(system)
    datum = crs.geodetic_crs.to_2d().to_epsg() if crs.geodetic_crs else None
    if datum in _UNPUBLISHED_DATUMS:
        raise UnknownSystem(system)
    own = datum == 4490
    try:
        return Transformer.from_crs(
            crs, "EPSG:4490" if own else "EPSG:4326", always_xy=True, allow_ballpark=False
        )
    except ProjError as error:
        raise UnknownSystem(system) from error


@lru_cache(maxsize=1)
def _mercator() -> Transformer:
    return Transformer.from_crs("EPSG:4490", "EPSG:3857", always_xy=True)


def _finite(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    east, north = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    _refuse(~(np.isfinite(east) & np.isfinite(north)))
    return east, north


def _in_range(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    east, north = _finite(lon, lat)
    _refuse((np.abs(east) > 180) | (np.abs(north) > 90))
    return east, north


def _refuse(wrong: npt.NDArray[np.bool_]) -> None:
    if wrong.any():
        raise ImpossibleCoordinates(int(np.argmax(wrong.ravel())))


def _gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    bend = 1 - _KRASOVSKY_EE * np.sin(phi) ** 2
    per_lat = np.radians(_KRASOVSKY_A * (1 - _KRASOVSKY_EE) / (bend * np.sqrt(bend)))
    per_lon = np.radians(_KRASOVSKY_A / np.sqrt(bend) * np.cos(phi))
    west, south, to_east, to_north = _SHIFTED_BOX
    inside = (lon >= west) & (lon <= to_east) & (lat >= south) & (lat <= to_north)
    return lon + np.where(inside, east / per_lon, 0), lat + np.where(inside, north / per_lat, 0)


def _bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_SHIFTS: dict[str, Shift] = {"gcj02": _gcj02, "bd09": _bd09}


def _undo(shift: Shift, x: Array, y: Array) -> tuple[Array, Array]:
    """The inverse by fixed point: the shift varies by under 2 % of a step, so each gains two digits."""
    lon, lat = x, y
    for _ in range(20):
        back_x, back_y = shift(lon, lat)
        error = np.maximum(np.abs(back_x - x), np.abs(back_y - y))
        if np.all(error <= _LAST_BIT_DEG):
            return lon, lat
        lon, lat = lon + (x - back_x), lat + (y - back_y)
    # On the rim of the shifted box the forward formula jumps: no place leads here.
    lost = error > _LAST_BIT_DEG
    return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)
