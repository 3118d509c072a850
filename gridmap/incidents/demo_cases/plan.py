"""All cases of five years in the order in which they came, with what became of each. Pure."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import DAY_S, Ints, Times, WorkingTime, seconds
from gridmap.incidents.demo_cases.course import (
    URGENCY_CODES,
    Course,
    Due,
    Limits,
    Manner,
    due_of,
    run,
    run_until,
)
from gridmap.incidents.demo_cases.events import (
    CODES,
    WAYS,
    Events,
    World,
    joined,
    move_to_desks,
)
from gridmap.incidents.demo_cases.openings import Openings, draw_openings
from gridmap.incidents.demo_cases.rhythms import ON_FOOT
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.demo_cases.sites import YEARS, Site, truth
from gridmap.incidents.demo_cases.stages import Stage
from gridmap.incidents.demo_cases.town import Flags, Town
from gridmap.incidents.topics import TOPICS

# The city's own figures for five years.
MEDIATED, SUCCEEDED, PARTIES = 13_399, 13_372, 28_079
# Besides: plain requests, and what never came to mediation.
REQUESTS, DECLINED, WITHDRAWN, MERGED, TODAY = 7_200, 260, 140, 226, 16
ON_SITE_SHARE, VISITED_SHARE, MORE_VOICES_SHARE = 0.55, 0.76, 0.05
REOPENED = 150
URGENT_SHARE, EMERGENCY_SHARE = 0.055, 0.004
LATELY_D, STILL_OPEN_SHARE = 14, 0.6
# Never settled on the spot.
NEEDS_TIME = ("wages", "land", "lending", "water_supply", "heating", "tort")
IS_DISPUTE = np.array([topic.is_dispute for topic in TOPICS])
NAT = np.datetime64("NaT", "s")


class Fate(IntEnum):
    CLOSED = 0
    DECLINED = 1
    WITHDRAWN = 2
    MERGED = 3
    OPEN = 4
    TODAY = 5


@dataclass(frozen=True)
class Plan:
    """One row for each case, in the order of `events.at`.

    `stages[stage]` for open cases, `script` for the written ones; -1 elsewhere, also in `merged_into`.
    `course` holds the moments of closed cases; of those reopened (`second`) the first round up to its visit.
    `second_course` is the second round of the rows `second`.
    """

    events: Events
    fate: Ints
    urgency: Ints
    due: Due
    on_site: Flags
    is_visited: Flags
    has_failed: Flags
    merged_into: Ints
    stage: Ints
    stages: tuple[Stage, ...]
    script: Ints
    extended_to: Times
    voices: Ints
    course: Course
    second: Ints
    second_course: Course

    @property
    def is_dispute(self) -> Flags:
        return np.asarray(IS_DISPUTE[self.events.topic])

    def first(self, kept: int) -> "Plan":
        """The first cases; those that are reopened or merged are among them."""
        whole = {"stages", "second", "second_course", "events", "due", "course"}
        columns = {
            name: column if name in whole else column[:kept] for name, column in vars(self).items()
        }
        rows = np.arange(kept)
        columns["events"], columns["course"] = self.events.take(rows), self.course.take(rows)
        columns["due"] = Due(self.due.contact[:kept], self.due.settle[:kept])
        return Plan(**columns)

    @property
    def is_mediated(self) -> Flags:
        return np.asarray(self.is_dispute & (self.fate == Fate.CLOSED))


def make_plan(
    town: Town,
    *,
    seed: int,
    on: np.datetime64,
    working: WorkingTime,
    limits: Limits,
    has_rule: Flags,
) -> Plan:
    """Plan five years that end with the beginning of day `on`, and the day's own arrivals.

    Parameters
    ----------
    seed
        The same seed, day and town give the same plan.
    working
        From well before the five years to some months after today.
    has_rule
        For each topic and community whether a rule would route it.
    """
    world = World(town, seed, working)
    first = years_before(on, YEARS)
    closed = _closed_events(world, first, on)
    ended = world.draw_mixed(DECLINED + WITHDRAWN, 0.25, first, on - np.timedelta64(3, "D"))
    ended = ended.take(world.rng.permutation(len(ended)))
    openings = draw_openings(world, on, limits, has_rule)
    today = world.draw_mixed(TODAY, 0.35, on, on + np.timedelta64(1, "D"))
    return _Planner(world, on, limits, closed, ended, openings, today).plan()


def years_before(on: np.datetime64, years: int) -> np.datetime64:
    """The same day so many years ago; the day before where that year has no 29 February."""
    month = on.astype("datetime64[M]") - np.timedelta64(years * 12, "M")
    day = (on - on.astype("datetime64[M]")).astype(int)
    same: np.datetime64 = month.astype("datetime64[D]") + np.timedelta64(int(day), "D")
    return same if same.astype("datetime64[M]") == month else same - np.timedelta64(1, "D")


def _closed_events(world: World, first: np.datetime64, on: np.datetime64) -> Events:
    """Background, planted sites and desks: exactly so many disputes, and the requests."""
    sites = truth(world.seed)
    planted = [world.plant(site, n, first, on) for n, site in enumerate(sites) if _is_planted(site)]
    rest = MEDIATED - sum(map(len, planted))
    background = joined(
        [
            world.draw_mixed(rest, 0.0, first, on),
            world.draw_mixed(REQUESTS, 1.0, first, on),
        ]
    )
    return joined([move_to_desks(background, world.town, sites, world.rng), *planted])


def _is_planted(site: Site) -> bool:
    return site.kind in ("conflict", "burst", "one_voice")


class _Planner:
    """Puts the parts one after the other, and at the end in the order of time."""

    def __init__(
        self,
        world: World,
        on: np.datetime64,
        limits: Limits,
        closed: Events,
        ended: Events,
        openings: Openings,
        today: Events,
    ) -> None:
        self.rng, self.working, self.on, self.limits = world.rng, world.working, on, limits
        self.openings = openings
        self.urgency = self._draw_urgency(len(closed))
        self.closed = self._thinned(closed)
        self.on_site = self._draw_on_site()
        self.is_visited = ~self.on_site & (self.rng.random(len(closed)) < VISITED_SHARE)
        self._run()
        self.merged_events, self.merged_into = self._draw_merged()
        self.parts = [self.closed, ended, self.merged_events, openings.events, today]

    def _thinned(self, closed: Events) -> Events:
        """Most of what came lately is not closed yet: it stands among the open cases."""
        at = closed.at.copy()
        lately = np.flatnonzero(at > self.on.astype("datetime64[s]") - seconds(LATELY_D * DAY_S))
        moved = lately[self.rng.random(len(lately)) < STILL_OPEN_SHARE]
        at[moved] -= seconds(self.rng.integers(LATELY_D, 5 * LATELY_D, len(moved)) * DAY_S)
        return Events(**{**vars(closed), "at": at})

    def _draw_urgency(self, number: int) -> Ints:
        chances = [1 - URGENT_SHARE - EMERGENCY_SHARE, URGENT_SHARE, EMERGENCY_SHARE]
        return self.rng.choice(len(URGENCY_CODES), number, p=chances)

    def _draw_on_site(self) -> Flags:
        """What a grid member or building leader finds is often settled there and then."""
        way, topic = self.closed.way, self.closed.topic
        on_foot = np.isin(way, [WAYS.index(name) for name in ON_FOOT])
        # A planted place is known by its own matter.
        slow = (self.closed.site >= 0) | np.isin(topic, [CODES.index(code) for code in NEEDS_TIME])
        return on_foot & ~slow & (self.rng.random(len(way)) < ON_SITE_SHARE)

    def _manner(self, rows: npt.NDArray[np.int64] | slice) -> Manner:
        topic, urgency = self.closed.topic[rows], self.urgency[rows]
        return Manner(
            self.limits.settle[topic, urgency],
            self.limits.is_working[topic, urgency],
            self.on_site[rows],
            self.is_visited[rows],
        )

    def _run(self) -> None:
        end = self.on.astype("datetime64[s]")
        manner = self._manner(slice(None))
        at, self.course = run_until(self.rng, self.closed.at, manner, self.working, end)
        self.closed = Events(**{**vars(self.closed), "at": at})
        self._reopen()

    def _reopen(self) -> None:
        """Some come back after the visit, long enough ago to be closed again."""
        before = self.on.astype("datetime64[s]") - seconds(150 * DAY_S)
        free = np.flatnonzero(
            self.is_visited & (self.course.close < before) & (self.closed.site < 0)
        )
        self.second = np.sort(self.rng.choice(free, REOPENED, replace=False))
        visited = self.course.visit[self.second] + seconds(600)
        self.second_course = run(self.rng, visited, self._manner(self.second), self.working)

    def _draw_merged(self) -> tuple[Events, Ints]:
        """A second report that became a case of its own, until somebody noticed."""
        length = (self.course.close - self.closed.at).astype(np.int64)
        free = np.flatnonzero((length > 2 * DAY_S) & ~np.isin(np.arange(len(length)), self.second))
        base = self.rng.choice(free, MERGED, replace=False)
        at = self.closed.at[base] + seconds(self.rng.uniform(0.05, 0.5, MERGED) * length[base])
        events = self.closed.take(base)
        return Events(**{**vars(events), "at": at, "caller": events.caller + 1}), base

    def plan(self) -> Plan:
        events = joined(self.parts)
        number = len(events)
        fate = np.repeat(
            [Fate.CLOSED, Fate.DECLINED, Fate.WITHDRAWN, Fate.MERGED, Fate.OPEN, Fate.TODAY],
            [len(self.closed), DECLINED, WITHDRAWN, MERGED, len(self.openings.events), TODAY],
        )
        urgency = np.zeros(number, np.int64)
        urgency[: len(self.closed)] = self.urgency
        urgency[fate == Fate.OPEN] = self.openings.urgency
        due = due_of(events.at, events.topic, urgency, self.limits, self.working)
        due.settle[fate == Fate.OPEN] = self.openings.due
        order = np.argsort(events.at, kind="stable")
        place = np.empty(number, np.int64)
        place[order] = np.arange(number)
        return Plan(
            events=events.take(order),
            fate=fate[order],
            urgency=urgency[order],
            due=Due(due.contact[order], due.settle[order]),
            on_site=self._padded(self.on_site, False, number)[order],
            is_visited=self._padded(self.is_visited, False, number)[order],
            has_failed=self._padded(self._draw_failed(), False, number)[order],
            merged_into=self._in_rows(self.merged_into, fate == Fate.MERGED, place)[order],
            stage=self._of_open(np.arange(len(self.openings.stages)), fate)[order],
            stages=self.openings.stages,
            script=self._of_open(self.openings.script, fate)[order],
            extended_to=self._extended(fate)[order],
            voices=self._voices(fate)[order],
            course=self._course_of_all(number).take(order),
            second=place[self.second],
            second_course=self.second_course,
        )

    def _draw_failed(self) -> Flags:
        """The few mediations that came to nothing: none in a planted place, none on the spot."""
        free = np.flatnonzero(
            IS_DISPUTE[self.closed.topic] & ~self.on_site & (self.closed.site < 0)
        )
        failed = np.zeros(len(self.closed), bool)
        failed[self.rng.choice(free, MEDIATED - SUCCEEDED, replace=False)] = True
        return failed

    def _padded(self, flags: Flags, rest: bool, number: int) -> Flags:
        return np.concatenate([flags, np.full(number - len(flags), rest)])

    def _in_rows(self, other: Ints, rows: Flags, place: Ints) -> Ints:
        found = np.full(len(rows), -1)
        found[rows] = place[other]
        return found

    def _of_open(self, values: Ints, fate: Ints) -> Ints:
        found = np.full(len(fate), -1)
        found[fate == Fate.OPEN] = values
        return found

    def _extended(self, fate: Ints) -> Times:
        found = np.full(len(fate), NAT)
        found[fate == Fate.OPEN] = self.openings.extended_to
        return found

    def _voices(self, fate: Ints) -> Ints:
        """How many reports each case has."""
        more = (self.rng.random(len(fate)) < MORE_VOICES_SHARE) & (fate == Fate.CLOSED)
        # What was settled on the spot was over before anybody else called.
        more &= ~self._padded(self.on_site, False, len(fate))
        voices = 1 + more * self.rng.geometric(0.6, len(fate)).clip(1, 4)
        scripted = self._of_open(self.openings.script, fate)
        for row in np.flatnonzero(scripted >= 0):
            voices[row] = len(SCRIPTS[scripted[row]].voices)
        return np.asarray(voices)

    def _course_of_all(self, number: int) -> Course:
        """The course of closed cases; NaT for the rest."""
        rest = number - len(self.course)
        return Course(
            **{
                name: np.concatenate([column, np.full((rest, *column.shape[1:]), NAT)])
                for name, column in vars(self.course).items()
            }
        )
