"""Bins of overview tiles from a look at every case, beside those that are told."""

from collections.abc import Collection, Iterable, Sequence

from gridmap.accounts.scope import Scope
from gridmap.incidents.counting import Window
from gridmap.incidents.counting.overview import count_all_bins, count_bins
from gridmap.incidents.counting.squares import ZOOMS, Tile
from tests.incidents.counting.hands import execute

HALF_WORLD = 20037508.342789244
RAW = """
SELECT floor((%(half)s - ST_Y(geom_3857)) * %(scale)s)::bigint AS row, floor((ST_X(geom_3857) + %(half)s) * %(scale)s)::bigint,
       count(*) FILTER (WHERE is_asked)
FROM incidents_incident CROSS JOIN LATERAL (SELECT
    state NOT IN ('merged', 'withdrawn', 'declined') AND cell_id = ANY (%(cells)s)
    AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= %(since)s
    AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date < %(until)s
    AND (%(topics)s::bigint[] = '{}' OR topic_id = ANY (%(topics)s)) AS is_asked) AS one
WHERE geom_3857 IS NOT NULL GROUP BY 1, 2
"""


def raw_bins(
    cells: Collection[int], zoom: int, window: Window, topics: Sequence[int]
) -> dict[Tile, dict[int, int]]:
    """By tile and bin, of every tile where any case is."""
    asked = {"cells": list(cells), "topics": list(topics), **vars(window)}
    scale = {"half": HALF_WORLD, "scale": 2 ** (zoom + 6) / (2 * HALF_WORLD)}
    found: dict[Tile, dict[int, int]] = {}
    for row, column, number in execute(RAW, asked | scale):
        tile = found.setdefault((zoom, column >> 6, row >> 6), {})
        if number:
            tile[(row & 63) << 6 | column & 63] = number
    return found


def tile_differences(
    held: Scope,
    cells: Collection[int],
    window: Window,
    topics: Sequence[int],
    zooms: Iterable[int] = ZOOMS,
) -> list[str]:
    """Tiles that are told otherwise than by the cases of these cells, and zooms of which all bins together are."""
    found = []
    for zoom in zooms:
        tiles = raw_bins(cells, zoom, window, topics)
        numbers = sorted(number for bins in tiles.values() for number in bins.values())
        if sorted(count_all_bins(held, zoom, window, topics).tolist()) != numbers:
            found.append(f"all of {zoom} {window} {topics}")
        for tile, expected in tiles.items():
            told = count_bins(held, tile, window, topics)
            if dict(zip(told.bins.tolist(), told.counts.tolist(), strict=True)) != expected:
                found.append(f"{tile} {window} {topics}")
    return found
