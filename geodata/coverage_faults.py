"""What a check of coverage says: faults with a place, and the report that holds them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from geodata.errors import Sentence, Translate, in_chinese

ToLonLat = Callable[[float, float], tuple[float, float]]

# A fault's kind and the list of the report that holds it.
LISTS = {
    "overlap": "overlaps",
    "gap": "gaps",
    "sliver": "slivers",
    "edge": "edges",
    "outside": "outside",
    "invalid": "invalid",
}


@dataclass(frozen=True)
class Fault:
    """One place where the areas do not tile.

    `kind` is a key of `LISTS`, or enclave; `x`, `y` and `geometry` are in the metres of the input;
    `cells` and `rows` name the areas concerned, in the same order. A tolerated fault is
    narrower than the tolerance: named beside others, no reason to refuse.
    """

    kind: str
    reason: Sentence
    x: float | None
    y: float | None
    cells: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    area_m2: float | None = None
    tolerated: bool = False
    geometry: Any = None

    def as_dict(
        self, to_lonlat: ToLonLat | None = None, translate: Translate = in_chinese
    ) -> dict[str, Any]:
        """The fault for a JSON report, its place in degrees."""
        lon, lat = None, None
        if to_lonlat and self.x is not None and self.y is not None:
            lon, lat = to_lonlat(self.x, self.y)
        return {
            "area_m2": None if self.area_m2 is None else round(self.area_m2, 6),
            "lon": lon,
            "lat": lat,
            "cells": list(self.cells),
            "rows": list(self.rows),
            "reason": self.reason.said(translate),
            "tolerated": self.tolerated,
        }


@dataclass(frozen=True)
class CoverageReport:
    """What a check found, the largest first; an accepted set has no faults at all.

    `is_complete` is false where the check gave up on too many overlaps.
    """

    cells: int
    overlaps: tuple[Fault, ...] = ()
    gaps: tuple[Fault, ...] = ()
    slivers: tuple[Fault, ...] = ()
    edges: tuple[Fault, ...] = ()
    outside: tuple[Fault, ...] = ()
    invalid: tuple[Fault, ...] = ()
    enclaves: tuple[Fault, ...] = ()
    is_complete: bool = True

    @classmethod
    def of(cls, cells: int, found: Iterable[Fault], is_complete: bool) -> Self:
        """The report on faults and enclaves, in any order."""
        every = sorted(found, key=lambda fault: -(fault.area_m2 or 0))
        enclaves = tuple(fault for fault in every if fault.kind == "enclave")
        faults = [fault for fault in every if fault.kind != "enclave"]
        if is_complete and all(fault.tolerated for fault in faults):
            return cls(cells, enclaves=enclaves)
        lists = {
            name: tuple(fault for fault in faults if fault.kind == kind)
            for kind, name in LISTS.items()
        }
        return cls(cells, enclaves=enclaves, is_complete=is_complete, **lists)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults, kind by kind; enclaves are none."""
        return tuple(fault for name in LISTS.values() for fault in getattr(self, name))

    @property
    def ok(self) -> bool:
        """Whether the areas tile."""
        return self.is_complete and not self.faults

    def as_dict(
        self, to_lonlat: ToLonLat | None = None, translate: Translate = in_chinese
    ) -> dict[str, Any]:
        """The report for JSON.

        Parameters
        ----------
        to_lonlat : callable, optional
            Metres of the input to longitude and latitude; without it places are null.
        translate : callable, optional
            Chinese template to the reader's language, such as Django's gettext.
        """
        lists = {
            name: [fault.as_dict(to_lonlat, translate) for fault in getattr(self, name)]
            for name in LISTS.values()
        }
        return {"ok": self.ok, "complete": self.is_complete, "cells": self.cells, **lists}
