"""Kernel density, for drawing only: a picture, not a finding.

A smooth surface shows something everywhere, whatever the chance behind it; what keeps coming back is decided
elsewhere. Each case leaves its moments about the middle of its bin, and the kernel is expanded there to the third order:
one pass over the cases, then two thin matrix products whatever their number. The error is below 0.04 % of
the peak for any cases, since a bin is a third of the bandwidth wide.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]

_BINS_A_BANDWIDTH = 3
_A_BIN = 1 / _BINS_A_BANDWIDTH
# Bandwidths; beyond, the kernel is below 4e-5 of its peak.
_REACH = 4.5
# Of a bin: 1, u, v, u², uv, v², u³, u²v, v²u, v³, summed over its cases.
_MOMENTS = 10


@dataclass(frozen=True)
class Grid:
    """Points `step` apart, the first at the south-west.

    Attributes
    ----------
    west, south, step : float
        In the unit of the coordinates.
    columns, rows : int
    """

    west: float
    south: float
    step: float
    columns: int
    rows: int

    def __post_init__(self) -> None:
        if not self.step > 0 or self.columns < 1 or self.rows < 1:
            raise ValueError("step, columns, rows: above 0")

    @property
    def x(self) -> Floats:
        return self.west + self.step * np.arange(self.columns, dtype=np.float64)

    @property
    def y(self) -> Floats:
        return self.south + self.step * np.arange(self.rows, dtype=np.float64)


def density(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    grid: Grid,
    bandwidth: float,
    *,
    weights: npt.ArrayLike | None = None,
) -> Floats:
    """Gaussian kernel density.

    Parameters
    ----------
    x, y : (n,) arrays
    grid : Grid
        Where it is wanted; cases beyond it count too.
    bandwidth : float
        The kernel's standard deviation, in the unit of the coordinates; at least the step of the grid.
    weights : (n,) array, optional
        How many cases, or people, each point stands for.

    Returns
    -------
    (rows, columns) array
        Cases in a square unit of the coordinates, from south to north.

    Raises
    ------
    ValueError
        Arrays that differ in length or are not finite; a bandwidth below the step of the grid.

    References
    ----------
    Greengard & Strain (1991), “The fast Gauss transform”, SIAM J. Sci. Stat. Comput. 12.
    """
    columns = _checked(x, y, weights)
    if not bandwidth >= grid.step:
        raise ValueError("bandwidth: not below the step of the grid")
    side = bandwidth / _BINS_A_BANDWIDTH
    south, rows = _bins(grid.south, grid.step * (grid.rows - 1), side)
    west, across = _bins(grid.west, grid.step * (grid.columns - 1), side)
    moments = np.zeros((rows, across, _MOMENTS))
    # A sum is finite where all its terms are.
    if not np.isfinite(_bin(*columns, (west, south, 1 / side), moments)):
        raise ValueError("x, y, weights: finite")
    planes = np.ascontiguousarray(moments.transpose(2, 0, 1))
    halfway = _along_rows(planes, *_kernels((grid.y - south) / side, bandwidth))
    halfway = np.ascontiguousarray(halfway.transpose(0, 2, 1))
    found: Floats = _along_columns(halfway, *_kernels((grid.x - west) / side, bandwidth)).T
    return found


def density_ratio(cases: Floats, exposure: Floats, *, least: float) -> Floats:
    """The density of cases over that of what they could happen to, 1 where both shares are alike.

    Parameters
    ----------
    cases, exposure : (rows, columns) arrays of `density` over the same grid
    least : float
        Below this share of its own peak the exposure is too thin to divide by.

    Returns
    -------
    (rows, columns) array
        NaN where the exposure is too thin.

    Raises
    ------
    ValueError
        Shapes that differ, a density that is nowhere above 0, or a `least` outside (0, 1).

    References
    ----------
    Bithell (1990), Statistics in Medicine 9, “An application of density estimation to geographical epidemiology”.
    """
    if cases.shape != exposure.shape:
        raise ValueError("cases and exposure: over the same grid")
    if not 0 < least < 1:
        raise ValueError("least: between 0 and 1")
    if not (cases.sum() > 0 and exposure.sum() > 0):
        raise ValueError("cases, exposure: somewhere above 0")
    thick = exposure >= least * exposure.max()
    shares = np.where(thick, exposure, np.nan) / exposure.sum()
    ratio: Floats = cases / cases.sum() / shares
    return ratio


def _checked(
    x: npt.ArrayLike, y: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats | None]:
    given = [np.ascontiguousarray(one, np.float64) for one in (x, y, weights) if one is not None]
    if len({one.shape for one in given}) != 1 or given[0].ndim != 1:
        raise ValueError("x, y, weights: one of each for every case")
    return given[0], given[1], given[2] if weights is not None else None


def _bins(start: float, length: float, side: float) -> tuple[float, int]:
    """Where bins start and how many there are, so that they hold all that reaches the grid."""
    margin = _BINS_A_BANDWIDTH * _REACH + 1
    return start - margin * side, int(length / side + 2 * margin) + 1


@compiled
def _kernels(places: Any, bandwidth: float) -> Any:
    """For places in bins: the expanded kernel (order, place, bin within reach), and the first such bin.

    The k-th term is He_k(d) φ(d) / k!, d being the distance to the middle of the bin in bandwidths.
    """
    reach = int(np.ceil(_BINS_A_BANDWIDTH * _REACH))
    terms = np.empty((4, len(places), 2 * reach + 1))
    first = np.empty(len(places), np.int64)
    for i in range(len(places)):
        first[i] = int(np.floor(places[i])) - reach
        for k in range(2 * reach + 1):
            d = (places[i] - first[i] - k - 0.5) / _BINS_A_BANDWIDTH
            phi = np.exp(-d * d / 2) / np.sqrt(2 * np.pi) / bandwidth
            terms[0, i, k] = phi
            terms[1, i, k] = d * phi
            terms[2, i, k] = (d * d - 1) / 2 * phi
            terms[3, i, k] = (d * d - 3) * d / 6 * phi
    return terms, first


@compiled
def _bin(x: Any, y: Any, weights: Any, frame: Any, moments: Any) -> float:
    """Add the powers of each case's distance to the middle of its bin, in bandwidths; the sum of all input."""
    west, south, a_unit = frame
    rows, columns = moments.shape[:2]
    seen = 0.0
    for i in range(len(x)):
        w = 1.0 if weights is None else weights[i]
        seen += x[i] + y[i] + w
        column, row = (x[i] - west) * a_unit, (y[i] - south) * a_unit
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        c, r = np.uint32(column), np.uint32(row)
        u, v = (column - c - 0.5) * _A_BIN, (row - r - 0.5) * _A_BIN
        wu, wv = w * u, w * v
        uu, vv = wu * u, wv * v
        held = moments[r, c]
        held[0] += w
        held[1] += wu
        held[2] += wv
        held[3] += uu
        held[4] += wu * v
        held[5] += vv
        held[6] += uu * u
        held[7] += uu * v
        held[8] += vv * u
        held[9] += vv * v
    return seen


