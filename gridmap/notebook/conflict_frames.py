"""What a run found, as a table with a column for each number."""

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.models import STORED
from gridmap.notebook.planner import scope_now
from gridmap.recurring.models import Evidence, Run
from layers.hotspots.discovery import q_values

CLAIMS = ("intense", "recurrent", "current", "rhythmic", "burdensome")
FIELDS = ("code", "name", "name_en", "level", "topic__code", "area__code")
# Chances that get their q-value over the list, as the claims leave it to whoever knows all of it.
CHANCES = ("recurrent_p", "current_new_p", "current_ended_p", "rhythmic_p")


def conflicts(run: int | None = None) -> gpd.GeoDataFrame:
    """The list of a run, the newest by itself, as far as it lies in the planner's areas; EPSG:4490.

    Parameters
    ----------
    run : int
        Number of a run (`attrs["run"]` of an earlier answer).

    Returns
    -------
    GeoDataFrame
        By rank: `code`, `name`, `name_en`, `level`, `topic`, `area`, `rank`, `avoidable` (cases of the next quarter),
        `q` (false share of the list down to here), then the five claims, each column under its claim's name:
        `intense_observed`, `intense_ratio` with `intense_ratio_low` and `intense_ratio_high` (90 %), `intense_q`,
        `recurrent_spells`, …, `recurrent_q`, `current_a_quarter`, …, `rhythmic_hours_first`, …,
        `burdensome_open`, …; and the ground. `attrs` has the run's number, moment, period and digest.

    Raises
    ------
    LookupError
        No such run, or none yet.
    NoPlanner
    """
    scope = scope_now()
    found = _run(run)
    rows = found.evidence.filter(rank__isnull=False, conflict__area__in=scope.area_ids)
    rows = rows.select_related("conflict__topic", "conflict__area").order_by("rank")
    table = [_row(one) for one in rows]
    shapes = shapely.from_wkb(np.array([bytes(one.conflict.geom.wkb) for one in rows], object))
    frame = gpd.GeoDataFrame(pd.DataFrame(table), geometry=shapes, crs=STORED)
    frame.attrs |= {
        "run": found.pk, "at": found.at, "since": found.since, "until": found.until,
        "seed": found.seed, "digest": found.digest, "tested": found.tested, "visible": found.visible,
    }  # fmt: skip
    return _with_q(frame)


def _run(number: int | None) -> Run:
    runs = Run.objects.all()
    found = runs.first() if number is None else runs.filter(pk=number).first()
    if found is None:
        raise LookupError("run: there is none yet" if number is None else f"run: no {number}")
    return found


def _row(one: Evidence) -> dict[str, Any]:
    conflict = one.conflict
    return {
        "code": conflict.code,
        "name": conflict.name,
        "name_en": conflict.name_en,
        "level": conflict.level,
        "topic": conflict.topic.code,
        "area": conflict.area.code,
        "rank": one.rank,
        "avoidable": one.avoidable,
        "q": one.q,
        **{key: value for name in CLAIMS for key, value in _flat(name, one.claims[name])},
    }


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An interval as its value with `_low` and `_high`, any other group under its name."""
    if not isinstance(value, Mapping):
        yield name, value
        return
    for key, part in value.items():
        yield from _flat(name if key == "value" else f"{name}_{key}", part)


def _with_q(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    for column in CHANCES:
        if len(frame):
            known = frame[column].notna()
            name = f"{column.removesuffix('_p')}_q"
            frame.loc[known, name] = q_values(frame.loc[known, column].to_numpy(np.float64))
    return frame
