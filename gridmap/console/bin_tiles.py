"""Overviews of the map: how many cases lie in each bin of a tile, and their classes, within the scope of who asks."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import re_path
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError

from gridmap.accounts.scope import scope
from gridmap.console.bin_bytes import packed
from gridmap.incidents.api.counts import TopicFilters, read_filters
from gridmap.incidents.api.errors import reasons_of
from gridmap.incidents.counting import Chosen, Window
from gridmap.incidents.counting.overview import count_all_bins, count_bins
from gridmap.incidents.counting.squares import ZOOMS
from layers.requests import BadField
from layers.styles import count_breaks
from layers.views import refused


def of_bins(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the zoom, days and topics that are asked for."""

    @require_safe
    @cache_control(private=True, no_cache=True)
    @wraps(view)
    def asked(request: HttpRequest, z: str, **place: str) -> HttpResponse:
        if int(z) not in ZOOMS:
            raise Http404
        try:
            window, chosen = _read(request)
        except BadField as error:
            return refused(error)
        return view(request, int(z), window, chosen, **place)

    return asked


@of_bins
def bin_tile(
    request: HttpRequest, zoom: int, window: Window, chosen: Chosen, x: str, y: str
) -> HttpResponse:
    """Bins of cases (`bin_bytes`) from `since` on and before `until`, of each `topic` named or of all; 204 where there are none."""
    found = count_bins(scope(request.user), (zoom, int(x), int(y)), window, chosen.topics)
    if not len(found.bins):
        return HttpResponse(status=204)
    body = packed(found.bins, found.counts)
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    same = get_conditional_response(request, etag=tag)
    answer = same or HttpResponse(body, content_type="application/octet-stream")
    answer.headers["ETag"] = tag
    return answer


@of_bins
def bin_classes(request: HttpRequest, zoom: int, window: Window, chosen: Chosen) -> HttpResponse:
    """The lower edges of the classes of all bins of a zoom together, so that they stand still wherever one looks; 204 where
    there are no cases."""
    counts = count_all_bins(scope(request.user), zoom, window, chosen.topics)
    if not len(counts):
        return HttpResponse(status=204)
    return JsonResponse({"breaks": [int(edge) for edge in count_breaks(counts)]})


def _read(request: HttpRequest) -> tuple[Window, Chosen]:
    """As programs ask for counts; what cannot be is told by its first field."""
    try:
        return read_filters(TopicFilters, request.GET)
    except ValidationError as error:
        first = next(reasons_of(error.detail))
        raise BadField(first["field"], first["reason"]) from error


urlpatterns = [
    re_path(r"^(?P<z>[0-9]{1,2})/$", bin_classes, name="map-count-classes"),
    re_path(
        r"^(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,5})/(?P<y>[0-9]{1,5})/$", bin_tile, name="map-counts"
    ),
]
