"""What may be drawn: an app hands over rows, and this floor knows nothing else about them."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import Model, Q, QuerySet
from django.utils.module_loading import import_string

Rows = QuerySet[Any, Any]
Hits = list[dict[str, Any]]


class Shape(enum.Enum):
    """How the geometry of a source appears in a tile."""

    AS_IS = enum.auto()
    BORDERS = enum.auto()  # a line shared by two neighbours is drawn once
    LABELS = enum.auto()  # one point in each


def covering(rows: Rows, point: Point) -> Rows:
    return rows.filter(geom__covers=point)


@dataclass(frozen=True, eq=False)
class MapSource:
    """One kind of rows on the map.

    `visible_to` gives the rows that a person may see; `scope_key` the same text for two people
    who see the same rows, and the empty one for those who see nothing: what was drawn for one
    is then served to the other. `fields` names the public properties and where they come from.
    `zooms` says from which zoom on which rows are drawn. `locate` finds the rows at a point and
    `describe` adds what the app alone knows about them, for “what is here”.
    """

    name: str
    model: type[Model]
    fields: Mapping[str, str]
    visible_to: Callable[[Any], Rows]
    scope_key: Callable[[Any], str]
    shape: Shape = Shape.AS_IS
    zooms: tuple[tuple[int, Q], ...] = ((0, Q()),)
    drawn: str = "geom_3857"
    stored: str = "geom"
    locate: Callable[[Rows, Point], Rows] = field(default=covering)
    describe: Callable[[Any, Hits], Hits] | None = None

    def rows_at_zoom(self, zoom: int) -> Q | None:
        """Which rows are drawn at a zoom; None where nothing is."""
        wanted = [rows for first, rows in self.zooms if first <= zoom]
        return wanted[-1] if wanted else None


class UnknownSource(LookupError):
    """No source has this name."""


def load_sources() -> dict[str, MapSource]:
    """The sources that the settings list, by name."""
    return _load(tuple(settings.MAP_SOURCES))


@lru_cache(maxsize=8)
def _load(paths: Iterable[str]) -> dict[str, MapSource]:
    sources: list[MapSource] = [import_string(path) for path in paths]
    return {source.name: source for source in sources}


def named(names: str) -> tuple[MapSource, ...]:
    """The sources of “ground+streets”.

    Raises
    ------
    UnknownSource
        A name that the settings do not list, or one twice.
    """
    wanted = names.split("+")
    known = load_sources()
    if len(set(wanted)) < len(wanted) or not known.keys() >= set(wanted):
        raise UnknownSource(names)
    return tuple(known[name] for name in wanted)


def shared_key(sources: Iterable[MapSource], user: Any) -> str:
    """The same for two people who see the same of all these sources; empty for who sees nothing."""
    keys = {source.scope_key(user) for source in sources}
    return "" if "" in keys else "+".join(sorted(keys))
