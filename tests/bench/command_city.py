"""A city with a million cases, spread over its whole ground and over five years, as a commander looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager

from gridmap.incidents.counting.folding import rebuild_counts
from tests.bench.counts_city import fill
from tests.bench.histories import CASES, SPOTS
from tests.conftest import connected_as, connected_to, copy_database, drop_database
from tests.incidents.log_history import SUPERUSER, execute

CASES_KEPT = 1_000_000
# Beside the buildings, so that there are cases in more than 20,000 squares of 128 m of web Mercator.
ON_OPEN_GROUND = 17_500
WIDE = f"""
{SPOTS};
INSERT INTO bench_spot
SELECT (SELECT count(*) FROM bench_spot) + row_number() OVER (ORDER BY version.id, spot.path) - 1, NULL, version.id,
       version.cell_id, cell.community_id, spot.geom
FROM geodata_cellversion AS version
JOIN geodata_cell AS cell ON cell.id = version.cell_id
CROSS JOIN (SELECT sum(ST_Area(geom)) AS area FROM geodata_cellversion WHERE valid_to IS NULL) AS ground
CROSS JOIN LATERAL ST_Dump(ST_GeneratePoints(
    version.geom, greatest(1, round({ON_OPEN_GROUND} * ST_Area(version.geom) / ground.area)::int), 1)) AS spot
WHERE version.valid_to IS NULL
"""
# Written as they came in, each case of a spot on another day of the five years.
SCATTERED = f"{CASES.replace('n %% 1800', 'n::bigint * 7919 %% 1800')} ORDER BY history.at"
VISITS = """
INSERT INTO incidents_visit (incident_id, at, note, round, way, result, satisfaction)
SELECT id, closed_at, '', 1, 'phone', CASE WHEN id % 10 > 0 THEN 'solved' ELSE 'partly' END,
       CASE WHEN id % 8 > 0 THEN 'satisfied' ELSE 'not' END
FROM incidents_incident WHERE code LIKE 'BENCH-%' AND is_visited
"""


@contextmanager
def busy_city(template: str) -> Iterator[str]:
    """The name of a copy of a city with `CASES_KEPT` more cases."""
    name = f"{template}_command"
    copy_database(template, name)
    try:
        with connected_to(name):
            with connected_as(SUPERUSER):
                fill(CASES_KEPT, spots=WIDE, history=SCATTERED)
                execute(VISITS)
            rebuild_counts()
            execute("VACUUM (ANALYZE, FREEZE)")
        yield name
    finally:
        drop_database(name)
