"""The cases that are open now: which event stands at which stage, and when it came. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import (
    DAY_S,
    Ints,
    Times,
    WorkingTime,
    midnight,
    second_of_day,
    seconds,
    start_of,
)
from gridmap.incidents.demo_cases.course import URGENCY_CODES, Limits, due_of
from gridmap.incidents.demo_cases.events import CODES, WAYS, Events, World, joined
from gridmap.incidents.demo_cases.households import caller_of_unit
from gridmap.incidents.demo_cases.scripted import SCRIPTS, Script
from gridmap.incidents.demo_cases.sites import spots_of
from gridmap.incidents.demo_cases.stages import (
    DUE_TODAY,
    OVERDUE,
    REQUEST_SHARE,
    STAGES,
    URGENT,
    WORKED_ON,
    Stage,
)
from gridmap.incidents.demo_cases.town import Flags, Town
from gridmap.incidents.states import DONE, NEW, STEPS, State
from gridmap.incidents.topics import TOPICS

POOL, REQUESTS_IN_POOL = 2400, 0.12
# A plain request can stand at these states only: what the rest need is a dispute.
FOR_REQUESTS = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.HANDLED, State.CHECKED})
NORMAL = URGENCY_CODES.index("normal")
# A third of a working day at least for each step; and a day left, for only those due today are meant to be.
STEP_MIN, LEFT_MIN = 480, 1600
WEEKEND_SHARE = 0.7


@dataclass(frozen=True)
class Openings:
    """Open cases: their events, the stage and script of each (-1 where none), and until when they are due.

    `extended_to` is NaT where the limit itself gives `due`.
    """

    events: Events
    stages: tuple[Stage, ...]
    script: Ints
    urgency: Ints
    due: Times
    extended_to: Times


def draw_openings(world: World, on: np.datetime64, limits: Limits, has_rule: Flags) -> Openings:
    """The stages of the table, filled from what happened lately, and the scripted cases.

    `has_rule` says for each topic and community whether a rule would route it.
    """
    pool = _pool(world, on)
    stages = [stage for stage in STAGES for _ in range(stage.number)]
    drawn = pool.take(_assigned(world, pool, stages, has_rule))
    scripted = _scripted(world, on)
    events = joined([drawn, scripted])
    every = (*stages, *(_stage_of(script) for script in SCRIPTS))
    script = np.concatenate([np.full(len(drawn), -1), np.arange(len(SCRIPTS))])
    wanted = _wanted(world, on, every, script)
    urgency = _urgency(world, on, every, wanted)
    settle = limits.settle[events.topic, urgency]
    at = np.concatenate([_came(world, drawn, stages, settle[: len(drawn)], on), scripted.at])
    rows = np.flatnonzero(~np.isnat(wanted))
    at[rows] = world.working.before_deadline(wanted[rows], settle[rows])
    at = _not_due_today(at, np.isnat(wanted) & (script < 0), settle, world.working, on)
    events = Events(**{**vars(events), "at": at})
    due = due_of(at, events.topic, urgency, limits, world.working).settle
    is_other = ~np.isnat(wanted) & (wanted != due)
    extended = np.where(is_other, wanted, np.datetime64("NaT"))
    return Openings(events, every, script, urgency, np.where(is_other, wanted, due), extended)


def _pool(world: World, on: np.datetime64) -> Events:
    """What happened lately in places where somebody answers, outside the scripted cells."""
    drawn = world.draw_mixed(POOL, REQUESTS_IN_POOL, on - np.timedelta64(30, "D"), on)
    return drawn.take(world.rng.permutation(len(drawn)))


def _assigned(
    world: World, pool: Events, stages: list[Stage], has_rule: Flags
) -> npt.NDArray[np.int64]:
    """For each stage the first event of the pool that can stand there; the demanding ones choose first."""
    fits = _Fitting(world.town, pool, has_rule)
    is_request = world.rng.random(len(stages)) < REQUEST_SHARE
    chosen = np.full(len(stages), -1)
    free = np.ones(len(pool), bool)
    for row in sorted(range(len(stages)), key=lambda n: not (stages[n].level or stages[n].trouble)):
        fitting = free & fits(stages[row], is_request=bool(is_request[row]))
        chosen[row] = np.flatnonzero(fitting)[0]
        free[chosen[row]] = False
    return chosen


class _Fitting:
    """Which events can stand at which stage."""

    def __init__(self, town: Town, pool: Events, has_rule: Flags) -> None:
        spots, cells = town.spots, town.cells
        cell = spots.cell[pool.spot]
        self.is_known = cell >= 0
        self.community = np.where(self.is_known, cells.community[cell], -1)
        self.is_vacant = self.is_known & cells.is_vacant[cell]
        own = {
            cell
            for script in SCRIPTS
            for cell in spots.cell[spots_of(script.place, town)]
            if cell >= 0
        }
        self.is_free = self.is_known & ~self.is_vacant & ~np.isin(cell, sorted(own))
        self.is_dispute = np.array([topic.is_dispute for topic in TOPICS])[pool.topic]
        self.is_village = np.char.find(town.communities.names.astype(str), "村")[self.community] > 0
        self.has_rule = has_rule[pool.topic, self.community]
        self.code = town.communities.codes.astype(str)[self.community]

    def __call__(self, stage: Stage, *, is_request: bool) -> Flags:
        if stage.trouble == "no_member":
            return np.asarray(self.is_vacant & self.has_rule & self.is_dispute)
        fits = self.is_free & (self.has_rule != (stage.trouble == "no_rule"))
        # A request takes no steps; done it may stand where a dispute has settled.
        is_for_both = stage.state in FOR_REQUESTS and (stage.step is None or stage.state in DONE)
        fits &= self.is_dispute != (is_request and is_for_both)
        if stage.level:
            fits &= self.is_village == (stage.level in ("village", "suburb"))
        return np.asarray(fits & np.char.startswith(self.code, stage.under))


def _stage_of(script: Script) -> Stage:
    level = "community" if script.state is State.ESCALATED else ""
    return Stage(script.state, 1, script.step, level=level)


def _scripted(world: World, on: np.datetime64) -> Events:
    spots = np.array([spots_of(script.place, world.town)[0] for script in SCRIPTS])
    number = len(SCRIPTS)
    return Events(
        topic=np.array([CODES.index(script.topic) for script in SCRIPTS]),
        spot=spots,
        at=start_of(on) - seconds([script.came * 3600 for script in SCRIPTS]),
        way=np.array([WAYS.index(script.way) for script in SCRIPTS]),
        caller=_scripted_callers(world, spots),
        site=np.full(number, -1),
        waited=np.zeros(number, np.int64),
    )


def _scripted_callers(world: World, spots: Ints) -> Ints:
    callers = world.draw_callers(spots)
    for row, script in enumerate(SCRIPTS):
        if script.unit:
            callers[row] = caller_of_unit(int(spots[row]), int(script.unit), world.town.buildings)
    return callers


def _came(
    world: World, drawn: Events, stages: list[Stage], settle: Ints, on: np.datetime64
) -> Times:
    """When each came: by the part of its limit that has passed, at the hour at which it was drawn."""
    rng, working = world.rng, world.working
    low, high = np.array([stage.elapsed for stage in stages]).T
    passed = rng.uniform(low, high) * settle
    least = np.array([_steps_done(stage) + 1 for stage in stages]) * STEP_MIN
    passed = np.minimum(np.maximum(passed, least), settle - LEFT_MIN)
    end: Times = np.full(len(drawn), start_of(on))
    day = midnight(working.before_deadline(end, passed.astype(np.int64)))
    at = _some_at_weekends(world, day) + seconds(second_of_day(drawn.at))
    is_new = np.array([stage.state in NEW for stage in stages])
    lately = end - seconds(rng.uniform(1.2, 9, len(drawn)) * 3600)
    # Late in the evening before today there is no time left to do anything.
    too_late = at > np.asarray(end - seconds(4 * 3600))
    return np.where(is_new | too_late, lately, at)


def _some_at_weekends(world: World, day: Times) -> Times:
    """Reports come on free days too; for the deadline it is as if they had come on the next working day."""
    moved = day + seconds(world.rng.choice([-2, -1, 1, 2], len(day)) * DAY_S)
    free = ~world.working.counts(moved) & (world.rng.random(len(day)) < WEEKEND_SHARE)
    return np.where(free, moved, day)


def _steps_done(stage: Stage) -> int:
    return STEPS.index(stage.step) + 1 if stage.step else 0


def _not_due_today(
    at: Times, rows: Flags, settle: Ints, working: WorkingTime, on: np.datetime64
) -> Times:
    """The hour of the day may have brought a deadline forward: then the case came a day later."""
    at = at.copy()
    for _ in range(3):
        early = rows & (working.deadline(at, settle) < start_of(on, 1))
        at[early] = np.minimum(at[early] + seconds(DAY_S), start_of(on) - seconds(2 * 3600))
    return at


def _wanted(world: World, on: np.datetime64, stages: tuple[Stage, ...], script: Ints) -> Times:
    """Until when some are to be due: late, today, or as their script says; NaT for what the limit gives."""
    rng, start = world.rng, start_of(on)
    wanted = np.full(len(stages), np.datetime64("NaT"), "datetime64[s]")
    worked_on = [n for n, stage in enumerate(stages) if stage.state in WORKED_ON and script[n] < 0]
    chosen = rng.choice(worked_on, OVERDUE + DUE_TODAY, replace=False)
    hours = np.concatenate([-rng.uniform(1, 40, OVERDUE), rng.uniform(9.5, 19.5, DUE_TODAY)])
    wanted[chosen] = start + seconds((hours * 60).astype(int) * 60)
    for row in np.flatnonzero(script >= 0):
        due = SCRIPTS[script[row]].due
        if due:
            wanted[row] = _working_day(world.working, on, due[0]) + seconds(due[1])
    return wanted


def _urgency(world: World, on: np.datetime64, stages: tuple[Stage, ...], wanted: Times) -> Ints:
    """A few of those due today are urgent and came yesterday: not far yet."""
    urgency = np.full(len(stages), NORMAL)
    is_early = np.array([stage.step in (None, STEPS[0]) for stage in stages])
    rows = np.flatnonzero(is_early & (wanted >= start_of(on)) & (wanted < start_of(on, 1)))
    urgency[world.rng.permutation(rows)[:URGENT]] = URGENCY_CODES.index("urgent")
    return urgency


def _working_day(working: WorkingTime, on: np.datetime64, after: int) -> np.datetime64:
    """Midnight of yesterday, of today, or of the n-th working day after today."""
    if after <= 0:
        return start_of(on, after)
    day = int((on - working.first).astype(int))
    rank = working.before[day + 1] + after - 1
    return start_of(working.first, int(working.days[rank]))
