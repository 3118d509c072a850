"""The map as a table: of each place its cases in a window, their rate, what is open, and the change."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.utils.translation import gettext as _

from geodata.querysets import midnight
from gridmap.console.command.cube import Cube, Ints
from gridmap.console.command.places import Place
from gridmap.console.command.steps import Steps
from gridmap.incidents.counting import UNTOLD

# The number from which on places are compared.
LEAST = 2
THOUSAND = 1000


@dataclass(frozen=True)
class Row:
    """One place; None where nothing can be divided or told, or too few cases are there to compare.

    `rate` is per 1,000 residents, `share` what is open of the cases, `before` the cases of the period of the same
    length before, and `change` the ratio of cases a day to it: infinite where there was nothing before.
    """

    place: Place
    count: int | None
    rate: float | None = None
    open: int | None = None
    share: float | None = None
    before: int | None = None
    change: float | None = None


def rows_of(cube: Cube, window: range, now: datetime) -> list[Row]:
    """In the order of the cube; what is merged over its one step."""
    if cube.is_merged:
        return [
            Row(place, None if count == UNTOLD else count, _rate(count, place))
            for place, count in zip(cube.places, cube.counts[:, 0].tolist(), strict=True)
        ]
    counts, left = (_summed(part, window) for part in (cube.counts, cube.open))
    earlier = range(2 * window.start - window.stop, window.start)
    before = _summed(cube.counts, earlier) if earlier.start >= 0 else [None] * len(counts)
    days = _days(cube.steps, window, now) / (_days(cube.steps, earlier, now) if earlier.start >= 0 else 1)  # fmt: skip
    return [
        Row(
            place=place,
            count=count,
            rate=_rate(count, place),
            open=left[n],
            share=left[n] / count if count >= LEAST else None,
            before=before[n],
            change=_change(count, before[n], days),
        )
        for n, (place, count) in enumerate(zip(cube.places, counts, strict=True))
    ]


def _summed(values: Ints, window: range) -> list[int]:
    found: list[int] = values[:, window.start : window.stop].sum(axis=1).tolist()
    return found


def _days(steps: Steps, window: range, now: datetime) -> float:
    """Days of a window that have gone by: the last step counts up to now."""
    first, last = (midnight(steps.edges[n]) for n in (window.start, window.stop))
    return (min(last, now) - first) / timedelta(days=1)


def _rate(count: int, place: Place) -> float | None:
    known = place.comparable
    return THOUSAND * count / known if count >= LEAST and known else None


def _change(count: int, before: int | None, days: float) -> float | None:
    if before is None or count + before < LEAST:
        return None
    return count / before / days if before else inf


def column_names() -> list[str]:
    """Of the file."""
    return [
        _("编号"), _("地方"), _("居民（估计）"), _("案件"), _("每千名居民"), _("在办"), _("在办占比"),
        _("前一时段"), _("变化（倍）"),
    ]  # fmt: skip


def cells_of(row: Row) -> list[object]:
    """A row of the file."""
    count = _("不公布") if row.count is None else row.count
    numbers = (_short(value) for value in (row.rate, row.open, row.share, row.before, row.change))
    return [row.place.code, row.place.name, row.place.residents, count, *numbers]


def _short(value: float | None) -> object:
    if value == inf:
        return _("前一时段没有")
    return "" if value is None else round(value, 3)
