"""The import commands: all of a file or none of it, and every refusal with its row and place."""

import json
import zipfile
from io import StringIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.geometry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from geodata import frames
from geodata.crs import from_cgcs2000, transform_geometries
from geodata.models import Area, Building, Cell, CellVersion, LeaderPost
from tests.makers import SIDE, SOUTH, WEST, make_area, make_small_city, square

pytestmark = pytest.mark.django_db
COMMUNITY = "620201001001"


def box(column, row, width=1, height=1):
    return shapely.from_wkt(square(column, row, width=width, height=height).wkt)


@pytest.fixture
def community():
    """A community of two squares by two, without cells."""
    geom = square(0, 0, width=2, height=2)
    city = make_area("city", "620201000000", geom=geom)
    street = make_area("subdistrict", "620201001000", parent=city, geom=geom)
    return make_area(parent=street, geom=geom)


def cells_frame(**columns):
    """Two cells that tile the community."""
    return gpd.GeoDataFrame(
        {"kind": "base", "name": ["西片", "东片"], **columns},
        geometry=[box(0, 0, 1, 2), box(1, 0, 1, 2)],
        crs=4490,
    )


def write(frame, path, **options):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        folder = path.with_suffix("")
        folder.mkdir()
        frame.to_file(folder / "cells.shp", engine="pyogrio", **options)
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
    else:
        frame.to_file(path, engine="pyogrio", **options)
    return path


def run(command, path, **options):
    out = StringIO()
    call_command(command, path, stdout=out, stderr=out, **options)
    return out.getvalue()


def refusal(command, path, tmp_path, **options):
    """The report of an import that is refused."""
    report = tmp_path / "report.json"
    with pytest.raises(CommandError):
        run(command, path, report=report, **options)
    return json.loads(report.read_text())


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "zip"])
@pytest.mark.usefixtures("community")
def test_every_format_loads_the_same_cells(tmp_path, ending):
    path = write(cells_frame(), tmp_path / f"cells.{ending}")
    assert "已导入" in run("import_areas", path)
    named = CellVersion.objects.order_by("cell__code").values_list("cell__code", "cell__name")
    assert list(named) == [
        (f"{COMMUNITY}001", "西片"),
        (f"{COMMUNITY}002", "东片"),
    ]


@pytest.mark.usefixtures("community")
def test_columns_of_other_names_are_mapped(tmp_path):
    frame = cells_frame().rename(columns={"name": "网格名称"}).drop(columns="kind")
    path = write(frame, tmp_path / "cells.gpkg")
    run("import_areas", path, kind="base", map=["name=网格名称"])
    assert Cell.objects.get(code=f"{COMMUNITY}001").name == "西片"


def test_a_mapping_of_an_unknown_field_is_refused(tmp_path):
    with pytest.raises(CommandError, match="字段"):
        run("import_areas", write(cells_frame(), tmp_path / "cells.gpkg"), map=["colour=x"])


SYSTEMS = ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4542", "EPSG:4543"]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.usefixtures("community")
def test_a_declared_system_lands_within_a_metre(tmp_path, system):
    shapes = transform_geometries(cells_frame().geometry.values, "cgcs2000", system)
    frame = cells_frame().set_geometry(shapes, crs=None)
    path = write(frame.set_crs(None, allow_override=True), tmp_path / "cells.parquet")
    if system in ("gcj02", "bd09"):
        # Shifted borders are no longer straight in degrees; the corners are what must land.
        run("import_areas", path, crs=system, dry_run=True)
        return
    run("import_areas", path, crs=system)
    stored = frames.cells(CellVersion.objects.first().valid_from).geometry
    off = shapely.hausdorff_distance(stored.values, cells_frame().geometry.values)
    assert off.max() * 111_000 < 1


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_thousand_points_land_within_a_metre(system):
    seed = np.random.default_rng(1)
    lon, lat = seed.uniform((98.0, 39.7), (98.5, 39.95), (1000, 2)).T
    x, y = from_cgcs2000(lon, lat, system)
    landed = transform_geometries(shapely.points(x, y), system)
    east = (shapely.get_x(landed) - lon) * 85_600
    north = (shapely.get_y(landed) - lat) * 111_000
    worst = np.hypot(east, north).max()
    print(f"{system}: worst {worst:.2e} m")
    assert worst < 1e-3


@pytest.mark.usefixtures("community")
def test_without_a_system_the_file_is_refused(tmp_path):
    path = write(cells_frame().set_crs(None, allow_override=True), tmp_path / "cells.parquet")
    assert "--crs" in refusal("import_areas", path, tmp_path)["reason"]


