"""Cases as a folder of GeoParquet files: written from arrays, read by the columns that a question needs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from layers.hotspots.cases import Cases

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

NUMBER = "case"
UNKNOWN = -1
# A reader skips groups of rows that lie elsewhere; smaller ones are skipped better and compressed worse.
_GROUP = 65_536


@dataclass(frozen=True)
class Placed:
    """Cases with their points, shape (cases,), NaN without one, and what the topics are called."""

    cases: Cases
    x: Floats
    y: Floats
    topics: Sequence[str]


def write_cases(
    folder: Path, cases: Cases, x: Floats, y: Floats, *, crs: str, partitions: int
) -> None:
    """Write cases as so many GeoParquet files, neighbours together.

    Each case carries its position in the arrays as its number, so that findings name the same cases
    whatever file they are in.

    Parameters
    ----------
    folder : Path
        Made if it is not there; without GeoParquet files.
    x, y : ndarray of float, shape (cases,)
        In `crs`; NaN without a point.
    partitions : int
        About a million cases a file are a good size.

    Raises
    ------
    ValueError
        Arrays of different lengths, no partitions, or a folder that has files already.
    """
    if not len(x) == len(y) == len(cases):
        raise ValueError("x and y must be one for each case")
    if partitions < 1:
        raise ValueError("partitions must be 1 or more")
    folder.mkdir(parents=True, exist_ok=True)
    if files_of(folder):
        raise ValueError(f"folder: {folder} has GeoParquet files already")
    order = _along_the_ground(x, y)
    for number, rows in enumerate(np.array_split(order, partitions)):
        columns = {NUMBER: rows, **vars(cases.at(rows))}
        frame = gpd.GeoDataFrame(columns, geometry=_points(x[rows], y[rows]), crs=crs)
        frame.to_parquet(
            folder / f"part-{number:05}.parquet",
            index=False,
            write_covering_bbox=True,
            schema_version="1.1.0",
            row_group_size=_GROUP,
        )


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def read_columns(file: Path, names: Sequence[str]) -> Columns:
    """Columns of a file as arrays.

    Raises
    ------
    ValueError
        A column is missing.
    """
    _check(file, names)
    table = pq.read_table(file, columns=list(names))
    return {name: table.column(name).to_numpy() for name in names}


def read_around(file: Path, names: Sequence[str], bounds: Floats) -> tuple[Floats, Floats, Columns]:
    """Points and columns of the cases within west, south, east and north; more where the file has no covering.

    Groups of rows that lie elsewhere are not read.
    """
    _check(file, names)
    shape, covering = _geometry(file)
    wanted = [*names, covering or shape]
    near = _near(covering, bounds) if covering else None
    table = pq.read_table(file, columns=wanted, filters=near)
    columns = {name: table.column(name).to_numpy() for name in names}
    if covering:
        west, south, east, north = (
            pc.struct_field(table.column(covering), side).to_numpy()
            for side in ("xmin", "ymin", "xmax", "ymax")
        )
        # Bounds that meet hold the point between them; rounded ones do not.
        if (west == east).all() and (south == north).all():
            return west.astype(np.float64), south.astype(np.float64), columns
        table = pq.read_table(file, columns=[shape], filters=near)
    points = shapely.from_wkb(table.column(shape).to_numpy())
    return shapely.get_x(points), shapely.get_y(points), columns


def read_foreign(
    file: Path, *, topic: str, opened: str, find: Callable[[Floats, Floats], Ints]
) -> Placed:
    """Cases of somebody else's GeoParquet file of points.

    Parameters
    ----------
    topic, opened : str
        Columns with words, and with local times without a zone.
    find : callable
        From coordinates to leaves, as `PolygonIndex.find` does.

    Raises
    ------
    ValueError
        A column is missing, or times with a zone.
    """
    everywhere = np.array([-np.inf, -np.inf, np.inf, np.inf])
    x, y, columns = read_around(file, [topic, opened], everywhere)
    if pq.read_schema(file).field(opened).type.tz is not None:
        raise ValueError(f"opened: {opened} must be local time without a zone")
    topics, number = np.unique(columns[topic].astype(str), return_inverse=True)
    none = np.full(len(x), UNKNOWN)
    cases = Cases(
        leaf=find(x, y),
        topic=number.astype(np.int64),
        opened=columns[opened],
        settled=np.full(len(x), np.datetime64("NaT", "us")),
        caller=none,
        round=np.ones(len(x), np.int64),
    )
    return Placed(cases, x, y, topics.tolist())


def _check(file: Path, names: Sequence[str]) -> None:
    known = pq.read_schema(file).names
    if missing := [name for name in names if name not in known]:
        raise ValueError(f"{file.name}: there is no column {missing[0]}")


def _geometry(file: Path) -> tuple[str, str | None]:
    """The column of the points, and that of their bounds."""
    geo = json.loads((pq.read_schema(file).metadata or {}).get(b"geo", b"{}"))
    if "primary_column" not in geo:
        raise ValueError(f"{file.name}: not GeoParquet")
    shape = geo["primary_column"]
    box = geo["columns"][shape].get("covering", {}).get("bbox")
    return shape, box["xmin"][0] if box else None


def _near(covering: str, bounds: Floats) -> pc.Expression:
    west, south, east, north = map(float, bounds)
    return (
        (pc.field(covering, "xmin") <= east)
        & (pc.field(covering, "xmax") >= west)
        & (pc.field(covering, "ymin") <= north)
        & (pc.field(covering, "ymax") >= south)
    )


def _along_the_ground(x: Floats, y: Floats) -> Ints:
    """An order in which neighbours follow each other: that of Hilbert's curve; those without a point last."""
    known = np.isfinite(x) & np.isfinite(y)
    placed = np.flatnonzero(known)
    if len(placed):
        along = gpd.GeoSeries(_points(x[placed], y[placed])).hilbert_distance()
        placed = placed[np.argsort(along.to_numpy(), kind="stable")]
    return np.concatenate([placed, np.flatnonzero(~known)])


def _points(x: Floats, y: Floats) -> npt.NDArray[Any]:
    points = np.full(len(x), None, object)
    known = np.isfinite(x) & np.isfinite(y)
    points[known] = shapely.points(x[known], y[known])
    return points
