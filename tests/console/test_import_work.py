"""What is found in a file of boundaries, what is written of it, and the process that does both."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from django.utils import timezone

from geodata import frames
from geodata.boundaries import merge
from geodata.models import (
    Area,
    AreaVersion,
    BoundaryChange,
    Building,
    Cell,
    CellVersion,
    LeaderPost,
)
from gridmap.console.boundary_import import jobs
from gridmap.console.boundary_import.stages import (
    Reading,
    create_stage,
    write_json,
)
from gridmap.console.boundary_import.work import work
from tests.console.boundary_files import (
    COLUMNS,
    MOVED,
    box,
    checked,
    picture_of,
    redrawn,
    stage_of,
    write,
)
from tests.makers import SmallCity, make_post, make_small_city, square

pytestmark = pytest.mark.django_db
A, B, D = "620201001001001", "620201001001002", "620201002001001"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


# What a check finds


def test_a_fault_is_listed_with_its_rows_place_and_area(city: SmallCity, tmp_path: Path) -> None:
    outcome = checked(stage_of(redrawn(b=box(1.5, 0, 2.5, 2)), tmp_path))
    assert outcome["state"] == "faults"
    (fault,) = outcome["faults"]
    assert (fault["number"], fault["kind"], fault["rows"]) == (1, "overlaps", [1, 2])
    assert fault["cells"] == [A, B]
    assert outcome["labels"][A][0] == "area-p 001"
    assert fault["area_m2"] == pytest.approx(152_100, rel=0.01)
    assert box(1.5, 0, 0.5, 2).covers(shapely.Point(fault["lon"], fault["lat"]))


def test_faults_of_every_kind_stand_in_one_list_numbered_kind_by_kind(
    city: SmallCity, tmp_path: Path
) -> None:
    bow_tie = shapely.Polygon([*box(4, 0, 2, 2).exterior.coords[:1], *_crossed(box(4, 0, 2, 2))])
    frame = redrawn(a=box(0, 0, 2.5, 2), c=bow_tie, d=box(6, 0, 1.5, 2))
    outcome = checked(stage_of(frame, tmp_path))
    assert [(fault["number"], fault["kind"]) for fault in outcome["faults"]] == [
        (1, "overlaps"),
        (2, "gaps"),
        (3, "invalid"),
    ]


def _crossed(polygon: shapely.Polygon) -> list[tuple[float, float]]:
    first, second, third, fourth, _ = polygon.exterior.coords
    return [third, second, fourth, first]


def test_the_picture_shows_each_fault_in_its_shape_with_the_borders_near_it(
    city: SmallCity, tmp_path: Path
) -> None:
    stage = stage_of(redrawn(b=box(1.5, 0, 2.5, 2)), tmp_path)
    checked(stage)
    picture = picture_of(stage)
    (fault,) = picture["faults"]
    assert shapely.geometry.shape(fault["shape"]).equals(box(1.5, 0, 0.5, 2))
    assert [side["label"][0] for side in fault["near"]] == ["area-p 001", "area-p 002"]
    assert picture["cells"].count("M") == 4


def test_a_check_writes_nothing(city: SmallCity, tmp_path: Path) -> None:
    before = BoundaryChange.objects.count()
    checked(stage_of(redrawn(**MOVED), tmp_path))
    assert BoundaryChange.objects.count() == before


def test_a_good_file_is_previewed_with_what_moves(city: SmallCity, tmp_path: Path) -> None:
    moved = {"a": box(0, 0, 3, 2), "b": box(3, 0, 1, 2)}
    outcome = checked(stage_of(redrawn(**moved), tmp_path))
    assert outcome["state"] == "preview"
    change = outcome["change"]
    assert (change["opened"], change["closed"], change["kept"]) == (2, 2, 2)
    assert [item["code"] for item in change["changed"]] == [A, B]
    (building,) = change["buildings"]
    assert (building["name"], building["before"], building["after"]) == ("building-b1", B, A)
    assert box(2, 0, 1, 2).covers(shapely.Point(building["lon"], building["lat"]))
    assert [post["name"] for post in change["posts"]] == ["post-b1"]


def test_a_file_that_changes_nothing_says_so(city: SmallCity, tmp_path: Path) -> None:
    outcome = checked(stage_of(redrawn(), tmp_path))
    assert (outcome["state"], outcome["change"]["kept"]) == ("preview", 4)
    assert not outcome["change"]["opened"]


def test_a_border_through_a_post_is_refused_with_the_place_of_the_post(
    city: SmallCity, tmp_path: Path
) -> None:
    shapes = {"a": box(0, 0, 2.5, 2), "b": box(2.5, 0, 1.5, 2)}
    (fault,) = checked(stage_of(redrawn(**shapes), tmp_path))["faults"]
    assert (fault["kind"], fault["cells"]) == ("place", [B])
    assert "post-b1" in fault["reason"]


def test_a_row_that_breaks_a_rule_is_named_by_its_number(city: SmallCity, tmp_path: Path) -> None:
    frame = redrawn()
    frame.loc["c", ["code", "name"]] = ["62", ""]
    outcome = checked(stage_of(frame, tmp_path))
    assert {(fault["kind"], *fault["rows"]) for fault in outcome["faults"]} == {("row", 3)}


def test_coordinates_outside_the_city_are_told_once_a_row_and_nothing_else(
    city: SmallCity, tmp_path: Path
) -> None:
    frame = redrawn().set_geometry(redrawn().translate(20, 0))
    outcome = checked(stage_of(frame, tmp_path))
    assert [(fault["kind"], fault["rows"]) for fault in outcome["faults"]] == [
        ("row", [row]) for row in (1, 2, 3, 4)
    ]


def test_a_row_without_a_parent_is_told(city: SmallCity, tmp_path: Path) -> None:
    frame = redrawn()
    frame.loc["d", ["code", "parent_code"]] = ["620201009009001", "620201009009"]
    faults = checked(stage_of(frame, tmp_path))["faults"]
    assert [(fault["kind"], fault["rows"]) for fault in faults] == [("place", [4])]


def test_a_file_that_only_adds_is_checked_with_what_stays(city: SmallCity, tmp_path: Path) -> None:
    CellVersion.objects.filter(cell__code=A).delete()
    LeaderPost.objects.filter(cell__code=A).delete()
    outcome = checked(stage_of(_only_a(2.1), tmp_path, replace=False))
    assert [(fault["kind"], fault["cells"], fault["rows"]) for fault in outcome["faults"]] == [
        ("overlaps", [A, B], [1])
    ]
    assert checked(stage_of(_only_a(2), tmp_path, replace=False))["state"] == "preview"


def _only_a(width: float) -> gpd.GeoDataFrame:
    frame = redrawn().loc[["b"]].assign(code=A, name="cell-a")
    return frame.set_geometry([box(0, 0, width, 2)], crs=4490)


def whole_city() -> gpd.GeoDataFrame:
    """All levels of the small city, with a suburb beside its sub-districts."""
    areas = frames.areas(timezone.now())
    areas.loc[areas.code == "620201002000", "kind"] = "suburb"
    areas.loc[areas.code == "620201002001", "kind"] = "town"
    frame = pd.concat([areas, frames.cells(timezone.now())], ignore_index=True)
    # A town holds no cells: its village does.
    village = frame[frame.code == "620201002001"].assign(
        kind="village", code="620201002002", parent_code="620201002001"
    )
    frame = pd.concat([frame, village], ignore_index=True)
    frame.loc[frame.code == D, "parent_code"] = "620201002002"
    return gpd.GeoDataFrame(frame[COLUMNS], crs=4490)


def test_children_of_several_kinds_tile_one_area_together(city: SmallCity, tmp_path: Path) -> None:
    frame = whole_city()
    _forget_all_places()
    outcome = checked(stage_of(frame, tmp_path))
    assert (outcome["state"], outcome["faults"]) == ("preview", [])
    assert len(outcome["change"]["new"]) == len(frame)
    assert outcome["spared"]["holes"] == 0


def test_a_gap_between_a_sub_district_and_a_suburb_is_seen(city: SmallCity, tmp_path: Path) -> None:
    frame = whole_city()
    _forget_all_places()
    for code in ("620201002000", "620201002001", "620201002002", D):
        frame.loc[frame.code == code, "geometry"] = box(6.5, 0, 1.5, 2)
    faults = checked(stage_of(frame, tmp_path))["faults"]
    assert [fault["kind"] for fault in faults] == ["gaps"]


def _forget_all_places() -> None:
    for model in (LeaderPost, Building, CellVersion, Cell, AreaVersion):
        model.objects.all().delete()
    Area.objects.update(parent=None)
    Area.objects.all().delete()


# Files that do not say enough


def test_a_file_without_a_coordinate_system_is_asked_for_one(
    city: SmallCity, tmp_path: Path
) -> None:
    frame = redrawn().set_crs(None, allow_override=True)
    assert checked(stage_of(frame, tmp_path))["code"] == "crs_missing"
    assert checked(stage_of(frame, tmp_path, crs="cgcs2000"))["state"] == "preview"


def test_a_file_with_other_columns_is_asked_which_they_are(city: SmallCity, tmp_path: Path) -> None:
    frame = redrawn().rename(columns={"name": "网格名称", "kind": "类型"})
    outcome = checked(stage_of(frame, tmp_path))
    assert (outcome["state"], outcome["code"]) == ("unread", "columns")
    assert {"网格名称", "类型"} <= set(outcome["columns"])
    columns = {"name": "网格名称", "kind": "类型"}
    assert checked(stage_of(frame, tmp_path, columns=columns))["state"] == "preview"


def test_a_file_with_two_layers_is_asked_for_one(city: SmallCity, tmp_path: Path) -> None:
    path = write(redrawn(), tmp_path / "cells.gpkg")
    redrawn().to_file(path, driver="GPKG", layer="old")
    stage = create_stage(
        user_id=1,
        name="cells.gpkg",
        chunks=[path.read_bytes()],
        reading=Reading(),
        at=timezone.now(),
    )
    assert checked(stage)["layers"] == ["cells", "old"]
    assert checked(stage.read_as(Reading(layer="cells")))["state"] == "preview"


def test_swapped_axes_are_told_as_such(city: SmallCity, tmp_path: Path) -> None:
    swapped = shapely.transform(redrawn().geometry.to_numpy(), lambda xy: xy[:, ::-1])
    outcome = checked(stage_of(redrawn().set_geometry(swapped, crs=4490), tmp_path))
    assert outcome["state"] in ("unread", "faults")
    assert "写反" in str(outcome.get("reasons")) + str(outcome.get("faults"))


# Writing


def test_what_was_previewed_is_written_and_the_old_boundaries_stay(
    city: SmallCity, tmp_path: Path
) -> None:
    stage = stage_of(redrawn(**MOVED), tmp_path)
    checked(stage)
    at = timezone.now()
    assert work(stage, jobs.WRITE, by="he", at=at)["state"] == "written"
    assert BoundaryChange.objects.latest("pk").made_by == "he"
    assert CellVersion.objects.current().get(cell__code=A).geom.extent == pytest.approx(
        square(0, 0, width=2.15, height=2).extent
    )
    assert CellVersion.objects.valid_on(at - timedelta(seconds=1)).count() == 4


def test_who_comes_second_is_told_who_was_first_and_writes_nothing(
    city: SmallCity, tmp_path: Path
) -> None:
    stage = stage_of(redrawn(**MOVED), tmp_path)
    checked(stage)
    merge([A, B], by="li", at=timezone.now())
    outcome = work(stage, jobs.WRITE, by="he", at=timezone.now())
    assert (outcome["state"], outcome["first"]["by"]) == ("overtaken", "li")
    assert not BoundaryChange.objects.filter(made_by="he").exists()


def test_a_post_that_came_after_the_preview_stops_the_writing(
    city: SmallCity, tmp_path: Path
) -> None:
    stage = stage_of(redrawn(**MOVED), tmp_path)
    checked(stage)
    make_post(city.cells["b"], square(2.05, 1.2, width=0.2, height=0.6), name="post-new")
    outcome = work(stage, jobs.WRITE, by="he", at=timezone.now())
    assert outcome["state"] == "faults"
    assert "post-new" in outcome["faults"][0]["reason"]
    assert not BoundaryChange.objects.filter(made_by="he").exists()


# The process


def test_a_geometry_bomb_ends_with_its_process() -> None:
    bomb = """
