"""The time that may be chosen on the page: neighbouring days, weeks or months up to today. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


# How many of each can be chosen; the window that nobody has chosen has `USUAL`.
MOST: dict[Step, int] = {Step.DAY: 92, Step.WEEK: 66, Step.MONTH: 60}
USUAL = 12


class OutsideTime(ValueError):
    """A window of which no part can be chosen."""


@dataclass(frozen=True)
class Steps:
    """Steps beside each other; the last one holds today and is not over.

    `edges` are the first day of each and the day after the last: one more than there are steps.
    """

    kind: Step
    edges: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def starts(self) -> tuple[date, ...]:
        return self.edges[:-1]

    @property
    def until(self) -> date:
        return self.edges[-1]

    def window(self, since: date | None, until: date | None) -> range:
        """Positions of the steps that share a day with the half-open [since, until).

        Without an end to the last step, without a beginning `USUAL` steps.

        Raises
        ------
        OutsideTime
            No step shares a day with it.
        """
        last = len(self) if until is None else sum(start < until for start in self.starts)
        first = max(0, last - USUAL) if since is None else sum(e <= since for e in self.edges) - 1
        if last < 1 or first >= min(last, len(self)):
            raise OutsideTime
        return range(max(0, first), last)


def steps_until(kind: Step, today: date) -> Steps:
    """All that can be chosen on a day: the step of today and those before it."""
    step, first = _STEPPERS[kind], _first_day(kind, today)
    return Steps(kind, tuple(step(first, n + 1 - MOST[kind]) for n in range(MOST[kind] + 1)))


@dataclass(frozen=True)
class Quarter:
    """Three months from `since` on; `until` is the first day after them."""

    since: date
    until: date

    @property
    def number(self) -> int:
        return (self.since.month + 2) // 3


def quarters_until(today: date) -> list[Quarter]:
    """Those that are over and lie in the months that can be chosen, the last one first."""
    months = steps_until(Step.MONTH, today).starts
    firsts = [month for month in months if month.month % 3 == 1]
    return [Quarter(*ends) for ends in pairwise(firsts)][::-1]


def _first_day(kind: Step, day: date) -> date:
    if kind is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind is Step.MONTH else day


def _month(first: date, count: int) -> date:
    years, month = divmod(first.month - 1 + count, 12)
    return date(first.year + years, month + 1, 1)


_STEPPERS: dict[Step, Callable[[date, int], date]] = {
    Step.DAY: lambda first, count: first + timedelta(days=count),
    Step.WEEK: lambda first, count: first + timedelta(weeks=count),
    Step.MONTH: _month,
}
