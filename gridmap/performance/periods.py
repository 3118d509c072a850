"""The days and moments that figures and measures are about, in Beijing. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from geodata.querysets import day_of
from gridmap.performance.measures import AGAIN_DAYS, WEEKS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Periods:
    """As seen from a moment: today, yesterday, and the days from which the measures are taken.

    Measures are about cases registered from `since` on, 84 days with today; coming back about those registered
    from `past_since` on and before `past_until`, 84 days that all lie 90 days back.
    """

    at: datetime

    @property
    def today(self) -> date:
        return day_of(self.at)

    @property
    def yesterday(self) -> date:
        return self.today - _DAY

    @property
    def since(self) -> date:
        return self.today - _DAY * (7 * WEEKS - 1)

    @property
    def past_since(self) -> date:
        return self.since - _DAY * AGAIN_DAYS

    @property
    def past_until(self) -> datetime:
        return self.at - _DAY * AGAIN_DAYS
