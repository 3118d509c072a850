"""Weights of the maps of a forecast: fitted on cases held out, or fixed by rule."""

from collections.abc import Sequence

import numpy as np

from layers.hotspots.forecast_maps import FLOOR, NEAR, OWN, SHARED, Floats

_STEPS = 60
_PRIOR_CASES = 0.5
# What ten public sets agree on before any local case is seen; EM does not forget it within its steps.
_START = {
    **dict(zip(OWN, (0.11, 0.08, 0.03, 0.09, 0.03), strict=True)),
    **dict(zip(NEAR, (0.12, 0.15, 0.03), strict=True)),
    **dict(zip(SHARED, (0.12, 0.06, 0.06), strict=True)),
    FLOOR: 0.02,
}
_START_OF_OTHERS = 0.10
# Small enough never to turn round two different counts, large enough not to drown in rounding.
_TIE, _SECOND_TIE = 1e-5, 1e-8
_FIXED_FLOOR = 0.02


def start_weights(names: Sequence[str]) -> Floats:
    """Weights (maps,) from which fitting starts, with sum 1."""
    others = sum(name not in _START for name in names)
    weights = np.array([_START.get(name, _START_OF_OTHERS / max(others, 1)) for name in names])
    weights /= weights.sum()
    return weights


def fitted_weights(values: Floats, cases: Floats, start: Floats) -> Floats:
    """Weights of a mixture by held-out likelihood, with a prior of half a case over all maps.

    Source: expectation-maximisation for mixing proportions (Dempster, Laird & Rubin 1977,
    doi:10.1111/j.2517-6161.1977.tb01600.x).

    Parameters
    ----------
    values : ndarray (maps, places)
        Value of each map, made before the period, at each place and period where a case fell.
    cases : ndarray (places,)
        How many fell there.
    start : ndarray (maps,)
        Weights to start from; a map that starts at 0 stays nearly without weight.

    Returns
    -------
    ndarray (maps,)
        Not below 0, with sum 1.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    if values.shape != (len(start), len(cases)):
        raise ValueError(f"values: ({len(start)}, {len(cases)}) is needed, not {values.shape}")
    weights = start
    for _ in range(_STEPS):
        found = weights @ values
        ratio = np.divide(cases, found, out=np.zeros_like(found), where=found > 0)
        weights = _PRIOR_CASES / len(weights) + weights * (values @ ratio)
        weights = weights / weights.sum()
    return weights


def fixed_weights(names: Sequence[str], first: str) -> Floats:
    """One map in front; its ties are broken by the neighbours, then by all topics.

    The floor orders nothing: it keeps every cell's probability above 0.
    """
    weights = np.zeros(len(names))
    weights[names.index(FLOOR)] = _FIXED_FLOOR
    weights[names.index(NEAR[0])] = _TIE
    if SHARED[0] in names:
        weights[names.index(SHARED[0])] = _SECOND_TIE
    weights[names.index(first)] = 1 - weights.sum()
    return weights


def only(names: Sequence[str], first: str) -> Floats:
    """One map in front of the floor, its ties left as they are."""
    weights = np.zeros(len(names))
    weights[names.index(FLOOR)] = _FIXED_FLOOR
    weights[names.index(first)] = 1 - _FIXED_FLOOR
    return weights
