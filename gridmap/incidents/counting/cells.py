"""The cells of today, as long as the boundaries stay."""

from functools import lru_cache

import numpy as np
from django.db.models import Exists, OuterRef, Q

from geodata.models import Cell, CellVersion
from gridmap.incidents.counting.asking import Ids


@lru_cache(1_000)
def cells_of_today(_boundaries: bytes, areas: frozenset[int], cells: frozenset[int]) -> Ids:
    """Those of the areas and those named, in rising order, after the last change of boundaries that somebody knows of.

    What is kept is not older than that change.
    """
    return current_cells(Q(community__in=areas) | Q(pk__in=cells))


def current_cells(condition: Q) -> Ids:
    """In rising order; nobody writes on them."""
    today = CellVersion.objects.filter(cell=OuterRef("pk"), valid_to__isnull=True)
    found = Cell.objects.filter(condition, Exists(today)).order_by("pk")
    ids = np.array(found.values_list("pk", flat=True), np.int64)
    ids.setflags(write=False)
    return ids
