"""Guards against addresses that are none: coordinates of offices, of a lattice, and desks."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LEAST_CASES, LEAST_TOPICS, LEAST_EXCESS = 30, 5.0, 8.0
STEPS = (1000.0, 500.0, 250.0, 200.0, 100.0, 50.0, 40.0, 25.0, 20.0, 10.0)
# Of a lattice's step: coordinates this near to a node are on it.
_NEAR_NODE = 0.01
LEAST_ON_LATTICE = 0.05


@dataclass(frozen=True)
class Coordinates:
    """Cases by their exact coordinate.

    Attributes
    ----------
    x, y : ndarray of float, shape (k,)
        Each coordinate once.
    cases : ndarray of int, shape (k,)
        How many cases lie exactly there.
    of_case : ndarray of int, shape (n,)
        Which coordinate each case has.
    """

    x: Floats
    y: Floats
    cases: Ints
    of_case: Ints

    @property
    def shared(self) -> float:
        """The part of the cases that have their exact coordinate in common with another."""
        total = int(self.cases.sum())
        return float(self.cases[self.cases > 1].sum() / total) if total else 0.0


@dataclass(frozen=True)
class Lattice:
    """Coordinates rounded to multiples of `step` from an origin, and which cases lie on it."""

    step: float
    x: float
    y: float
    on_it: Bools


def coordinates(x: Floats, y: Floats) -> Coordinates:
    """Gather cases by exact coordinate.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        Metres in a plane, finite.

    Raises
    ------
    ValueError
        When `x` and `y` differ in length or are not finite.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.shape != y.shape:
        raise ValueError("x and y must be of the same length")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y must be finite")
    places, of_case, cases = np.unique(x + 1j * y, return_inverse=True, return_counts=True)
    return Coordinates(places.real, places.imag, cases, of_case)


def at_known_places(
    x: Floats, y: Floats, places_x: Floats, places_y: Floats, *, within: float = 0.5
) -> Bools:
    """Which cases lie on an office, a station or a centroid instead of where they happened.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        Metres in a plane.
    places_x, places_y : ndarray of float, shape (m,)
        Offices, stations, centroids of communities and cells.
    within : float
        Metres.
    """
    if not len(places_x):
        return np.zeros(len(x), np.bool_)
    tree = cKDTree(np.column_stack([places_x, places_y]))
    away, _ = tree.query(np.column_stack([x, y]), distance_upper_bound=np.nextafter(within, np.inf))
    is_there: Bools = np.isfinite(away)
    return is_there


def find_lattice(
    x: Floats,
    y: Floats,
    *,
    steps: tuple[float, ...] = STEPS,
    least_share: float = LEAST_ON_LATTICE,
) -> Lattice | None:
    """The coarsest lattice that coordinates were rounded to, if there is one.

    Looks at each coordinate once: an address with many cases is no lattice. A lattice holds
    `least_share` of the coordinates more than chance would put near its nodes.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        In a plane, or degrees with `steps` in degrees.
    steps : tuple of float
        The steps to try.

    Raises
    ------
    ValueError
        For a step that is not above 0, and as `coordinates`.
    """
    if not (steps and all(step > 0 for step in steps)):
        raise ValueError("steps must be above 0")
    places = coordinates(x, y)
    tried = [_lattice(places, step) for step in sorted(steps, reverse=True)]
    held = [int(lattice.on_it.sum()) for lattice in tried]
    by_chance = (2 * _NEAR_NODE) ** 2
    if max(held) < max(4, (least_share + by_chance) * len(places.x)):
        return None
    # A multiple of the step holds a quarter of the nodes, a fraction of it no more than all.
    found = next(
        lattice for lattice, count in zip(tried, held, strict=True) if count >= 0.9 * max(held)
    )
    return replace(found, on_it=found.on_it[places.of_case])


def _lattice(places: Coordinates, step: float) -> Lattice:
    """The most crowded lattice of this step, and which coordinates lie on it."""
    origin_x, near_x = _on_lines(places.x, step)
    origin_y, near_y = _on_lines(places.y, step)
    return Lattice(step, origin_x, origin_y, near_x & near_y)


def _on_lines(values: Floats, step: float) -> tuple[float, Bools]:
    """Where the most crowded set of parallel lines lies, and which values are on it."""
    if not len(values):
        return 0.0, np.zeros(0, np.bool_)
    phases = np.sort(np.mod(values, step))
    reach = 2 * _NEAR_NODE * step
    around = np.append(phases, phases + step)
    held = np.searchsorted(around, phases + reach, "right") - np.arange(len(phases))
    first = int(held.argmax())
    origin = float(np.median(around[first : first + held[first]]) % step)
    away = np.abs(np.mod(values - origin + step / 2, step) - step / 2)
    return origin, away <= reach / 2


def find_desks(counts: Ints, expected: Floats) -> Bools:
    """Which addresses are desks: offices or stations where cases are taken down, not where they happen.

    At least 30 cases of at least 5 effective topics, the exponential of their entropy, and more than
    8 times as many as the address leads to expect. Their cases leave what is tested by address and
    stay in the totals of their cells and communities.

    Parameters
    ----------
    counts : ndarray of int, shape (addresses, topics)
    expected : ndarray of float, shape (addresses,)
        Cases of all topics, from residents and community.

    Raises
    ------
    ValueError
        When the shapes do not fit or something is negative.
    """
    counts, expected = np.asarray(counts), np.asarray(expected, np.float64)
    if counts.ndim != 2 or counts.min(initial=0) < 0:
        raise ValueError("counts must be by address and topic, 0 or more")
    if expected.shape != counts.shape[:1] or expected.min(initial=0) < 0:
        raise ValueError("expected must be one for each address, 0 or more")
    totals = counts.sum(axis=1)
    crowded = np.flatnonzero((totals >= LEAST_CASES) & (totals > LEAST_EXCESS * expected))
    found = np.zeros(len(counts), np.bool_)
    found[crowded] = effective_topics(counts[crowded]) >= LEAST_TOPICS
    return found


def effective_topics(counts: Ints) -> Floats:
    """How many equally frequent topics are as varied as these: exp of the entropy; 0 without cases.

    Hill, M. O. (1973): Diversity and evenness, Ecology 54, 427-432.
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    effective: Floats = np.exp(-(shares * logs).sum(axis=1))
    return np.where(totals[:, 0] > 0, effective, 0.0)
