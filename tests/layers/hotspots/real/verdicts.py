"""What is demanded of the forecast on each real city, and what it reaches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from layers.hotspots.forecast import ALL_HISTORY, ALL_HISTORY_TIES
from layers.hotspots.forecast_evaluation import SHOWN, evaluate
from layers.hotspots.forecast_scores import Gain, Scored, gain
from tests.layers.hotspots.real.series import (
    Series,
    charlottesville,
    houston,
    nyc_thefts,
    zurich,
)

SEED = 2026


@dataclass(frozen=True)
class Demand:
    """The least gain over counts of all time; None: not significantly worse."""

    city: str
    read: Callable[[Path], Series]
    is_by_topic: bool
    least: float | None
    is_surely_above_zero: bool = False

    def is_met(self, reached: Gain) -> bool:
        enough = not reached.is_loss if self.least is None else reached.value >= self.least
        return enough and (reached.lower > 0 or not self.is_surely_above_zero)


DEMANDS = (
    Demand("zurich", zurich, True, 0.02, is_surely_above_zero=True),
    Demand("charlottesville", charlottesville, True, None),
    Demand("charlottesville", charlottesville, False, None),
    Demand("houston", houston, True, None),
    Demand("houston", houston, False, None),
    Demand("nyc_thefts", nyc_thefts, True, 0.05, is_surely_above_zero=True),
)


@dataclass(frozen=True)
class Reached:
    """Gains over counts of all time, without and with their ties broken."""

    gain: Gain
    over_ties_broken: Gain
    shown: Scored
    baseline: Scored

    @property
    def log_score(self) -> float:
        """Nats that a case gains over counts of all time with a floor."""
        more = self.shown.log_scores.sum() - self.baseline.log_scores.sum()
        return float(more / self.shown.cases.sum())


@cache
def series_of(read: Callable[[Path], Series], data: Path) -> Series:
    return read(data)


def topics_of(demand: Demand, series: Series) -> Sequence[int | None]:
    return series.topics if demand.is_by_topic else [None]


def reached(demand: Demand, data: Path) -> Reached:
    series = series_of(demand.read, data)
    found = evaluate(
        series.counts,
        series.neighbourhood,
        topics_of(demand, series),
        period_d=series.period_d,
        first=series.first,
        outside=series.outside,
    )
    ours = found[SHOWN].hits
    gains = (gain(ours, found[name].hits, seed=SEED) for name in (ALL_HISTORY, ALL_HISTORY_TIES))
    return Reached(*gains, found[SHOWN], found[ALL_HISTORY])
