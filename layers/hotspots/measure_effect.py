"""Did it help? What came after a measure against what selection alone would lead to expect.

Whoever acts where there was most sees less afterwards, whatever was done: regression to the mean. So the rate
that a place lasts at is not its own past but its posterior given how the rates of all places of its level differ
in the topic (nonparametric empirical Bayes). The years before are compared in the same days of the year, and the
topic elsewhere tells what would have changed anyway.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from layers.hotspots.cases import Cases
from layers.hotspots.claims import YEAR, Interval
from layers.hotspots.intensity import Level, counts_of
from layers.hotspots.ladder import NOWHERE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEWEST_YEARS, FEWEST_CASES = 2, 5
SLICES = 4
# Cases in one span at which a place may last, and what a measure may do to it.
_RATES = np.geomspace(1e-3, 1e3, 241)
_EFFECTS = np.geomspace(1e-3, 1e3, 601)
_ROUNDS = 400
_TAIL = 0.05
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Effect:
    """Before and after a measure; intervals are of 90 %.

    Attributes
    ----------
    before, years : int
        Cases in the same days of so many years (or spans of years) before.
    after : int
    clumping : float
        How many cases come as one: 1 if each for itself.
    elsewhere : float
        What the topic did in the rest of the city: 1 for as much as before.
    alone : Interval
        Cases that would have come after, had nothing been done.
    change : Interval
        What came by what would have come.
    """

    before: int
    years: int
    after: int
    clumping: float
    elsewhere: float
    alone: Interval
    change: Interval

    @property
    def naive(self) -> float:
        """After by before, as it is usually told."""
        return self.after * self.years / self.before if self.before else float("nan")

    @property
    def is_telling(self) -> bool:
        """Whether there were cases enough before; of fewer, all that is said comes from other places."""
        return self.before >= FEWEST_CASES

    @property
    def has_helped(self) -> bool:
        """It became less, and not because it was chosen for having been much."""
        return self.is_telling and self.change.high < 1


def measure_effect(
    cases: Cases,
    level: Level,
    place: int,
    topic: int,
    *,
    since: np.datetime64,
    taken: np.datetime64,
    until: np.datetime64,
) -> Effect:
    """The effect of a measure at a place on a topic.

    Parameters
    ----------
    cases : Cases
        Of the whole city.
    level : Level
        Of the ladder, whose places the place is compared with.
    since, taken, until : datetime64
        From when there are cases, when the measure was taken, and up to when what followed is known; local time.

    Raises
    ------
    ValueError
        Moments out of order, less than two years (or spans of the same length as what followed) before the
        measure, or a topic that nobody else has.
    """
    if not since < taken < until:
        raise ValueError("since, taken, until: in this order")
    spans = _Spans(cases.opened, since, taken, until)
    known = (cases.topic == topic) & (cases.leaf != NOWHERE)
    own = known & np.isin(cases.leaf, level.leaf[level.place == place])
    before, after = (int((own & part).sum()) for part in (spans.is_before, spans.is_after))
    elsewhere = _Elsewhere(known & ~own, spans)
    tables = _tables(cases, level, known, spans)
    usual = dispersion(tables)
    clumping = max(usual, dispersion(tables[[place]]))
    counts = tables.sum(axis=(1, 2)) / usual
    weight = lasting_rate(before / clumping, counts, spans.years)
    weight = _blurred(weight, usual * elsewhere.variance)
    return Effect(
        before=before,
        years=spans.years,
        after=after,
        clumping=clumping,
        elsewhere=elsewhere.change,
        alone=_alone(weight, elsewhere.change, clumping),
        change=_change(weight, after / clumping, elsewhere.change),
    )


class _Spans:
    """What followed, and the same days of the years before."""

    def __init__(
        self,
        opened: npt.NDArray[np.datetime64],
        since: np.datetime64,
        taken: np.datetime64,
        until: np.datetime64,
    ) -> None:
        self.length = float((until - taken) / _DAY)
        every = YEAR * np.ceil(self.length / YEAR)
        self.years = int((taken - since) / _DAY // every)
        if self.years < FEWEST_YEARS:
            raise ValueError("taken: the same days of two years before it are needed")
        days = (opened - taken) / _DAY
        # Which span before, counted back from the measure, and how far into it.
        self._span = np.ceil(-days / every).astype(np.int64) - 1
        self._into = days + (self._span + 1) * every
        self.is_after = (days >= 0) & (days < self.length)
        is_within = (days < 0) & (self._span < self.years)
        self.is_before = is_within & (self._into < self.length)

    def slot(self, chosen: Flags) -> Ints:
        """Which year before and which slice of the span, in one number."""
        slices = (self._into[chosen] / self.length * SLICES).astype(np.int64)
        slot: Ints = self._span[chosen] * SLICES + slices
        return slot


class _Elsewhere:
    """What the topic did in the rest of the city; `variance` is the relative one of single cases."""

    def __init__(self, others: Flags, spans: _Spans) -> None:
        before, after = (int((others & part).sum()) for part in (spans.is_before, spans.is_after))
        if not before:
            raise ValueError("topic: nobody else has it, so that nothing tells what changed anyway")
        self.change = after * spans.years / before
        self.variance = 1 / before + 1 / max(after, 1)


def _tables(cases: Cases, level: Level, known: Flags, spans: _Spans) -> Ints:
    """Cases before of every place of the level, shape (places, years, slices)."""
    chosen = known & spans.is_before
    leaves = int(max(level.leaf.max(), cases.leaf.max())) + 1
    slots = spans.years * SLICES
    counts = counts_of(cases.leaf[chosen], spans.slot(chosen), leaves, slots)
    tables: Ints = np.rint(level.members(leaves) @ counts).astype(np.int64)
    return tables.reshape(-1, spans.years, SLICES)


def dispersion(tables: Ints) -> float:
    """Pearson's dispersion of cases over years, each slice of each place having its own mean; at least 1.

    Parameters
    ----------
    tables : ndarray of int, shape (places, years, slices)
    """
    mean = tables.mean(axis=1)
    has_cases = mean > 0
    freedom = (tables.shape[1] - 1) * int(has_cases.sum())
    if not freedom:
        return 1.0
    squares = ((tables - mean[:, None]) ** 2).sum(axis=1)
    return max(1.0, float((squares[has_cases] / mean[has_cases]).sum() / freedom))


def lasting_rate(count: float, counts: Floats, years: int) -> Floats:
    """Posterior of the rate of a place with so many cases, as weights on a grid of rates.

    Parameters
    ----------
    count : float
        In all the years; not whole where cases were taken together as clumps.
    counts : ndarray, shape (places,)
        Of all places of the level, alike.
    """
    known, places = np.unique(counts, return_counts=True)
    fits = _fits(known, years)
    share = np.full(len(_RATES), 1 / len(_RATES))
    for _ in range(_ROUNDS):
        share = share * ((places / (fits @ share)) @ fits) / places.sum()
    weight: Floats = share * _fits(np.array([count]), years)[0]
    weight /= weight.sum()
    return weight


def _blurred(weight: Floats, variance: float) -> Floats:
    """The same with what the change elsewhere is not sure of: a lognormal factor of this variance and mean 1."""
    logs = np.log(_RATES)
    apart = logs[:, None] - logs + variance / 2
    kernel = np.exp(-0.5 * apart**2 / max(variance, (logs[1] - logs[0]) ** 2 / 4))
    found: Floats = (kernel / kernel.sum(axis=0)) @ weight
    return found


def _fits(counts: Floats, years: int) -> Floats:
    """Likelihood of each count at each rate, relative to its greatest, shape (counts, rates)."""
    mean = years * _RATES
    log_fit = counts[:, None] * np.log(mean) - mean
    fits: Floats = np.exp(log_fit - log_fit.max(axis=1, keepdims=True))
    return fits


def _alone(weight: Floats, elsewhere: float, clumping: float) -> Interval:
    """What a place of this posterior has in one span, in clumps that are then counted as cases."""
    mean = max(elsewhere, 1e-9) * _RATES
    likely = weight > 1e-12
    counts = np.arange(int(stats.poisson.isf(1e-9, mean[likely].max())) + 1)
    chance = weight[likely] @ stats.poisson.pmf(counts, mean[likely][:, None])
    low, high = np.searchsorted(np.cumsum(chance), [_TAIL, 1 - _TAIL])
    return Interval(
        float(weight @ mean) * clumping,
        float(counts[low]) * clumping,
        float(counts[high]) * clumping,
    )


def _change(weight: Floats, after: float, elsewhere: float) -> Interval:
    mean = max(elsewhere, 1e-9) * _RATES
    log_fit = after * np.log(_EFFECTS[:, None] * mean) - _EFFECTS[:, None] * mean
    fit = np.exp(log_fit - log_fit.max()) @ weight
    # On a grid of logarithms Jeffreys' θ^(-1/2) weighs θ^(1/2).
    chance = np.cumsum(fit * np.sqrt(_EFFECTS))
    low, middle, high = np.interp([_TAIL, 0.5, 1 - _TAIL], chance / chance[-1], _EFFECTS)
    return Interval(float(middle), float(low), float(high))
