"""Rolling origin: every period is forecast from what was known before it, and scored beside plain counts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from layers.hotspots.forecast import ALL_HISTORY, ALL_HISTORY_TIES, Forecast, rolling_forecasts
from layers.hotspots.forecast_maps import Floats, Neighbourhood
from layers.hotspots.forecast_scores import SHARES, Scored, best_hits, hits

SHOWN = "shown"
# Hits, best hits, cases and log score.
Row = tuple[Floats, Floats, float, float]


def evaluate(
    counts: npt.NDArray[np.integer],
    neighbourhood: Neighbourhood,
    topics: Sequence[int | None],
    *,
    period_d: float,
    first: int,
    outside: npt.NDArray[np.integer] | None = None,
    shares: Sequence[float] = SHARES,
) -> dict[str, Scored]:
    """Scores of what would have been shown, and of counts of all time without and with their ties broken.

    Topics are pooled: a single one has too few cases for a verdict.

    Parameters
    ----------
    counts, neighbourhood, topics, period_d, first
        As of `rolling_forecasts`; the area must have been fixed by what fell before `first`.
    outside : ndarray (periods, topics) of integers, optional
        Cases outside the area, all of which are missed.
    shares : sequence of float
        Parts of the area that are scored.

    Returns
    -------
    dict of str to Scored
        Of `SHOWN`, `ALL_HISTORY` and `ALL_HISTORY_TIES`.

    Raises
    ------
    ValueError
        As of `rolling_forecasts`, or if `first` leaves no period to score.
    """
    if first >= counts.shape[1]:
        raise ValueError(f"first: below {counts.shape[1]}, or no period is left to score")
    missed = np.zeros(counts.shape[1:]) if outside is None else outside
    made = rolling_forecasts(counts, neighbourhood, topics, period_d=period_d, first=first)
    rows = [
        _period(forecasts, counts[:, period], missed[period], np.array(shares))
        for period, forecasts in zip(range(first, counts.shape[1]), made, strict=False)
    ]
    return {name: _scored([row[name] for row in rows], np.array(shares)) for name in rows[0]}


def _scored(rows: Sequence[Row], shares: Floats) -> Scored:
    caught, best, cases, log_scores = (np.array(column) for column in zip(*rows, strict=True))
    return Scored(caught, best, cases, log_scores, shares)


def _period(
    forecasts: list[Forecast], counts: npt.NDArray[np.integer], missed: Floats, shares: Floats
) -> dict[str, Row]:
    """What each forecast reached in one period, all topics together."""
    found = {}
    for name in (SHOWN, ALL_HISTORY, ALL_HISTORY_TIES):
        parts = [_topic(one, name, counts, missed, shares) for one in forecasts]
        caught, best, cases, log_score = zip(*parts, strict=True)
        found[name] = (np.sum(caught, axis=0), np.sum(best, axis=0), sum(cases), sum(log_score))
    return found


def _topic(
    forecast: Forecast,
    name: str,
    counts: npt.NDArray[np.integer],
    missed: Floats,
    shares: Floats,
) -> Row:
    chosen = slice(None) if forecast.topic is None else slice(forecast.topic, forecast.topic + 1)
    fallen = counts[:, chosen].sum(axis=1).astype(np.float64)
    areas = forecast.area_shares
    score = forecast.score(None if name == SHOWN else name)
    hit = fallen > 0
    return (
        hits(score, fallen, areas, shares),
        best_hits(fallen, areas, shares),
        float(fallen.sum() + missed[chosen].sum()),
        float(fallen[hit] @ np.log((score * areas)[hit])),
    )
