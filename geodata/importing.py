"""From a file to the registry: read, place, check, then write all or nothing.

The commands and the administrator's page call the same functions and print the same report.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.geometry
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from geodata.boundaries import BoundaryRefused, load
from geodata.boundaries.loading import CELL_KINDS
from geodata.city import CityProfile
from geodata.crs import ImpossibleCoordinates, transform_geometries
from geodata.errors import Refusal, Sentence
from geodata.errors import gettext_noop as _noop
from geodata.findings import FaultDict, look_at
from geodata.models import STORED, AreaVersion, CellVersion, LeaderPost
from geodata.reading import read_features
from geodata.registering import register_buildings, register_posts

REQUIRED = {"areas": ("kind", "name"), "buildings": ("name",), "posts": ("kind", "name")}
TEXTS = {
    "areas": ("kind", "code", "name", "name_en", "parent_code"),
    "buildings": ("code", "name", "name_en", "estate", "number", "use"),
    "posts": ("kind", "name", "name_en"),
}
NUMBERS = {"areas": (), "buildings": ("floors", "units", "households"), "posts": ()}
LENGTHS = {"code": 20, "name": 60, "name_en": 80, "estate": 60, "number": 10, "use": 20}


@dataclass(frozen=True)
class Request:
    """What is to be imported and how its columns are to be read."""

    path: Path
    target: str
    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str = ""
    layer: str = ""


@dataclass
class Report:
    """What was found in a file and what was done with it."""

    file: str
    rows: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    written: bool = False

    @property
    def ok(self) -> bool:
        return not self.refused and not self.reason

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "rows": self.rows,
            "ok": self.ok,
            "written": self.written,
            "reason": self.reason,
            "refused": self.refused,
            "result": self.result,
        }


def run_import(
    request: Request,
    *,
    by: str,
    at: datetime,
    replace: bool = False,
    dry_run: bool = False,
    is_looked_at: bool = False,
) -> Report:
    """Import a file, or with `dry_run` say what would happen.

    With `is_looked_at` the caller has found by `look_at` that the rows tile.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read or placed.
    """
    frame, refused = prepare(request)
    report = Report(file=request.path.name, rows=len(frame) + len(refused), refused=refused)
    if refused:
        report.reason = _("{count} 行不能导入").format(count=len(refused))
        return report
    if request.target == "areas" and not is_looked_at:
        report.reason, report.refused = untiled(frame, replace=replace, at=at)
    if not report.ok:
        return report
    try:
        with transaction.atomic():
            report.result = WRITERS[request.target](frame, by=by, at=at, replace=replace)
            transaction.set_rollback(dry_run)
    except BoundaryRefused as error:
        report.reason, report.refused = str(error), error.faults
    except DatabaseError as error:
        report.reason = _("数据库拒绝了这批数据：{error}").format(error=str(error).splitlines()[0])
    report.written = report.ok and not dry_run
    return report


def untiled(
    frame: gpd.GeoDataFrame, *, replace: bool, at: datetime
) -> tuple[str, list[dict[str, Any]]]:
    """Why the rows do not fit together, and where; empty where they do."""
    if not replace and has_present(frame):
        # The registry refuses them, and says what to do.
        return "", []
    faults = look_at(frame, replace=replace, at=at).faults
    lost = [fault for fault in faults if fault["kind"] == "place"]
    if lost:
        reason = _("{count} 行找不到上级，请先导入上一级").format(count=len(lost))
    elif faults:
        reason = _("边界没有铺满上级：{count} 处问题").format(count=len(faults))
    else:
        reason = ""
    return reason, [with_shape(fault) for fault in faults]


def has_present(frame: gpd.GeoDataFrame) -> bool:
    """Whether a row has a boundary in force already."""
    codes = list(frame.code)
    areas = AreaVersion.objects.current().filter(area__code__in=codes)
    cells = CellVersion.objects.current().filter(cell__code__in=codes)
    return areas.exists() or cells.exists()


def with_shape(fault: FaultDict) -> dict[str, Any]:
    """A finding as the report has it: its geometry as GeoJSON."""
    said = {name: value for name, value in fault.items() if name != "geometry"}
    geometry = fault["geometry"]
    return {**said, "shape": None if geometry is None else shapely.geometry.mapping(geometry)}


def prepare(request: Request) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """The rows of a file in the registry's columns and degrees, and the rows refused.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read or placed.
    """
    features = read_features(request.path, layer=request.layer or None, crs=request.crs or None)
    refused = [row_fault(refusal) for refusal in features.refused]
    table = read_columns(features.table, request)
    sound = ~table.index.isin([fault["row"] for fault in refused])
    shapes, impossible = in_degrees(features.geometries[sound], features.system)
    frame = gpd.GeoDataFrame(table[sound], geometry=shapes, crs=STORED)
    refused += [impossible_place(row) for row in frame.index[impossible]]
    frame = frame[~impossible]
    refused += refuse_rows(frame, request.target)
    good = ~frame.index.isin([fault["row"] for fault in refused])
    return frame[good], sorted(refused, key=lambda fault: int(fault["row"]))


def in_degrees(
    geometries: npt.NDArray[Any], system: str
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Shapes in degrees, and which of them their system cannot hold (these stay as they are)."""
    impossible = np.zeros(len(geometries), bool)
    try:
        return transform_geometries(geometries, system), impossible
    except ImpossibleCoordinates:
        moved = geometries.copy()
    # Only a file with such rows pays for being read row by row.
    for n in range(len(geometries)):
        try:
            moved[n : n + 1] = transform_geometries(geometries[n : n + 1], system)
        except ImpossibleCoordinates:
            impossible[n] = True
    return moved, impossible


