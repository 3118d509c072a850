"""Five years of the demonstration city in memory, by any seed, with what is true of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from unittest import mock

import numpy as np
import numpy.typing as npt

from geodata.querysets import BEIJING
from gridmap.incidents.demo_cases import events, plan
from gridmap.incidents.demo_cases.facts import occurrences
from gridmap.incidents.demo_cases.loading import read_working_time
from gridmap.incidents.demo_cases.locating import locate_cases
from gridmap.incidents.demo_cases.plan import Fate, Plan, make_plan
from gridmap.incidents.demo_cases.reading import read_town
from gridmap.incidents.demo_cases.sites import Site, truth
from gridmap.incidents.demo_cases.siting import site_cases
from gridmap.incidents.demo_cases.story import ORDINARY
from gridmap.incidents.demo_cases.tables import read_limits, rule_numbers
from gridmap.incidents.demo_cases.town import Town
from gridmap.incidents.frames import NONE, CaseArrays
from gridmap.incidents.topics import TOPICS
from gridmap.recurring.city import City
from layers.hotspots.cases import Cases
from layers.hotspots.conflicts import Conflict, Found, recurring_conflicts
from layers.hotspots.naming import Words

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
AT = datetime(2026, 7, 14, 2, tzinfo=UTC)
YEARS_D = 1826
COUNTED = (Fate.CLOSED, Fate.OPEN, Fate.TODAY)
# Of a finding's cases, and of a site's, for the one to be the other.
OF_FINDING, OF_SITE = 0.4, 0.5
WORDS = [Words(topic.name, topic.name_en) for topic in TOPICS]
DISPUTES = np.array([topic.is_dispute for topic in TOPICS])
Wanted = Callable[[Site], bool]


def everything(site: Site) -> bool:
    return True


def nothing(site: Site) -> bool:
    return False


def only_three(site: Site) -> bool:
    """The conflicts of the source document, and all that only looks like one."""
    return site.kind != "conflict" or site.key in ("toll", "market", "zixuan")


@dataclass(frozen=True)
class Imagined:
    """Cases and places as a run has them; `site` is the planted site of each case, -1 in the background."""

    cases: Cases
    city: City
    site: Ints
    sites: Sequence[Site]

    def found(self, *, residents: bool = True) -> Found:
        """As a run finds it, with or without residents."""
        places = self.city.places
        if not residents:
            unknown = np.full(len(places.ladder.exposure), np.nan)
            places = replace(places, ladder=replace(places.ladder, exposure=unknown))
        until = np.datetime64(AT.astimezone(BEIJING).replace(tzinfo=None), "s")
        return recurring_conflicts(
            self.cases,
            places,
            WORDS,
            since=until - np.timedelta64(YEARS_D, "D"),
            until=until,
            seed=1,
            disputes=DISPUTES,
        )

    def site_of(self, one: Conflict) -> Site | None:
        """The planted site that gives a finding a good part of its cases."""
        counted = Counter(self.site[one.cases].tolist())
        counted.pop(-1, None)
        number, cases = max(counted.items(), key=lambda pair: pair[1], default=(-1, 0))
        return self.sites[number] if cases >= OF_FINDING * len(one.cases) else None

    def holds_most(self, one: Conflict, site: Site) -> bool:
        number = self.sites.index(site)
        return int((self.site[one.cases] == number).sum()) >= OF_SITE * site.count


def imagine(seed: int, wanted: Wanted = everything) -> Imagined:
    """The city of a seed with those of the planted sites that are wanted; the registry is only read."""
    town = read_town(AT)
    sites = [site if wanted(site) else replace(site, kind="") for site in truth(seed)]
    told = _told(town, seed, sites)
    rows = np.flatnonzero(np.isin(told.fate, COUNTED))
    arrays = _arrays(told, town, rows, seed)
    city = City(arrays, AT)
    cases = Cases(
        leaf=city.leaves.of_case,
        topic=arrays.topic,
        opened=arrays.occurred_at,
        settled=arrays.settled_at,
        caller=told.events.caller[rows],
        round=arrays.round.astype(np.int64),
    )
    return Imagined(cases, city, told.events.site[rows], sites)


def _told(town: Town, seed: int, sites: list[Site]) -> Plan:
    day = np.datetime64(AT.astimezone(BEIJING).date())
    with (
        mock.patch.object(events, "truth", return_value=sites),
        mock.patch.object(plan, "truth", return_value=sites),
    ):
        return make_plan(
            town,
            seed=seed,
            on=day,
            working=read_working_time(day),
            limits=read_limits(AT.date()),
            has_rule=rule_numbers(town)[:, ORDINARY, :] >= 0,
        )


def _arrays(told: Plan, town: Town, rows: Ints, seed: int) -> CaseArrays:
    """As the database would give them, with the place of a topic in the list for its id; in local time."""
    sited = site_cases(told, town, np.random.default_rng([seed, 1]))
    rounds, settled = np.ones(len(told.fate), np.int16), told.course.handle.copy()
    rounds[told.second], settled[told.second] = 2, told.second_course.handle
    occurred = occurrences(told, np.random.default_rng([seed, 2]))
    nowhere = np.full(len(rows), NONE)
    return CaseArrays(
        id=np.arange(len(rows)),
        topic=told.events.topic[rows],
        lon=sited.lon[rows],
        lat=sited.lat[rows],
        area=nowhere,
        cell=nowhere,
        building=locate_cases(sited, town, AT).building_id[rows],
        occurred_at=occurred[rows].astype("datetime64[us]"),
        settled_at=settled[rows].astype("datetime64[us]"),
        round=rounds[rows],
        is_open=told.fate[rows] != Fate.CLOSED,
    )
