"""Folding what has changed into the vectors, so that reading stays short."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from gridmap.incidents.counting.leaves import DAY_0, Ints
from gridmap.incidents.counting.series import ALL, CELL, VECTOR, month_of, placed_in
from gridmap.incidents.counting.tiling import Changed, fold_squares

Vector = npt.NDArray[np.int32]
# Vectors by the day for which each was written.
Steps = dict[date, Vector]

# The same lock as that of the trigger on TRUNCATE.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('fold_counts'))"
# At once; in the order in which they came, which is that of days more or less.
MOST = 200_000
# Topic, cell, bin, day and number of each, as eight bytes.
TAKE = """
WITH gone AS (
    DELETE FROM incidents_countchange
    WHERE id IN (SELECT id FROM incidents_countchange ORDER BY id LIMIT %s)
    RETURNING topic_id, cell_id, bin, day, number
)
SELECT count(*), string_agg(int8send(topic_id) || int8send(cell_id) || int8send(coalesce(bin, -1))
                            || int8send(day - %s::date) || int8send(number), '')
FROM gone
"""
SENT = np.dtype(">i8")
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
        for table in ("change", "vector", "order", "leaf", "square"):
            cursor.execute(f"DELETE FROM incidents_count{table}")  # noqa: S608 - our own tables
        cursor.execute("SELECT incidents_count_all()")
    fold_counts()


@transaction.atomic
def _fold_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(TAKE, [MOST, DAY_0])
        number, data = cursor.fetchone()
        if number:
            columns = np.frombuffer(data, SENT).reshape(-1, 5).T
            changes = Changed(*columns.astype(np.int64))
            _fold_cells(cursor, changes)
            fold_squares(cursor, changes)
        return int(number)


def _fold_cells(cursor: CursorWrapper, changes: Changed) -> None:
    at, width = _places(cursor, changes.cells)
    for topic in np.unique(changes.topics).tolist():
        own = changes.topics == topic
        _fold(cursor, topic, _by_day(changes.part(own), at[own], width))
    _fold(cursor, ALL, _by_day(changes, at, width))


def _places(cursor: CursorWrapper, cells: Ints) -> tuple[Ints, int]:
    """Where in the vectors each cell is counted, and how many there are; new ones come last."""
    cursor.execute(ORDER)
    found = cursor.fetchone()
    order, at = placed_in(found[0] if found else b"", cells)
    if found is None or len(order) * CELL.itemsize > len(found[0]):
        cursor.execute(WRITE_ORDER, [order.tobytes()])
    return at, len(order)


def _by_day(changes: Changed, at: Ints, width: int) -> Steps:
    days, row = np.unique(changes.days, return_inverse=True)
    vectors = np.zeros((len(days), width), VECTOR)
    np.add.at(vectors, (row, at), changes.numbers)
    dates = [DAY_0 + timedelta(days=day) for day in days.tolist()]
    return dict(zip(dates, vectors, strict=True))


def _fold(cursor: CursorWrapper, topic: int, by_day: Steps) -> None:
    """Changes of one series, into its days and into the months after."""
    width = len(next(iter(by_day.values())))
    by_month: Steps = {}
    for day, vector in by_day.items():
        after = _month_after(day)
        by_month[after] = by_month[after] + vector if after in by_month else vector
    changes = _by_month(by_day)
    kept = _read(cursor, DAYS, {"topic": topic, "months": list(changes)}, width)
    stood = _by_month(kept)
    written: Steps = {}
    for month, own in changes.items():
        written |= stepped(stood.get(month, {}), own)
    _write(cursor, topic, is_month=False, vectors=written)
    kept = _read(cursor, MONTHS, {"topic": topic, "first": min(by_month)}, width)
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


def _by_month(vectors: Steps) -> dict[date, Steps]:
    found: dict[date, Steps] = defaultdict(dict)
    for day, vector in vectors.items():
        found[month_of(day)][day] = vector
    return found


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
