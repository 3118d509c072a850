"""Where the cases of a topic will fall next: a mixture of explainable maps with local weights, guarded.

Every candidate is a set of weights over the same named maps: counts of all time or a decaying memory with
their ties broken, a smoothed history, and the mixture fitted on cases held out. The one that caught most in
the past is shown, so that the mixture is never trusted further than it has earned.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.forecast_maps import (
    FLOOR,
    NEAR,
    OTHER_TOPICS,
    OWN,
    Floats,
    History,
    Neighbourhood,
)
from layers.hotspots.forecast_scores import SHARES, hits
from layers.hotspots.forecast_totals import dispersion, expected_total, interval
from layers.hotspots.forecast_weights import fitted_weights, fixed_weights, only, start_weights

MIXTURE, SMOOTHED = "mixture", "smoothed history"
ALL_HISTORY, ALL_HISTORY_TIES = "all history", "all history, ties broken"
DECAYED, START_UP = "half-life 1 year", "half-life 2 years"
# What may be shown; all history with its ties unbroken is only what the others are measured against.
_CANDIDATES = (MIXTURE, SMOOTHED, ALL_HISTORY_TIES, DECAYED, START_UP)
_ORIGINS, _REFIT_AFTER, _DISPERSION_PERIODS = 36, 3, 12
_FEWEST_ORIGINS, _FEWEST_CASES = 3, 500
# Of cases, where none so far does not mean never.
_LEAST = 0.5


@dataclass(frozen=True)
class Forecast:
    """Where one topic's cases of the next period are expected.

    Attributes
    ----------
    topic : int or None
        None stands for all topics together.
    names : tuple of str
        Names of the maps.
    maps : ndarray (maps, cells)
        Each with sum 1.
    candidates : dict of str to ndarray (maps,)
        Weights of each candidate, and of the baseline `ALL_HISTORY`.
    leader : str
        The candidate that is shown.
    total : float
        Expected cases in the area.
    phi : float
        Spread of a cell's count, as of `dispersion`.
    area_shares : ndarray (cells,)
    """

    topic: int | None
    names: tuple[str, ...]
    maps: Floats
    candidates: dict[str, Floats]
    leader: str
    total: float
    phi: float
    area_shares: Floats

    @property
    def probability(self) -> Floats:
        """Of each cell, to get the next case of the topic; sum 1."""
        return self.candidates[self.leader] @ self.maps

    @property
    def expected(self) -> Floats:
        """Cases of each cell in the period."""
        return self.total * self.probability

    def score(self, candidate: str | None = None) -> Floats:
        """What cells are ranked by: probability by share of area, of the leader or of a candidate."""
        return self.candidates[candidate or self.leader] @ self.maps / self.area_shares

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Lower and upper count of each cell."""
        return interval(self.expected, self.phi, level)

    @property
    def parts(self) -> Floats:
        """How much of each cell's score (maps, cells) each map brings; each cell's parts have sum 1."""
        parts = self.candidates[self.leader][:, None] * self.maps
        parts /= parts.sum(axis=0)
        return parts


def forecast(
    counts: npt.NDArray[np.integer],
    neighbourhood: Neighbourhood,
    topics: Sequence[int | None],
    *,
    period_d: float,
) -> list[Forecast]:
    """Forecasts of the period after the last, one for each of the topics; see `rolling_forecasts`."""
    (found,) = rolling_forecasts(
        counts, neighbourhood, topics, period_d=period_d, first=counts.shape[1]
    )
    return found


def rolling_forecasts(
    counts: npt.NDArray[np.integer],
    neighbourhood: Neighbourhood,
    topics: Sequence[int | None],
    *,
    period_d: float,
    first: int,
) -> Iterator[list[Forecast]]:
    """Forecasts at each origin, made only from what was known then.

    Parameters
    ----------
    counts : ndarray (cells, periods, topics) of integers
        The latest period last.
    neighbourhood : Neighbourhood
        Of the same cells.
    topics : sequence of int or None
        Topics to forecast; None stands for all together.
    period_d : float
        Days of a period, which is also how far a forecast looks ahead.
    first : int
        The first period that is forecast; from 36 before it on is learnt how well maps foretold.

    Yields
    ------
    list of Forecast
        For each of the periods from `first` to the one after the last, one for each topic.

    Raises
    ------
    ValueError
        If shapes do not fit, a topic is not among the counts, or `first` leaves no history.
    """
    _check(counts, neighbourhood, topics, period_d, first)
    others = _largest(counts[:, :first].sum(axis=(0, 1)))
    history = History(neighbourhood, topics, others, counts.shape[2], period_d)
    learners = [_Learner(topic, history, neighbourhood.area_shares) for topic in topics]
    for period in range(counts.shape[1] + 1):
        if period >= max(1, first - _ORIGINS):
            for learner in learners:
                learner.foretell(history.maps(learner.topic))
        if period >= first:
            yield [learner.forecast() for learner in learners]
        if period < counts.shape[1]:
            for learner in learners:
                learner.see(_of(counts[:, period], learner.topic))
            history.move_on(counts[:, period])