import django; django.setup()
import shapely
from gridmap.console.boundary_import import jobs
jobs.SECONDS = 2
jobs.limit_this_process()
def comb(n): return shapely.Polygon([(0, 0), *((x, (x % 2) * n) for x in range(n)), (n, -1)])
upright = comb(6000)
shapely.intersection(upright, shapely.transform(upright, lambda xy: xy[:, ::-1]))
print("survived")
"""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "gridmap.settings"}
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", bomb], env=env, capture_output=True, check=False)
    assert ended.returncode == -14, ended.stderr.decode()
    assert time.monotonic() - began < 60


def test_too_much_memory_ends_the_process() -> None:
    eater = """
import django; django.setup()
import numpy
from gridmap.console.boundary_import import jobs
jobs.limit_this_process()
numpy.ones(jobs.MEMORY_BYTES // 8)
"""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "gridmap.settings"}
    ended = subprocess.run([sys.executable, "-c", eater], env=env, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"MemoryError" in ended.stderr


def test_work_is_started_once_and_ends_with_the_upload(city: SmallCity, tmp_path: Path) -> None:
    stage = stage_of(redrawn(), tmp_path)
    assert jobs.start(stage, jobs.CHECK, by="he")
    assert not jobs.start(stage, jobs.CHECK, by="he")
    job = jobs.current_job(stage)
    assert job is not None
    assert (job.name, job.is_running) == (jobs.CHECK, True)
    pid = json.loads((stage.folder / "process.json").read_text())
    jobs.throw_away(stage)
    assert not stage.folder.exists()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_a_process_that_ends_without_an_answer_is_noticed(city: SmallCity, tmp_path: Path) -> None:
    stage = stage_of(redrawn(), tmp_path)
    write_json(stage.folder / "job.json", {"name": jobs.WRITE, "by": "he", "language": "zh-hans"})
    (stage.folder / "lock").touch()
    job = jobs.current_job(stage)
    assert job is not None
    assert not job.is_running
