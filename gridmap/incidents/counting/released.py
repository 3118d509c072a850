"""The counts that may leave the house: two tables of each quarter that is over, the same whoever asks for whatever.

A rule that looks at one answer at a time is beaten by subtracting answers. So a branch of the city has, for each quarter,
one table of its communities (all topics together) and one of its topics (all communities together). In each of them what
is small is merged once and for good (`layers.hotspots.release`, with cases in the place of people), and an answer is
a sum of whole blocks: two answers out of one table are equal, disjoint, or apart by whole blocks.

That the two tables cross tells no more. Where a block of `r` cases and one of `c` cross, min(r, c) cases may lie as far as
all that is told goes (a table with given margins may be filled from any of its corners); so a part of which it is not told
that it is empty is never known to hold fewer than `LEAST`.

What is sensitive is in neither table. Source: Hundepool et al. 2012, Statistical Disclosure Control, 4; the bounds of
a part from the margins: Fréchet 1940.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncQuarter

from geodata.querysets import BEIJING, midnight
from gridmap.incidents.counting.asking import LEAST, Chosen, Counts, Window
from gridmap.incidents.counting.plain import counted
from gridmap.incidents.models import Incident
from layers.hotspots.release import Lattice, Release, release

ALL = "*"
_KEY_BYTES = 64


def release_secret() -> bytes:
    """What no reader of a release knows, the same for ever."""
    return bytes(settings.RELEASE_SECRET.encode()[:_KEY_BYTES])


def told_period(window: Window, today: date) -> Window:
    """The quarters that are over and share a day with a window; where there is none, the last one before its end."""
    last = _quarter_of(window.until - timedelta(days=1))
    until = min(_moved(last, 1), _quarter_of(today))
    return Window(min(_quarter_of(window.since), _moved(until, -1)), until)


def _quarter_of(day: date) -> date:
    """Its first day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _moved(first: date, quarters: int) -> date:
    years, quarter = divmod((first.month - 1) // 3 + quarters, 4)
    return date(first.year + years, quarter * 3 + 1, 1)


@dataclass(frozen=True)
class Branch:
    """Cases of what lies right below the city: communities × topics × quarters; `areas` and `topics` are ids."""

    areas: Sequence[int]
    topics: Sequence[int]
    quarters: Sequence[str]
    counts: Counts

    def by_community(self) -> Release:
        """Its atoms are communities × quarters."""
        ladders = [(f"area {area}", ALL) for area in self.areas]
        return self._released(ladders, [ALL], self.counts.sum(axis=1))

    def by_topic(self) -> Release:
        """Its atoms are topics × quarters."""
        branch = f"branch of area {min(self.areas)}"
        return self._released(
            [(branch,)], [f"topic {one}" for one in self.topics], self.counts.sum(axis=0)
        )

    def _released(
        self, ladders: Sequence[Sequence[str]], topics: Sequence[str], counts: Counts
    ) -> Release:
        lattice = Lattice.of(
            ladders, topics, self.quarters, sensitive=frozenset(), sensitive_from=0
        )
        atoms = np.repeat(np.arange(counts.size), counts.ravel())
        each = np.arange(len(atoms))
        return release(lattice, atoms, each, each, secret=release_secret(), k=LEAST)


def read_branches(
    branches: Sequence[Sequence[int]], topics: Sequence[int], period: Window
) -> list[Branch]:
    """The cases of the communities of each branch in whole quarters; one statement."""
    known = sorted(area for areas in branches for area in areas)
    cases = counted(
        Incident.objects.filter(area__in=known, topic__in=topics),
        period.since,
        period.until,
        Chosen(),
    )
    rows = list(
        cases.order_by()
        .annotate(quarter=TruncQuarter("occurred_at", tzinfo=BEIJING))
        .values_list("area", "topic", "quarter")
        .annotate(number=Count("pk"))
    )
    # Nothing may be told of a quarter without a case as well.
    quarters = sorted({midnight(period.since)} | {row[2] for row in rows})
    counts = np.zeros((len(known), len(topics), len(quarters)), np.int64)
    if rows:
        area, topic, quarter, number = zip(*rows, strict=True)
        at = (
            np.searchsorted(known, area),
            np.searchsorted(topics, topic),
            [quarters.index(one) for one in quarter],
        )
        counts[at] = number
    names = [f"{quarter:%Y-%m}" for quarter in quarters]
    return [
        Branch(areas, topics, names, counts[np.searchsorted(known, areas)]) for areas in branches
    ]
