from datetime import date
from importlib import import_module

from django.db import migrations

by_cell = import_module("gridmap.incidents.migrations.0012_counts")
by_bin = import_module("gridmap.incidents.migrations.0013_overviews")
DAY_0 = date(1899, 12, 31)
# All anew; the next minute folds them.
TAKE = """
LOCK TABLE incidents_incident IN SHARE MODE;
DELETE FROM incidents_countchange;
DELETE FROM incidents_countleaf;
DELETE FROM incidents_countsquare;
SELECT incidents_count_all();
"""
NOTHING = """
CREATE OR REPLACE FUNCTION incidents_count_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever folds has taken changes that the sums do not show yet.
    PERFORM pg_advisory_xact_lock(hashtext('fold_counts'));
    DELETE FROM incidents_countchange;
    DELETE FROM incidents_countleaf;
    DELETE FROM incidents_countsquare;
    RETURN NULL;
END $$;
"""
# As a function, a connection plans it once, and not anew for each window, which took as long as reading. For squares and
# topics (none: all; more than half of them are all without the rest) what there was before some days, counted from that of
# leaves. `part` says what a row is: a square with the version and length of its order; the last change of boundaries; parts
# of leaves, first the sums before one, then a block (`one` is the sign, `two` which of the days, from 1); and the changes
# between the first day and the last in a tile (`zoom`, `x`, `y`; of zoom 0 also those of nobody knows where): cell, bin, day, number.
READ = f"""
CREATE FUNCTION incidents_sums(squares bigint[], topics bigint[], days integer[], zoom integer, x bigint, y bigint)
RETURNS TABLE (part integer, square bigint, one bigint, two bigint, data bytea)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    series bigint[] := topics;
BEGIN
    IF cardinality(topics) = 0 THEN
        series := '{{0}}';
    ELSIF cardinality(topics) > (SELECT count(*) FROM incidents_topic) / 2 THEN
        series := 0::bigint || ARRAY(SELECT -topic.id FROM incidents_topic AS topic WHERE topic.id <> ALL (topics));
    END IF;
    RETURN QUERY
    SELECT 0, kept.square, kept.version, (octet_length(kept.places) / 8)::bigint, ''::bytea
    FROM incidents_countsquare AS kept WHERE kept.square = ANY (squares)
    UNION ALL
    (SELECT 1, 0, 0, 0, convert_to(last.id || ' ' || last.xmin, 'UTF8')
     FROM geodata_boundarychange AS last ORDER BY last.id DESC LIMIT 1)
    UNION ALL
    SELECT 2, asked.square, sign(asked_series.id + 0.5)::bigint, asked_day.place, found.data
    FROM unnest(squares) AS asked (square) CROSS JOIN unnest(series) AS asked_series (id)
    CROSS JOIN unnest(days) WITH ORDINALITY AS asked_day (day, place)
    CROSS JOIN LATERAL (
        SELECT leaf.before || substring(leaf.blocks FROM leaf.starts[at.n] FOR leaf.starts[at.n + 1] - leaf.starts[at.n]) AS data
        FROM incidents_countleaf AS leaf
        CROSS JOIN LATERAL (SELECT width_bucket(asked_day.day, leaf.marks) AS n) AS at
        WHERE leaf.square = asked.square AND leaf.series = abs(asked_series.id) AND leaf.first <= asked_day.day
        ORDER BY leaf.first DESC LIMIT 1
    ) AS found
    UNION ALL
    SELECT 3, 0, 0, 0, coalesce(string_agg(
        int8send(change.cell_id) || int8send(coalesce(change.bin, -1))
        || int8send(change.day - date '{DAY_0}') || int8send(change.number), ''), '')
    FROM incidents_countchange AS change
    WHERE change.day >= date '{DAY_0}' + days[1] AND change.day < date '{DAY_0}' + days[cardinality(days)]
      AND (cardinality(topics) = 0 OR change.topic_id = ANY (topics))
      AND (zoom = 0 OR change.bin >> (40 - zoom) = x AND (change.bin & 1048575) >> (20 - zoom) = y);
END $$;
DROP FUNCTION incidents_counts(bigint[], date[], date[]);
DROP FUNCTION incidents_bins(bigint[], bigint[], integer, integer, integer, bigint, bigint);
"""
BACK = f"""
DROP FUNCTION incidents_sums(bigint[], bigint[], integer[], integer, bigint, bigint);
{by_cell.READ}
{by_bin.READ}
{by_bin.TRIGGERS}
{TAKE}
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0014_notices_of_tasks")]

    operations = [
        migrations.RunSQL(NOTHING + TAKE + READ, BACK),
        migrations.DeleteModel("CountVector"),
        migrations.DeleteModel("CountOrder"),
    ]
