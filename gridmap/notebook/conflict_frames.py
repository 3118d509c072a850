"""What a run found, as a table with a column for each number."""

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.models import STORED
from gridmap.notebook.planner import scope_now
from gridmap.recurring.models import Evidence, Measure, Run
from layers.hotspots.discovery import q_values

CLAIMS = ("intense", "recurrent", "current", "rhythmic", "burdensome", "avoidable")
# Column of the table: where it is read. By name, because the role of the door may read no others.
FIELDS = {
    **{name: f"conflict__{name}" for name in ("code", "name", "name_en", "level", "state")},
    "topic": "conflict__topic__code",
    "area": "conflict__area__code",
    **{name: name for name in ("rank", "avoidable", "q")},
}
RUN = ("pk", "at", "since", "until", "topics", "seed", "digest", "tested", "visible")
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
        By rank: `code`, `name`, `name_en`, `level`, `state`, `topic`, `area`, `rank`, `avoidable` (cases of the next quarter),
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
    rows = Evidence.objects.filter(
        run=found["pk"], rank__isnull=False, conflict__area__in=scope.area_ids
    )
    values = list(rows.order_by("rank").values_list("conflict__geom", "claims", *FIELDS.values()))
    shapes = shapely.from_wkb(np.array([bytes(row[0].wkb) for row in values], object))
    table = pd.DataFrame([_row(claims, fields) for _geom, claims, *fields in values])
    frame = gpd.GeoDataFrame(_with_q(table), geometry=shapes, crs=STORED)
    frame.attrs |= {"run": found.pop("pk"), **found}
    return frame


def measures() -> pd.DataFrame:
    """What was done about the conflicts of the planner's areas, by day: `conflict` (code) and `taken_on`.

    Not in which words, which people wrote.

    Raises
    ------
    NoPlanner
    """
    inside = Measure.objects.filter(conflict__area__in=scope_now().area_ids)
    rows = inside.order_by("taken_on", "pk").values_list("conflict__code", "taken_on")
    table = pd.DataFrame(list(rows), columns=["conflict", "taken_on"])
    return table.astype({"conflict": "str", "taken_on": "datetime64[s]"})


def _run(number: int | None) -> dict[str, Any]:
    runs = Run.objects.values(*RUN)
    found: dict[str, Any] | None
    found = runs.first() if number is None else runs.filter(pk=number).first()
    if found is None:
        none = "run: there is none yet; “manage.py find_recurring” makes one"
        raise LookupError(none if number is None else f"run: there is no {number}")
    return found


def _row(claims: Mapping[str, Any], fields: list[Any]) -> dict[str, Any]:
    flat = (pair for name in CLAIMS for pair in _flat(name, claims.get(name, {})))
    return {**dict(zip(FIELDS, fields, strict=True)), **dict(flat)}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An interval as its value with `_low` and `_high`, any other group under its name."""
    if not isinstance(value, Mapping):
        yield name, value
        return
    for key, part in value.items():
        yield from _flat(name if key == "value" else f"{name}_{key}", part)


def _with_q(table: pd.DataFrame) -> pd.DataFrame:
    for column in CHANCES if len(table) else ():
        known = table[column].notna()
        name = f"{column.removesuffix('_p')}_q"
        table.loc[known, name] = q_values(table.loc[known, column].to_numpy(np.float64))
    return table
