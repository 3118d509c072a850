"""Sums of sensitive cases that may leave the house: `layers.hotspots.release`, district by district and month by month.

Every account is told blocks of one and the same partition: what two of them know together is no more than
either may know. No block reaches beyond a district, so that nothing in one depends on what happened in another. A
month is told once it is over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.utils import timezone

from geodata.models import Area, Cell
from geodata.querysets import BEIJING
from geodata.times import to_local
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting import release_secret
from gridmap.incidents.frames import NONE, read_cases
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.querysets import WITHOUT_CASES
from gridmap.incidents.topics import SENSITIVE
from gridmap.notebook.asking import counted, local
from gridmap.recurring.city import positions
from gridmap.recurring.reading import voices_of
from layers.hotspots.release import Lattice, release

Ints = npt.NDArray[np.int64]
Row = tuple[tuple[str, ...], np.datetime64, tuple[str, ...], int]

COLUMNS = ["communities", "period", "topics", "cases"]
_TICK = np.timedelta64(1, "us")


def withheld_topics(scope: Scope, topics: Sequence[Topic]) -> list[Topic]:
    """The sensitive ones, where the cases of some area in scope may not be seen."""
    if scope.area_ids <= scope.areas_of(scope.roles - WITHOUT_CASES):
        return []
    return [topic for topic in topics if topic.category in SENSITIVE]


def released_sums(
    scope: Scope, topics: Sequence[Topic], since: datetime | None, until: datetime | None
) -> pd.DataFrame:
    """Blocks of whole months of a period that lie in scope, of topics that are all asked for."""
    rows: list[Row] = []
    wanted = {topic.code for topic in topics}
    if wanted:
        for district in _districts(scope):
            for month in _closed_months(district.months, since, until):
                rows += [row for row in district.blocks(month) if wanted.issuperset(row[2])]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True)
class _District:
    """Sensitive cases of one branch below the city, each an atom of a community and a topic.

    `ladder` has for each community its code and those above it within the district; `is_told` whether it is in scope.
    """

    ladder: Sequence[Sequence[str]]
    is_told: npt.NDArray[np.bool_]
    topics: Sequence[str]
    atoms: Ints
    months: Ints
    voices: Ints

    def blocks(self, month: int) -> Iterator[Row]:
        """What may be told of a month and lies in scope whole."""
        inside = np.flatnonzero(self.months == month)
        voices = self.voices[inside]
        heard = np.flatnonzero(voices != NONE)
        day = np.datetime64(month, "M")
        lattice = Lattice.of(
            self.ladder, self.topics, [str(day)], sensitive=frozenset(), sensitive_from=0
        )
        found = release(lattice, self.atoms[inside], heard, voices[heard], secret=release_secret())
        area, topic = np.divmod(np.arange(len(lattice.codes)), len(self.topics))
        for block, cases in enumerate(found.cases.tolist()):
            atoms = found.blocks == block
            if self.is_told[area[atoms]].all():
                communities = sorted({self.ladder[place][0] for place in area[atoms]})
                topics = sorted({self.topics[place] for place in topic[atoms]})
                yield tuple(communities), day.astype("datetime64[D]"), tuple(topics), cases


def _districts(scope: Scope) -> Iterator[_District]:
    """Those of which something is in scope."""
    topics = list(Topic.objects.filter(category__in=SENSITIVE).order_by("pk"))
    arrays = read_cases(counted(Incident.objects.filter(topic__in=topics)))
    topic = positions(np.array([one.pk for one in topics], np.int64), arrays.topic)
    month = to_local(arrays.occurred_at, str(BEIJING)).astype("datetime64[M]").astype(np.int64)
    voice = voices_of(arrays.id)
    for areas, ladder in _ladders({*arrays.area.tolist()}):
        place = positions(areas, arrays.area)
        own = place >= 0
        is_told = np.isin(areas, list(scope.area_ids))
        if is_told.any():
            atoms = place[own] * len(topics) + topic[own]
            codes = [one.code for one in topics]
            yield _District(ladder, is_told, codes, atoms, month[own], voice[own])


def _ladders(used: set[int]) -> Iterator[tuple[Ints, list[list[str]]]]:
    """By district the areas that have cells or cases, and for each the codes up to the district, of one length.

    What lies in the city as a whole, because nobody could place it, is a district by itself.
    """
    known: dict[int, Any] = {area.pk: area for area in Area.objects.order_by("code")}
    smallest = {*Cell.objects.values_list("community", flat=True), *used}
    by_district: dict[str, dict[int, list[str]]] = {}
    for key in known:
        if key in smallest:
            chain = _chain(key, known)
            by_district.setdefault(chain[-1], {})[key] = chain
    for chains in by_district.values():
        longest = max(map(len, chains.values()))
        # Filled up at the small end, where a community stands beside a town.
        ladder = [[chain[0]] * (longest - len(chain)) + chain for chain in chains.values()]
        yield np.array(list(chains), np.int64), ladder


def _chain(key: int, known: dict[int, Any]) -> list[str]:
    area = known[key]
    chain = [area.code]
    while area.parent_id is not None and known[area.parent_id].parent_id is not None:
        area = known[area.parent_id]
        chain.append(area.code)
    return chain


def _closed_months(months: Ints, since: datetime | None, until: datetime | None) -> range:
    """Whole months of the period that are over, counted since 1970."""
    if not len(months):
        return range(0)
    now = timezone.now()
    begins = _month_of(local(since) - _TICK) + 1 if since else int(months.min())
    return range(begins, _month_of(local(min(until or now, now))))


def _month_of(at: np.datetime64) -> int:
    return int(at.astype("datetime64[M]").astype(np.int64))
