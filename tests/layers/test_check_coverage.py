import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from django.core.management import CommandError, call_command

from layers.offline import LOADED
from tests.makers import make_cell, make_small_city, square

pytestmark = pytest.mark.django_db

KEYS = {
    "ok", "complete", "cells", "overlaps", "gaps", "slivers", "edges", "outside", "invalid",
}  # fmt: skip


def check(*arguments: Any) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("check_coverage", *map(str, arguments), stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def write(path: Path, *shapes: Any, crs: Any = 4490) -> Path:
    frame = gpd.GeoDataFrame({"code": [f"c{n}" for n in range(len(shapes))]}, geometry=list(shapes))
    frame.set_crs(crs).to_file(path)
    return path


def box(west: float, east: float, south: float = 39.70, north: float = 39.71) -> Any:
    return shapely.box(98 + west, south, 98 + east, north)


@pytest.fixture
def overlapping(tmp_path: Path) -> Path:
    return write(tmp_path / "cells.gpkg", box(0.20, 0.211), box(0.21, 0.22))


def test_a_registry_that_tiles_is_said_to() -> None:
    make_small_city()
    code, said = check()
    assert code == 0
    assert said.startswith("铺满：")


def test_a_registry_with_an_overlap_ends_with_1_and_names_both_cells() -> None:
    city = make_small_city()
    stray = square(1.5, 0, width=0.2, height=0.2)
    make_cell(city.areas["p"], "620201001001009", stray)
    code, said = check("--format", "json")
    report = json.loads(said)
    (overlap,) = report["overlaps"]
    assert (code, report["ok"], set(report)) == (1, False, KEYS)
    assert sorted(overlap["cells"]) == ["620201001001001", "620201001001009"]
    assert overlap["lon"] == pytest.approx(98.2064, abs=1e-3)
    assert overlap["area_m2"] == pytest.approx(68 * 89, rel=0.02)


def test_a_file_that_tiles_is_said_to(tmp_path: Path) -> None:
    path = write(tmp_path / "cells.gpkg", box(0.20, 0.21), box(0.21, 0.22))
    code, said = check(path, "--format", "json")
    assert (code, json.loads(said)["cells"]) == (0, 2)


def test_a_fault_is_told_with_row_size_and_place(overlapping: Path) -> None:
    code, said = check(overlapping)
    assert code == 1
    title, fault, *_edges = said.splitlines()
    assert title == "没有铺满：2 个区域，3 处问题"
    assert all(word in fault for word in ("第 1、2 行", "c0、c1", "m²", "98.210500, 39.705000"))


def test_a_file_in_metres_is_measured_in_its_own(tmp_path: Path) -> None:
    squares = [shapely.box(500_000 + x, 4_400_000, 500_100 + x, 4_400_100) for x in (0, 98)]
    _code, said = check(write(tmp_path / "m.gpkg", *squares, crs=4542), "--format", "json")
    (overlap,) = json.loads(said)["overlaps"]
    assert overlap["area_m2"] == pytest.approx(200, rel=1e-3)
    assert (overlap["lon"], overlap["lat"]) == pytest.approx((99.00115, 39.73), abs=0.01)


def test_an_outline_shows_gap_and_outside(tmp_path: Path) -> None:
    cells = write(tmp_path / "cells.gpkg", box(0.20, 0.21), box(0.21, 0.22))
    outline = write(tmp_path / "outline.gpkg", box(0.205, 0.23))
    code, said = check(cells, "--within", outline, "--format", "json")
    report = json.loads(said)
    assert (code, len(report["gaps"]), len(report["outside"])) == (1, 1, 1)


def test_an_outline_may_have_another_system(tmp_path: Path) -> None:
    cells = write(tmp_path / "cells.gpkg", box(0.20, 0.21))
    degrees = gpd.GeoSeries([box(0.20, 0.21)], crs=4490)
    outline = write(tmp_path / "outline.gpkg", *degrees.to_crs(4542), crs=4542)
    assert check(cells, "--within", outline)[0] == 0


def test_a_wide_tolerance_lets_a_narrow_overlap_pass(tmp_path: Path) -> None:
    path = write(tmp_path / "cells.gpkg", box(0.20, 0.210001), box(0.21, 0.22))
    assert check(path)[0] == 1
    assert check(path, "--tolerance", "1")[0] == 0


def test_the_map_shows_every_fault(overlapping: Path, tmp_path: Path) -> None:
    page = tmp_path / "faults.html"
    assert check(overlapping, "--map", page)[0] == 1
    text = page.read_text(encoding="utf-8")
    assert text.count("data-fault=") == 3
    assert not LOADED.search(text)


def test_the_map_of_a_registry_that_tiles_shows_its_areas(tmp_path: Path) -> None:
    make_small_city()
    page = tmp_path / "city.html"
    assert check("--map", page)[0] == 0
    assert "cell-a" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing.gpkg",),
        ("--within", "nothing.gpkg"),
        ("--crs", "EPSG:4490"),
        ("--tolerance", "-1"),
        ("--tolerance", "nan"),
    ],
)
def test_what_cannot_be_checked_ends_with_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refusal:
        check(*arguments)
    assert refusal.value.returncode == 2


def test_coordinates_that_lie_nowhere_are_refused_with_their_row(tmp_path: Path) -> None:
    path = write(tmp_path / "cells.gpkg", box(0.20, 0.21), box(0.21, 0.22, 95, 96))
    with pytest.raises(CommandError, match="第 2 行"):
        check(path)


def test_a_broken_shape_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(98.2, 39.7), (98.21, 39.71), (98.21, 39.7), (98.2, 39.71)])
    path = write(tmp_path / "cells.gpkg", bow_tie)
    code, said = check(path, "--format", "json", "--map", tmp_path / "m.html")
    (fault,) = json.loads(said)["invalid"]
    assert (code, fault["rows"]) == (1, [1])


def test_degrees_without_a_system_are_checked_and_metres_are_not(tmp_path: Path) -> None:
    rings = [shapely.get_coordinates(box(west, west + 0.01)).tolist() for west in (0.20, 0.21)]
    shapes = [{"type": "Polygon", "coordinates": [ring]} for ring in rings]
    path = tmp_path / "cells.json"
    path.write_text(json.dumps({"type": "GeometryCollection", "geometries": shapes}))
    assert check(path)[0] == 0
    metres = [
        {"type": "Polygon", "coordinates": [[[4e5, 4e6], [5e5, 4e6], [4e5, 5e6], [4e5, 4e6]]]}
    ]
    path.write_text(json.dumps({"type": "GeometryCollection", "geometries": metres}))
    with pytest.raises(CommandError, match="--crs"):
        check(path)


def test_a_ring_of_two_points_is_told_with_its_place(tmp_path: Path) -> None:
    rings = [[[98.2, 39.7], [98.3, 39.8]], shapely.get_coordinates(box(0.2, 0.21)).tolist()]
    shapes = [{"type": "Polygon", "coordinates": [ring]} for ring in rings]
    path = tmp_path / "cells.json"
    path.write_text(json.dumps({"type": "GeometryCollection", "geometries": shapes}))
    code, said = check(path, "--format", "json")
    (fault,) = json.loads(said)["invalid"]
    assert (code, fault["rows"], fault["reason"]) == (1, [1], "环只有 2 个点，至少要 4 个")
    assert (fault["lon"], fault["lat"]) == pytest.approx((98.2, 39.7))


def test_a_file_without_any_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cells.json"
    path.write_text('{"type": "Feature", "properties": {}, "geometry": null}')
    with pytest.raises(CommandError, match="没有几何"):
        check(path)
