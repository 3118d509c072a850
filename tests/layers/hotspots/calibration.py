"""How often each verdict falls over many drawn places, for the suite and at length for torture."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from layers.hotspots.recurrence import CityTime, Course, Reference, recurrence, upper_tail
from tests.layers.hotspots import patterns

Verdict = Callable[[np.random.Generator], str]

REFERENCE_VARIANCE = (1 + patterns.SPREAD) * (1 + patterns.ERROR**2) - 1
EVEN = CityTime(0, patterns.PERIOD)
# Places that are not far above expectation are never asked for their course.
GATE = 1e-3

BURSTS = {"burst of 3 to 90 days": patterns.burst(3, 90)}
LASTING = {
    "3 spells": patterns.spells(3, 3),
    "4 to 6 spells": patterns.spells(4, 6),
    "summers only": patterns.summers,
    "steady": patterns.steady,
    "ended after 3 years": patterns.ended,
}
SIZES = (12, 20, 40)


@dataclass
class Row:
    """What was said of the places of one kind."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def runs(self) -> int:
        return self.counts.total()

    def share(self, course: Course) -> float:
        return self.counts[course] / self.runs

    def __str__(self) -> str:
        shares = (f"{course} {self.share(course):.3f}" for course in Course)
        return f"{self.name:30} {self.runs:6}  {'  '.join(shares)}"


def reference_of(place: patterns.Place) -> Reference:
    return Reference(place.expected, REFERENCE_VARIANCE)


def course_of(place: patterns.Place, rng: np.random.Generator) -> Course:
    return recurrence(place.days, reference_of(place), EVEN, rng=rng).course


def conflicts(name: str, draw: patterns.Draw, size: int, runs: int) -> Row:
    """So many places with a conflict of so many cases that pass the gate."""
    rng = np.random.default_rng([2026, size, runs])
    row = Row(f"{name}, {size} cases")
    while row.runs < runs:
        place = patterns.place(rng, draw, size)
        reference = reference_of(place)
        if upper_tail(len(place.days), reference.mean, reference.relative_variance) <= GATE:
            row.counts[course_of(place, rng)] += 1
    return row


def ordinary(runs: int) -> Row:
    """Places with nothing but their ordinary cases, all of them asked."""
    rng = np.random.default_rng([2027, runs])
    row = Row("ordinary cases only")
    for _ in range(runs):
        row.counts[course_of(patterns.place(rng, patterns.steady, 0), rng)] += 1
    return row
