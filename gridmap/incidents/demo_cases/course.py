"""How a case runs from the day it comes to the day it is closed: times only. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import (
    DAY_S,
    OFFICE_DAY_S,
    Ints,
    Times,
    WorkingTime,
    seconds,
)
from gridmap.incidents.demo_cases.town import Flags
from gridmap.incidents.states import STEPS
from gridmap.incidents.topics import TOPICS, URGENCIES

URGENCY_CODES = tuple(URGENCIES)
LATE_SHARE = 0.055
PROMPT_SHARE = 0.95


@dataclass(frozen=True)
class Limits:
    """Minutes by topic and urgency: to the first contact, to settling; whether only working days count."""

    contact: Ints
    settle: Ints
    is_working: Flags

    @classmethod
    def empty(cls) -> "Limits":
        shape = (len(TOPICS), len(URGENCY_CODES))
        return cls(np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape, bool))


@dataclass(frozen=True)
class Due:
    """Until when the first contact and the settling of each case are due."""

    contact: Times
    settle: Times

    def put(self, rows: npt.NDArray[np.int64], other: "Due") -> None:
        self.contact[rows], self.settle[rows] = other.contact, other.settle


def due_of(at: Times, topic: Ints, urgency: Ints, limits: Limits, working: WorkingTime) -> Due:
    """As `case_deadlines` in the database, for all at once."""
    contact, settle = limits.contact[topic, urgency], limits.settle[topic, urgency]
    counts = limits.is_working[topic, urgency]
    return Due(
        *(
            np.where(counts, working.deadline(at, minutes), at + seconds(minutes * 60))
            for minutes in (contact, settle)
        )
    )


@dataclass
class Course:
    """The moments of each case; `steps` has a column for each of the five, `visit` is NaT where there was none."""

    accept: Times
    file: Times
    dispatch: Times
    start: Times
    steps: Times
    handle: Times
    check: Times
    visit: Times
    close: Times

    def __len__(self) -> int:
        return len(self.close)

    def put(self, rows: npt.NDArray[np.int64], other: "Course") -> None:
        """Take over the moments of some rows."""
        for name, column in vars(self).items():
            column[rows] = vars(other)[name]

    def take(self, rows: npt.NDArray[np.int64]) -> "Course":
        return Course(**{name: column[rows] for name, column in vars(self).items()})


@dataclass(frozen=True)
class Manner:
    """How cases are dealt with: minutes that settling may take, on working days; on the spot; visited."""

    minutes: Ints
    is_working: Flags
    on_site: Flags
    is_visited: Flags

    def take(self, rows: npt.NDArray[np.int64]) -> "Manner":
        return Manner(**{name: column[rows] for name, column in vars(self).items()})


def run(rng: np.random.Generator, at: Times, manner: Manner, working: WorkingTime) -> Course:
    """The course of cases that come at some time; some are late."""
    number = len(at)
    accept = at + seconds(rng.integers(60, 1200, number))
    file = accept + seconds(rng.integers(30, 300, number))
    dispatch = file + seconds(rng.integers(60, 900, number))
    steps = _steps(rng, dispatch, manner, working)
    start = dispatch + (steps[:, 0] - dispatch) * rng.uniform(0.2, 0.8, number)
    handle = working.after(steps[:, 4], rng.integers(60, 1800, number))
    check = working.after(handle, rng.uniform(0.1, 1.2, number) * OFFICE_DAY_S)
    visit = working.after(check, rng.exponential(1, number).clip(0.1, 5) * OFFICE_DAY_S)
    close = working.after(visit, rng.integers(300, 3600, number))
    found = Course(accept, file, dispatch, start, steps, handle, check, visit, close)
    on_site = np.flatnonzero(manner.on_site)
    found.put(on_site, _on_the_spot(rng, at[on_site]))
    found.visit[~manner.is_visited] = np.datetime64("NaT")
    return found


def _steps(
    rng: np.random.Generator, dispatch: Times, manner: Manner, working: WorkingTime
) -> Times:
    number = len(dispatch)
    ratio = rng.beta(1.6, 1.9, number) * 0.97 + 0.02
    late = rng.random(number) < LATE_SHARE
    ratio[late] = 1 + rng.exponential(0.35, late.sum())
    total = ratio * manner.minutes * 60
    parts = rng.dirichlet([0.9, 1.5, 1.5, 1.5, 1.0], number).cumsum(axis=1)
    prompt = rng.random(number) < PROMPT_SHARE
    first_day = rng.uniform(0.05, 0.9, number) * DAY_S / total
    parts[:, 0] = np.where(prompt, np.minimum(parts[:, 0], first_day), parts[:, 0])
    begun = np.sort(parts, axis=1) * total[:, None]
    opened = working.office(dispatch)[:, None] + begun * OFFICE_DAY_S / DAY_S
    at_office = working.at_office(opened)
    at_once = dispatch[:, None] + seconds(begun)
    times = np.where(manner.is_working[:, None], at_office, at_once)
    # Never before the case was sent, and never two at once.
    times = np.maximum(times, dispatch[:, None] + seconds(300))
    return np.asarray(np.maximum.accumulate(times, axis=1) + seconds(np.arange(len(STEPS)) * 120))


def _on_the_spot(rng: np.random.Generator, at: Times) -> Course:
    """Everything at once, on the spot."""
    done = at + seconds(rng.integers(600, 9000, len(at)))
    steps = np.repeat(done[:, None], len(STEPS), axis=1)
    every = {name: done.copy() for name in Course.__dataclass_fields__}
    return Course(**{**every, "steps": steps})


def run_until(
    rng: np.random.Generator, at: Times, manner: Manner, working: WorkingTime, end: np.datetime64
) -> tuple[Times, Course]:
    """As `run`; a case that would not be closed by `end` comes some weeks earlier instead."""
    at = at.copy()
    course = run(rng, at, manner, working)
    for _ in range(20):
        rows = np.flatnonzero(course.close >= end)
        if not len(rows):
            return at, course
        at[rows] -= (rng.integers(3, 40, len(rows)) * DAY_S).astype("timedelta64[s]")
        course.put(rows, run(rng, at[rows], manner.take(rows), working))
    raise ValueError("cases do not come to an end")


def spread_between(
    rng: np.random.Generator, first: Times, last: np.datetime64, number: Ints, working: WorkingTime
) -> Times:
    """For each row so many moments in order between two times, at an office's hours where there are any.

    Returns an array with as many columns as the largest number; those beyond a row's number are NaT.
    """
    width = int(number.max(initial=0))
    share = np.sort(rng.uniform(0.05, 1, (len(first), width)), axis=1)
    beyond = np.arange(width)[None, :] >= number[:, None]
    share = np.sort(np.where(beyond, 2.0, share), axis=1)
    from_, to = working.office(first), working.office(np.array([last]))[0]
    opened = from_[:, None] + share * (to - from_)[:, None]
    at_office = working.at_office(np.minimum(opened, to))
    room = np.maximum((last - first).astype(np.int64), 0)
    any_time = first[:, None] + seconds(share * room[:, None] * 0.9)
    # An evening, a weekend: no office was open in between, or not for long.
    times = np.where((to - from_ > 1800 * number)[:, None], at_office, any_time)
    times = np.asarray(times, "datetime64[s]")
    times[beyond] = np.datetime64("NaT")
    return times