@compiled
def _along_rows(planes: Any, kernels: Any, first: Any) -> Any:
    """(order in x, place, column of bins): the kernel in y applied to moments of each order in x."""
    columns = planes.shape[2]
    _, count, reach = kernels.shape
    found = np.zeros((4, count, columns))
    for j in range(count):
        for k in range(reach):
            row = first[j] + k
            k0, k1, k2, k3 = kernels[0, j, k], kernels[1, j, k], kernels[2, j, k], kernels[3, j, k]
            for c in range(columns):
                found[0, j, c] += (
                    k0 * planes[0, row, c]
                    + k1 * planes[2, row, c]
                    + k2 * planes[5, row, c]
                    + k3 * planes[9, row, c]
                )
            for c in range(columns):
                found[1, j, c] += (
                    k0 * planes[1, row, c] + k1 * planes[4, row, c] + k2 * planes[8, row, c]
                )
            for c in range(columns):
                found[2, j, c] += k0 * planes[3, row, c] + k1 * planes[7, row, c]
            for c in range(columns):
                found[3, j, c] += k0 * planes[6, row, c]
    return found


@compiled
def _along_columns(halfway: Any, kernels: Any, first: Any) -> Any:
    """(place in x, place in y): the kernel in x applied to each order and summed."""
    rows = halfway.shape[2]
    _, count, reach = kernels.shape
    found = np.zeros((count, rows))
    for i in range(count):
        for k in range(reach):
            column = first[i] + k
            k0, k1, k2, k3 = kernels[0, i, k], kernels[1, i, k], kernels[2, i, k], kernels[3, i, k]
            for r in range(rows):
                found[i, r] += (
                    k0 * halfway[0, column, r]
                    + k1 * halfway[1, column, r]
                    + k2 * halfway[2, column, r]
                    + k3 * halfway[3, column, r]
                )
    return found
