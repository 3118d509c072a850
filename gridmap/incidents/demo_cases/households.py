"""Households, counted through all buildings: who calls, and where in the house they live. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.town import Buildings

FLATS_PER_LANDING = 2
# A household has so many members who call.
MEMBERS = 4


def first_households(buildings: Buildings) -> Ints:
    """The number of the first household of each building; one more for the end."""
    return np.concatenate([[0], np.cumsum(buildings.households)]).astype(np.int64)


@dataclass(frozen=True)
class Flats:
    """Where households live; unit, floor and room are numbered from 1."""

    building: Ints
    unit: Ints
    floor: Ints
    room: Ints


def flats_of(callers: npt.NDArray[np.int64], buildings: Buildings) -> Flats:
    """The flats of callers (household × `MEMBERS` + member)."""
    household = callers // MEMBERS
    first = first_households(buildings)
    building = np.searchsorted(first, household, side="right") - 1
    place = household - first[building]
    a_unit = np.maximum(buildings.floors[building] * FLATS_PER_LANDING, 1)
    unit = np.minimum(place // a_unit + 1, np.maximum(buildings.units[building], 1))
    floor = place % a_unit // FLATS_PER_LANDING + 1
    return Flats(building, unit, floor, floor * 100 + place % FLATS_PER_LANDING + 1)


def caller_of_unit(building: int, unit: int, buildings: Buildings) -> int:
    """Somebody of the first household of a unit."""
    a_unit = int(buildings.floors[building]) * FLATS_PER_LANDING
    return int(first_households(buildings)[building] + (unit - 1) * a_unit) * MEMBERS
