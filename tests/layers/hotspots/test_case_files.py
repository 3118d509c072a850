"""Cases go into GeoParquet files and come back as they were; foreign files are read, too."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geodata.assigning import PolygonIndex
from layers.hotspots.case_files import (
    NUMBER,
    files_of,
    read_around,
    read_columns,
    read_foreign,
    write_cases,
)
from tests.layers.hotspots.dated import Dated, dated

CRS = "EPSG:4547"
EVERYWHERE = np.array([-np.inf, -np.inf, np.inf, np.inf])


@pytest.fixture(scope="module")
def town() -> Dated:
    return dated(2, 1_000, 3_000)


@pytest.fixture
def folder(town: Dated, tmp_path: Path) -> Path:
    write_cases(tmp_path / "cases", town.cases, town.x, town.y, crs=CRS, partitions=3)
    return tmp_path / "cases"


def test_cases_come_back_as_they_were(town: Dated, folder: Path) -> None:
    names = [NUMBER, *vars(town.cases)]
    parts = [read_columns(file, names) for file in files_of(folder)]
    assert len(parts) == 3
    whole = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.argsort(whole[NUMBER])
    for name, values in vars(town.cases).items():
        np.testing.assert_array_equal(whole[name][order], values)


def test_others_read_the_files_as_geoparquet(town: Dated, folder: Path) -> None:
    frame = gpd.read_parquet(files_of(folder)[0])
    assert frame.crs == CRS
    number = frame[NUMBER].to_numpy()
    np.testing.assert_array_equal(frame.geometry.x, town.x[number])


def test_neighbours_are_in_one_file(town: Dated, folder: Path) -> None:
    """The control: in the order of the arrays every file reaches over the whole city."""

    def width(rows: np.ndarray) -> float:
        return float(np.nanmax(town.y[rows]) - np.nanmin(town.y[rows]))

    written = [width(read_columns(file, [NUMBER])[NUMBER]) for file in files_of(folder)]
    given = [width(rows) for rows in np.array_split(np.arange(len(town.cases)), 3)]
    assert np.mean(written) < 0.8 * np.mean(given)


def test_only_what_lies_around_is_read(town: Dated, folder: Path) -> None:
    bounds = np.array([0.0, 0.0, 300.0, 300.0])
    inside = (town.x <= 300) & (town.y <= 300)
    found = [read_around(file, [NUMBER], bounds) for file in files_of(folder)]
    number = np.concatenate([columns[NUMBER] for _, _, columns in found])
    assert sorted(number) == np.flatnonzero(inside).tolist()
    np.testing.assert_array_equal(np.concatenate([x for x, _, _ in found]), town.x[number])


@pytest.mark.parametrize("covering", ["none", "rounded"])
def test_points_are_exact_whatever_the_covering(tmp_path: Path, covering: str) -> None:
    x, y = np.random.default_rng(1).uniform(0, 1, (2, 50)) / 3
    frame = gpd.GeoDataFrame({"n": np.arange(50)}, geometry=gpd.points_from_xy(x, y), crs=CRS)
    if covering == "rounded":
        frame.geometry = shapely.buffer(frame.geometry, 1e-6).boundary
    file = tmp_path / "a.parquet"
    frame.to_parquet(file, write_covering_bbox=covering != "none", schema_version="1.1.0")
    if covering == "rounded":
        frame.geometry = gpd.points_from_xy(x, y)
        put_points(file, frame)
    found_x, found_y, columns = read_around(file, ["n"], EVERYWHERE)
    np.testing.assert_array_equal(found_x, x)
    np.testing.assert_array_equal(found_y, y)
    assert columns["n"].tolist() == list(range(50))


def put_points(file: Path, frame: gpd.GeoDataFrame) -> None:
    """The points in place of shapes whose covering is wider than they are."""
    table = pq.read_table(file)
    at = table.column_names.index("geometry")
    points = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
    pq.write_table(table.set_column(at, "geometry", points), file)


def test_a_foreign_file_becomes_cases(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "kind": ["noise", "dust", "noise"],
            "when": np.array(["2026-01-01", "2026-02-01", "2026-03-01"], "datetime64[ms]"),
        },
        geometry=gpd.points_from_xy([0.5, 1.5, 9.0], [0.5, 0.5, 0.5]),
        crs=CRS,
    )
    frame.to_parquet(tmp_path / "foreign.parquet")
    cells = PolygonIndex(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    placed = read_foreign(
        tmp_path / "foreign.parquet", topic="kind", opened="when", find=cells.find
    )
    assert placed.topics == ["dust", "noise"]
    assert placed.cases.topic.tolist() == [1, 0, 1]
    assert placed.cases.leaf.tolist() == [0, 1, -1]
    assert placed.cases.opened.tolist() == frame["when"].to_numpy().tolist()
    write_cases(tmp_path / "cases", placed.cases, placed.x, placed.y, crs=CRS, partitions=2)
    assert len(files_of(tmp_path / "cases")) == 2


def test_bad_input_is_named(town: Dated, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x and y"):
        write_cases(tmp_path / "b", town.cases, town.x[1:], town.y, crs=CRS, partitions=1)
    with pytest.raises(ValueError, match="partitions"):
        write_cases(tmp_path / "b", town.cases, town.x, town.y, crs=CRS, partitions=0)
    with pytest.raises(ValueError, match="has GeoParquet files already"):
        write_cases(folder, town.cases, town.x, town.y, crs=CRS, partitions=1)
    with pytest.raises(ValueError, match="there is no column kind"):
        read_columns(files_of(folder)[0], ["leaf", "kind"])
    zoned = gpd.GeoDataFrame(
        {"kind": ["a"], "when": pd.to_datetime(["2026-01-01T00:00Z"])},
        geometry=gpd.points_from_xy([0], [0]),
    )
    zoned.to_parquet(tmp_path / "zoned.parquet")
    with pytest.raises(ValueError, match="without a zone"):
        read_foreign(
            tmp_path / "zoned.parquet",
            topic="kind",
            opened="when",
            find=lambda x, _y: x.astype(int),
        )
    zoned.drop(columns="geometry").to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(ValueError, match="not GeoParquet"):
        read_around(tmp_path / "plain.parquet", ["kind"], EVERYWHERE)
