"""Where each case says it is: most at the address of a building, some by satellite, some badly. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints, Numbers
from gridmap.incidents.demo_cases.events import WAYS
from gridmap.incidents.demo_cases.households import Flats, flats_of
from gridmap.incidents.demo_cases.plan import Plan
from gridmap.incidents.demo_cases.rhythms import ON_FOOT
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.demo_cases.sites import SITES
from gridmap.incidents.demo_cases.town import Flags, Texts, Town

# How a place is said: its own address, the gate of its estate, by satellite, on a coarse lattice.
ADDRESS, ESTATE, SATELLITE, LATTICE = range(4)
BY_PHONE = (0.82, 0.09, 0.03, 0.06)
BY_WALKING = (0.6, 0.03, 0.35, 0.02)
LATTICE_DEG = 0.0004
SATELLITE_M = 7.0
M_PER_DEG = 111_200.0
UNIT_SHARE, FLOOR_SHARE = 0.65, 0.5
# Beyond the border, in the next city.
OUTSIDE = (98.494, 39.744)
OUTSIDE_ADDRESS = "酒泉市肃州区西环路"
BAD_M = 420.0
NOT_SAID = np.nan


@dataclass(frozen=True)
class Sited:
    """Degrees (NaN where nothing is known), what the address says, and how sure it is.

    `building` is that of the address, -1 where it names none; `trouble` why nobody can be responsible.
    """

    lon: Numbers
    lat: Numbers
    address: Texts
    datum: Texts
    accuracy_m: Numbers
    building: Ints
    unit_no: Texts
    floor_no: Texts
    trouble: Texts


def site_cases(plan: Plan, town: Town, rng: np.random.Generator) -> Sited:
    """Coordinates and addresses of all cases of a plan."""
    spot, spots = plan.events.spot, town.spots
    how = _draw_how(plan, town, rng)
    flats = flats_of(plan.events.caller, town.buildings)
    at_home = (spots.building[spot] == flats.building) & (spots.kind[spot] == "home")
    says_unit = at_home & (how == ADDRESS) & (rng.random(len(how)) < UNIT_SHARE)
    says_unit[plan.script >= 0] = [bool(SCRIPTS[n].unit) for n in plan.script[plan.script >= 0]]
    says_floor = says_unit & (rng.random(len(how)) < FLOOR_SHARE) & (plan.script < 0)
    lon, lat = _with_errors(how, spot, town, rng)
    found = Sited(
        lon=lon,
        lat=lat,
        address=_addresses(how, spot, town, flats, says_unit),
        datum=np.where(how == SATELLITE, "wgs84", "cgcs2000").astype(object),
        accuracy_m=_accuracy(how, rng),
        building=np.where(how == ADDRESS, spots.building[spot], -1),
        unit_no=_said(flats.unit, says_unit),
        floor_no=_said(flats.floor, says_floor),
        trouble=np.full(len(how), "", object),
    )
    _make_trouble(found, plan)
    return found


def _draw_how(plan: Plan, town: Town, rng: np.random.Generator) -> Ints:
    events = plan.events
    on_foot = np.isin(events.way, [WAYS.index(name) for name in ON_FOOT])
    drawn = [rng.choice(4, len(on_foot), p=chances) for chances in (BY_PHONE, BY_WALKING)]
    how = np.where(on_foot, drawn[1], drawn[0])
    kind = town.spots.kind[events.spot]
    # A landmark and a house number are said as they are; only homes have the gate of an estate.
    how[(how == ESTATE) & (kind != "home")] = ADDRESS
    how[(kind == "landmark") & (how == LATTICE)] = ADDRESS
    desks = [n for n, site in enumerate(SITES) if site.kind == "desk"]
    how[(plan.script >= 0) | np.isin(events.site, desks)] = ADDRESS
    return how


def _with_errors(
    how: Ints, spot: Ints, town: Town, rng: np.random.Generator
) -> tuple[Numbers, Numbers]:
    spots = town.spots
    at_gate = how == ESTATE
    gate = _gates(town)[spots.cell[spot]]
    lon = np.where(at_gate, gate[:, 0], spots.lon[spot])
    lat = np.where(at_gate, gate[:, 1], spots.lat[spot])
    east, north = (how == SATELLITE) * rng.normal(0, SATELLITE_M, (2, len(how))) / M_PER_DEG
    lon, lat = lon + east / np.cos(np.radians(lat)), lat + north
    coarse = how == LATTICE
    lon, lat = (
        np.where(coarse, np.round(degrees / LATTICE_DEG) * LATTICE_DEG, degrees)
        for degrees in (lon, lat)
    )
    return np.round(lon, 7), np.round(lat, 7)


def _gates(town: Town) -> npt.NDArray[np.float64]:
    """For each cell its first building: where a map finds the estate."""
    gate = np.full((len(town.cells.ids), 2), np.nan)
    here = np.flatnonzero(town.spots.building >= 0)[::-1]
    gate[town.spots.cell[here]] = np.stack([town.spots.lon[here], town.spots.lat[here]], axis=1)
    return gate


def _addresses(how: Ints, spot: Ints, town: Town, flats: Flats, says_unit: Flags) -> Texts:
    own, estate = town.spots.address[spot], town.spots.name[spot]
    unit = np.array([f" {number} 单元" for number in flats.unit], dtype=object)
    return np.where(how == ESTATE, estate, np.where(says_unit, own + unit, own))


def _accuracy(how: Ints, rng: np.random.Generator) -> Numbers:
    """Metres that the sender says; nothing for an address."""
    metres = np.where(how == SATELLITE, rng.gamma(4, 3, len(how)).round() + 3, NOT_SAID)
    return np.where(how == LATTICE, 50.0, metres)


def _said(numbers: Ints, is_said: Flags) -> Texts:
    return np.where(is_said, numbers.astype(str), "").astype(object)


def _make_trouble(found: Sited, plan: Plan) -> None:
    """The open cases that nobody could place: no position, beyond the border, a circle over many cells."""
    for row in np.flatnonzero((plan.stage >= 0) & (plan.script < 0)):
        trouble = plan.stages[plan.stage[row]].trouble
        found.trouble[row] = trouble
        if trouble in ("no_place", "outside"):
            found.building[row] = -1
            found.unit_no[row] = found.floor_no[row] = ""
        if trouble == "no_place":
            found.lon[row] = found.lat[row] = NOT_SAID
            found.address[row] = found.datum[row] = ""
            found.accuracy_m[row] = NOT_SAID
        elif trouble == "outside":
            found.lon[row], found.lat[row] = OUTSIDE
            found.address[row] = OUTSIDE_ADDRESS
        elif trouble == "inaccurate":
            found.accuracy_m[row] = BAD_M
            found.building[row] = -1
            found.unit_no[row] = found.floor_no[row] = ""
