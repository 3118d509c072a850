"""Cases by cell, period and topic; of what is sensitive only sums of at least five people."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Q
from django.utils import timezone

from geodata.models import Cell
from geodata.querysets import BEIJING
from geodata.times import to_local
from gridmap.accounts.scope import Scope
from gridmap.incidents.frames import NONE, CaseArrays, read_cases
from gridmap.notebook.asking import Day, chosen_topics, counted, local, moment_of, told_cases
from gridmap.notebook.planner import scope_now
from gridmap.notebook.releasing import released_sums, withheld_topics
from gridmap.recurring.city import positions
from layers.hotspots.cube import Moments, Periods, Unit, bin_cube


@dataclass(frozen=True)
class Cube:
    """Counts with the names of their axes, as `layers.hotspots.cube` has them.

    Attributes
    ----------
    counts : ndarray (cells, periods, topics) of int32
    cells, topics : codes
        Of each row, and of each layer.
    periods : ndarray of datetime64[D]
        The first day of each.
    released : DataFrame
        What is sensitive and is not in `counts`: `communities` (codes), `period` (first day of a closed month), `topics`
        (codes) and `cases`, always of at least five people or of nobody, the same whatever is asked.
    """

    counts: npt.NDArray[np.int32]
    cells: tuple[str, ...]
    periods: Moments
    topics: tuple[str, ...]
    released: pd.DataFrame


def cube(
    every: Unit = "month", since: Day = None, until: Day = None, topics: Collection[str] = ()
) -> Cube:
    """Cases of a period in the planner's areas by the cell that each keeps, period and topic.

    Without what never was a case of its own, as in the search for recurring conflicts. Cells without a case
    are there too, with those of the past that have one.

    Parameters
    ----------
    every : {"day", "week", "month"}
    since, until : date or datetime
        First moment and the first after the last, in Beijing; from the first case on and up to now.
    topics : codes
        All, where none is named.

    Raises
    ------
    NoPlanner, UnknownTopic
    ValueError
        An empty period, or another `every`.
    """
    scope, chosen = scope_now(), chosen_topics(topics)
    withheld = withheld_topics(scope, chosen)
    shown = [topic for topic in chosen if topic not in withheld]
    arrays = read_cases(counted(told_cases(scope, since, until, shown)))
    occurred = to_local(arrays.occurred_at, str(BEIJING))
    periods = _periods(every, since, until, occurred)
    codes, cell = _cells(scope, arrays)
    topic = positions(np.array([one.pk for one in shown], np.int64), arrays.topic)
    shape = (len(codes), len(periods), len(shown))
    counts = bin_cube(cell, periods.of(occurred), topic, shape)
    return Cube(
        counts,
        codes,
        periods.starts(),
        tuple(one.code for one in shown),
        released_sums(scope, withheld, moment_of(since), moment_of(until)),
    )


def _periods(every: Unit, since: Day, until: Day, occurred: Moments) -> Periods:
    ends = local(moment_of(until) or timezone.now()) - np.timedelta64(1, "us")
    asked = moment_of(since)
    first = local(asked) if asked else np.append(occurred, ends).min()
    return Periods(every, first, ends)


def _cells(scope: Scope, arrays: CaseArrays) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """The codes of the axis, and where on it each case is."""
    used = np.unique(arrays.cell[arrays.cell != NONE]).tolist()
    inside = Cell.objects.filter(community__in=scope.area_ids)
    wanted = inside.filter(Q(versions__valid_to__isnull=True) | Q(pk__in=used))
    known = dict(wanted.values_list("pk", "code"))
    order = sorted(known, key=lambda pk: known[pk])
    return tuple(known[pk] for pk in order), positions(np.array(order, np.int64), arrays.cell)
