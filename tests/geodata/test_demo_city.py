"""The demonstration city: one exact coverage under real names, and people have somewhere to live."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.codes import reading_order_of
from geodata.demo_city import DemoCity, divisions, make_city

URBAN = ("620201001", "620201002")


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return make_city()


def urban(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return cells[cells.code.str.startswith(URBAN)]


def own_cells(city: DemoCity, frame: gpd.GeoDataFrame) -> np.ndarray:
    return city.cells.set_index("code").geometry.loc[frame.cell_code].values


def frames(city: DemoCity) -> list[gpd.GeoDataFrame]:
    return [
        city.areas,
        city.cells,
        city.buildings,
        city.posts,
        city.streets,
        city.landmarks,
        city.ground,
    ]


def test_the_same_seed_gives_the_same_city(city: DemoCity) -> None:
    for first, second in zip(frames(city), frames(make_city()), strict=True):
        assert first.drop(columns="geometry").equals(second.drop(columns="geometry"))
        assert (
            shapely.to_wkb(first.geometry.values) == shapely.to_wkb(second.geometry.values)
        ).all()


def test_every_geometry_is_valid_and_none_is_empty(city: DemoCity) -> None:
    for frame in frames(city):
        assert frame.crs.to_epsg() == 4490
        assert frame.is_valid.all()
        assert not frame.is_empty.any()


@pytest.mark.parametrize(
    "kinds",
    [
        ("community", "village"),
        ("subdistrict", "town"),
        ("subdistrict", "suburb"),
    ],
)
def test_each_level_of_areas_is_the_union_of_the_level_below(
    city: DemoCity, kinds: tuple[str, ...]
) -> None:
    level = city.areas[city.areas.kind.isin(kinds)]
    whole = city.areas[city.areas.kind == "city"].geometry.iloc[0]
    assert shapely.coverage_is_valid(level.geometry.values)
    assert shapely.coverage_union_all(level.geometry.values).equals(whole)


def test_cells_tile_every_community_and_village(city: DemoCity) -> None:
    assert shapely.coverage_is_valid(city.cells.geometry.values)
    parents = city.areas.set_index("code").geometry
    for code, cells in city.cells.groupby("community_code"):
        assert shapely.coverage_union_all(cells.geometry.values).equals(parents[code])


def test_no_cell_is_a_sliver(city: DemoCity) -> None:
    metric = city.cells.geometry.to_crs(4542)
    assert metric.area.min() > 5_000
    assert (metric.area / metric.length**2).min() > 0.01


def test_all_48_divisions_bear_their_names(city: DemoCity) -> None:
    leaves = city.areas[city.areas.kind.isin(["community", "village"])]
    names = dict(zip(leaves.code, leaves.name, strict=True))
    assert len(names) == 48
    assert names["620201002012"] == "紫轩社区"
    assert names["620201001014"] == "昌盛社区"
    assert names["620201100202"] == "长城村"
    assert names["620201102205"] == "河口村"


def test_the_tree_is_deeper_in_the_country_than_in_town(city: DemoCity) -> None:
    parents = dict(zip(city.areas.code, city.areas.parent_code, strict=True))

    def chain(code: str) -> list[str]:
        return [divisions.kind_of(code), *chain(parents[code])] if code else []

    assert chain("620201002012") == ["community", "subdistrict", "city"]
    assert chain("620201100202") == ["village", "town", "suburb", "city"]
    assert all(parent in parents for parent in parents.values() if parent)


def test_417_urban_cells_have_one_code_each_of_their_community(city: DemoCity) -> None:
    cells = city.cells
    assert len(urban(cells)) == 417
    assert cells.code.is_unique
    assert cells.name.is_unique
    assert (cells.code.str[:12] == cells.community_code).all()
    for _code, mine in cells.groupby("community_code"):
        assert sorted(mine.code.str[12:].astype(int)) == list(range(1, len(mine) + 1))


def test_cells_are_numbered_as_an_import_would_number_them(city: DemoCity) -> None:
    for _code, mine in city.cells.groupby("community_code"):
        shapes = mine.sort_values("code").geometry.values
        centres = shapely.get_coordinates(shapely.centroid(shapes))
        # A school in the middle of its estate shares its centroid to a millimetre.
        assert centres[reading_order_of(shapes)] == pytest.approx(centres, abs=1e-8)


def test_cells_are_numbered_from_north_to_south(city: DemoCity) -> None:
    for _code, mine in urban(city.cells).groupby("community_code"):
        north = shapely.get_y(shapely.centroid(mine.sort_values("code").geometry.values))
        assert north[0] > north[-1]


def test_urban_base_cells_have_300_to_500_households(city: DemoCity) -> None:
    households = city.buildings.groupby("cell_code").households.sum()
    base = urban(city.cells)[urban(city.cells).kind == "base"]
    assert households.loc[base.code].between(300, 500).all()


def test_about_6000_buildings_stand_wholly_in_their_cells(city: DemoCity) -> None:
    assert 5_500 < len(city.buildings) < 7_500
    assert shapely.within(city.buildings.geometry.values, own_cells(city, city.buildings)).all()
    numbers = city.buildings.groupby("cell_code").number.agg(list)
    assert all(mine == [str(n) for n in range(1, len(mine) + 1)] for mine in numbers)


def test_no_building_stands_on_another(city: DemoCity) -> None:
    shapes = city.buildings.geometry.values
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()


def test_posts_lie_in_their_cell_over_their_own_buildings_only(city: DemoCity) -> None:
    posts, buildings = city.posts, city.buildings
    assert shapely.within(posts.geometry.values, own_cells(city, posts)).all()
    post, building = shapely.STRtree(buildings.geometry.values).query(
        posts.geometry.values, predicate="intersects"
    )
    touched = {n: set(building[post == n]) for n in range(len(posts))}
    assert all(touched[n] == set(own) for n, own in enumerate(posts.buildings))
    assert (buildings.cell_code.values[building] == posts.cell_code.values[post]).all()


def test_posts_cover_every_home_once_or_by_parts(city: DemoCity) -> None:
    homes = city.buildings[city.buildings.use.isin(["residential", "village"])]
    assert set(homes.index) == {n for own in city.posts.buildings for n in own}
    assert set(city.posts.kind) == {"building_leader", "security_household"}


def test_zixuan_has_its_two_estates_side_by_side(city: DemoCity) -> None:
    cells = city.cells.set_index("code")
    west, east = cells.loc["620201002012002"], cells.loc["620201002012003"]
    assert (west["name"], east["name"]) == ("讨赖小区", "紫轩花苑")
    assert west.geometry.intersection(east.geometry).length > 0.003
    assert west.geometry.centroid.x < east.geometry.centroid.x
    mine = city.buildings[city.buildings.estate == "紫轩花苑"]
    assert len(mine) == 34
    seven = mine[mine.number == "7"].iloc[0]
    assert (seven["name"], seven.households) == ("紫轩花苑 7 号楼", 48)


def test_another_seed_gives_another_city_that_tiles_too(city: DemoCity) -> None:
    other = make_city(seed=4)
    assert len(urban(other.cells)) == 417
    assert shapely.coverage_is_valid(other.cells.geometry.values)
    assert not other.cells.geometry.geom_equals(city.cells.geometry).all()


def test_every_vertex_and_edge_middle_is_held_by_a_cell_and_by_no_two_insides(
    city: DemoCity,
) -> None:
    shapes = city.cells.geometry.values
    corners = shapely.get_coordinates(shapes)
    vertices = shapely.points(corners[:: max(1, len(corners) // 3_000)])
    point, _cell = shapely.STRtree(shapes).query(vertices, predicate="covered_by")
    assert len(np.unique(point)) == len(vertices)

    edges = shapely.get_parts(shapely.boundary(shapes))
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    point, _cell = shapely.STRtree(shapes).query(middles, predicate="dwithin", distance=1e-8)
    assert len(np.unique(point)) == len(middles)
    insides = shapely.buffer(shapes, -1e-7)
    for places in (vertices, middles):
        assert len(shapely.STRtree(insides).query(places, predicate="intersects")[0]) == 0


def test_a_point_inside_a_cell_is_in_no_other(city: DemoCity) -> None:
    shapes = city.cells.geometry.values
    inside = shapely.point_on_surface(shapes)
    point, cell = shapely.STRtree(shapes).query(inside, predicate="covered_by")
    assert (point == cell).all()
    assert len(point) == len(shapes)


def test_the_city_keeps_its_landmarks_and_streets(city: DemoCity) -> None:
    landmarks = dict(zip(city.landmarks.name, city.landmarks.kind, strict=True))
    assert landmarks["G30 嘉峪关收费站"] == "toll_station"
    assert landmarks["嘉峪关关城"] == "fort"
    assert landmarks["镜铁西路马路市场"] == "market"
    streets = dict(zip(city.streets.name, city.streets.grade, strict=True))
    assert streets["G30 连霍高速"] == "motorway"
    assert streets["兰新铁路"] == "railway"
    assert streets["雄关大道"] == "main"
    assert streets["镜铁西路"] == "arterial"
