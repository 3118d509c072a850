"""Do these areas tile: no overlap, no gap, no sliver, nothing outside, nothing broken.

The rules, in the order in which they are applied:

- **invalid**: no area, not finite, or rings that cross. Never repaired and never overlaid; what
  an invalid area may be filling is not called a gap.
- **edge**: the border of an area differs from its neighbour's, down to the last bit.
- **overlap**: two areas share ground that is wider than the tolerance somewhere.
- **gap**: ground inside the outer boundary (`within`) that no area covers. Without an outer
  boundary, ground enclosed by the areas; where that is `ENCLAVE_WIDTH_M` wide somewhere it may
  be another jurisdiction and is an enclave, not a fault.
- **sliver**: a gap that is nowhere wider than `SLIVER_WIDTH_M`; also a crack between two areas
  that opens to the outside.
- **outside**: ground of an area beyond the outer boundary, wider than the tolerance somewhere.

Edges that differ by less than the tolerance are the same edge: a set whose only differences are
that narrow tiles, and its report names nothing. Where something else is wrong its narrow
slivers and edges are named too, marked as tolerated, so that one repair can mend them all.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.coverage_faults import CoverageReport, Fault
from geodata.coverage_search import ENCLAVE_WIDTH_M, SLIVER_WIDTH_M, Areas, Search
from geodata.errors import Sentence
from geodata.errors import gettext_noop as _
from geodata.polygons import find_unsound

__all__ = ["ENCLAVE_WIDTH_M", "SLIVER_WIDTH_M", "CoverageReport", "Fault", "check_coverage"]


def check_coverage(
    names: Sequence[str],
    geometries: npt.NDArray[Any],
    *,
    within: Any = None,
    tolerance_m: float = 0.05,
    rows: Sequence[int] | None = None,
) -> CoverageReport:
    """Whether areas tile, with every fault and its place.

    Parameters
    ----------
    names : sequence of str, length n
        What each area is called in the report.
    geometries : ndarray of shapely geometries, shape (n,)
        Polygons and multipolygons in metres; anything else is reported as invalid.
    within : shapely geometry or array of them, optional
        The outer boundary, in the same metres: the areas must fill it exactly.
    tolerance_m : float
        Edges that differ by less than this are the same edge; 0 asks for equal coordinates.
    rows : sequence of int, length n, optional
        The row of each area in its file; 1 … n by default.

    Returns
    -------
    CoverageReport
        With no faults if the areas tile.

    Raises
    ------
    ValueError
        The lengths differ, or the tolerance is negative or not finite.
    """
    shapes = np.asarray(geometries, dtype=object)
    numbers = tuple(range(1, len(shapes) + 1)) if rows is None else tuple(rows)
    if not len(names) == len(shapes) == len(numbers):
        raise ValueError("names, geometries and rows must have one length")
    if not 0 <= tolerance_m < np.inf:
        raise ValueError("the tolerance must be a length")
    outline, faults = _outer_boundary(within)
    areas = Areas(tuple(names), numbers, shapes, tolerance_m)
    search = Search(areas)
    faults += search.run(outline, is_bounded=within is not None)
    return CoverageReport.of(len(shapes), faults, search.is_complete)


def _outer_boundary(within: Any) -> tuple[Any, list[Fault]]:
    """The outer boundary as one geometry; None, with the reason, where it is unsound."""
    if within is None:
        return None, []
    parts = np.atleast_1d(np.asarray(within, dtype=object))
    reasons = [(wrong.reason, wrong.x, wrong.y) for wrong in find_unsound(parts)]
    if not len(parts):
        reasons = [(Sentence(_("没有几何")), None, None)]
    if reasons:
        text = _("外边界：{reason}")
        return None, [Fault("invalid", Sentence(text, reason=why), x, y) for why, x, y in reasons]
    return (parts[0] if len(parts) == 1 else shapely.union_all(parts)), []
