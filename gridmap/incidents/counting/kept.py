"""Counts read from the vectors that are kept, and what has changed since: one statement, one view of the database."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from django.db import connection

from gridmap.incidents.counting.asking import Counts, Ids
from gridmap.incidents.counting.cells import cells_of_today
from gridmap.incidents.counting.series import CELL, VECTOR, month_of

READ = "SELECT * FROM incidents_counts(%s::bigint[], %s::date[], %s::date[])"
ORDER, BOUNDARIES, MONTHS, DAYS, CHANGES = range(5)
# As PostgreSQL sends them.
SENT = np.dtype(">i8")
EPOCH = date(2000, 1, 1)
# Place (of a month or edge, from 1), sign, vector.
Part = list[tuple[int, int, bytes]]


def count_kept(
    areas: frozenset[int], cells: frozenset[int], edges: Sequence[date], topics: Sequence[int]
) -> tuple[Ids, Counts]:
    """Cells of today in the areas and those named, in rising order, and their cases in each step (cells × steps).

    Topics by id; all where none is named.
    """
    months = sorted({month_of(day) for day in edges})
    parts = _read(topics, months, edges)
    order = parts[ORDER][0][2] if parts[ORDER] else b""
    boundaries = parts[BOUNDARIES][0][2] if parts[BOUNDARIES] else b""
    found, at = _places(order, boundaries, areas, cells)
    # One more, of which nothing is counted, for cells that have none.
    width = len(order) // CELL.itemsize + 1
    before, within = _sums(parts[MONTHS], len(months), width), _sums(parts[DAYS], len(edges), width)
    until = before[[months.index(month_of(day)) for day in edges]] + within
    counts = (until[1:] - until[:-1]).T[at]
    for _place, _sign, data in parts[CHANGES]:
        _add_changes(counts, found, edges, data)
    return found, counts


def _read(topics: Sequence[int], months: Sequence[date], edges: Sequence[date]) -> list[Part]:
    parts: list[Part] = [[] for _ in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(READ, [sorted({*topics}), list(months), list(edges)])
        for part, place, sign, data in cursor.fetchall():
            if data is not None:
                parts[part].append((place, sign, bytes(data)))
    return parts


@lru_cache(1_000)
def _places(
    order: bytes, boundaries: bytes, areas: frozenset[int], cells: frozenset[int]
) -> tuple[Ids, Ids]:
    """The cells, and where in the vectors each is counted; the last place where it never had a case."""
    found = cells_of_today(boundaries, areas, cells)
    counted = np.frombuffer(order, CELL)
    by_id = np.argsort(counted)
    at = np.searchsorted(counted, found, sorter=by_id)
    known = at < len(counted)
    known[known] = counted[by_id[at[known]]] == found[known]
    places = np.full(len(found), len(counted), np.int64)
    places[known] = by_id[at[known]]
    return found, places


def _sums(rows: Part, places: int, width: int) -> Counts:
    """Vectors by place; what they are shorter by is nothing."""
    total = np.zeros((places, width), np.int64)
    for place, sign, data in rows:
        vector = np.frombuffer(data, VECTOR)
        own = total[place - 1, : len(vector)]
        (np.add if sign > 0 else np.subtract)(own, vector, out=own)
    return total


def _add_changes(counts: Counts, cells: Ids, edges: Sequence[date], data: bytes) -> None:
    cell, day, number = np.frombuffer(data, SENT).reshape(-1, 3).T
    known = np.isin(cell, cells)
    at = np.searchsorted(cells, cell[known])
    step = np.searchsorted([(edge - EPOCH).days for edge in edges], day[known], side="right") - 1
    np.add.at(counts, (at, step), number[known])
