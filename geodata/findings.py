"""What is wrong with the rows of a file, before the registry is asked.

The commands and the administrator's page look by the same function, without the registry's
lock: a shape on which the check takes minutes holds up no other editor.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from geodata import frames
from geodata.boundaries.checks import TOLERANCE_M
from geodata.boundaries.loading import CELL_KINDS, order_by_level, registry_of
from geodata.coverage import Fault
from geodata.coverage_faults import LISTS
from geodata.models import STORED
from geodata.tiling import Tiling, check_rows, names_of, parents_of

FaultDict = dict[str, Any]
COLUMNS = ["kind", "code", "name", "name_en", "parent_code"]


@dataclass(frozen=True)
class Family:
    """Rows that must tile the same areas above them.

    `row` is the index, 0 and below for areas of the registry that stay beside them; `lost` are
    rows that belong nowhere.
    """

    rows: gpd.GeoDataFrame
    parents: gpd.GeoDataFrame | None
    lost: gpd.GeoDataFrame


CELLS = "cells"


@dataclass
class Findings:
    """What a look at rows found, and the families that it looked at."""

    faults: list[FaultDict] = field(default_factory=list)
    rows: list[gpd.GeoDataFrame] = field(default_factory=list)
    parents: list[gpd.GeoDataFrame] = field(default_factory=list)
    holes: int = 0
    in_parts: list[tuple[str, int]] = field(default_factory=list)
    tolerated: int = 0


def look_at(
    frame: gpd.GeoDataFrame,
    *,
    replace: bool,
    at: datetime,
    refused: frozenset[int] = frozenset(),
) -> Findings:
    """Level by level the rows that belong nowhere, and what does not tile.

    Parameters
    ----------
    frame
        As for `geodata.boundaries.load`; shapes may be unsound or missing.
    refused
        Rows that were refused by themselves and are not named a second time.
    """
    found = Findings()
    for family in families(frame, replace=replace, at=at):
        faults, tiling = untiled(family)
        found.faults += [
            fault
            for fault in faults
            if fault["kind"] not in ("invalid", "place") or refused.isdisjoint(fault["rows"])
        ]
        found.rows.append(family.rows)
        if family.parents is not None:
            found.parents.append(family.parents)
        if tiling is not None:
            found.holes += tiling.holes_filled if family.rows.kind.isin(CELL_KINDS).all() else 0
            found.in_parts += tiling.in_parts
            found.tolerated += tiling.tolerated
    return found


def families(frame: gpd.GeoDataFrame, *, replace: bool, at: datetime) -> Iterator[Family]:
    """The rows of a file by what they tile: the children of one kind of area, or all cells.

    Children of one area may be of several kinds: sub-districts and a suburb make a city.
    """
    areas, cells = frames.areas(at), frames.cells(at)
    placed = []
    for kind, rows in order_by_level(frame, settings.CITY):
        registry = registry_of(kind)
        if not registry.parent_kinds:
            yield Family(rows, None, rows.iloc[:0])
            continue
        parents = _join(frame, areas, registry.parent_kinds)
        above = parents_of(rows, parents)
        found = rows[above >= 0]
        over = parents.iloc[above[above >= 0]]
        yield Family(rows.iloc[:0], None, rows[above < 0])
        group = CELLS if kind in CELL_KINDS else over["kind"].to_numpy()
        placed.append(found.assign(parent_code=over["code"].to_numpy(), group=group))
    for group, rows in pd.concat(placed).groupby("group", sort=False) if placed else ():
        kinds = settings.CITY.cell_parents if group == CELLS else (str(group),)
        stored = cells if group == CELLS else areas
        family = _with_neighbours(rows, stored, replace=replace)
        yield Family(family, _join(frame, areas, kinds), rows.iloc[:0])


def _join(
    frame: gpd.GeoDataFrame, stored: gpd.GeoDataFrame, kinds: tuple[str, ...]
) -> gpd.GeoDataFrame:
    """The areas of some kinds in the file, and those of the registry that it does not bring."""
    mine = frame[frame.kind.isin(kinds)]
    others = stored[stored.kind.isin(kinds) & ~stored.code.isin(mine.code)]
    columns = [*COLUMNS, "geometry"]
    joined = pd.concat([mine[columns], others[columns]], ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=STORED)


def _with_neighbours(
    rows: gpd.GeoDataFrame, stored: gpd.GeoDataFrame, *, replace: bool
) -> gpd.GeoDataFrame:
    """The rows and what stays in force beside them: all else, or what they do not replace."""
    replaced = {*rows.kind, *(CELL_KINDS if rows.kind.isin(CELL_KINDS).any() else ())}
    stays = stored[
        stored.parent_code.isin(rows.parent_code)
        & ~stored.code.isin(rows.code)
        & ~(replace & stored.kind.isin(replaced))
    ][[*COLUMNS, "geometry"]]
    stays.index = pd.Index(-np.arange(len(stays)))
    both = pd.concat([rows[[*COLUMNS, "geometry"]], stays])
    return gpd.GeoDataFrame(both, geometry="geometry", crs=STORED)


def untiled(family: Family) -> tuple[list[FaultDict], Tiling | None]:
    """The faults of one level: rows that belong nowhere, then what does not tile."""
    faults = [
        _homeless(row, name, shape)
        for row, name, shape in zip(
            family.lost.index, names_of(family.lost), family.lost.geometry, strict=True
        )
    ]
    if family.rows.empty:
        return faults, None
    tiling = check_rows(family.rows, family.parents, tolerance_m=TOLERANCE_M)
    return faults + [_as_dict(fault) for fault in tiling.faults], tiling


def _as_dict(fault: Fault) -> FaultDict:
    return {
        "kind": LISTS[fault.kind],
        "reason": fault.reason.said(_),
        "lon": fault.x,
        "lat": fault.y,
        "area_m2": None if fault.area_m2 is None else round(fault.area_m2, 2),
        "cells": list(fault.cells),
        "rows": [row for row in fault.rows if row > 0],
        "geometry": fault.geometry,
    }


def _homeless(row: int, name: str, shape: Any) -> FaultDict:
    centre = None if shape is None else shapely.point_on_surface(shape)
    return {
        "kind": "place",
        "reason": _("找不到上级，先导入上一级"),
        "lon": None if centre is None else float(centre.x),
        "lat": None if centre is None else float(centre.y),
        "area_m2": None,
        "cells": [name],
        "rows": [int(row)],
        "geometry": shape,
    }
