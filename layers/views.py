"""The map's addresses: tiles, rows as GeoJSON, what is here."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from layers import geojson, tiles
from layers.identify import NothingHere
from layers.identify import identify as find_here
from layers.requests import BadField, read_box, read_limit, read_point
from layers.sources import UnknownSource, named

private = cache_control(private=True, no_cache=True)


@require_safe
@private
def tile(request: HttpRequest, names: str, z: str, x: str, y: str) -> HttpResponse:
    """What the early answers leave: the same tile, behind the whole of Django."""
    try:
        body = tiles.draw(tiles.parse(names, z, x, y), request.user)
    except tiles.NoSuchTile as error:
        raise Http404 from error
    return HttpResponse(body, content_type=tiles.CONTENT_TYPE)


@require_safe
@private
def features(request: HttpRequest, names: str) -> HttpResponse:
    try:
        box = read_box(request.GET)
        limit = read_limit(request.GET, geojson.DEFAULT_LIMIT, geojson.MOST)
        text = geojson.read_geojson(named(names), request.user, box, limit)
    except BadField as error:
        return refused(error)
    except (UnknownSource, geojson.NothingToSee) as error:
        raise Http404 from error
    return HttpResponse(text, content_type=geojson.CONTENT_TYPE)


@require_safe
@private
def identify(request: HttpRequest) -> HttpResponse:
    try:
        lon, lat = read_point(request.GET)
        found = find_here(request.user, lon, lat)
    except BadField as error:
        return refused(error)
    except NothingHere as error:
        raise Http404 from error
    return JsonResponse({"lon": lon, "lat": lat, **found})


def refused(error: BadField) -> JsonResponse:
    return JsonResponse({"errors": {error.field: str(error)}}, status=400)
