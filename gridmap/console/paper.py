"""The paper around a place as SQL: ground, streets, footprints, lines, landmarks.

The statement begins with a table `frame` of one row: the corner `x`, `y` in web-Mercator metres, and
the `box` that is drawn; then come `TABLES`, and `PAPER` is one JSON value of a row of the frame.
"""

from gridmap.console.queries import name_language, shown_name


# Paths and points are in tenths of a web-Mercator metre from the corner of the frame: a quarter
# of a pixel at the largest zoom, and short enough to travel as text.
def path(geometry: str) -> str:
    units = f"ST_TransScale({geometry}, -frame.x, -frame.y, 10, 10)"
    return f"ST_AsSVG(ST_SnapToGrid({units}, 1), 1, 0)"


def point(geometry: str) -> str:
    at = f"ST_PointOnSurface({geometry})"
    return (
        f"json_build_array(round((ST_X({at}) - frame.x) * 10), round((frame.y - ST_Y({at})) * 10))"
    )


TABLES = f"""
street AS (
    SELECT grade, {shown_name("street")} AS name, {name_language("street")} AS lang,
           ST_LineMerge(ST_CollectionExtract(
               ST_Collect(ST_ClipByBox2D(geom_3857, box::box2d)), 2)) AS geom
    FROM geodata_street AS street, frame
    WHERE geom_3857 && box
    GROUP BY 1, 2, 3
),
ground AS (
    SELECT kind, ST_Collect(ST_ClipByBox2D(geom_3857, box::box2d)) AS geom
    FROM geodata_ground, frame WHERE geom_3857 && box GROUP BY kind
)
"""  # noqa: S608 - constants of this module

PAPER = f"""
json_build_object(
    'fills', (SELECT coalesce(json_object_agg(kind, {path("ST_CollectionExtract(geom, 3)")}), '{{{{}}}}') FROM ground),
    'streets', (SELECT coalesce(json_agg(json_build_object(
        'grade', grade, 'name', name, 'lang', lang, 'path', {path("geom")})), '[]')
        FROM street WHERE NOT ST_IsEmpty(geom)),
    'buildings', (SELECT coalesce(string_agg({path("geom_3857")}, ' '), '')
        FROM geodata_building WHERE geom_3857 && box),
    'cells', (SELECT coalesce(string_agg({path("geom_3857")}, ' '), '')
        FROM geodata_cellversion WHERE geom_3857 && box AND valid_to IS NULL),
    'communities', (SELECT coalesce(string_agg({path("version.geom_3857")}, ' '), '')
        FROM geodata_areaversion AS version
        WHERE version.geom_3857 && box AND version.valid_to IS NULL AND EXISTS (
            SELECT FROM geodata_cell AS cell WHERE cell.community_id = version.area_id)),
    'landmarks', (SELECT coalesce(json_agg(json_build_object(
        'kind', kind, 'name', {shown_name("landmark")}, 'lang', {name_language("landmark")},
        'at', {point("geom_3857")})), '[]')
        FROM geodata_landmark AS landmark WHERE geom_3857 && box)
)
"""  # noqa: S608 - constants of this module