def _check(
    counts: npt.NDArray[np.integer],
    neighbourhood: Neighbourhood,
    topics: Sequence[int | None],
    period_d: float,
    first: int,
) -> None:
    cells = len(neighbourhood.area_shares)
    if counts.ndim != 3 or counts.shape[0] != cells:
        raise ValueError(f"counts: ({cells}, periods, topics) is needed, not {counts.shape}")
    if counts.min(initial=0) < 0:
        raise ValueError("counts: none may be below 0")
    if any(topic is not None and not 0 <= topic < counts.shape[2] for topic in topics):
        raise ValueError(f"topics: 0 to {counts.shape[2] - 1} or None, not {list(topics)}")
    if not 1 <= first <= counts.shape[1]:
        raise ValueError(f"first: 1 to {counts.shape[1]}, not {first}")
    if not period_d > 0:
        raise ValueError(f"period_d: above 0, not {period_d}")


def _largest(totals: npt.NDArray[np.integer]) -> list[int]:
    """One more than are used, since no topic helps itself."""
    order = np.argsort(-totals, kind="stable")[: OTHER_TOPICS + 1]
    return [int(topic) for topic in order if totals[topic]]


def _of(counts: npt.NDArray[np.integer], topic: int | None) -> Floats:
    chosen = counts.sum(axis=1) if topic is None else counts[:, topic]
    return chosen.astype(np.float64)


class _Learner:
    """What one topic's past teaches about its maps."""

    def __init__(self, topic: int | None, history: History, area_shares: Floats) -> None:
        self.topic = topic
        self._names = history.names(topic)
        self._area_shares = area_shares
        self._held_out: deque[tuple[Floats, Floats]] = deque(maxlen=_ORIGINS)
        self._spread: deque[tuple[Floats, Floats]] = deque(maxlen=_DISPERSION_PERIODS)
        self._totals: list[float] = []
        self._since_fit = _REFIT_AFTER
        self._maps: Floats = np.empty((0, 0))
        self._candidates = {
            ALL_HISTORY: only(self._names, OWN[0]),
            ALL_HISTORY_TIES: fixed_weights(self._names, OWN[0]),
            START_UP: fixed_weights(self._names, OWN[1]),
            DECAYED: fixed_weights(self._names, OWN[2]),
        }
        self._caught = {name: np.zeros(len(SHARES)) for name in _CANDIDATES}

    def foretell(self, maps: Floats) -> None:
        """Take the maps of the coming period, with weights of now."""
        self._maps = maps
        cases = sum(float(fallen.sum()) for _, fallen in self._held_out)
        enough = len(self._held_out) >= _FEWEST_ORIGINS and cases >= _FEWEST_CASES
        if enough and self._since_fit >= _REFIT_AFTER:
            self._fit()
            self._since_fit = 0

    def _fit(self) -> None:
        values = np.concatenate([value for value, _ in self._held_out], axis=1)
        cases = np.concatenate([fallen for _, fallen in self._held_out])
        start = start_weights(self._names)
        kept = [self._names.index(name) for name in (OWN[1], NEAR[0], FLOOR)]
        smoothed = np.zeros(len(start))
        smoothed[kept] = fitted_weights(values[kept], cases, start[kept] / start[kept].sum())
        self._candidates[MIXTURE] = fitted_weights(values, cases, start)
        self._candidates[SMOOTHED] = smoothed

    def see(self, counts: Floats) -> None:
        """Learn what fell in the period foretold."""
        if self._maps.size:
            found = self._candidates[self._leader()] @ self._maps
            self._spread.append((counts, self._expected_total() * found))
            if MIXTURE in self._candidates:
                for name, caught in self._caught.items():
                    caught += self._hits(name, counts)
            hit = counts > 0
            self._held_out.append((self._maps[:, hit], counts[hit]))
            self._since_fit += 1
        self._totals.append(float(counts.sum()))

    def _hits(self, name: str, counts: Floats) -> Floats:
        score = self._candidates[name] @ self._maps / self._area_shares
        return hits(score, counts, self._area_shares, np.array(SHARES))

    def _leader(self) -> str:
        """The one with most hits so far, over all shares of the area alike.

        None is favoured: where counts are many, as of all topics together, a mixture kept in front by a start of
        2 % lost to plain counts on a real city, little but surely.
        """
        if MIXTURE not in self._candidates:
            return START_UP
        return max(
            self._caught, key=lambda name: np.log(np.maximum(self._caught[name], _LEAST)).mean()
        )

    def _expected_total(self) -> float:
        return max(expected_total(np.array(self._totals)), _LEAST)

    def forecast(self) -> Forecast:
        phi = dispersion(*map(np.array, zip(*self._spread, strict=True))) if self._spread else 1.0
        return Forecast(
            topic=self.topic,
            names=self._names,
            maps=self._maps,
            candidates=dict(self._candidates),
            leader=self._leader(),
            total=self._expected_total(),
            phi=phi,
            area_shares=self._area_shares,
        )
