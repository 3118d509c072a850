"""What happens in five years: which topic, where, when, and who calls. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases import rhythms
from gridmap.incidents.demo_cases.clock import Ints, Numbers, Times, WorkingTime
from gridmap.incidents.demo_cases.households import MEMBERS, first_households
from gridmap.incidents.demo_cases.sites import (
    BUSY_FACTOR,
    CALM_D,
    Site,
    draw_site_times,
    spots_of,
    truth,
)
from gridmap.incidents.demo_cases.town import Town
from gridmap.incidents.topics import SOURCES, TOPICS

CODES = tuple(topic.code for topic in TOPICS)
WAYS = tuple(SOURCES)
# By topic, the share that lies at each kind of place.
KINDS: dict[str, dict[str, float]] = {
    "water_supply": {"home": 0.9, "village": 0.07, "trade": 0.03},
    "noise_neighbour": {"home": 0.9, "trade": 0.05, "street": 0.03, "village": 0.02},
    "property_mgmt": {"home": 1.0},
    "family": {"home": 0.92, "village": 0.08},
    "street_market": {"street": 0.72, "trade": 0.28},
    "noise_road": {"roadside": 0.65, "street": 0.35},
    "wages": {"works": 0.33, "trade": 0.32, "street": 0.18, "home": 0.12, "village": 0.05},
    "neighbour": {"home": 0.83, "village": 0.17},
    "parking": {"home": 0.84, "street": 0.11, "trade": 0.05},
    "heating": {"home": 1.0},
    "consumer": {"trade": 0.9, "home": 0.06, "landmark": 0.04},
    "lending": {"home": 0.8, "village": 0.1, "trade": 0.1},
    "land": {"village": 0.92, "home": 0.08},
    "tort": {"home": 0.3, "street": 0.27, "school": 0.15, "trade": 0.18, "hospital": 0.1},
    "repair": {"home": 0.58, "street": 0.36, "village": 0.06},
    "other": {"home": 0.8, "village": 0.12, "trade": 0.08},
}
# How much communities, cells, buildings and their topics differ for good.
COMMUNITY_SIGMA, COMMUNITY_MIX, CELL_SPREAD, MIX_SPREAD, BUILDING_SPREAD = 0.45, 0.06, 0.2, 0.1, 0.3
# Some households call much more than others.
KEENNESS = 2.2


@dataclass(frozen=True)
class Events:
    """One row for each case. `topic` and `way` are places in `CODES` and `WAYS`; `site` is -1 in the background.

    `caller` is household × `MEMBERS` + member, households being counted through all buildings.
    `waited` is how many seconds somebody waited for a counter to open.
    """

    topic: Ints
    spot: Ints
    at: Times
    way: Ints
    caller: Ints
    site: Ints
    waited: Ints

    def __len__(self) -> int:
        return len(self.topic)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Events":
        return Events(**{name: column[rows] for name, column in vars(self).items()})


def joined(parts: Sequence[Events]) -> Events:
    return Events(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )


class World:
    """The chances of every spot for every topic; drawn once, they stay for five years."""

    def __init__(self, town: Town, seed: int, working: WorkingTime) -> None:
        self.town, self.seed, self.working = town, seed, working
        self.rng = np.random.default_rng(seed)
        self.first_household = first_households(town.buildings)
        self.homes = np.flatnonzero(town.buildings.households > 0)
        self._keen = self._draw_keenness()
        self._chances = {code: self._chances_of(code) for code in CODES}

    def _draw_keenness(self) -> Numbers:
        """How much a place reports of everything."""
        rng, town, spots = self.rng, self.town, self.town.spots
        cell = rng.gamma(1 / CELL_SPREAD, CELL_SPREAD, len(town.cells.ids))
        cell *= rng.lognormal(0, COMMUNITY_SIGMA, len(town.communities.ids))[town.cells.community]
        for site in truth(self.seed):
            if site.kind == "busy":
                cell[town.cells.codes == site.place.cell] = BUSY_FACTOR
        keen = rng.gamma(1 / BUILDING_SPREAD, BUILDING_SPREAD, len(spots))
        return keen * np.where(spots.cell < 0, 1, cell[spots.cell])

    def _chances_of(self, code: str) -> Numbers:
        rng, town, spots = self.rng, self.town, self.town.spots
        mix = rng.gamma(1 / MIX_SPREAD, MIX_SPREAD, len(town.cells.ids))
        mix *= rng.lognormal(0, COMMUNITY_MIX, len(town.communities.ids))[town.cells.community]
        weight = spots.near * self._keen * np.where(spots.cell < 0, 1, mix[spots.cell])
        chances = np.zeros(len(spots))
        for kind, share in KINDS[code].items():
            here = (
                spots.is_roadside & (spots.kind == "home")
                if kind == "roadside"
                else spots.kind == kind
            )
            chances[here] += share * weight[here] / weight[here].sum()
        return np.asarray(chances / chances.sum())

    def draw(self, number: int, code: str, first: np.datetime64, last: np.datetime64) -> Events:
        """So many cases of a topic between two days, in the background."""
        rhythm = rhythms.RHYTHMS[code]
        days = rhythms.draw_days(self.rng, rhythm, np.arange(first, last), number)
        times = rhythms.draw_times(self.rng, rhythms.HOURS[rhythm.hours], days)
        spots = self.rng.choice(len(self.town.spots), number, p=self._chances[code])
        return self._events(code, spots, times, self.draw_callers(spots), -1)

    def draw_mixed(
        self, number: int, requests: float, first: np.datetime64, last: np.datetime64
    ) -> Events:
        """So many cases of all topics, a share of them plain requests."""
        shares = np.array([rhythms.RHYTHMS[code].share for code in CODES])
        is_dispute = np.array([topic.is_dispute for topic in TOPICS])
        shares[is_dispute] *= (1 - requests) / shares[is_dispute].sum()
        shares[~is_dispute] *= requests / shares[~is_dispute].sum()
        numbers = self.rng.multinomial(number, shares / shares.sum())
        return joined(
            [self.draw(n, code, first, last) for n, code in zip(numbers, CODES, strict=True)]
        )

    def plant(self, site: Site, number: int, first: np.datetime64, last: np.datetime64) -> Events:
        """The cases of a planted site; `number` is its place in the table."""
        spots = self.rng.choice(spots_of(site.place, self.town), site.count)
        times = draw_site_times(self.rng, site, first, last - np.timedelta64(CALM_D, "D"))
        callers = self.draw_callers(spots)
        if site.callers:
            callers = self.rng.choice(callers[: site.callers], site.count)
        return self._events(site.topic, spots, times, callers, number)

    def _events(
        self, code: str, spots: npt.NDArray[np.int64], times: Times, callers: Ints, site: int
    ) -> Events:
        way = rhythms.draw_ways_in(self.rng, code, times)
        by_office = np.isin(way, [WAYS.index(name) for name in rhythms.BY_OFFICE])
        came = times.copy()
        came[by_office] = rhythms.within_office(self.rng, times[by_office], self.working)
        number = len(times)
        return Events(
            topic=np.full(number, CODES.index(code)),
            spot=spots.astype(np.int64),
            at=came,
            way=way,
            caller=callers,
            site=np.full(number, site),
            waited=(came - times).astype(np.int64),
        )

    def draw_callers(self, spots: npt.NDArray[np.int64]) -> Ints:
        """Somebody of the building; where nobody lives, somebody of the city."""
        households = self.town.buildings.households
        building = self.town.spots.building[spots]
        lived_in = (building >= 0) & (households[building] > 0)
        home = np.where(lived_in, building, self.rng.choice(self.homes, len(spots)))
        share = self.rng.random(len(spots)) ** KEENNESS
        household = self.first_household[home] + (share * households[home]).astype(np.int64)
        member = np.minimum(self.rng.geometric(0.6, len(spots)) - 1, MEMBERS - 1)
        return np.asarray(household * MEMBERS + member)


def move_to_desks(
    events: Events, town: Town, sites: Sequence[Site], rng: np.random.Generator
) -> Events:
    """Some background cases are taken down at an office's own address instead of where they happened."""
    spot, site = events.spot.copy(), events.site.copy()
    called = np.isin(
        events.way, [WAYS.index("walk_in"), WAYS.index("hotline_12345"), WAYS.index("police_110")]
    )
    for number, desk in enumerate(sites):
        if desk.kind != "desk":
            continue
        free = np.flatnonzero(
            called & (site < 0) & np.isin(town.spots.kind[events.spot], ["home", "trade"])
        )
        moved = rng.choice(free, desk.count, replace=False)
        spot[moved], site[moved] = spots_of(desk.place, town)[0], number
    return Events(**{**vars(events), "spot": spot, "site": site})
