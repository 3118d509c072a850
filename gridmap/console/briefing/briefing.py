"""Everything that a briefing says, in words and numbers: the page and the document are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Prefetch, prefetch_related_objects

from geodata.querysets import midnight
from gridmap.console.briefing.asking import Asked
from gridmap.console.briefing.figures import Counts, read_counts
from gridmap.console.briefing.ground import Ground, read_ground
from gridmap.console.briefing.wording import (
    AreaRow,
    ConflictRow,
    Figure,
    MeasureRow,
    TopicRow,
    area_rows,
    conflict_rows,
    figures_of,
    measure_rows,
    topic_rows,
)
from gridmap.console.conflicts.queries import list_conflicts
from gridmap.performance.periods import Periods
from gridmap.performance.shares import Shares, none, total
from gridmap.performance.situation import Read, Situation, read_parts, read_situation, seen_in
from gridmap.recurring.models import JointTask, RecurringConflict

LISTED = 10


@dataclass(frozen=True)
class Briefing:
    """A week of an area; measures are of the twelve weeks up to its end, or up to now in a week that runs."""

    asked: Asked
    counts: Counts
    situation: Situation
    figures: list[Figure]
    measures: list[MeasureRow]
    periods: Periods
    ground: Ground | None
    conflicts: list[ConflictRow]
    more_conflicts: int
    topics: list[TopicRow]
    communities: list[AreaRow]

    @property
    def is_empty(self) -> bool:
        """Nothing ever happened here."""
        return not (self.counts.new or self.counts.closed or self.situation.figures.open or self.conflicts
                    or (self.ground and self.ground.cases))  # fmt: skip


def read_briefing(asked: Asked) -> Briefing:
    """Some twenty statements, as many however many cases there are."""
    seen = seen_in(asked.scope, asked.areas)
    periods = Periods(_end_of(asked))
    read = read_parts(seen, F("area_id"), periods)
    situation = read_situation(asked.scope, asked.now)
    assert situation is not None  # noqa: S101 - who asks works with cases
    counts = read_counts(seen, asked.week, read.first)
    conflicts = list_conflicts(asked.scope, state="", topic="", areas=sorted(asked.areas))
    listed = conflicts[:LISTED]
    _with_acts(listed)
    return Briefing(
        asked=asked,
        counts=counts,
        situation=situation,
        figures=figures_of(counts, situation, asked),
        measures=measure_rows(_total(read)),
        periods=periods,
        ground=read_ground(asked, seen, listed),
        conflicts=conflict_rows(listed, asked),
        more_conflicts=len(conflicts) - len(listed),
        topics=topic_rows(counts),
        communities=area_rows(asked, counts, read.shares, _total(read)),
    )


def _end_of(asked: Asked) -> datetime:
    """The last moment that the measures know of."""
    ends = midnight(asked.week.until) - timedelta(microseconds=1)
    return min(ends, asked.now)


def _total(read: Read) -> Shares:
    parts: list[Shares] = list(read.shares.values())
    return total(parts) if parts else none()


def _with_acts(listed: Sequence[RecurringConflict]) -> None:
    """What was tried and given, two statements for all."""
    tasks = Prefetch("tasks", JointTask.objects.standing())
    prefetch_related_objects(list(listed), "measures", tasks)
