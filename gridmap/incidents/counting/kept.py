"""Counts by cell, read from the sums that are kept."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from gridmap.incidents.counting.asking import Counts, Ids
from gridmap.incidents.counting.cells import cells_of_today
from gridmap.incidents.counting.leaves import number_of
from gridmap.incidents.counting.squares import CITY
from gridmap.incidents.counting.sums import on_one_view, places_of, read_sums


def count_kept(
    areas: frozenset[int], cells: frozenset[int], edges: Sequence[date], topics: Sequence[int]
) -> tuple[Ids, Counts]:
    """Cells of today in the areas and those named, in rising order, and their cases in each step (cells × steps).

    Topics by id; all where none is named.
    """
    return on_one_view(lambda: _count(areas, cells, [*map(number_of, edges)], topics))


def _count(
    areas: frozenset[int], cells: frozenset[int], days: list[int], topics: Sequence[int]
) -> tuple[Ids, Counts]:
    sums = read_sums([CITY], topics, days)
    found = cells_of_today(sums.boundaries, areas, cells)
    counts = np.zeros((len(found), len(days) - 1), np.int64)
    for square in sums.squares.values():
        known, at = _places(square.version, sums.boundaries, areas, cells)
        counts[known] = (square.before[1:] - square.before[:-1]).T[at]
    if len(sums.changes):
        _add_changes(counts, found, days, sums.changes)
    return found, counts


@lru_cache(1_000)
def _places(
    version: int, boundaries: bytes, areas: frozenset[int], cells: frozenset[int]
) -> tuple[Ids, Ids]:
    """Which of the cells ever had a case, and where in the sums each of these is counted."""
    found, counted = cells_of_today(boundaries, areas, cells), places_of(CITY, version)
    _, known, at = np.intersect1d(found, counted, assume_unique=True, return_indices=True)
    return known, at


def _add_changes(counts: Counts, cells: Ids, days: list[int], changes: Ids) -> None:
    cell, _bin, day, number = changes.T
    known = np.isin(cell, cells)
    at = np.searchsorted(cells, cell[known])
    step = np.searchsorted(days, day[known], side="right") - 1
    np.add.at(counts, (at, step), number[known])
