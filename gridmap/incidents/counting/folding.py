"""Folding what has changed into the vectors, so that reading stays short."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from gridmap.incidents.counting.series import ALL, CELL, VECTOR, month_of

Vector = npt.NDArray[np.int32]
# Vectors by the day for which each was written.
Steps = dict[date, Vector]
# Topic, cell, day, number.
Change = tuple[int, int, date, int]

# The same lock as that of the trigger on TRUNCATE.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('fold_counts'))"
# At once; in the order in which they came, which is that of days more or less.
MOST = 200_000
TAKE = """
WITH gone AS (
    DELETE FROM incidents_countchange
    WHERE id IN (SELECT id FROM incidents_countchange ORDER BY id LIMIT %s)
    RETURNING topic_id, cell_id, day, number
)
SELECT topic_id, cell_id, day, sum(number) FROM gone GROUP BY 1, 2, 3 ORDER BY 1
"""
ORDER = "SELECT cells FROM incidents_countorder"
WRITE_ORDER = """
INSERT INTO incidents_countorder (id, cells) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET cells = excluded.cells
"""
# The months from that before the first one on, and the days of the months that are written.
DAYS = """
SELECT day, counts FROM incidents_countvector
WHERE topic_id = %(topic)s AND NOT is_month AND date_trunc('month', day::timestamp)::date = ANY (%(months)s)
"""
MONTHS = """
SELECT day, counts FROM incidents_countvector
WHERE topic_id = %(topic)s AND is_month AND day >= coalesce((
    SELECT max(day) FROM incidents_countvector
    WHERE topic_id = %(topic)s AND is_month AND day <= %(first)s), %(first)s)
"""
WRITE = """
INSERT INTO incidents_countvector (topic_id, is_month, day, counts)
SELECT %s, %s, written.* FROM unnest(%s::date[], %s::bytea[]) AS written
ON CONFLICT (topic_id, is_month, day) DO UPDATE SET counts = excluded.counts
"""


def fold_counts() -> int:
    """Fold everything that is there; how many keys it was. Whoever else folds is waited for."""
    folded = 0
    while keys := _fold_some():
        folded += keys
    return folded


def rebuild_counts() -> None:
    """Count all cases anew; nobody writes a case meanwhile. As the owner of the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE incidents_incident IN SHARE MODE")
        cursor.execute(LOCK)
        for table in ("change", "vector", "order"):
            cursor.execute(f"DELETE FROM incidents_count{table}")  # noqa: S608 - our own tables
        cursor.execute("SELECT incidents_count_all()")
    fold_counts()


@transaction.atomic
def _fold_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(TAKE, [MOST])
        changes: list[Change] = cursor.fetchall()
        if changes:
            places = _places(cursor, {cell for _, cell, _, _ in changes})
            for topic, own in groupby(changes, itemgetter(0)):
                _fold(cursor, topic, own, places)
            _fold(cursor, ALL, changes, places)
        return len(changes)


def _places(cursor: CursorWrapper, cells: set[int]) -> dict[int, int]:
    """Where in the vectors each cell is counted; new ones come last."""
    cursor.execute(ORDER)
    found = cursor.fetchone()
    order = np.frombuffer(found[0] if found else b"", CELL).tolist()
    places = {cell: place for place, cell in enumerate(order)}
    if new := sorted(cells - places.keys()):
        cursor.execute(WRITE_ORDER, [np.array(order + new, CELL).tobytes()])
        places |= {cell: place for place, cell in enumerate(new, len(order))}
    return places


def _fold(
    cursor: CursorWrapper, topic: int, changes: Iterable[Change], places: Mapping[int, int]
) -> None:
    """Changes of one series, into its days and into the months after."""
    by_day: dict[date, Vector] = {}
    by_month: dict[date, Vector] = {}
    for _, cell, day, number in changes:
        for vectors, at in ((by_day, day), (by_month, _month_after(day))):
            if at not in vectors:
                vectors[at] = np.zeros(len(places), VECTOR)
            vectors[at][places[cell]] += number
    months = sorted({month_of(day) for day in by_day})
    kept = _read(cursor, DAYS, {"topic": topic, "months": months}, len(places))
    written: Steps = {}
    for month in months:
        written |= stepped(_in(kept, month), _in(by_day, month))
    _write(cursor, topic, is_month=False, vectors=written)
    kept = _read(cursor, MONTHS, {"topic": topic, "first": min(by_month)}, len(places))
    _write(cursor, topic, is_month=True, vectors=stepped(kept, by_month))


def stepped(kept: Steps, changes: Steps) -> Steps:
    """What is to be written: sums that stand from their day on, once there are changes on some days.

    Every day that has one gets a vector, and whatever stands later changes with it.
    """
    first, written = min(changes), {}
    # What stood, and what came on top of it.
    before = total = np.zeros_like(changes[first])
    for day in sorted(kept.keys() | changes.keys()):
        before = kept.get(day, before)
        total = total + changes.get(day, 0)
        if day >= first:
            written[day] = before + total
    return written


def _month_after(day: date) -> date:
    return month_of(month_of(day) + timedelta(days=31))


def _in(vectors: Steps, month: date) -> Steps:
    return {day: vector for day, vector in vectors.items() if month_of(day) == month}


def _read(cursor: CursorWrapper, sql: str, asked: Mapping[str, Any], width: int) -> Steps:
    cursor.execute(sql, asked)
    vectors = {}
    for day, data in cursor.fetchall():
        vectors[day] = np.zeros(width, VECTOR)
        kept = np.frombuffer(data, VECTOR)
        vectors[day][: len(kept)] = kept
    return vectors


def _write(cursor: CursorWrapper, topic: int, *, is_month: bool, vectors: Steps) -> None:
    values = [vector.tobytes() for vector in vectors.values()]
    cursor.execute(WRITE, [topic, is_month, list(vectors), values])
