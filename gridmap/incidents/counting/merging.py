"""Cases by community, for whoever may not see cases: small numbers are told only together."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

import numpy as np

from geodata.models import Area, Cell
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import AreaCounts, Chosen, Window
from gridmap.incidents.counting.plain import count_plain
from gridmap.incidents.models import Incident

LEAST, FEWER = 5, -1
# Communities, and their cases.
Group = tuple[tuple[int, ...], int]


def count_areas_merged(scope: Scope, window: Window, chosen: Chosen) -> AreaCounts:
    """The cases of a window by community in scope, without persons and without what is sensitive.

    A community with fewer than `LEAST` cases is told together with others of its district, the smallest first; a
    district that has fewer, with others. Nobody is told as nobody.
    """
    edges = (window.since, window.until)
    ids, counts = count_plain(Incident.objects.told_to(scope), "area", edges, chosen)
    known = dict(zip(ids.tolist(), counts[:, 0].tolist(), strict=True))
    return merged([{area: known.get(area, 0) for area in areas} for areas in _districts(scope)])


def merged(districts: Sequence[Mapping[int, int]]) -> AreaCounts:
    """Counts by community, a mapping a district, as groups that may be told."""
    told: list[Group] = []
    small: list[Group] = []
    for counts in districts:
        fine, left = _joined([((area,), number) for area, number in counts.items()])
        told += fine
        small += left
    fine, left = _joined(told + small) if small else (told, [])
    groups = sorted(fine) + [(areas, FEWER) for areas, _ in left]
    return AreaCounts(
        tuple(areas for areas, _ in groups), np.array([number for _, number in groups], np.int64)
    )


def _joined(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """Those that may be told, the small ones joined, and what is small even with all others."""
    empty = [group for group in groups if not group[1]]
    some = sorted((group for group in groups if group[1]), key=itemgetter(1))
    areas: tuple[int, ...] = ()
    number = taken = 0
    for taken, (more, cases) in enumerate(some):
        if cases >= LEAST and (number == 0 or number >= LEAST):
            return [*empty, *_one(areas, number), *some[taken:]], []
        areas, number = areas + more, number + cases
    return ([*empty, *_one(areas, number)], []) if number >= LEAST else (empty, _one(areas, number))


def _one(areas: tuple[int, ...], number: int) -> list[Group]:
    return [(tuple(sorted(areas)), number)] if areas else []


def _districts(scope: Scope) -> Iterator[list[int]]:
    """The areas in scope that have cells, by the branch below the city."""
    above = dict(Area.objects.values_list("pk", "parent"))
    small = set(Cell.objects.values_list("community", flat=True)) & scope.area_ids
    branches: dict[int, list[int]] = {}
    for area in sorted(small):
        branches.setdefault(_branch(area, above), []).append(area)
    yield from branches.values()


def _branch(area: int, above: Mapping[int, int | None]) -> int:
    """What lies right below the city, over an area."""
    while (parent := above[area]) is not None and above[parent] is not None:
        area = parent
    return area
