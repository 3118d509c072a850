"""Files of boundaries for tests, made of the cells in force."""

import gzip
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from django.utils import timezone

from geodata import frames
from gridmap.console.boundary_import import jobs
from gridmap.console.boundary_import.stages import Reading, Stage, create_stage, write_json
from gridmap.console.boundary_import.work import work
from tests.makers import square

COLUMNS = ["kind", "code", "name", "name_en", "parent_code", "geometry"]


def city_cells() -> gpd.GeoDataFrame:
    """The cells in force as a file would bring them."""
    cells = frames.cells(timezone.now())[COLUMNS]
    return gpd.GeoDataFrame(cells, crs=4490).reset_index(drop=True)


def write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    frame.reset_index(drop=True).to_file(path, driver="GPKG", layer="cells")
    return path


def box(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    return shapely.from_wkt(square(column, row, width=width, height=height).wkt).geoms[0]


def redrawn(**shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """The file of the small city's cells; `a=…` gives cell a another shape, None leaves it out."""
    cells = city_cells()
    cells.index = cells["name"].str.removeprefix("cell-").to_list()
    for key, shape in shapes.items():
        cells.loc[key, "geometry"] = shape
    return cells[~cells.index.isin([key for key, shape in shapes.items() if shape is None])]


# The border between a and b moves two tenths of a square to the east: no building stands there.
MOVED = {"a": box(0, 0, 2.15, 2), "b": box(2.15, 0, 1.85, 2)}


def stage_of(frame: gpd.GeoDataFrame, tmp_path: Path, *, user_id: int = 1, **reading: Any) -> Stage:
    path = write(frame, tmp_path / "cells.gpkg")
    return create_stage(
        user_id=user_id,
        name="网格.gpkg",
        chunks=[path.read_bytes()],
        reading=Reading(**reading),
        at=timezone.now(),
    )


def checked(stage: Stage) -> dict[str, Any]:
    """The outcome of a check, kept like the page's own process keeps it."""
    outcome = work(stage, jobs.CHECK, by="he", at=timezone.now())
    write_json(stage.folder / "outcome.json", outcome)
    return outcome


def picture_of(stage: Stage) -> dict[str, Any]:
    picture: dict[str, Any] = json.loads(gzip.decompress(stage.picture.read_bytes()))
    return picture
