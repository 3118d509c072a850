"""Which places are neighbours, as sparse weights: rows are places, columns their neighbours."""

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse, spatial

Floats = npt.NDArray[np.float64]
Weights: TypeAlias = sparse.csr_array


def contiguity(polygons: npt.NDArray[Any], rule: Literal["queen", "rook"] = "queen") -> Weights:
    """Weight 1 for polygons that touch, 0 for the polygon itself.

    Parameters
    ----------
    polygons : (n,) array of shapely polygons or multipolygons
        Valid; neighbours share the coordinates of their border, as the cells of a coverage do.
    rule : {"queen", "rook"}
        Queen: one common point is enough. Rook: a common piece of border.

    Returns
    -------
    (n, n) csr_array of float64

    Raises
    ------
    ValueError
        Another rule.
    """
    if rule not in ("queen", "rook"):
        raise ValueError("rule: queen or rook")
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    if rule == "rook":
        shared = shapely.length(shapely.intersection(polygons[one], polygons[other])) > 0
        one, other = one[shared], other[shared]
    return _symmetric(one, other, len(polygons))


def distance_band(x: npt.ArrayLike, y: npt.ArrayLike, distance: float) -> Weights:
    """Weight 1 for places at most `distance` apart, in the unit of the coordinates; 0 for the place itself.

    Returns
    -------
    (n, n) csr_array of float64

    Raises
    ------
    ValueError
        A distance that is not positive, or a coordinate that is not finite.
    """
    xy = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    if not distance > 0:
        raise ValueError("distance: above 0")
    if not np.isfinite(xy).all():
        raise ValueError("x, y: finite")
    pairs = spatial.cKDTree(xy).query_pairs(distance, output_type="ndarray")
    return _symmetric(pairs[:, 0], pairs[:, 1], len(xy))


def with_self(weights: Weights, weight: float = 1.0) -> Weights:
    """Every place as a neighbour of itself too, as Gi* counts."""
    others = weights - sparse.diags_array(weights.diagonal())
    return sparse.csr_array(others + weight * sparse.eye_array(weights.shape[0]))


def row_standardised(weights: Weights) -> Weights:
    """Weights that sum to 1 in every row that has any."""
    sums = np.asarray(weights.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(1 / np.where(sums == 0, 1, sums)) @ weights)


def _symmetric(one: npt.NDArray[Any], other: npt.NDArray[Any], count: int) -> Weights:
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
