"""Overviews of the map: how many cases lie in each bin of a tile, within the scope of who asks."""

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
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
from gridmap.incidents.counting.overview import count_bins
from gridmap.incidents.counting.squares import ZOOMS
from layers.requests import BadField
from layers.views import refused


@require_safe
@cache_control(private=True, no_cache=True)
def bin_tile(request: HttpRequest, z: str, x: str, y: str) -> HttpResponse:
    """Bins of cases (`bin_bytes`) from `since` on and before `until`, of each `topic` named or of all; 204 where there are none."""
    if int(z) not in ZOOMS:
        raise Http404
    try:
        window, chosen = _asked(request)
    except BadField as error:
        return refused(error)
    found = count_bins(scope(request.user), (int(z), int(x), int(y)), window, chosen.topics)
    if not len(found.bins):
        return HttpResponse(status=204)
    body = packed(found.bins, found.counts)
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    kept = get_conditional_response(request, etag=tag)
    answer = kept or HttpResponse(body, content_type="application/octet-stream")
    answer.headers["ETag"] = tag
    return answer


def _asked(request: HttpRequest) -> tuple[Window, Chosen]:
    """As programs ask for counts; what cannot be is told by its first field."""
    try:
        return read_filters(TopicFilters, request.GET)
    except ValidationError as error:
        first = next(reasons_of(error.detail))
        raise BadField(first["field"], first["reason"]) from error


urlpatterns = [
    re_path(
        r"^(?P<z>[0-9]{1,2})/(?P<x>[0-9]{1,5})/(?P<y>[0-9]{1,5})/$", bin_tile, name="map-counts"
    ),
]
