"""Cases as a table without persons: what, how far, when, and about where."""

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Model, QuerySet

from geodata.models import STORED, Area, Building, Cell
from geodata.querysets import BEIJING
from geodata.times import Moments
from gridmap.incidents.frames import read_described
from gridmap.incidents.models import Topic
from gridmap.notebook.asking import Day, chosen_topics, told_cases
from gridmap.notebook.masking import masked_points
from gridmap.notebook.planner import scope_now
from gridmap.recurring.city import positions
from layers.hotspots.release_masks import FEWEST_HOUSEHOLDS


def cases(since: Day = None, until: Day = None, topics: Collection[str] = ()) -> gpd.GeoDataFrame:
    """Cases of a period in the planner's areas, EPSG:4490; no words, no persons, nothing that leads back.

    Parameters
    ----------
    since, until : date or datetime
        First moment and the first after the last, in Beijing; from the first case on and up to the last.
    topics : codes
        All, where none is named.

    Returns
    -------
    GeoDataFrame
        `topic`, `source`, `urgency`, `state`, `occurred_at`, `settled_at` (Asia/Shanghai), `round`, `cell`,
        `community` and `building` (codes; a building only where at least 20 households live in it), and a point
        that is moved once and for good; None where a case has no place. Topics about which a small
        place says too much (`SENSITIVE`) are told only to those who may see the cases; `cube` counts them.

    Raises
    ------
    NoPlanner, UnknownTopic
    ValueError
        An empty period.
    """
    chosen = chosen_topics(topics)
    arrays, words = read_described(told_cases(scope_now(), since, until, chosen))
    table = {
        "topic": _codes(Topic.objects.all(), arrays.topic),
        **words,
        "occurred_at": _in_beijing(arrays.occurred_at),
        "settled_at": _in_beijing(arrays.settled_at),
        "round": arrays.round,
        "cell": _codes(Cell.objects.all(), arrays.cell),
        "community": _codes(Area.objects.all(), arrays.area),
        "building": _codes(
            Building.objects.filter(households__gte=FEWEST_HOUSEHOLDS), arrays.building
        ),
    }
    return gpd.GeoDataFrame(table, geometry=masked_points(arrays), crs=STORED)


def _in_beijing(moments: Moments) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(moments, tz="UTC").tz_convert(BEIJING)


def _codes(rows: QuerySet[Model], ids: npt.NDArray[np.int64]) -> pd.Categorical:
    """The code of each row that is referred to; missing where there is none."""
    known = list(rows.order_by("code").values_list("pk", "code"))
    keys = np.array([key for key, _ in known], np.int64)
    codes = pd.Index([code for _, code in known], dtype="str")
    return pd.Categorical.from_codes(positions(keys, ids), codes)
