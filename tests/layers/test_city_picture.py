import re

import geopandas as gpd
import pytest
import shapely

from layers.city_picture import Window, draw_city
from layers.styles import MAP

# Round numbers near the middle of the city, in metres.
X, Y = 439_000.0, 4_402_000.0
METRIC = 4542


def frame(*shapes: shapely.Geometry, **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC).to_crs(4490)


def draw(**frames: gpd.GeoDataFrame) -> str:
    middle = frame(shapely.Point(X, Y)).geometry.iloc[0]
    window = Window((middle.x, middle.y), (100, 80), 1, METRIC)
    empty = {
        "ground": frame(kind=[]),
        "streets": frame(grade=[]),
        "buildings": frame(),
        "cells": frame(),
    }
    return draw_city({**empty, **frames}, MAP["light"], window)


def test_a_building_lies_where_it_is_in_tenths_of_a_pixel() -> None:
    # 20 m wide and 10 m high in the middle of 100 × 80 pixels of a metre each.
    svg = draw(buildings=frame(shapely.box(X - 10, Y - 5, X + 10, Y + 5)))
    path = re.search(rf'fill="{MAP["light"]["m-bldg"]}"[^>]* d="([^"]+)"', svg)
    assert path is not None
    numbers = [int(number) for number in re.findall(r"-?\d+", path[1])]
    assert sorted(abs(number) for number in numbers[2:]) == pytest.approx(
        [0, 0, 0, 100, 100, 200], abs=1
    )
    assert {numbers[0], numbers[1]} <= {400, 600, 350, 450}


def test_ground_has_the_colour_of_its_kind_and_streets_of_their_grade() -> None:
    svg = draw(
        ground=frame(shapely.box(X, Y, X + 9, Y + 9), kind=["park"]),
        streets=frame(shapely.LineString([(X, Y), (X + 30, Y)]), grade=["main"]),
    )
    for name in ("m-land", "m-park", "m-main", "m-main-c"):
        assert MAP["light"][name] in svg
    assert MAP["light"]["m-water"] not in svg


def test_what_lies_outside_is_cut_off() -> None:
    svg = draw(buildings=frame(shapely.box(X + 900, Y, X + 950, Y + 50)))
    assert "<path" not in svg


def test_an_empty_city_is_only_land() -> None:
    assert re.findall(r"<(\w+)", draw()) == ["svg", "rect", "g"]


def test_the_picture_asks_nothing_of_anybody() -> None:
    svg = draw(buildings=frame(shapely.box(X, Y, X + 9, Y + 9)))
    assert not re.search(r"script|style|href|url\(", svg)
