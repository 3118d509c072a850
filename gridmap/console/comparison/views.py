"""Areas and teams beside each other, with intervals, and the same as a file."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from geodata.querysets import BEIJING
from gridmap.accounts.scope import Scope, scope
from gridmap.console.comparison.asking import Asked, parse
from gridmap.console.comparison.tables import cells_of, column_names
from gridmap.console.comparison.wording import (
    FIGURES,
    Row,
    drawing_of,
    rows_of,
    shown_measures,
)
from gridmap.console.desk.boards import CASES
from gridmap.console.pages import csv_file, page
from gridmap.performance.areas import over_areas
from gridmap.performance.comparison import Comparison, NoSuchArea, by_area, by_team, compare
from gridmap.performance.measures import MEASURES, UNMEASURED


@require_GET
@never_cache
@gzip_page
def areas(request: HttpRequest) -> HttpResponse:
    """The parts of an area, or the teams in it; for who answers for an area and sees its cases."""
    person, now = scope(request.user), timezone.now()
    if not over_areas(person).area_ids:
        raise Http404
    asked = parse(request.GET)
    try:
        found = _read(person, now, asked)
    except NoSuchArea as error:
        raise Http404 from error
    rows = rows_of(found, asked, opens_cases=bool(CASES.roles & person.roles))
    if request.GET.get("format") == "csv":
        return _file(found, rows, now)
    return page(request, "console/comparison/page.html", _values(found, rows, asked))


def _read(person: Scope, now: datetime, asked: Asked) -> Comparison:
    read = by_team if asked.by == "team" else by_area
    return read(person, now, asked.area)


def _values(found: Comparison, rows: list[Row], asked: Asked) -> dict[str, Any]:
    *intervals, whole = compare([*(row.part for row in rows), found.whole], asked.measure)
    return {
        "asked": asked,
        "found": found,
        "rows": rows,
        "drawing": drawing_of(rows, intervals, whole),
        "total": Row(_("合计"), "", "", "", found.total),
        "figures": FIGURES.values(),
        "shown": shown_measures(),
        "measures": MEASURES,
        "unmeasured": UNMEASURED,
        "path": [(area, asked.query(area=area.code)) for area in found.path],
        "tabs": {name: asked.query(by=name) for name in ("area", "team")},
    }


def _file(found: Comparison, rows: list[Row], now: datetime) -> HttpResponse:
    day = f"{now.astimezone(BEIJING):%Y%m%d-%H%M}"
    return csv_file(f"areas-{day}.csv", column_names(), (cells_of(row, found) for row in rows))
