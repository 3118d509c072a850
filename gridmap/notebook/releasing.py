"""Sums of sensitive cases that may leave the house: `layers.hotspots.release` over the whole city, month by month.

Every account is told blocks of one and the same partition: what two of them know together is no more than
either may know. A month is told once it is over.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.conf import settings
from django.utils import timezone

from geodata.models import Area, Cell
from geodata.querysets import BEIJING
from geodata.times import to_local
from gridmap.accounts.scope import Scope
from gridmap.incidents.frames import NONE, CaseArrays, read_cases
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
_KEY_BYTES = 64


def release_secret() -> bytes:
    """What no reader of a release knows, the same for ever."""
    return bytes(settings.RELEASE_SECRET.encode()[:_KEY_BYTES])


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
        city = _Sums()
        for month in city.closed_months(since, until):
            rows += [row for row in city.blocks(month, scope) if wanted.issuperset(row[2])]
    return pd.DataFrame(rows, columns=COLUMNS)


class _Sums:
    """All sensitive cases of the city, as atoms of a community and a topic."""

    def __init__(self) -> None:
        topics = list(Topic.objects.filter(category__in=SENSITIVE).order_by("pk"))
        arrays = read_cases(counted(Incident.objects.filter(topic__in=topics)))
        self._topics = [topic.code for topic in topics]
        self._area_ids, self._ladder = _ladder(arrays)
        topic = positions(np.array([one.pk for one in topics], np.int64), arrays.topic)
        self._atom = positions(self._area_ids, arrays.area) * len(topics) + topic
        occurred = to_local(arrays.occurred_at, str(BEIJING))
        self._month = occurred.astype("datetime64[M]").astype(np.int64)
        self._voice = voices_of(arrays.id)

    def closed_months(self, since: datetime | None, until: datetime | None) -> range:
        """Whole months of the period that are over, counted since 1970."""
        if not len(self._month):
            return range(0)
        now = timezone.now()
        begins = _month_of(local(since) - _TICK) + 1 if since else int(self._month.min())
        return range(begins, _month_of(local(min(until or now, now))))

    def blocks(self, month: int, scope: Scope) -> Iterator[Row]:
        inside = np.flatnonzero(self._month == month)
        voice = self._voice[inside]
        heard = np.flatnonzero(voice != NONE)
        day = np.datetime64(month, "M")
        lattice = Lattice.of(
            self._ladder, self._topics, [str(day)], sensitive=frozenset(), sensitive_from=0
        )
        found = release(lattice, self._atom[inside], heard, voice[heard], secret=release_secret())
        is_told = np.isin(self._area_ids, list(scope.area_ids))
        area, topic = np.divmod(np.arange(len(lattice.codes)), len(self._topics))
        for block, cases in enumerate(found.cases.tolist()):
            atoms = found.blocks == block
            if is_told[area[atoms]].all():
                communities = {self._ladder[place][0] for place in area[atoms]}
                topics = {self._topics[place] for place in topic[atoms]}
                first = day.astype("datetime64[D]")
                yield tuple(sorted(communities)), first, tuple(sorted(topics)), cases


def _ladder(arrays: CaseArrays) -> tuple[Ints, list[list[str]]]:
    """Each area that has cells or cases with the codes up to the city, which come to one length."""
    known = {area.pk: area for area in Area.objects.order_by("code")}
    smallest = {*Cell.objects.values_list("community", flat=True), *arrays.area.tolist()}
    used = [key for key in known if key in smallest]
    chains = [_chain(key, known) for key in used]
    longest = max(map(len, chains), default=0)
    # Filled up at the small end: districts stand beside districts, whatever lies below them.
    ladder = [[chain[0]] * (longest - len(chain)) + chain for chain in chains]
    return np.array(used, np.int64), ladder


def _chain(key: int, known: dict[int, Any]) -> list[str]:
    area = known[key]
    chain = [area.code]
    while area.parent_id is not None:
        area = known[area.parent_id]
        chain.append(area.code)
    return chain


def _month_of(at: np.datetime64) -> int:
    return int(at.astype("datetime64[M]").astype(np.int64))
