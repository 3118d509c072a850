"""Rows of sources as GeoJSON, built by the database."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from layers.requests import Box
from layers.sources import MapSource, shared_key
from layers.sql import escaped, fill, quoted, visible_rows

CONTENT_TYPE = "application/geo+json"
DEFAULT_LIMIT = 2_000
MOST = 10_000


class NothingToSee(LookupError):
    """The person may see nothing of one of the sources."""


def read_geojson(
    sources: Sequence[MapSource], user: Any, box: Box | None = None, limit: int = DEFAULT_LIMIT
) -> str:
    """A FeatureCollection of what this person may see; each feature names its `source`.

    At most `limit` rows of each source; `truncated` tells whether there are more.

    Raises
    ------
    NothingToSee
        The person may see nothing of one of the sources.
    """
    if not shared_key(sources, user):
        raise NothingToSee
    features = [_features(source, user, IN_BOX if box else "true") for source in sources]
    statement = COLLECTION.replace(
        "{features}", " UNION ALL ".join([NONE, *filter(None, features)])
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"limit": limit, **(vars(box) if box else {})})
        text: str = cursor.fetchone()[0]
    return text


def _features(source: MapSource, user: Any, condition: str) -> str:
    rows = visible_rows(source, user, Q(), source.stored)
    if rows is None:
        return ""
    names = {name: quoted(name) for name in source.fields}
    return fill(
        FEATURES,
        source=source.name,
        properties=", ".join(f"'{name}', {column}" for name, column in names.items()),
        order=next(iter(names.values()), "shape"),
        condition=condition,
        rows=escaped(rows),
    )


IN_BOX = "shape && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)"
NONE = "SELECT 0 AS n, NULL::json AS feature WHERE false"
FEATURES = """
SELECT n, json_build_object(
    'type', 'Feature', 'source', '{source}',
    'properties', json_build_object({properties}),
    'geometry', ST_AsGeoJSON(shape, 7, 0)::json
) AS feature
FROM (
    SELECT *, row_number() OVER (ORDER BY {order}) AS n
    FROM {rows} WHERE {condition} LIMIT %(limit)s + 1
) AS chosen
"""
COLLECTION = """
SELECT json_build_object(
    'type', 'FeatureCollection',
    'truncated', coalesce(bool_or(n > %(limit)s), false),
    'features', coalesce(json_agg(feature) FILTER (WHERE n <= %(limit)s), '[]')
)::text
FROM ({features}) AS found
"""
