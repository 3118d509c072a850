"""How improbable a count is when its expectation is itself uncertain.

The expectation is the known `mu` times a factor with mean one and variance `a`: what places differ
by for good and what the reference is not sure of. Two shapes of that factor are common. A gamma
factor gives the negative binomial (Greenwood & Yule 1920), a lognormal one the Poisson-lognormal
(Bulmer 1974), whose tail is heavier far out. Which one holds cannot be told from the body of the
data, so that the larger of both tails is the one that survives either truth.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import polygamma

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ACCURACY = 1e-13
# Beyond this many standard deviations a normal factor holds nothing that a double could see.
_FAR = 8.5
_STEP = 0.25
# Above this nothing is decided, and the two tails differ by little.
_CLOSE_LOOK = 0.05
_LEAST = 1e-6
# Where counts vary by more than some thirty, a fraction is shorter than the sum.
_WIDE = 1_000.0
_TINY = 1e-300


def gamma_tail(observed: Ints, expected: Floats, variance: Floats) -> Floats:
    """P(Y >= observed) where the expectation has a gamma factor.

    Parameters
    ----------
    observed : ndarray of int, shape (n,)
    expected : ndarray, shape (n,)
        Above 0.
    variance : ndarray, shape (n,)
        Relative variance of the factor; 0 gives the Poisson tail.
    """
    _check(observed, expected, variance)
    tails: Floats = _gamma_tails(observed, expected, variance)
    return tails


def lognormal_tail(observed: Ints, expected: Floats, variance: Floats) -> Floats:
    """P(Y >= observed) where the expectation has a lognormal factor; arguments as `gamma_tail`."""
    _check(observed, expected, variance)
    tails: Floats = _lognormal_tails(observed, expected, variance)
    return tails


def heavier_tail(observed: Ints, expected: Floats, variance: Floats, heavy: Floats) -> Floats:
    """The larger of both tails, exactly so below 0.05: it holds whichever shape is true.

    Parameters
    ----------
    observed, expected, variance
        As for `gamma_tail`.
    heavy : ndarray, shape (n,)
        Relative variance of the lognormal factor, see `lognormal_variance`.
    """
    p = gamma_tail(observed, expected, variance)
    close = np.flatnonzero(p < _CLOSE_LOOK)
    p[close] = np.maximum(p[close], lognormal_tail(observed[close], expected[close], heavy[close]))
    return p


def middle_tail(observed: Ints, expected: Floats, variance: Floats, heavy: Floats) -> Floats:
    """The mean of both tails at the gamma's variance, where places' spread is known to be milder.

    Finds more than `heavier_tail`, and flags too many where the spread is lognormal after all.
    """
    del heavy
    p = gamma_tail(observed, expected, variance)
    close = np.flatnonzero(p < _CLOSE_LOOK)
    other = lognormal_tail(observed[close], expected[close], variance[close])
    p[close] = (p[close] + other) / 2
    return p


def lognormal_variance(variance: Floats, known: float = 0.0) -> Floats:
    """Variance of the lognormal factor that looks like a gamma factor in the body of the data.

    A gamma fitted to places that differ by a lognormal finds too little, because what both have
    alike below the cut is the variance of the *logarithm*: trigamma(1 / a) for a gamma.

    Parameters
    ----------
    variance : ndarray
        Of the gamma factor.
    known : float
        Relative variance that the expectations had anyway where it was fitted.
    """
    together = (1 + variance) * (1 + known) - 1
    logs = polygamma(1, 1 / np.maximum(together, _LEAST)) - np.log1p(known)
    heavy: Floats = np.maximum(variance, np.expm1(logs))
    return heavy


def _check(observed: Ints, expected: Floats, variance: Floats) -> None:
    if not observed.shape == expected.shape == variance.shape or observed.ndim != 1:
        raise ValueError("observed, expected and variance must be of one length")
    if len(observed) and not observed.min() >= 0:
        raise ValueError("observed must not be negative")
    if len(observed) and not expected.min() > 0:
        raise ValueError("expected must be above 0")
    if len(observed) and not variance.min() >= 0:
        raise ValueError("variance must not be negative")


@compiled
def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised one, as small as it may be, by its continued fraction (DLMF 8.17.22)."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _fraction(a, b, x) / a)
    return max(0.0, 1 - front * _fraction(b, a, 1 - x) / b)


@compiled
def _fraction(a: float, b: float, x: float) -> float:
    """By the method of Lentz, as modified by Thompson & Barnett (1986)."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    m, change = 1, 2.0
    while abs(change - 1) > _ACCURACY:
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away_from_zero(1 + even * d), _away_from_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away_from_zero(1 + odd * d), _away_from_zero(1 + odd / c)
        change = d * c
        value *= change
        m += 1
    return value


