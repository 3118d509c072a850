"""Coordinate systems against published values, hand-made series and their own inverses."""

import math

import numpy as np
import pytest
import shapely
from pyproj import CRS

from geodata.crs import (
    ImpossibleCoordinates,
    Measure,
    UnknownSystem,
    from_cgcs2000,
    is_degrees,
    parse_system,
    system_of,
    to_cgcs2000,
    transform_geometries,
)

SIX = ("wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4542", "EPSG:4543")
ZONES = tuple(f"EPSG:{n}" for n in range(4534, 4555))
JIAYUGUAN = (98.2894, 39.7725)


def metres_apart(lon, lat, other_lon, other_lat):
    """Distances on the ground, good for places that are close together."""
    phi = np.radians(lat)
    east = (np.asarray(other_lon) - lon) * 111_320 * np.cos(phi)
    return np.hypot(east, (np.asarray(other_lat) - lat) * 111_132)


def places(count=1000, box=(97.0, 39.0, 99.5, 40.5)):
    rng = np.random.default_rng(20261123)
    return rng.uniform(box[0], box[2], count), rng.uniform(box[1], box[3], count)


def meridian_arc_m(lat_degrees):
    """Equator to a latitude on the ellipsoid of CGCS2000, summed up step by step."""
    a, f = 6378137.0, 1 / 298.257222101
    e2 = f * (2 - f)
    edges = np.linspace(0, math.radians(lat_degrees), 20_001)
    middle = (edges[:-1] + edges[1:]) / 2
    return float(np.sum(a * (1 - e2) / (1 - e2 * np.sin(middle) ** 2) ** 1.5 * np.diff(edges)))


@pytest.mark.parametrize("system", SIX)
def test_a_thousand_places_come_back_within_a_tenth_of_a_millimetre(system):
    lon, lat = places()
    back = to_cgcs2000(*from_cgcs2000(lon, lat, system), system)
    assert metres_apart(lon, lat, *back).max() < 1e-4


@pytest.mark.parametrize("system", ZONES)
def test_every_three_degree_zone_comes_back(system):
    lon, lat = places(200)
    x, y = from_cgcs2000(lon, lat, system)
    assert metres_apart(lon, lat, *to_cgcs2000(x, y, system)).max() < 1e-3


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_shifted_degrees_come_back_all_over_china(system):
    lon, lat = places(5000, box=(73.0, 18.0, 135.0, 54.0))
    back = to_cgcs2000(*from_cgcs2000(lon, lat, system), system)
    assert metres_apart(lon, lat, *back).max() < 1e-4


def test_published_shift_of_tiananmen():
    # The worked example in the manuals of coordtransform and gcoord.
    assert np.allclose(
        from_cgcs2000(116.404, 39.915, "gcj02"), (116.41024449916938, 39.91640428150164), atol=1e-12
    )
    wgs = to_cgcs2000(116.404, 39.915, "gcj02")
    assert np.allclose(
        from_cgcs2000(*wgs, "bd09"), (116.41036949371029, 39.92133699351021), atol=1e-11
    )


def test_the_shifts_at_jiayuguan_are_a_hundred_metres_and_a_kilometre():
    assert metres_apart(*JIAYUGUAN, *from_cgcs2000(*JIAYUGUAN, "gcj02")) == pytest.approx(
        104, abs=2
    )
    assert metres_apart(*JIAYUGUAN, *from_cgcs2000(*JIAYUGUAN, "bd09")) == pytest.approx(
        990, abs=60
    )


def test_degrees_outside_china_are_not_shifted():
    assert np.allclose(from_cgcs2000(8.5417, 47.3769, "gcj02"), (8.5417, 47.3769), atol=0)


@pytest.mark.parametrize("lat", [0.0, 30.0, 39.77, 40.0])
def test_on_the_central_meridian_northing_is_the_length_of_the_meridian(lat):
    x, y = from_cgcs2000(99.0, lat, "EPSG:4542")
    assert x == pytest.approx(500_000, abs=1e-6)
    assert y == pytest.approx(meridian_arc_m(lat), abs=1e-3)


def test_a_neighbour_zone_is_not_the_city_zone_and_says_nothing():
    x, y = from_cgcs2000(*JIAYUGUAN, "EPSG:4542")
    assert x == pytest.approx(439_100, abs=200)
    assert metres_apart(*JIAYUGUAN, *to_cgcs2000(x, y, "EPSG:4543")) > 200_000


def test_zone_numbers_before_the_easting_are_the_other_register():
    with_number, plain = (from_cgcs2000(*JIAYUGUAN, f"EPSG:{n}") for n in (4521, 4542))
    assert with_number[0] - plain[0] == pytest.approx(33_000_000)
    assert with_number[1] == pytest.approx(float(plain[1]))


def test_x_is_east_in_systems_whose_register_puts_north_first():
    x, y = from_cgcs2000(*JIAYUGUAN, "EPSG:4543")
    assert x < 1_000_000 < y


def test_arrays_of_any_shape_and_none_at_all():
    lon, lat = to_cgcs2000(np.full((2, 3), 98.3), np.full((2, 3), 39.8), "bd09")
    assert lon.shape == lat.shape == (2, 3)
    for system in SIX:
        assert [part.size for part in to_cgcs2000([], [], system)] == [0, 0]


