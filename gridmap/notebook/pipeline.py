"""What the search for recurring conflicts reads, so that a notebook calls the same function as the product."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from gridmap.incidents.frames import NONE
from gridmap.notebook.asking import Day, counted, local, moment_of, occurred
from gridmap.notebook.planner import scope_now
from gridmap.recurring.reading import read_material
from gridmap.recurring.services.finding import SEED, YEARS
from layers.hotspots.cases import Cases
from layers.hotspots.conflicts import Places
from layers.hotspots.naming import Words


@dataclass(frozen=True)
class Material:
    """The arguments of `layers.hotspots.conflicts.recurring_conflicts`, under its names.

    In a notebook::

        m = notebook.material()
        recurring_conflicts(
            m.cases, m.places, m.topics,
            since=m.since, until=m.until, seed=m.seed, disputes=m.disputes,
        )

    `digest` is that of a run (`notebook.conflicts().attrs`) which read the same cases. These arrays are as fine
    as those of the product: they say which building and which hour. What is drawn or printed of them
    should be what the function finds.
    """

    cases: Cases
    places: Places
    topics: Sequence[Words]
    codes: Sequence[str]
    since: np.datetime64
    until: np.datetime64
    seed: int
    disputes: npt.NDArray[np.bool_]
    digest: str


def material(since: Day = None, until: Day = None) -> Material:
    """Cases of a period in the planner's areas with all places of the city; the last five years by themselves.

    Whoever plans for the whole city has the very arrays of the run over the same period.

    Raises
    ------
    NoPlanner
    ValueError
        An empty period.
    """
    at = timezone.now()
    ends: datetime = moment_of(until) or at
    begins = moment_of(since) or ends - timedelta(days=round(365.25 * YEARS))
    cases = counted(occurred(begins, ends)).filter(area__in=scope_now().area_ids)
    found = read_material(cases, at)
    return Material(
        cases=replace(found.cases, caller=_by_appearance(found.cases.caller)),
        places=found.city.places,
        topics=found.words,
        codes=[topic.code for topic in found.topics],
        since=local(begins),
        until=local(ends),
        seed=SEED,
        disputes=found.disputes,
        digest=found.digest,
    )


def _by_appearance(callers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same callers, numbered as they come: the numbers of the whole city follow their telephones."""
    known, first, inverse = np.unique(callers, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(np.where(known == NONE, NONE, first)))
    found: npt.NDArray[np.int64] = order[inverse] - int(NONE in known)
    return found
