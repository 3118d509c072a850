"""The statements that verify the log; the same sums as migration 0005 has made the triggers do."""

from collections.abc import Sequence

# The same values give the same words whatever the session says; everything is asked once.
SETTINGS = """
SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL work_mem = '64MB';
"""
# Rows of the table that is being looked at which are not as they were last written.
DOUBTS = """
CREATE TEMPORARY TABLE log_doubt (key text, entry bigint, mark bytea, is_there boolean) ON COMMIT DROP
"""

# Every seal with the one before it. What is wrong goes out as one JSON list.
CHAIN = """
WITH stretch AS (
    SELECT position, xact, first_entry, last_entry, hash,
           lag(position, 1, coalesce(%(after)s, 0)) OVER line AS position_before,
           lag(hash, 1, coalesce(%(hash)s, sha256('GridMap'))) OVER line AS hash_before
    FROM (SELECT * FROM incidents_logseal WHERE %(after)s IS NULL OR position > %(after)s
          ORDER BY position LIMIT %(limit)s) AS seal
    WINDOW line AS (ORDER BY position)
),
looked_at AS (
    SELECT stretch.*, sealed.*, CASE
        WHEN position <> position_before + 1 THEN 'gap'
        WHEN sealed.words IS NULL THEN 'empty'
        WHEN hash IS DISTINCT FROM sha256(hash_before || convert_to(sealed.words, 'UTF8')) THEN 'broken'
        WHEN (first_entry, last_entry) IS DISTINCT FROM (sealed.first, sealed.last) THEN 'span'
    END AS kind
    FROM stretch LEFT JOIN LATERAL (
        SELECT min(id) AS first, max(id) AS last, string_agg(ROW(
            id, xact, "table", action, (extract(epoch FROM at) * 1000000)::bigint, actor, role, count, width,
            encode(digest, 'hex'))::text, E'\\n' ORDER BY id) AS words
        FROM incidents_logentry AS entry
        WHERE entry.xact = stretch.xact AND entry.id BETWEEN stretch.first_entry AND stretch.last_entry
    ) AS sealed ON true
)
SELECT count(*), max(position), (array_agg(hash ORDER BY position DESC))[1],
       json_agg(json_build_object('kind', kind, 'position', position, 'entry', first_entry, 'last',
                                  CASE kind WHEN 'gap' THEN position_before ELSE last_entry END)
                ORDER BY position) FILTER (WHERE kind IS NOT NULL)
FROM looked_at
"""
LAST_SEAL = """
SELECT position, encode(hash, 'hex') FROM (
    SELECT position, hash FROM incidents_logseal UNION ALL SELECT 0, sha256('GridMap')
) AS seal ORDER BY position DESC LIMIT 1
"""
SEAL_AT = """
SELECT encode(hash, 'hex') FROM (
    SELECT position, hash FROM incidents_logseal UNION ALL SELECT 0, sha256('GridMap')
) AS seal WHERE position = %(position)s
"""

ENTRIES = """
WITH stretch AS (
    SELECT id, "table", action, count, xact, digest IS NOT DISTINCT FROM sha256(
        convert_to(coalesce(rows::text, ''), 'UTF8') || array_send(keys) || array_send(marks)
        || coalesce(array_send(before), '')) AS is_whole
    FROM incidents_logentry WHERE %(after)s IS NULL OR id > %(after)s ORDER BY id LIMIT %(limit)s
),
looked_at AS (
    SELECT stretch.*, CASE WHEN seals = 0 THEN 'unsealed' WHEN seals > 1 THEN 'sealed_twice'
                           WHEN NOT is_whole THEN 'content' END AS kind
    FROM stretch CROSS JOIN LATERAL (
        SELECT count(*) AS seals FROM incidents_logseal AS seal
        WHERE seal.xact = stretch.xact AND stretch.id BETWEEN seal.first_entry AND seal.last_entry
    ) AS over
)
SELECT count(*), max(id),
       json_agg(json_build_object('kind', kind, 'entry', id, 'table', "table") ORDER BY id)
           FILTER (WHERE kind IS NOT NULL),
       json_agg(json_build_object('entry', id, 'table', "table", 'count', count) ORDER BY id)
           FILTER (WHERE action = 'TAKE')
FROM looked_at
"""

