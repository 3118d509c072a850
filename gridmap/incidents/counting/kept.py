"""Counts read from the vectors that are kept, and what has changed since: one statement, one view of the database."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection

from gridmap.incidents.counting.asking import Counts, Ids
from gridmap.incidents.counting.series import CELL, VECTOR, month_of

READ = "SELECT * FROM incidents_counts(%s::bigint[], %s::date[], %s::date[], %s::bigint[], %s::bigint[])"
ORDER, CELLS, MONTHS, DAYS, CHANGES = range(5)
# As PostgreSQL sends them.
SENT = np.dtype(">i8")
EPOCH = date(2000, 1, 1)


def count_kept(
    areas: Collection[int], cells: Collection[int], edges: Sequence[date], topics: Sequence[int]
) -> tuple[Ids, Counts]:
    """Cells of today in the areas and those named, in rising order, and their cases in each step (cells × steps).

    Topics by id; all where none is named.
    """
    months = sorted({month_of(day) for day in edges})
    parts: list[list[tuple[int, int, bytes]]] = [[] for _ in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(READ, [sorted({*topics}), months, list(edges), list(areas), list(cells)])
        for part, place, sign, data in cursor.fetchall():
            if data is not None:
                parts[part].append((place, sign, data))
    order, found = _ids(parts[ORDER], CELL), _ids(parts[CELLS], SENT)
    before = _sums(parts[MONTHS], len(months), len(order))
    within = _sums(parts[DAYS], len(edges), len(order))
    until = before[[months.index(month_of(day)) for day in edges]] + within
    counts = _of_cells(np.diff(until, axis=0).T, order, found)
    for _place, _sign, data in parts[CHANGES]:
        _add_changes(counts, found, edges, np.frombuffer(data, SENT).reshape(-1, 3))
    return found, counts


def _ids(rows: Sequence[tuple[int, int, bytes]], kind: np.dtype[np.int64]) -> Ids:
    return np.frombuffer(rows[0][2] if rows else b"", kind).astype(np.int64)


def _sums(rows: Sequence[tuple[int, int, bytes]], places: int, width: int) -> Counts:
    """Vectors by place; what they are shorter by is nothing."""
    total = np.zeros((places, width), np.int64)
    for place, sign, data in rows:
        vector = np.frombuffer(data, VECTOR)
        own = total[place - 1, : len(vector)]
        (np.add if sign > 0 else np.subtract)(own, vector, out=own)
    return total


def _of_cells(counts: Counts, order: Ids, cells: Ids) -> Counts:
    """Counts in the order of the vectors as those of the cells."""
    by_id = np.argsort(order)
    at = np.searchsorted(order, cells, sorter=by_id)
    known = at < len(order)
    known[known] = order[by_id[at[known]]] == cells[known]
    placed = np.zeros((len(cells), counts.shape[1]), np.int64)
    placed[known] = counts[by_id[at[known]]]
    return placed


def _add_changes(
    counts: Counts, cells: Ids, edges: Sequence[date], changes: npt.NDArray[np.int64]
) -> None:
    cell, day, number = changes.T
    at = np.searchsorted(cells, cell)
    known = np.flatnonzero(np.isin(cell, cells))
    step = np.searchsorted([(edge - EPOCH).days for edge in edges], day[known], side="right") - 1
    np.add.at(counts, (at[known], step), number[known])