@pytest.mark.parametrize("system", SIX)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("axis", [0, 1])
def test_not_finite_is_refused_with_its_index(system, bad, axis):
    pair = [np.full(4, 98.3), np.full(4, 39.8)]
    pair[axis][2] = bad
    for move in (to_cgcs2000, from_cgcs2000):
        with pytest.raises(ImpossibleCoordinates) as caught:
            move(*pair, system)
        assert caught.value.index == 2


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_swapped_axes_are_refused(system):
    with pytest.raises(ImpossibleCoordinates):
        to_cgcs2000(39.8, 98.3, system)


def test_metres_that_no_projection_reaches_are_refused():
    with pytest.raises(ImpossibleCoordinates):
        to_cgcs2000(1e12, 4.4e6, "EPSG:4542")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EPSG:4542", "EPSG:4542"),
        ("epsg:4521", "EPSG:4521"),
        ("EPSG::2232", "EPSG:2232"),
        (" GCJ-02 ", "gcj02"),
        ("BD_09", "bd09"),
        ("WGS 84", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("EPSG:4490", "cgcs2000"),
    ],
)
def test_a_system_has_one_spelling(text, name):
    assert parse_system(text) == name


@pytest.mark.parametrize(
    "text", ["", "4542", "EPSG:", "EPSG:999999", "mars", "EPSG:4542; drop", "EPSG:-1", "EPSG:५"]
)
def test_what_is_no_system_is_refused(text):
    with pytest.raises(UnknownSystem):
        parse_system(text)


@pytest.mark.parametrize("number", [5773, 4978], ids=["heights only", "geocentric"])
def test_a_system_without_a_plane_is_refused(number):
    with pytest.raises(UnknownSystem):
        parse_system(f"EPSG:{number}")


@pytest.mark.parametrize("number", [4214, 4610, 2432, 2346], ids=str)
def test_old_datums_without_published_parameters_are_refused(number):
    with pytest.raises(UnknownSystem):
        parse_system(f"EPSG:{number}")


def test_a_file_may_declare_its_system_by_wkt():
    assert system_of(CRS.from_wkt(CRS.from_epsg(4542).to_wkt("WKT1_ESRI"))) == "EPSG:4542"


def test_a_city_may_have_a_central_meridian_of_its_own():
    own = CRS.from_epsg(4542).to_json_dict()
    del own["id"]
    own["name"], own["conversion"]["name"] = "city grid", "city"
    own["conversion"].pop("id", None)
    meridian = own["conversion"]["parameters"][1]
    assert meridian["value"] == 99
    meridian["value"] = 98.25
    system = system_of(CRS.from_json_dict(own))
    assert not is_degrees(system)
    assert np.allclose(to_cgcs2000(500_000, meridian_arc_m(39.77), system), (98.25, 39.77))


def test_a_declared_system_of_unknown_datum_is_refused():
    with pytest.raises(UnknownSystem):
        system_of(CRS.from_proj4("+proj=tmerc +lon_0=98.3 +ellps=krass"))


def test_only_degrees_are_degrees():
    assert [is_degrees(system) for system in (*SIX, "EPSG:4258")] == [True] * 4 + [False] * 2 + [
        True
    ]


def test_geometries_are_moved_whole_and_heights_dropped():
    square = shapely.box(*JIAYUGUAN, JIAYUGUAN[0] + 0.01, JIAYUGUAN[1] + 0.01)
    shapes = np.array([shapely.force_3d(square, 1500.0), None], dtype=object)
    there = transform_geometries(shapes, "cgcs2000", "EPSG:4542")
    assert there[1] is None
    assert not there[0].has_z
    assert there[0].area == pytest.approx(856.4 * 1110.3, rel=0.01)
    back = transform_geometries(there, "EPSG:4542")
    assert shapely.hausdorff_distance(back[0], square) < 1e-11


def test_a_geometry_that_cannot_be_moved_is_named_by_its_index():
    shapes = np.array([shapely.Point(98, 39), shapely.Point(98, np.nan)], dtype=object)
    with pytest.raises(ImpossibleCoordinates) as caught:
        transform_geometries(shapes, "gcj02")
    assert caught.value.index == 1


@pytest.mark.parametrize("system", [*SIX, "EPSG:3857", "EPSG:2232"])
def test_a_measure_gives_metres_on_the_ground(system):
    # 1,000 m by 1,000 m in the city's own projection, which is true to 0.01 % here.
    x, y = from_cgcs2000(*JIAYUGUAN, "EPSG:4542")
    ring = shapely.segmentize(shapely.box(x, y, x + 1000, y + 1000), 50)
    there = transform_geometries(np.array([ring]), "EPSG:4542", system)
    measure = Measure.around(there, system)
    metres = measure.to_metres(there)
    assert shapely.area(metres[0]) == pytest.approx(1e6, rel=1e-2 if system != "EPSG:2232" else 0.2)
    middle = shapely.centroid(metres[0])
    assert np.allclose(
        measure.from_lonlat(*measure.to_lonlat(middle.x, middle.y)), (middle.x, middle.y), atol=1e-3
    )
    assert (
        metres_apart(
            *measure.to_lonlat(middle.x, middle.y), *to_cgcs2000(x + 500, y + 500, "EPSG:4542")
        )
        < 0.5
    )
    assert (
        shapely.hausdorff_distance(
            measure.to_degrees(metres)[0], transform_geometries(there, system)[0]
        )
        < 1e-9
    )


def test_nothing_has_no_measure():
    with pytest.raises(ImpossibleCoordinates):
        Measure.around(np.array([shapely.Polygon()]), "wgs84")
