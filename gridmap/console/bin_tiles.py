"""Overviews of the map: how many cases lie in each bin of a tile, within the scope of who asks."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import re_path
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gridmap.accounts.scope import scope
from gridmap.console.bin_bytes import packed
from gridmap.incidents.counting import Window
from gridmap.incidents.counting.overview import count_bins
from gridmap.incidents.counting.squares import ZOOMS
from gridmap.incidents.models import Topic
from layers.requests import BadField
from layers.views import refused

FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)


@require_safe
@cache_control(private=True, no_cache=True)
def bin_tile(request: HttpRequest, z: str, x: str, y: str) -> HttpResponse:
    """Bins of cases (`bin_bytes`) from `since` on and before `until`, of each `topic` named or of all; 204 where there are none."""
    if int(z) not in ZOOMS:
        raise Http404
    try:
        window, topics = _window(request), _topics(request.GET.getlist("topic"))
    except BadField as error:
        return refused(error)
    found = count_bins(scope(request.user), (int(z), int(x), int(y)), window, topics)
    if not len(found.bins):
        return HttpResponse(status=204)
    body = packed(found.bins, found.counts)
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    kept = get_conditional_response(request, etag=tag)
    answer = kept or HttpResponse(body, content_type="application/octet-stream")
    answer.headers["ETag"] = tag
    return answer


def _window(request: HttpRequest) -> Window:
    since, until = (_day(request, name) for name in ("since", "until"))
    if not since < until:
        raise BadField("until", _("要晚于开始日期。"))
    return Window(since, until)


def _day(request: HttpRequest, name: str) -> date:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError as error:
        raise BadField(name, _("要一个日期，例如 2026-07-14。")) from error
    if not FIRST <= day < LAST:
        raise BadField(name, _("年份要在 1990 到 2100 之间。"))
    return day


def _topics(codes: Sequence[str]) -> tuple[int, ...]:
    known = dict(Topic.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    if set(codes) - known.keys():
        raise BadField("topic", _("没有这个选项。"))
    return tuple(known.values())


urlpatterns = [
    re_path(
        r"^(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,5})/(?P<y>[0-9]{1,5})/$", bin_tile, name="map-counts"
    ),
]
