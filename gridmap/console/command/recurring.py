"""What keeps coming back, as it stands beside the map: ranked, each with its course and what could be avoided."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Count
from django.db.models.functions import TruncQuarter

from geodata.querysets import BEIJING
from gridmap.console.command.asking import Asked
from gridmap.console.conflicts.claims import avoidable_parts, avoidable_range
from gridmap.console.conflicts.queries import last_run, seen_conflicts
from gridmap.console.conflicts.wording import Row, row_of
from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from gridmap.recurring.querysets import knows_the_city
from gridmap.recurring.states import State

# More are on the page of all; from a wall five can be read.
MOST, MOST_ON_A_WALL = 10, 5
QUARTERS, MONTHS_OF_A_QUARTER, DAYS_OF_A_QUARTER = 20, 3, 91.3
# Units of the drawing, and a bar that is seen also where it is nothing.
WIDTH, HEIGHT, LEAST_BAR = 92.0, 28.0, 1.0


@dataclass(frozen=True)
class Bar:
    """One quarter of the course."""

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Avoidable:
    """Cases of the next quarter that could be avoided: in words, with its interval and where they are drawn."""

    value: str
    reach: str
    at: float
    begins: float
    length: float


@dataclass(frozen=True)
class Line:
    """One row: what the list of all says of it, its course, and what could be avoided."""

    row: Row
    bars: list[Bar]
    usual: float
    usual_y: float
    avoidable: Avoidable


@dataclass(frozen=True)
class Listed:
    """The rows of the list; `count` is how many there are."""

    lines: list[Line]
    count: int
    run: Run | None
    tells_of_city: bool


def read_listed(asked: Asked) -> Listed:
    """Those of the chosen area and topics that are not at an end; four statements."""
    found = _chosen(asked)
    shown = found[: MOST_ON_A_WALL if asked.shown.is_wall else MOST]
    counts = _by_quarter([one.pk for one in shown], asked.now)
    most = max((_reach(one.latest)[1] for one in shown), default=0)
    lines = [_line(one, number, asked, counts[one.pk], most) for number, one in enumerate(shown, 1)]
    return Listed(lines, len(found), last_run(), knows_the_city(asked.whole))


def read_outlines(asked: Asked) -> str:
    """A FeatureCollection of the ground of the listed ones; two statements."""
    shown = _chosen(asked)[:MOST]
    ids = [one.pk for one in shown]
    rows = RecurringConflict.objects.filter(pk__in=ids).order_by()
    grounds = dict(rows.annotate(ground=AsGeoJSON("geom", precision=6)).values_list("pk", "ground"))
    features = [
        {
            "type": "Feature",
            "properties": {"code": row.code, "rank": row.number, "name": row.name, "confirmed": not row.is_dashed},
            "geometry": json.loads(grounds[one.pk]),
        }
        for one, row in ((one, row_of(one, n, asked.scope, asked.now)) for n, one in enumerate(shown, 1))
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _chosen(asked: Asked) -> list[Any]:
    rows = seen_conflicts(asked.scope).filter(area__in=asked.scope.area_ids)
    if asked.shown.topic:
        rows = rows.filter(topic__code__in=asked.shown.topic)
    return list(rows.exclude(state=State.CLOSED))


def _by_quarter(ids: Sequence[int], now: datetime) -> dict[int, list[int]]:
    """Cases of each conflict in the last quarters, the oldest first; the last one is not over."""
    links = RecurringConflict.cases.through.objects.filter(recurringconflict__in=ids)
    rows = (
        links.exclude(incident__state__in=NOT_COUNTED)
        .order_by()
        .values_list("recurringconflict", TruncQuarter("incident__occurred_at", tzinfo=BEIJING))
        .annotate(number=Count("pk"))
    )
    found = {one: [0] * QUARTERS for one in ids}
    last = _quarter(now)
    for conflict, quarter, number in rows:
        place = QUARTERS - 1 - (last - _quarter(quarter))
        if 0 <= place < QUARTERS:
            found[conflict][place] = number
    return found


def _quarter(at: datetime) -> int:
    local = at.astimezone(BEIJING)
    return (local.year * 12 + local.month - 1) // MONTHS_OF_A_QUARTER


def _line(one: Any, number: int, asked: Asked, counts: Sequence[int], most: float) -> Line:
    row = row_of(one, number, asked.scope, asked.now)
    seen = one.latest
    usual = seen.expected * DAYS_OF_A_QUARTER / max((seen.run.until - seen.run.since).days, 1)
    top = max(*counts, usual, 1)
    height = round(usual / top * HEIGHT, 1)
    return Line(row, _bars(counts, top), height, HEIGHT - height, _avoidable(seen, most))


def _bars(counts: Sequence[int], top: float) -> list[Bar]:
    step = WIDTH / len(counts)
    heights = [round(max(count / top * HEIGHT, LEAST_BAR), 1) for count in counts]
    return [
        Bar(round(n * step + 0.5, 1), round(HEIGHT - height, 1), height)
        for n, height in enumerate(heights)
    ]


def _reach(seen: Evidence) -> tuple[float, float]:
    """The ends of what is drawn; the number alone where the run said nothing of its interval."""
    return avoidable_range(seen) or (max(seen.avoidable, 0.0),) * 2


def _avoidable(seen: Evidence, most: float) -> Avoidable:
    (low, high), (value, reach) = _reach(seen), avoidable_parts(seen)
    scale = WIDTH / most if most > 0 else 0.0
    return Avoidable(
        value=value,
        reach=reach,
        at=round(max(seen.avoidable, 0) * scale, 1),
        begins=round(low * scale, 1),
        length=round((high - low) * scale, 1),
    )
