"""Cases as arrays for statistics: where, when, about what, and how it went on; no words and no persons."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.contrib.gis.db.models.functions import GeoFunc
from django.core.exceptions import EmptyResultSet
from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    F,
    FloatField,
    IntegerField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from geodata.copying import Columns, no_rows, read_columns
from geodata.times import Moments
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import State
from gridmap.incidents.topics import SOURCES, URGENCIES

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# What has no place or no moment.
NONE = -1
NAN, _NEVER = Value(float("nan")), Value("infinity")


@dataclass(frozen=True)
class CaseArrays:
    """So many cases in the order of their ids; ids are `NONE`, degrees NaN and moments NaT where there are none.

    `lon` and `lat` are CGCS2000 degrees, moments are UTC, `settled_at` says when it was last settled.
    """

    id: Ids
    topic: Ids
    lon: Floats
    lat: Floats
    area: Ids
    cell: Ids
    building: Ids
    occurred_at: Moments
    settled_at: Moments
    round: npt.NDArray[np.int16]
    is_open: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.id)


class X(GeoFunc):
    function = "ST_X"
    output_field = FloatField()


class Y(GeoFunc):
    function = "ST_Y"
    output_field = FloatField()


def _or_never(column: str) -> Coalesce:
    return Coalesce(F(column), Cast(_NEVER, DateTimeField()))


def or_none(column: str) -> Coalesce:
    return Coalesce(F(column), Value(NONE), output_field=BigIntegerField())


# Column of the answer: its type in PostgreSQL, and what is asked for.
COLUMNS: dict[str, tuple[str, Any]] = {
    "id": ("bigint", F("pk")),
    "topic": ("bigint", F("topic_id")),
    "lon": ("float8", Coalesce(X("geom"), NAN)),
    "lat": ("float8", Coalesce(Y("geom"), NAN)),
    "area": ("bigint", F("area_id")),
    "cell": ("bigint", or_none("cell_id")),
    "building": ("bigint", or_none("building_id")),
    "occurred_at": ("timestamptz", F("occurred_at")),
    "settled_at": ("timestamptz", _or_never("resolved_at")),
    "round": ("smallint", F("round")),
    "is_open": ("boolean", F("is_open")),
}


# Words of a fixed list travel as their position in it.
WORDS: dict[str, tuple[str, ...]] = {
    "source": tuple(SOURCES),
    "urgency": tuple(URGENCIES),
    "state": tuple(state.value for state in State),
}


def _position(column: str, words: tuple[str, ...]) -> Case:
    places = (When(**{column: word}, then=Value(n)) for n, word in enumerate(words))
    return Case(*places, default=Value(NONE), output_field=IntegerField())


WORD_COLUMNS: dict[str, tuple[str, Any]] = {
    name: ("integer", _position(name, words)) for name, words in WORDS.items()
}


def read_cases(cases: IncidentQuerySet) -> CaseArrays:
    """Every case of a queryset that is limited to what the asker may see."""
    return CaseArrays(**read_as(cases.order_by("pk"), COLUMNS))


def read_described(cases: IncidentQuerySet) -> tuple[CaseArrays, dict[str, "pd.Categorical[str]"]]:
    """The same by time, and the way by which each came, how urgent it is and its state."""
    found = read_as(cases.order_by("occurred_at", "pk"), COLUMNS | WORD_COLUMNS)
    words = {
        name: pd.Categorical.from_codes(found.pop(name), pd.Index(WORDS[name])) for name in WORDS
    }
    return CaseArrays(**found), words


def read_as(cases: IncidentQuerySet, columns: dict[str, tuple[str, Any]]) -> Columns:
    """One array a column: its type in PostgreSQL, and what is asked for; no value may be null."""
    asked = {f"as_{name}": expression for name, (_kind, expression) in columns.items()}
    rows = cases.annotate(**asked).values_list(*asked)
    kinds = {name: kind for name, (kind, _) in columns.items()}
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        # Django asks the database nothing where it knows that nothing can match.
        return no_rows(kinds)
    return read_columns(sql, params, kinds)
