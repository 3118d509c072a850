"""Cases by cell, for whoever works with cases."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from django.db.models import Q

from geodata.models import LeaderPost
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import CellCounts, Chosen, Counts, Ids, Window
from gridmap.incidents.counting.cells import current_cells
from gridmap.incidents.counting.kept import count_kept
from gridmap.incidents.counting.plain import count_plain
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import WITHOUT_CASES, works_with_cases


def count_cells(scope: Scope, window: Window, chosen: Chosen) -> CellCounts:
    """Of every cell that there is today and that lies in scope the cases of a window, also where there are none."""
    cells, counts = count_steps(scope, (window.since, window.until), chosen)
    return CellCounts(cells, counts[:, 0])


def count_steps(scope: Scope, edges: Sequence[date], chosen: Chosen) -> tuple[Ids, Counts]:
    """The same in each step between neighbouring edges (cells × steps).

    A cell in scope as a whole has all its cases; another one, which whoever asks knows through a post or a team,
    those that they may see.

    Raises
    ------
    ValueError
        Fewer than two edges, or edges that do not rise.
    """
    if len(edges) < 2 or any(not one < next_ for one, next_ in pairwise(edges)):
        raise ValueError("edges: two or more days, each after the one before")
    if not works_with_cases(scope):
        return np.zeros(0, np.int64), np.zeros((0, len(edges) - 1), np.int64)
    count_whole = _of_kept if chosen.is_by_topic_only else _of_cases
    cells, counts = count_whole(scope, edges, chosen)
    return _with_posts(scope, cells, counts, edges, chosen) if scope.post_ids else (cells, counts)


def _of_kept(scope: Scope, edges: Sequence[date], chosen: Chosen) -> tuple[Ids, Counts]:
    return count_kept(_areas(scope), scope.cell_ids, edges, chosen.topics)


def _of_cases(scope: Scope, edges: Sequence[date], chosen: Chosen) -> tuple[Ids, Counts]:
    cells = current_cells(Q(community__in=_areas(scope)) | Q(pk__in=scope.cell_ids))
    counts = np.zeros((len(cells), len(edges) - 1), np.int64)
    cases = Incident.objects.filter(cell__in=cells.tolist())
    _add(counts, cells, *count_plain(cases, "cell", edges, chosen))
    return cells, counts


def _with_posts(
    scope: Scope, whole: Ids, counts: Counts, edges: Sequence[date], chosen: Chosen
) -> tuple[Ids, Counts]:
    """With the cells around posts, and what whoever asks may see of them."""
    others = np.setdiff1d(_around_posts(scope), whole)
    cells = np.union1d(whole, others)
    total = np.zeros((len(cells), counts.shape[1]), np.int64)
    _add(total, cells, whole, counts)
    seen = Incident.objects.visible_to(scope).filter(cell__in=others.tolist())
    _add(total, cells, *count_plain(seen, "cell", edges, chosen))
    return cells, total


def _areas(scope: Scope) -> frozenset[int]:
    """Those of which whoever asks may see the cases."""
    return scope.areas_of(scope.roles - WITHOUT_CASES)


def _around_posts(scope: Scope) -> Ids:
    return current_cells(Q(pk__in=LeaderPost.objects.filter(pk__in=scope.post_ids).values("cell")))


def _add(total: Counts, cells: Ids, ids: Ids, counts: Counts) -> None:
    """Counts of some of the cells to those of all."""
    total[np.searchsorted(cells, ids)] += counts
