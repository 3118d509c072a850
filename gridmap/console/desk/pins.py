"""The open cases that the list does not show, for its map: points, or counts per cell where they are many."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from gridmap.accounts.guards import for_roles
from gridmap.accounts.scope import scope
from gridmap.console.desk.boards import BOARDS
from gridmap.console.queries import one_row
from gridmap.incidents.models import Incident
from layers.requests import BadField, parse_box
from layers.views import refused

# More points than these are not told apart on a screen.
MOST_POINTS = 300
EVERYBODY = frozenset().union(*(board.roles for board in BOARDS))


@for_roles(*EVERYBODY)
@require_GET
@never_cache
@gzip_page
def pins(request: HttpRequest) -> HttpResponse:
    """The open cases in a box of degrees, in scope; one statement."""
    person = scope(request.user)
    try:
        box = parse_box(request.GET.get("bbox", ""), "bbox")
    except BadField as error:
        return refused(error)
    seen = Incident.objects.visible_to(person).open()
    row = one_row(PINS, {"open": seen}, most=MOST_POINTS, **vars(box))
    return HttpResponse(row[0] if row else "{}", content_type="application/json")


PINS = """
WITH shown AS (
    SELECT code, title, cell_id, geom FROM incidents_incident
    WHERE is_open AND geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490) AND id IN ({open})
),
total AS (
    SELECT count(*) <= %(most)s AS is_few FROM shown
),
many AS (
    SELECT cell_id, count(*) AS n, ST_Centroid(ST_Collect(geom)) AS spot
    FROM total JOIN shown ON NOT is_few
    GROUP BY cell_id
)
SELECT json_build_object(
    'cases', (SELECT coalesce(json_agg(json_build_array(code, title, round(ST_X(geom)::numeric, 6), round(ST_Y(geom)::numeric, 6))
              ORDER BY code), '[]') FROM total JOIN shown ON is_few),
    'cells', (SELECT coalesce(json_agg(json_build_array(n, round(ST_X(spot)::numeric, 6), round(ST_Y(spot)::numeric, 6))
              ORDER BY n DESC, cell_id), '[]') FROM many)
)::text
"""
