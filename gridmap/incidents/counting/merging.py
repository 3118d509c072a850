"""Cases by community, for whoever may not see cases: answers out of the tables that are released."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from django.utils import timezone

from geodata.models import Area, Cell
from geodata.querysets import day_of
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import UNTOLD, AreaCounts, Chosen, Ids, Window
from gridmap.incidents.counting.plain import FILTERS
from gridmap.incidents.counting.released import Branch, read_branches, told_period
from gridmap.incidents.models import Topic
from gridmap.incidents.topics import SENSITIVE

# Communities, and their cases.
Group = tuple[tuple[int, ...], int]


class NotApart(ValueError):
    """Counts are told apart by topic alone; `fields` names what else was asked for: source, state, urgency."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"{', '.join(fields)}: counts are told apart by topic alone")
        self.fields = fields


def count_areas_merged(scope: Scope, window: Window, chosen: Chosen) -> AreaCounts:
    """The cases of the quarters around a window in scope, without persons and without what is sensitive.

    All topics together by community, some of them by what lies right below the city; what is too small for that
    with others, or not at all (`released`).

    Raises
    ------
    NotApart
        Asked for a source, a state or an urgency.
    """
    others = [
        column for name, column in FILTERS.items() if name != "topics" and getattr(chosen, name)
    ]
    if others:
        raise NotApart(others)
    period = told_period(window, day_of(timezone.now()))
    ordinary = list(
        Topic.objects.exclude(category__in=SENSITIVE).order_by("pk").values_list("pk", flat=True)
    )
    asked = {*chosen.topics} or {*ordinary}
    groups: list[Group] = []
    for branch in read_branches(_branches(scope), ordinary, period):
        if asked >= {*ordinary}:
            groups += _by_community(branch, scope.area_ids)
        else:
            groups.append(_by_topic(branch, scope.area_ids, asked))
    groups.sort()
    counts = np.array([number for _, number in groups], np.int64)
    return AreaCounts(tuple(areas for areas, _ in groups), counts, period)


def _by_community(branch: Branch, mine: frozenset[int]) -> Iterator[Group]:
    """What is in one block in any quarter is told together, or not at all where it reaches out of scope."""
    areas = np.array(branch.areas, np.int64)
    blocks = branch.by_community().blocks.reshape(len(areas), -1)
    counts = branch.counts.sum(axis=(1, 2))
    in_scope = np.isin(areas, list(mine))
    groups = _connected(blocks)
    for group in np.unique(groups[in_scope]):
        own = groups == group
        is_told = in_scope[own].all() and (blocks[own] >= 0).all()
        yield tuple(areas[own & in_scope].tolist()), int(counts[own].sum()) if is_told else UNTOLD


def _connected(blocks: Ids) -> Ids:
    """For each row the first of those with which it shares a block in some column, also by way of others."""
    first = np.arange(len(blocks))
    for column in blocks.T:
        for block in np.unique(column):
            joined = np.isin(first, first[column == block])
            first[joined] = first[joined].min()
    return first


def _by_topic(branch: Branch, mine: frozenset[int], topics: set[int]) -> Group:
    """All of it together, or not at all where it reaches out of scope."""
    own = tuple(area for area in branch.areas if area in mine)
    asked = np.repeat(np.isin(branch.topics, list(topics)), len(branch.quarters))
    is_told = len(own) == len(branch.areas) and topics <= {*branch.topics}
    found = branch.by_topic().answer(asked) if is_told else None
    return own, UNTOLD if found is None else found


def _branches(scope: Scope) -> list[list[int]]:
    """The areas that have cells in what lies right below the city, where some of it is in scope."""
    above = dict(Area.objects.values_list("pk", "parent"))
    branches: dict[int, list[int]] = {}
    for area in Cell.objects.order_by("community").values_list("community", flat=True).distinct():
        branches.setdefault(_branch(area, above), []).append(area)
    return [areas for areas in branches.values() if not scope.area_ids.isdisjoint(areas)]


def _branch(area: int, above: Mapping[int, int | None]) -> int:
    """What lies right below the city, over an area."""
    while (parent := above[area]) is not None and above[parent] is not None:
        area = parent
    return area