def row_fault(refusal: Refusal) -> dict[str, Any]:
    """A refused feature as the report has it."""
    return {**refusal.as_dict(gettext), "kind": "row", "cells": [], "area_m2": None}


def impossible_place(row: Any) -> dict[str, Any]:
    reason = Sentence(_noop("坐标不在声明的坐标系里：坐标系声明错了，或经纬度写反了"))
    return row_fault(Refusal("impossible_place", reason, int(row), "geometry"))


def read_columns(table: pd.DataFrame, request: Request) -> pd.DataFrame:
    """The columns of the registry by their own names; absent ones are empty."""
    texts = {name: _text(table, request.columns.get(name, name)) for name in TEXTS[request.target]}
    if request.kind:
        texts["kind"] = pd.Series(request.kind, index=table.index)
    numbers = {
        name: _number(table, request.columns.get(name, name)) for name in NUMBERS[request.target]
    }
    return pd.DataFrame({**texts, **numbers}, index=table.index)


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series("", index=table.index)
    values = table[column]
    # A code read as a number must not become "620201001001.0".
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("string").fillna("").str.strip().astype(object)


def _number(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(0, index=table.index)
    return pd.to_numeric(table[column], errors="coerce").fillna(-1).astype(int)


def refuse_rows(frame: gpd.GeoDataFrame, target: str) -> list[dict[str, Any]]:
    """The rows that break a rule which needs no other row's geometry."""
    rules = [*_text_rules(frame, target), *_number_rules(frame, target), _outside_city(frame)]
    if target == "areas":
        rules += _code_rules(frame, settings.CITY)
    centres = shapely.point_on_surface(frame.geometry.values)
    return [
        {
            "row": int(frame.index[n]),
            "field": name,
            "kind": "row",
            "reason": reason,
            "cells": [],
            "lon": float(shapely.get_x(centres[n])),
            "lat": float(shapely.get_y(centres[n])),
            "area_m2": None,
        }
        for name, reason, broken in rules
        for n in np.flatnonzero(broken)
    ]


Rule = tuple[str, str, npt.NDArray[np.bool_]]


def _text_rules(frame: gpd.GeoDataFrame, target: str) -> list[Rule]:
    # A cell may do without a name: its number names it.
    needs_name = ~frame.kind.isin(CELL_KINDS) if "kind" in frame else True
    empty = {
        name: (frame[name] == "") & (needs_name | (name != "name")) for name in REQUIRED[target]
    }
    rules: list[Rule] = [
        (name, _("{field} 是空的").format(field=name), broken.to_numpy())
        for name, broken in empty.items()
    ]
    for name, length in LENGTHS.items():
        if name in frame:
            too_long = (frame[name].str.len() > length).to_numpy()
            rules.append(
                (name, _("{field} 超过 {length} 个字").format(field=name, length=length), too_long)
            )
    if target == "posts":
        unknown = ~frame.kind.isin([*LeaderPost.Kind.values, ""]).to_numpy()
        rules.append(("kind", _("类型要是 building_leader 或 security_household"), unknown))
    return rules


def _number_rules(frame: gpd.GeoDataFrame, target: str) -> list[Rule]:
    return [
        (
            name,
            _("{field} 要是 0 到 32767 的整数").format(field=name),
            ~frame[name].between(0, 32_767).to_numpy(),
        )
        for name in NUMBERS[target]
    ]


def _outside_city(frame: gpd.GeoDataFrame) -> Rule:
    west, south, east, north = settings.CITY.envelope
    left, low, right, high = shapely.bounds(frame.geometry.values).T
    inside = (left >= west) & (low >= south) & (right <= east) & (high <= north)
    reason = _("不在{city}的范围内：坐标系声明错了，或经纬度写反了").format(city=settings.CITY.name)
    return "geometry", reason, ~inside


def _code_rules(frame: gpd.GeoDataFrame, city: CityProfile) -> list[Rule]:
    digits = {level.kind: level.code_digits for level in city.levels}
    # Cells may come without a code: they are numbered.
    digits |= {
        kind: city.level(city.cell_parents[0]).code_digits + 3
        for kind in CELL_KINDS
        if city.cell_parents
    }
    known = frame.kind.isin([*digits, ""])
    wanted = frame.kind.map(digits).fillna(0).astype(int)
    is_cell = frame.kind.isin(CELL_KINDS)
    wrong = (
        ~frame.code.str.fullmatch(r"\d+").fillna(False)
        | (frame.code.str.len() != wanted)
        | ~frame.code.str.startswith(city.code_prefix)
    ) & ~(is_cell & (frame.code == ""))
    twice = frame.code.duplicated(keep=False) & (frame.code != "")
    return [
        ("kind", _("没有这个层级"), ~known.to_numpy()),
        (
            "code",
            _("代码要以 {prefix} 开头、位数符合层级").format(prefix=city.code_prefix or "0-9"),
            (wrong & known).to_numpy(),
        ),
        ("code", _("代码在文件里重复"), twice.to_numpy()),
    ]


def _write_areas(
    frame: gpd.GeoDataFrame, *, by: str, at: datetime, replace: bool
) -> dict[str, Any]:
    return load(frame, by=by, at=at, replace=replace).as_dict()


def _write_buildings(
    frame: gpd.GeoDataFrame, *, by: str, at: datetime, replace: bool
) -> dict[str, Any]:
    registered = register_buildings(frame, replace=replace)
    return {"added": registered.added, "replaced": registered.replaced}


def _write_posts(
    frame: gpd.GeoDataFrame, *, by: str, at: datetime, replace: bool
) -> dict[str, Any]:
    return {"added": len(register_posts(frame, replace=replace)), "replaced": 0}


Writer = Callable[..., dict[str, Any]]
WRITERS: dict[str, Writer] = {
    "areas": _write_areas,
    "buildings": _write_buildings,
    "posts": _write_posts,
}
