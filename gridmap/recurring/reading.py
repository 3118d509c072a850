"""The cases of a run as the statistics take them."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from geodata.copying import read_columns
from geodata.querysets import BEIJING
from geodata.times import Moments
from gridmap.incidents.frames import NONE, CaseArrays, read_cases
from gridmap.incidents.models import Topic
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.recurring.city import City, positions
from layers.hotspots.cases import Cases
from layers.hotspots.naming import Words

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

VOICES = "SELECT incident_id, voice FROM case_voices()"


@dataclass(frozen=True)
class Material:
    """Cases and places of a run, and the digest that tells whether another run had the same cases."""

    arrays: CaseArrays
    cases: Cases
    city: City
    topics: list[Topic]
    digest: str

    @property
    def words(self) -> list[Words]:
        return [Words(topic.name, topic.name_en) for topic in self.topics]

    @property
    def disputes(self) -> Flags:
        return np.array([topic.is_dispute for topic in self.topics])


def read_material(cases: IncidentQuerySet, at: datetime) -> Material:
    """All cases of a queryset with the places of that moment."""
    arrays = read_cases(cases)
    city, topics = City(arrays, at), list(Topic.objects.order_by("pk"))
    voices = voices_of(arrays.id)
    material = Cases(
        leaf=city.leaves.of_case,
        topic=positions(np.array([topic.pk for topic in topics]), arrays.topic),
        opened=_local(arrays.occurred_at),
        settled=_local(arrays.settled_at),
        caller=voices,
        round=arrays.round.astype(np.int64),
    )
    return Material(arrays, material, city, topics, _digest(arrays, voices))


def voices_of(ids: Ints) -> Ints:
    """The caller of each case, `NONE` where nobody is named."""
    known = read_columns(VOICES, [], {"incident": "bigint", "voice": "bigint"})
    return np.append(known["voice"], NONE)[positions(known["incident"], ids)]


def _local(moments: Moments) -> Moments:
    """In Beijing, which has had one offset since 1992."""
    offset = datetime(2020, 1, 1, tzinfo=BEIJING).utcoffset()
    return moments + np.timedelta64(offset)


def _digest(arrays: CaseArrays, voices: Ints) -> str:
    parts = [np.ascontiguousarray(values) for values in (*vars(arrays).values(), voices)]
    return sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
