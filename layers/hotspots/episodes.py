"""Episodes: cases that hang together in space and time, as ST-DBSCAN finds them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots import _linking

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOISE = _linking.NOISE
# Of eps: far more than floating point can move a point across the side of a bin.
_MARGIN = 1e-6


@dataclass(frozen=True)
class Episodes:
    """Which episode each case belongs to, `NOISE` for none, and whether it is core."""

    labels: Ints
    is_core: Bools

    @property
    def count(self) -> int:
        return int(self.labels.max(initial=NOISE)) + 1


def find_episodes(
    x: Floats,
    y: Floats,
    days: Floats,
    *,
    eps: float,
    gap: float,
    min_points: int,
    topics: Ints | None = None,
) -> Episodes:
    """Cluster cases in space and time.

    Two cases are neighbours when they are at most `eps` apart and at most `gap` days; a case is its
    own neighbour, and cases at the same coordinate are neighbours like any others. Who has `min_points`
    neighbours is core; cores that are neighbours belong to one episode. A case that is not core joins
    the episode of its nearest core neighbour: nearest in space, then in time, then the earlier episode.
    Episodes are numbered by their first core (by day, then x, then y), so the labels do not depend
    on the order of the cases.

    Parameters
    ----------
    x, y, days : ndarray of float, shape (n,)
        Metres in a plane, and days from any origin.
    eps, gap, min_points
        Metres above 0, days from 0 on, cases from 1 on.
    topics : ndarray of int, shape (n,), optional
        Only cases of the same topic are neighbours; 0 or more.

    Raises
    ------
    ValueError
        For arrays of different lengths, values that are not finite, or parameters out of range.

    Notes
    -----
    Birant, D. & Kut, A. (2007): ST-DBSCAN, Data & Knowledge Engineering 60, 208-221, with the bins of
    Gunawan, A. (2013): A faster algorithm for DBSCAN, TU Eindhoven.
    """
    columns = _columns(x, y, days)
    topics = np.zeros(len(columns), np.int64) if topics is None else np.asarray(topics, np.int64)
    _check(columns, topics, eps, gap, min_points)
    if not len(columns):
        return Episodes(np.zeros(0, np.int64), np.zeros(0, np.bool_))
    keys, width = _bin_keys(columns, topics, eps)
    order = np.argsort(columns[:, 2])
    order = order[np.argsort(keys[order], kind="stable")]
    is_core, labels = _cluster(columns[order], keys[order], width, eps, gap, min_points)
    episodes = Episodes(np.empty_like(labels), np.empty_like(is_core))
    episodes.labels[order], episodes.is_core[order] = labels, is_core
    return episodes


def _columns(x: Floats, y: Floats, days: Floats) -> Floats:
    columns = [np.asarray(column, np.float64) for column in (x, y, days)]
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        raise ValueError("x, y and days must be one-dimensional and of the same length")
    return np.column_stack(columns)


def _check(columns: Floats, topics: Ints, eps: float, gap: float, min_points: int) -> None:
    if not np.isfinite(columns).all():
        raise ValueError("x, y and days must be finite")
    if topics.shape != columns.shape[:1] or topics.min(initial=0) < 0:
        raise ValueError("topics must be one for each case, 0 or more")
    if not (np.isfinite(eps) and eps > 0):
        raise ValueError("eps must be above 0")
    if not gap >= 0:
        raise ValueError("gap must be 0 or more")
    if min_points < 1:
        raise ValueError("min_points must be 1 or more")


def _bin_keys(columns: Floats, topics: Ints, eps: float) -> tuple[Ints, int]:
    """A number for each point's bin, by topic, row and column, and how many columns a row has."""
    side = eps / np.sqrt(2) * (1 - _MARGIN)
    place = np.floor((columns[:, :2] - columns[:, :2].min(axis=0)) / side)
    # Two empty rows and columns on each side, so that nobody's neighbourhood reaches around.
    columns_, rows = place.max(axis=0) + 5
    if columns_ * rows * (topics.max() + 1) > 2**62:
        raise ValueError("eps is too small for the extent of x and y")
    column, row = place.astype(np.int64).T
    width = int(columns_)
    keys: Ints = (topics * int(rows) + row + 2) * width + column + 2
    return keys, width


def _cluster(
    points: Floats, keys: Ints, width: int, eps: float, gap: float, min_points: int
) -> tuple[Bools, Ints]:
    """Core or not, and the label, of points sorted by bin and time."""
    bins, starts = _runs(keys)
    is_core = _linking.find_cores(points, bins, starts, width, eps, gap, min_points)
    cores = points[is_core]
    labels = np.full(len(points), NOISE, np.int64)
    roots = _linking.link_cores(cores, *_runs(keys[is_core]), width, eps, gap)
    labels[is_core] = _numbered(cores, roots)
    _linking.label_borders(points, bins, starts, width, eps, gap, is_core, labels)
    return is_core, labels


def _runs(keys: Ints) -> tuple[Ints, Ints]:
    """Each of the sorted keys once, and where it starts; one more start for the end."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[starts], np.append(starts, len(keys))


def _numbered(cores: Floats, roots: Ints) -> Ints:
    """Roots replaced by the rank of their earliest core."""
    earliest = _linking.earliest_cores(cores, roots)
    found = np.flatnonzero(earliest >= 0)
    x, y, days = cores[earliest[found]].T
    number = np.empty(len(cores), np.int64)
    number[found[np.lexsort((y, x, days))]] = np.arange(len(found))
    labels: Ints = number[roots]
    return labels
