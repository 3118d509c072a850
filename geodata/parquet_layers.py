"""GeoParquet, column by column, so that one broken geometry does not cost the whole file."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pyarrow import ArrowException
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.errors import ImportRefused, refused
from geodata.errors import gettext_noop as _
from geodata.raw_layers import RawLayer, shapes_of_wkb

MAX_UNPACKED = 2_000_000_000
# The GeoParquet specification 1.1: a column without `crs` is in these degrees.
UNSAID = "OGC:CRS84"


def read_parquet(path: Path, max_rows: int) -> RawLayer:
    """The features of a GeoParquet file.

    Raises
    ------
    ImportRefused
        Not Parquet, without the metadata of GeoParquet, or too large when unpacked.
    """
    try:
        with pq.ParquetFile(path) as file:
            groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
            if file.metadata.num_rows > max_rows:
                raise refused("too_many_features", _("要素超过 {limit} 个"), limit=max_rows)
            if unpacked > MAX_UNPACKED:
                raise refused("too_large", _("解开后超过 {limit} MB"), limit=MAX_UNPACKED // 10**6)
            name, column = geometry_column(file.schema_arrow.metadata or {})
            table = file.read()
            # Texts that are no UTF-8 and offsets that lead nowhere are found here only.
            table.validate(full=True)
        if column.get("encoding") != "WKB":
            return _native(path)
        frame = table.drop_columns([name]).to_pandas(ignore_metadata=True)
        sources = np.array(table.column(name).to_pylist(), dtype=object)
        shapes, unread = shapes_of_wkb(sources)
        return RawLayer(pd.DataFrame(frame), shapes, crs_of(column), unread)
    except ImportRefused:
        raise
    except (ArrowException, OSError, ValueError, KeyError, TypeError, CRSError) as error:
        raise refused("unreadable", _("文件读不出来：不是完整的 GeoParquet")) from error


def geometry_column(metadata: dict[bytes, bytes]) -> tuple[str, dict[str, Any]]:
    """The name of the column with the shapes, and what the metadata of GeoParquet say of it."""
    geo = json.loads(metadata[b"geo"])
    name = str(geo["primary_column"])
    return name, dict(geo["columns"][name])


def crs_of(column: dict[str, Any]) -> str | None:
    """The system of a column of shapes, by its metadata; none where it is said to be unknown."""
    if "crs" not in column:
        return UNSAID
    return None if column["crs"] is None else str(CRS.from_json_dict(column["crs"]).to_wkt())


def _native(path: Path) -> RawLayer:
    """Geometries in the columns of Arrow instead of WKB."""
    frame = gpd.read_parquet(path)
    table = pd.DataFrame(frame.drop(columns=frame.active_geometry_name))
    crs = None if frame.crs is None else frame.crs.to_wkt()
    return RawLayer(table, np.asarray(frame.geometry.values), crs)