BROKEN = {
    "swapped axes": lambda xy: xy[:, ::-1],
    "NaN": lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.nan, xy),
    "infinity": lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.inf, xy),
    "null island": lambda xy: xy - xy.mean(axis=0),
    "far away": lambda xy: np.add(xy, (18, 0)),
    "bow-tie": lambda xy: xy[[0, 2, 1, 3, 0]],
    "collapsed": lambda xy: np.broadcast_to(xy[:1], xy.shape),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.usefixtures("community")
def test_one_broken_row_stops_all_and_is_named(tmp_path, change):
    frame = cells_frame()
    frame.loc[1, "geometry"] = shapely.transform(frame.geometry[1], change)
    report = refusal("import_areas", write(frame, tmp_path / "cells.parquet"), tmp_path)
    assert [fault["row"] for fault in report["refused"]] == [2]
    assert report["refused"][0]["reason"]
    assert (report["ok"], report["written"], Cell.objects.count()) == (False, False, 0)


@pytest.mark.parametrize("shape", [shapely.Polygon(), None], ids=["EMPTY", "missing"])
@pytest.mark.usefixtures("community")
def test_a_row_without_a_shape_is_named(tmp_path, shape):
    frame = cells_frame()
    frame.loc[1, "geometry"] = shape
    report = refusal("import_areas", write(frame, tmp_path / "cells.parquet"), tmp_path)
    assert [fault["row"] for fault in report["refused"]] == [2]


@pytest.mark.usefixtures("community")
def test_an_overlap_is_refused_with_area_and_place(tmp_path):
    frame = cells_frame()
    frame.loc[1, "geometry"] = box(0.5, 0, 1.5, 2)
    report = refusal("import_areas", write(frame, tmp_path / "cells.gpkg"), tmp_path)
    (overlap,) = [fault for fault in report["refused"] if fault["kind"] == "overlaps"]
    assert overlap["area_m2"] == pytest.approx(
        0.5 * 2 * (SIDE * 85_600) * (SIDE * 111_000), rel=0.02
    )
    assert WEST < overlap["lon"] < WEST + 2 * SIDE
    assert SOUTH < overlap["lat"] < SOUTH + 2 * SIDE
    assert overlap["shape"]["type"] in ("Polygon", "MultiPolygon")


def overlapping_communities():
    """The cells of the small city; b, in p, reaches over half of c, in q."""
    cells = frames.cells(timezone.now())[["kind", "code", "name", "geometry"]]
    cells.loc[cells.name == "cell-b", "geometry"] = box(2, 0, 3, 2)
    return cells


def test_cells_of_two_communities_that_overlap_are_one_fault_with_both_rows(tmp_path):
    make_small_city()
    path = write(overlapping_communities(), tmp_path / "cells.gpkg")
    report = refusal("import_areas", path, tmp_path, replace=True)
    (overlap,) = report["refused"]
    assert (overlap["kind"], overlap["rows"]) == ("overlaps", [2, 3])
    assert overlap["cells"] == [f"{COMMUNITY}002", "620201001002001"]
    assert shapely.geometry.shape(overlap["shape"]).equals(box(4, 0, 1, 2))
    assert report["reason"] == "边界没有铺满上级：1 处问题"


def test_rows_that_do_not_tile_are_refused_without_the_lock(tmp_path):
    make_small_city()
    path = write(overlapping_communities(), tmp_path / "cells.gpkg")
    with CaptureQueriesContext(connection) as queries:
        refusal("import_areas", path, tmp_path, replace=True)
    assert not [query for query in queries if "advisory" in query["sql"]]


def test_a_row_that_belongs_nowhere_is_named(tmp_path):
    make_small_city()
    cells = frames.cells(timezone.now())[["kind", "code", "name", "parent_code", "geometry"]]
    cells.loc[3, ["code", "parent_code"]] = ["620201009009001", "620201009009"]
    report = refusal("import_areas", write(cells, tmp_path / "c.gpkg"), tmp_path, replace=True)
    assert [fault["rows"] for fault in report["refused"]] == [[4]]
    assert report["reason"] == "1 行找不到上级，请先导入上一级"


@pytest.mark.usefixtures("community")
def test_wrong_attributes_are_named_with_field_and_row(tmp_path):
    frame = cells_frame(
        code=["12", f"{COMMUNITY}002"], name=["", "x" * 61], kind=["town", "desert"]
    )
    report = refusal("import_areas", write(frame, tmp_path / "cells.gpkg"), tmp_path)
    named = {(fault["row"], fault["field"]) for fault in report["refused"]}
    assert named == {(1, "code"), (1, "name"), (2, "name"), (2, "kind")}


