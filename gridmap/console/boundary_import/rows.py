"""The rows of a file as the registry wants them, the broken ones included."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _

from geodata.crs import ImpossibleCoordinates, transform_geometries
from geodata.errors import gettext_noop as noop
from geodata.errors import refused
from geodata.findings import FaultDict
from geodata.importing import REQUIRED, Request, read_columns, refuse_rows
from geodata.models import STORED
from geodata.reading import FeatureSet, read_features
from geodata.tiling import names_of
from gridmap.console.boundary_import.forms import FIELD_LABELS


@dataclass(frozen=True)
class Rows:
    """All rows of a file in degrees, what was refused of them, and what the file is like."""

    frame: gpd.GeoDataFrame
    refused: list[FaultDict]
    columns: list[str]
    system: str
    missing: list[str]
    is_misplaced: bool = False

    def as_dict(self) -> dict[str, Any]:
        """What the pages say of the file."""
        return {
            "rows": len(self.frame),
            "columns": self.columns,
            "system": self.system,
            "levels": dict(Counter(self.frame["kind"])),
            "reasons": [
                _("文件里没有{label}列（{column}）").format(label=FIELD_LABELS[name], column=name)
                for name in self.missing
            ],
        }


def read_rows(request: Request) -> Rows:
    """Read a file and look at each row by itself.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read or placed.
    """
    features = read_features(request.path, layer=request.layer or None, crs=request.crs or None)
    table = features.table
    frame = gpd.GeoDataFrame(read_columns(table, request), geometry=_placed(features), crs=STORED)
    missing = [
        name
        for name in REQUIRED[request.target]
        if request.columns.get(name, name) not in table and not (name == "kind" and request.kind)
    ]
    plain = Rows(frame, [], [str(column) for column in table], features.system, missing)
    if missing:
        return plain
    names = dict(zip(frame.index, names_of(frame), strict=True))
    unsound = [_as_fault(one.as_dict(_), "invalid", names) for one in features.refused]
    sound = ~frame.index.isin([one.row for one in features.refused])
    rules = refuse_rows(frame[sound], request.target)
    return replace(
        plain,
        refused=[*unsound, *(_as_fault(fault, "row", names) for fault in rules)],
        is_misplaced=any(fault["field"] == "geometry" for fault in rules),
    )


def _placed(features: FeatureSet) -> npt.NDArray[Any]:
    """The shapes in degrees; one that is nowhere becomes a missing one.

    Raises
    ------
    ImportRefused
        A coordinate is none of its system: the system is wrong, or x and y are swapped.
    """
    shapes = features.geometries.copy()
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    shapes[owner[~np.isfinite(points).all(axis=1)]] = None
    try:
        return transform_geometries(shapes, features.system)
    except ImpossibleCoordinates as error:
        raise refused(
            "coordinates_impossible",
            noop("第 {row} 行的坐标不在坐标系的范围里：坐标系声明错了，或经纬度写反了"),
            row=error.index + 1,
        ) from error


def _as_fault(fault: dict[str, Any], kind: str, names: Mapping[int, str]) -> FaultDict:
    """A row that breaks a rule, as the page lists it."""
    return {
        "kind": kind,
        "field": fault["field"],
        "reason": fault["reason"],
        "lon": fault["lon"],
        "lat": fault["lat"],
        "area_m2": None,
        "cells": [names[fault["row"]]],
        "rows": [fault["row"]],
        "geometry": None,
    }
