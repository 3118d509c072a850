"""The places at which a conflict may come back, from an address up to a community, over the same leaves.

A leaf is the smallest place that is told apart: a building, or a spot of the ground where no building is known.
Every level is a list of pairs of a leaf and a place that holds it; stretches of a street overlap, the rest do not.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse

from layers.hotspots.intensity import Level
from layers.hotspots.neighbours import Weights

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]

NOWHERE = -1
# Metres. Geocoders put the same place on points a few steps apart: within a spot they are one.
SPOT_M = 40.0
# Metres: a market or a noisy road is about as long; each stretch shares its half with the next one.
STRETCH_M, STEP_M, BESIDE_M = 400.0, 200.0, 60.0


@dataclass(frozen=True)
class Leaves:
    """Buildings first, in their order, then spots by their place on the ground.

    `of_case` (cases,) is the leaf of each case, `NOWHERE` without a point; `x`, `y` (leaves,) are metres;
    `building` (leaves,) is the position of the building, `NOWHERE` for a spot.
    """

    of_case: Ints
    x: Floats
    y: Floats
    building: Ints

    def __len__(self) -> int:
        return len(self.x)


# How many times its usual a conflict of each level is thought to have, so that tests go where they can see.
RATIOS = {
    "address": 10.0,
    "street": 5.0,
    "estate": 5.0,
    "cells": 2.5,
    "cell": 3.0,
    "community": 1.8,
}
# Turns: two cells are a finding only where neither is, a community where nothing in it is.
LATER, LAST = 1, 2


def make_leaves(
    x: Floats, y: Floats, building: Ints, building_x: Floats, building_y: Floats
) -> Leaves:
    """Buildings as leaves, and spots for the cases that are in none.

    Parameters
    ----------
    x, y : ndarray (cases,)
        Metres, NaN where a case has no point.
    building : ndarray of int (cases,)
        Position of its building, `NOWHERE` where none is known.
    building_x, building_y : ndarray (buildings,)
        Metres. Buildings without a case are leaves too: that nothing happened there is knowledge.

    Raises
    ------
    ValueError
        A building is not one of those that are given.
    """
    if building.size and building.max() >= len(building_x):
        raise ValueError("building: a position beyond the buildings")
    of_case = building.astype(np.int64).copy()
    alone = np.flatnonzero((building < 0) & np.isfinite(x) & np.isfinite(y))
    of_case[building < 0] = NOWHERE
    grid = np.floor(np.column_stack([x[alone], y[alone]]) / SPOT_M).astype(np.int64)
    spots, spot = _unique_rows(grid)
    of_case[alone] = len(building_x) + spot
    middle = (spots + 0.5) * SPOT_M
    return Leaves(
        of_case=of_case,
        x=np.concatenate([building_x, middle[:, 0]]),
        y=np.concatenate([building_y, middle[:, 1]]),
        building=np.concatenate([np.arange(len(building_x)), np.full(len(spots), NOWHERE)]),
    )


def _unique_rows(grid: Ints) -> tuple[Ints, Ints]:
    """As `np.unique` over the rows of pairs with its inverse, by one number a row: a fifth of the time."""
    low = grid.min(axis=0, initial=0)
    width = grid[:, 1].max(initial=0) - low[1] + 1
    packed, inverse = np.unique((grid - low) @ np.array([width, 1]), return_inverse=True)
    return np.column_stack(np.divmod(packed, width)) + low, inverse


def level_of(name: str, place: Ints, size: int) -> Level:
    """A level of which each leaf is in one place, or in none (`NOWHERE`); the name is one of `RATIOS`."""
    leaf = np.flatnonzero(place >= 0)
    is_community = name == "community"
    turn = LAST if is_community else 0
    return Level(leaf, place[leaf], size, RATIOS[name], against_city=is_community, turn=turn)


def grouped(labels: npt.NDArray[np.str_]) -> tuple[Level, npt.NDArray[np.str_]]:
    """The level of the leaves with the same words, the name of an estate; "" is no place.

    Returns the level and the words of each place.
    """
    words, place = np.unique(labels, return_inverse=True)
    if len(words) and words[0] == "":
        words, place = words[1:], place - 1
    return level_of("estate", place.astype(np.int64), len(words)), words


def pairs_of(cells: Level, neighbours: Weights) -> tuple[Level, Ints]:
    """Every two cells side by side as one place: what lies on both sides of a border is one thing.

    Parameters
    ----------
    cells : Level
        Each leaf in one cell.
    neighbours : sparse array, shape (cells, cells)

    Returns the level and the two cells of each pair, shape (pairs, 2), the smaller number first.
    """
    one, other = sparse.triu(neighbours, k=1).coords
    pairs = np.column_stack([one, other]).astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    holds = sparse.csr_array(
        (np.ones(2 * len(pairs)), (np.repeat(np.arange(len(pairs)), 2), pairs.ravel())),
        shape=(len(pairs), cells.places),
    )
    place, at = (holds[:, cells.place]).nonzero()
    order = np.lexsort((at, place))
    return Level(
        cells.leaf[at[order]], place[order], len(pairs), RATIOS["cells"], turn=LATER
    ), pairs


@dataclass(frozen=True)
class Stretches:
    """`level` with a place for each stretch; `street` (places,) its street, `lines` (places,) where it runs."""

    level: Level
    street: Ints
    lines: Geometries


def stretches(leaves: Leaves, streets: Geometries) -> Stretches:
    """Windows of a street that overlap by half, with the leaves beside them.

    Parameters
    ----------
    streets : ndarray of shapely linestrings or multilinestrings
        Metres. A street that is shorter than a stretch is one.
    """
    parts, street = shapely.get_parts(streets, return_index=True)
    lengths: Floats = shapely.length(parts)
    count = np.maximum(np.ceil((lengths - STRETCH_M) / STEP_M), 0).astype(np.int64) + 1
    part = np.repeat(np.arange(len(parts)), count)
    first = np.repeat(np.cumsum(count) - count, count)
    begins = (np.arange(len(part), dtype=np.float64) - first) * STEP_M
    ends = np.minimum(begins + STRETCH_M, lengths[part])
    lines = _pieces(parts[part], begins, ends)
    points: Any = shapely.points(leaves.x, leaves.y)
    place, leaf = shapely.STRtree(points).query(lines, predicate="dwithin", distance=BESIDE_M)
    order = np.lexsort((leaf, place))
    level = Level(leaf[order], place[order], len(lines), RATIOS["street"])
    return Stretches(level, street[part], lines)


def _pieces(lines: Geometries, begins: Floats, ends: Floats) -> Geometries:
    """The part of each line between two distances from its start."""
    if not len(lines):
        return lines
    points, line = shapely.get_coordinates(lines, return_index=True)
    steps = np.hypot(*np.diff(points, axis=0).T)
    steps[np.diff(line) != 0] = 0.0
    # A city may have no street.
    along = np.concatenate([[0.0], np.cumsum(steps)])[: len(points)]
    along -= along[np.searchsorted(line, line)]
    inside = (along > begins[line]) & (along < ends[line])
    cuts = [shapely.line_interpolate_point(lines, at) for at in (begins, ends)]
    every = np.arange(len(lines))
    xy = np.concatenate(
        [shapely.get_coordinates(cuts[0]), points[inside], shapely.get_coordinates(cuts[1])]
    )
    owner = np.concatenate([every, line[inside], every])
    rank = np.concatenate([begins, along[inside], ends])
    order = np.lexsort((rank, owner))
    pieces: Any = shapely.linestrings(xy[order], indices=owner[order])
    return np.asarray(pieces)