@pytest.mark.usefixtures("community")
def test_a_dry_run_writes_nothing_and_says_what_would_change(tmp_path):
    report = tmp_path / "report.json"
    said = run(
        "import_areas", write(cells_frame(), tmp_path / "c.gpkg"), dry_run=True, report=report
    )
    assert "没有写入" in said
    assert len(json.loads(report.read_text())["result"]["opened"]) == 2
    assert Cell.objects.count() == 0


def test_replace_is_needed_where_cells_are(tmp_path):
    make_small_city()
    LeaderPost.objects.all().delete()
    frame = gpd.GeoDataFrame(
        {"kind": ["base"], "name": ["全区"], "code": [f"{COMMUNITY}001"]},
        geometry=[box(0, 0, 4, 2)],
        crs=4490,
    )
    path = write(frame, tmp_path / "cells.gpkg")
    assert "--replace" in refusal("import_areas", path, tmp_path)["reason"]
    run("import_areas", path, replace=True)
    current = CellVersion.objects.current().filter(cell__community__code=COMMUNITY)
    assert [version.cell.name for version in current] == ["全区"]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_out_and_in_again_loses_nothing(tmp_path, ending):
    make_small_city()
    path = tmp_path / f"all.{ending}"
    call_command("export_areas", path, stdout=StringIO())
    before = snapshot()
    LeaderPost.objects.all().delete()
    Building.objects.all().delete()
    CellVersion.objects.all().delete()
    Cell.objects.all().delete()
    for area in Area.objects.order_by("-code"):
        area.versions.all().delete()
    Area.objects.update(parent=None)
    Area.objects.all().delete()
    run("import_areas", path)
    pd.testing.assert_frame_equal(before, snapshot())


def snapshot():
    """Everything that an export promises to carry."""
    now = CellVersion.objects.latest("valid_from").valid_from
    frame = pd.concat([frames.areas(now), frames.cells(now)], ignore_index=True)
    shapes = shapely.to_wkb(shapely.normalize(frame.geometry.values), hex=True)
    columns = ["kind", "code", "name", "name_en", "parent_code"]
    return pd.DataFrame(frame[columns]).assign(geometry=shapes)


def test_an_export_of_an_unknown_format_is_refused(tmp_path):
    make_small_city()
    with pytest.raises(CommandError, match="结尾"):
        call_command("export_areas", tmp_path / "all.kml")
    assert list(tmp_path.iterdir()) == []


def test_buildings_get_codes_by_entry_and_their_community(tmp_path):
    make_small_city()
    frame = gpd.GeoDataFrame(
        {"name": ["甲楼", "乙楼"], "households": [24, 36]},
        geometry=[box(4.1, 1.2, 0.2, 0.1), box(4.6, 1.2, 0.2, 0.1)],
        crs=4490,
    )
    run("import_buildings", write(frame, tmp_path / "b.gpkg"))
    added = Building.objects.filter(name__endswith="楼").order_by("code")
    assert [(b.name, b.code[-5:], b.community.name, b.households) for b in added] == [
        ("甲楼", "00005", "area-q", 24),
        ("乙楼", "00006", "area-q", 36),
    ]


def test_a_building_in_no_cell_is_named(tmp_path):
    make_small_city()
    frame = gpd.GeoDataFrame({"name": ["远楼"]}, geometry=[box(30, 1)], crs=4490)
    report = refusal("import_buildings", write(frame, tmp_path / "b.gpkg"), tmp_path)
    assert [fault["rows"] for fault in report["refused"]] == [[1]]


def test_posts_find_their_cell_and_buildings(tmp_path):
    city = make_small_city()
    frame = gpd.GeoDataFrame(
        {"kind": ["security_household"], "name": ["东片"]},
        geometry=[box(4.25, 0.25, 0.5, 0.5)],
        crs=4490,
    )
    run("import_leader_posts", write(frame, tmp_path / "p.gpkg"))
    post = LeaderPost.objects.get(name="东片")
    assert post.cell == city.cells["c"]
    assert list(post.buildings.all()) == [city.buildings["c1"]]


def test_a_post_across_two_cells_is_named(tmp_path):
    make_small_city()
    frame = gpd.GeoDataFrame(
        {"kind": ["building_leader"], "name": ["跨界"]}, geometry=[box(1.5, 0, 1, 1)], crs=4490
    )
    report = refusal("import_leader_posts", write(frame, tmp_path / "p.gpkg"), tmp_path)
    assert report["refused"][0]["reason"] == "跨界"
    assert LeaderPost.objects.count() == 5


@pytest.mark.usefixtures("community")
def test_cells_may_come_without_names(tmp_path):
    run("import_areas", write(cells_frame().drop(columns="name"), tmp_path / "cells.gpkg"))
    assert list(Cell.objects.values_list("name", flat=True)) == ["", ""]
