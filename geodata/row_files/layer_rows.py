"""Rows of a layer of points: GeoPackage and Shapefile through GDAL, GeoParquet through Arrow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyproj.exceptions import CRSError

from geodata.archives import unpacked_shapefile
from geodata.errors import ImportRefused, refused
from geodata.errors import gettext_noop as _
from geodata.parquet_layers import crs_of, geometry_column
from geodata.reading import only_layer, plain_words
from geodata.row_files.pieces import Piece, Points, RowFile, as_text, points_of_wkb, rebatched
from geodata.shapefile_text import encoding_of


@contextmanager
def open_geopackage(path: Path, layer: str | None) -> Iterator[RowFile]:
    """The one layer of a GeoPackage, or a named one."""
    with _driver(path, layer=only_layer(path, layer)) as rows:
        yield rows


@contextmanager
def open_shapefile(path: Path) -> Iterator[RowFile]:
    """The one Shapefile in a zip."""
    with unpacked_shapefile(path) as shapefile:
        encoding = encoding_of(shapefile.with_suffix(".dbf"))
        with _driver(shapefile, encoding=encoding) as rows:
            yield rows


@contextmanager
def _driver(path: Path, **options: Any) -> Iterator[RowFile]:
    with plain_words():
        info = pyogrio.read_info(path, force_feature_count=True, **options)
    names = tuple(str(name) for name in info["fields"])

    def pieces(rows: int) -> Iterator[Piece]:
        with (
            plain_words(),
            pyogrio.open_arrow(path, use_pyarrow=True, batch_size=rows, **options) as (
                meta,
                reader,
            ),
        ):
            shape = meta["geometry_name"] or "wkb_geometry"
            yield from _pieces(iter(reader), rows, names, shape)

    yield RowFile(names, True, info["crs"], int(info["features"]), False, pieces)


@contextmanager
def open_geoparquet(path: Path) -> Iterator[RowFile]:
    """A GeoParquet file with points as WKB or as pairs of numbers."""
    with _parquet_words(), pq.ParquetFile(path) as file:
        shape, column = geometry_column(file.schema_arrow.metadata or {})
        names = tuple(name for name in file.schema_arrow.names if name != shape)

        def pieces(rows: int) -> Iterator[Piece]:
            with _parquet_words():
                yield from _pieces(file.iter_batches(rows), rows, names, shape)

        yield RowFile(names, True, crs_of(column), file.metadata.num_rows, False, pieces)


def _pieces(
    batches: Iterator[pa.RecordBatch], rows: int, names: tuple[str, ...], shape: str
) -> Iterator[Piece]:
    done = 0
    for table in rebatched(batches, rows):
        numbers = np.arange(done + 1, done + table.num_rows + 1)
        done += table.num_rows
        columns: Mapping[str, Any] = {name: as_text(table.column(name)) for name in names}
        yield Piece(numbers, columns, _points(table.column(shape).combine_chunks()), (), done)


def _points(column: pa.Array) -> Points:
    if not pa.types.is_struct(column.type):
        return points_of_wkb(column)
    x, y = (
        np.asarray(column.field(axis).cast(pa.float64()).to_numpy(zero_copy_only=False))
        for axis in ("x", "y")
    )
    is_null = np.asarray(column.is_null())
    return Points(
        np.where(is_null, np.nan, x), np.where(is_null, np.nan, y), np.zeros(len(x), bool)
    )


@contextmanager
def _parquet_words() -> Iterator[None]:
    try:
        yield
    except ImportRefused:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, CRSError) as error:
        raise refused("unreadable", _("文件读不出来：不是完整的 GeoParquet")) from error