@compiled
def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


@compiled
def _gamma_tails(observed: Ints, expected: Floats, variance: Floats) -> Floats:
    tails = np.empty(len(observed))
    for i in range(len(observed)):
        tails[i] = one_gamma_tail(observed[i], expected[i], variance[i])
    return tails


@compiled
def _lognormal_tails(observed: Ints, expected: Floats, variance: Floats) -> Floats:
    tails = np.empty(len(observed))
    for i in range(len(observed)):
        tails[i] = _one_lognormal_tail(observed[i], expected[i], variance[i])
    return tails


@compiled
def one_gamma_tail(y: int, mu: float, a: float) -> float:
    """The negative binomial tail, summed from its near end upwards, so that small ones stay exact."""
    if y <= 0:
        return 1.0
    if a * mu < 1e-7:
        return _poisson_tail(y, mu)
    size = 1 / a
    theta = a * mu / (1 + a * mu)
    if mu + a * mu * mu > _WIDE:
        return _incomplete_beta(float(y), size, theta)
    term = math.exp(
        math.lgamma(y + size)
        - math.lgamma(size)
        - math.lgamma(y + 1.0)
        - size * math.log1p(a * mu)
        + y * math.log(theta)
    )
    total = 0.0
    j = float(y)
    while j <= mu or term > _ACCURACY * total:
        total += term
        term *= (j + size) / (j + 1) * theta
        j += 1
    # What is left falls at least as fast as a geometric series.
    return min(1.0, total)


@compiled
def _poisson_tail(y: int, mu: float) -> float:
    if y > mu:
        term = math.exp(y * math.log(mu) - mu - math.lgamma(y + 1.0))
        total = 0.0
        j = float(y)
        while term > _ACCURACY * total:
            total += term
            j += 1
            term *= mu / j
        return total
    term = math.exp((y - 1) * math.log(mu) - mu - math.lgamma(float(y)))
    total = 0.0
    j = float(y - 1)
    while j >= 0 and term > _ACCURACY * total:
        total += term
        term *= j / mu
        j -= 1
    return max(0.0, 1.0 - total)


@compiled
def _one_lognormal_tail(y: int, mu: float, a: float) -> float:
    """The trapezoidal rule, which is exact to rounding for such integrands (Trefethen 2014).

    The step follows the count: of 5,000 cases the Poisson part is a cliff that fixed nodes miss.
    """
    if y <= 0:
        return 1.0
    if a * mu < 1e-7:
        return _poisson_tail(y, mu)
    sigma = math.sqrt(math.log1p(a))
    step = min(_STEP, 0.7 / (sigma * math.sqrt(float(y))))
    nodes = int(_FAR / step)
    total = 0.0
    for node in range(-nodes, nodes + 1):
        z = node * step
        weight = math.exp(-z * z / 2)
        total += weight * _poisson_tail(y, mu * math.exp(sigma * z - sigma * sigma / 2))
    return min(1.0, total * step / math.sqrt(2 * math.pi))
