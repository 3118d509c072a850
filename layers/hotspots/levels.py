"""How much of everything a place has: its level, as a Poisson rate with a lognormal prior.

Places' totals have heavy right tails. A gamma prior, although conjugate, pulled busy places down
to the average: where residents were unknown it expected a sixth too little of the busiest cells.
The lognormal's log-normal posterior is found by Newton's method and expanded around its mode
(Laplace; with the third-order term both ends are exact: all prior, all data).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]

_ROUNDS = 15
_LEAST_VARIANCE = 1e-3
_START = 0.3
# Two numbers are fitted; more places would not make them surer, only slower.
_MOST = 20_000


@dataclass(frozen=True)
class Prior:
    """Mean and variance of the logarithm of each place's level, both of shape (places,)."""

    centre: Floats
    variance: Floats


def fit_prior(total: Floats, based: Floats, known: npt.NDArray[np.bool_]) -> Prior:
    """How far the base tells a place's level, learnt from the totals of all places.

    The logarithm of a level is taken for linear in that of its base: a base with errors is
    regressed towards the mean as far as its errors are large, and the variance that is left is
    small where residents tell what a place has and large where they say nothing. Expectation
    maximisation with the posterior of each place expanded around its mode.

    Parameters
    ----------
    total, based : ndarray, shape (places,)
    known : ndarray of bool, shape (places,)
        Places whose residents are known; the others are judged apart.
    """
    if not len(total) == len(based) == len(known):
        raise ValueError("total, based and known must be of one length")
    centre, variance = np.log(np.maximum(based, 1e-6)), np.full(len(total), _START)
    for part in (known, ~known):
        if part.sum() > 2:
            centre[part], variance[part] = _fit(total[part], centre[part])
    return Prior(centre, variance)


def _fit(total: Floats, log_base: Floats) -> tuple[Floats, float]:
    every = -(-len(total) // _MOST)
    total, part = total[::every], log_base[::every]
    off_mean = part - part.mean()
    scatter = float(off_mean @ off_mean)
    centre, variance = part, _START
    one, nothing = np.ones_like(total), np.zeros_like(total)
    for _ in range(_ROUNDS):
        level, unsure = _newton(total, one, nothing, centre, np.full(len(total), variance))
        slope = float(off_mean @ level) / scatter if scatter > 1e-9 else 0.0
        centre = level.mean() + slope * off_mean
        variance = max(_LEAST_VARIANCE, float(np.mean((level - centre) ** 2 + unsure)))
    return level.mean() + slope * (log_base - part.mean()), variance


def posterior_level(
    cases: Floats, opportunity: Floats, noise: Floats, prior: Prior
) -> tuple[Floats, Floats]:
    """Mean and relative variance of places' levels as each topic's other topics tell them.

    Parameters
    ----------
    cases : ndarray, shape (places, topics)
        Cases of the other topics.
    opportunity : ndarray, shape (places, topics)
        Such cases at a level of one.
    noise : ndarray, shape (places, topics)
        Relative variance of the cases beyond chance: they are negative binomial.
    prior : Prior
    """
    shape = cases.shape
    centre = np.broadcast_to(prior.centre[:, None], shape).ravel()
    variance = np.broadcast_to(prior.variance[:, None], shape).ravel()
    level, unsure = _newton(cases.ravel(), opportunity.ravel(), noise.ravel(), centre, variance)
    of_prior = unsure / variance
    relative = np.expm1(of_prior * unsure) + (1 - of_prior) * unsure
    return np.exp(level + unsure / 2).reshape(shape), relative.reshape(shape)


@compiled
def _newton(
    cases: Floats, opportunity: Floats, noise: Floats, centre: Floats, variance: Floats
) -> tuple[Floats, Floats]:
    """Posterior mean and variance of the logarithm of levels.

    The log density is ``n t - (n + size) log(size + due e^t) - (t - m)^2 / 2v``, concave in t.
    """
    mean = np.empty(len(cases))
    unsure = np.empty(len(cases))
    for i in range(len(cases)):
        n, due, m, precision = cases[i], opportunity[i], centre[i], 1 / variance[i]
        size = 1 / max(noise[i], 1e-9)
        worth = n / (1 + n / size)
        t = m
        if n > 0:
            t = (worth * np.log(n / due) + m * precision) / (worth + precision)
        bend = 0.0
        for _ in range(30):
            part = due * np.exp(t) / (size + due * np.exp(t))
            bend = (n + size) * part * (1 - part) + precision
            step = (n - (n + size) * part - (t - m) * precision) / bend
            t += step
            # Newton's method squares the error: the next step would be a millionth.
            if abs(step) < 1e-3:
                break
        # The mode of a skewed density is not its mean.
        skew = -(n + size) * part * (1 - part) * (1 - 2 * part)
        mean[i] = t + skew / (2 * bend * bend)
        unsure[i] = 1 / bend
    return mean, unsure
