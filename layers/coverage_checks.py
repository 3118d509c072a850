"""Do the areas of a file, or of the registry, tile: one answer for text, JSON and the map."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import frames
from geodata.boundaries.checks import children_of
from geodata.coverage import CoverageReport, Fault, check_coverage
from geodata.coverage_faults import LISTS
from geodata.crs import ImpossibleCoordinates, Measure, to_cgcs2000, transform_geometries
from geodata.errors import ImportRefused, Refusal, Sentence, gettext_noop
from geodata.models import STORED, Area
from geodata.reading import FeatureSet, read_features

ToDegrees = Callable[[Any], Any]

# What a file of degrees is taken for where nobody says: areas tile in any datum or in none.
DEGREES = "wgs84"


@dataclass(frozen=True)
class Checked:
    """Reports on one or more families of areas, with the way from their metres to degrees."""

    reports: Sequence[tuple[CoverageReport, ToDegrees]]
    areas: gpd.GeoDataFrame

    @property
    def ok(self) -> bool:
        return all(report.ok for report, _to_degrees in self.reports)

    @property
    def cells(self) -> int:
        return sum(report.cells for report, _to_degrees in self.reports)

    def as_dict(self, translate: Callable[[str], str]) -> dict[str, Any]:
        """The JSON report."""
        parts = [
            report.as_dict(_to_lonlat(to_degrees), translate) for report, to_degrees in self.reports
        ]
        lists = {kind: [fault for part in parts for fault in part[kind]] for kind in LISTS.values()}
        complete = all(part["complete"] for part in parts)
        return {"ok": self.ok, "complete": complete, "cells": self.cells, **lists}

    def shapes(self) -> list[Any]:
        """What to draw of each fault, in degrees, in the order of the JSON report."""
        return [
            _shape(fault, to_degrees)
            for kind in LISTS.values()
            for report, to_degrees in self.reports
            for fault in getattr(report, kind)
        ]


def check_file(path: Path, *, within: Path | None, crs: str, tolerance_m: float) -> Checked:
    """Whether the features of a file tile, and fill the outline of another file.

    Raises
    ------
    ImportRefused
        A file cannot be read or placed.
    """
    features = _placed(path, crs)
    measure = Measure.around(features.geometries, features.system)
    outline = None
    if within is not None:
        outer = _outer(within, crs)
        moved = transform_geometries(outer.geometries, outer.system, features.system)
        outline = measure.to_metres(moved)
    report = check_coverage(
        names_of(features.table),
        measure.to_metres(features.geometries),
        within=outline,
        tolerance_m=tolerance_m,
    )
    told = replace(report, invalid=tuple(_told(report.invalid, features, measure)))
    return Checked([(told, measure.to_degrees)], _drawable(features))


def _told(invalid: Sequence[Fault], features: FeatureSet, measure: Measure) -> Iterator[Fault]:
    """Shapes that could not even be built, with the reason and place that the reader found."""
    known = {refusal.row: refusal for refusal in features.refused if refusal.field == "geometry"}
    for fault in invalid:
        refusal = known.get(fault.rows[0]) if fault.rows and fault.x is None else None
        if refusal is None or refusal.lon is None or refusal.lat is None:
            yield fault if refusal is None else replace(fault, reason=refusal.reason)
        else:
            x, y = measure.from_lonlat(refusal.lon, refusal.lat)
            yield replace(fault, reason=refusal.reason, x=x, y=y)


def _outer(path: Path, crs: str) -> FeatureSet:
    """The outer boundary, in its own system where it says one."""
    try:
        return _placed(path, "", assume=None if crs else DEGREES)
    except ImportRefused as error:
        if not crs or error.code != "crs_missing":
            raise
        return _placed(path, crs)


def _placed(path: Path, crs: str, *, assume: str | None = DEGREES) -> FeatureSet:
    """The features of a file, each of them somewhere on earth."""
    features = read_features(path, crs=crs or None, assume=assume)
    points, owner = shapely.get_coordinates(features.geometries, return_index=True)
    finite = np.isfinite(points).all(axis=1)
    if not finite.any():
        raise ImportRefused(features.refused)
    try:
        to_cgcs2000(points[finite, 0], points[finite, 1], features.system)
    except ImpossibleCoordinates as error:
        row = int(owner[finite][error.index]) + 1
        said = Sentence(
            gettext_noop("第 {row} 行的坐标不像是 {system} 的"), row=row, system=features.system
        )
        raise ImportRefused(Refusal("nowhere", said, row)) from error
    return features


def check_registry(tolerance_m: float) -> Checked:
    """Whether cells tile their communities, and every area its parent."""
    at = timezone.now()
    families = children_of(Area.objects.values_list("pk", flat=True))
    found = [family.report(tolerance_m) for family in families]
    reports = [(report, plane.to_degrees) for report, plane in found]
    every = pd.concat([frames.areas(at), frames.cells(at)], ignore_index=True)
    names = np.where(every["name"] == "", every["code"], every["name"])
    areas = gpd.GeoDataFrame({"name": names}, geometry=every.geometry.to_numpy(), crs=STORED)
    return Checked(reports, areas)


def names_of(table: pd.DataFrame) -> list[str]:
    """What to call each row: its code or name, else the first column that tells all rows apart."""
    columns = {str(column).lower(): column for column in table.columns}
    unique = [column for column in table.columns if table[column].is_unique]
    wanted = [columns[name] for name in ("code", "name") if name in columns]
    for column in [*wanted, *unique]:
        if table[column].notna().all():
            return table[column].astype(str).tolist()
    return [f"#{row}" for row in table.index]


def _drawable(features: FeatureSet) -> gpd.GeoDataFrame:
    """The features whose place is known, in degrees."""
    lost = {refusal.row for refusal in features.refused}
    kept = np.array([row not in lost for row in features.table.index])
    shapes = transform_geometries(features.geometries[kept], features.system)
    names = np.array(names_of(features.table), object)[kept]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=STORED)


def _to_lonlat(to_degrees: ToDegrees) -> Callable[[float, float], tuple[float, float]]:
    def to_lonlat(x: float, y: float) -> tuple[float, float]:
        (place,) = to_degrees(np.array([shapely.Point(x, y)]))
        return float(place.x), float(place.y)

    return to_lonlat


def _shape(fault: Any, to_degrees: ToDegrees) -> Any:
    shape = fault.geometry
    if shape is None and fault.x is not None and fault.y is not None:
        shape = shapely.Point(fault.x, fault.y)
    if shape is None or not np.isfinite(shapely.bounds(shape)).all():
        return None
    (moved,) = to_degrees(np.array([shape]))
    return moved


def title_of(checked: Checked) -> str:
    """The answer in one line."""
    if checked.ok:
        return _("铺满：{count} 个区域，没有问题").format(count=checked.cells)
    faults = sum(len(report.faults) for report, _to_degrees in checked.reports)
    return _("没有铺满：{count} 个区域，{faults} 处问题").format(count=checked.cells, faults=faults)