UNKNOWN_TABLES = """
SELECT min(id), "table" FROM incidents_logentry WHERE "table" <> ALL (%(known)s) GROUP BY "table" ORDER BY 1
"""
# An enabled trigger of the log for each of insert, update and delete, and the one that seals.
UNWATCHED = """
SELECT name FROM unnest(%(tables)s || '{incidents_logentry}'::text[]) AS name
WHERE (SELECT count(*) FROM pg_trigger
       WHERE tgrelid = name::regclass AND tgenabled IN ('O', 'A')
         AND tgname IN ('log_insert', 'log_update', 'log_delete', 'seal_at_commit'))
      <> CASE name WHEN 'incidents_logentry' THEN 1 ELSE 3 END
ORDER BY name
"""
COLUMNS = """
SELECT (SELECT attname FROM pg_attribute JOIN pg_index ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indrelid = %(table)s::regclass AND indisprimary),
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped)
"""
COUNT_DOUBTS = (
    "SELECT count(*), count(*) FILTER (WHERE mark IS NOT NULL AND is_there) FROM log_doubt"
)
DOUBTED = """
SELECT CASE WHEN mark IS NULL THEN 'unlogged' WHEN is_there THEN 'changed' ELSE 'missing' END,
       key, entry, NULL, count(*) OVER ()
FROM log_doubt ORDER BY entry, key LIMIT %(limit)s
"""


def mark(columns: Sequence[str]) -> str:
    """The mark of a row `t`; what is drawn follows from its place and does not count."""
    listed = ", ".join(f't."{name}"' for name in columns)
    words = f"ROW({listed})::text"
    if "geom_3857" in columns:
        words = f"coalesce(replace({words}, t.geom_3857::text, ''), {words})"
    return f"sha256(convert_to({words}, 'UTF8'))"


def history(table: str, key: str, columns: Sequence[str]) -> str:
    """Faults between entries about one row; and into `log_doubt` what is not as it was left.

    Marks of a table that got columns between are not compared.
    """
    return f"""
WITH event AS (
    SELECT entry.id AS entry, action, width, written.*
    FROM incidents_logentry AS entry
    CROSS JOIN LATERAL unnest(entry.keys, entry.marks, entry.before) AS written (key, mark, before)
    WHERE entry."table" = %(table)s
),
told AS MATERIALIZED (
    SELECT *, lag(entry) OVER own AS last_entry, lag(mark) OVER own AS last_mark,
           lag(width) OVER own AS last_width,
           coalesce(lag(action) OVER own, 'DELETE') <> 'DELETE' AS was_there,
           lead(entry) OVER own IS NULL AS is_last
    FROM event WINDOW own AS (PARTITION BY key ORDER BY entry)
),
left_so AS (
    SELECT key, entry, mark FROM told WHERE is_last AND action <> 'DELETE'
),
doubted AS (
    INSERT INTO log_doubt
    SELECT coalesce(left_so.key, now.key), left_so.entry, left_so.mark, now.key IS NOT NULL
    FROM left_so
    FULL JOIN (SELECT t."{key}"::text AS key, {mark(columns)} AS mark FROM "{table}" AS t) AS now
           ON now.key = left_so.key
    WHERE now.mark IS DISTINCT FROM left_so.mark
)
SELECT *, count(*) OVER () FROM (
    SELECT CASE
        WHEN action = 'TAKE' THEN NULL
        WHEN action = 'INSERT' AND was_there THEN 'there_already'
        WHEN action <> 'INSERT' AND NOT was_there THEN 'out_of_nothing'
        WHEN action <> 'INSERT' AND width = last_width
             AND CASE action WHEN 'DELETE' THEN mark ELSE before END IS DISTINCT FROM last_mark THEN 'between'
    END AS kind, key, entry, last_entry
    FROM told
) AS judged
WHERE kind IS NOT NULL
ORDER BY entry, key LIMIT %(limit)s
"""  # noqa: S608 - names of our own tables and columns


def forgive_new_columns(table: str, key: str, columns: Sequence[str]) -> str:
    """Takes rows out of `log_doubt` that were last written when the table had fewer columns.

    New columns come at the end, so that the words of the row begin with the same columns.
    """
    fewer = (mark(columns[:width]) for width in range(len(columns) - 1, 0, -1))
    return f"""
DELETE FROM log_doubt USING "{table}" AS t
WHERE log_doubt.key = t."{key}"::text AND ({" OR ".join(f"log_doubt.mark = {each}" for each in fewer)})
"""  # noqa: S608 - names of our own tables and columns
