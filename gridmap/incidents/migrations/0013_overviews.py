from datetime import date
from importlib import import_module

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

before = import_module("gridmap.incidents.migrations.0012_counts")
COUNTED = before.COUNTED
DAY_0 = date(1989, 12, 31)
# A tile of zoom 20: x << 20 | y.
HALF_WORLD, SIDE = 20037508.342789244, 38.21851414258813
BIN = f"""(floor((ST_X(geom_3857) + {HALF_WORLD}) / {SIDE})::bigint << 20)
            | floor(({HALF_WORLD} - ST_Y(geom_3857)) / {SIDE})::bigint AS bin"""
KEY = f"topic_id, cell_id, {BIN}, (occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day"
# As before, with the bin.
TRIGGERS = f"""
CREATE OR REPLACE FUNCTION incidents_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO incidents_countchange (topic_id, cell_id, bin, day, number)
        SELECT {KEY}, count(*) FROM changed WHERE {COUNTED} GROUP BY 1, 2, 3, 4;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO incidents_countchange (topic_id, cell_id, bin, day, number)
        SELECT {KEY}, -count(*) FROM changed WHERE {COUNTED} GROUP BY 1, 2, 3, 4;
    ELSE
        INSERT INTO incidents_countchange (topic_id, cell_id, bin, day, number)
        SELECT topic_id, cell_id, bin, day, sum(number) FROM (
            SELECT {KEY}, 1 AS number FROM changed WHERE {COUNTED}
            UNION ALL
            SELECT {KEY}, -1 FROM was WHERE {COUNTED}
        ) AS told GROUP BY 1, 2, 3, 4 HAVING sum(number) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION incidents_count_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever folds has taken changes that the sums do not show yet.
    PERFORM pg_advisory_xact_lock(hashtext('fold_counts'));
    DELETE FROM incidents_countchange;
    DELETE FROM incidents_countvector;
    DELETE FROM incidents_countleaf;
    DELETE FROM incidents_countsquare;
    RETURN NULL;
END $$;
"""
# All anew, as if the cases came now; the next minute folds them.
TAKE = f"""
CREATE OR REPLACE FUNCTION incidents_count_all() RETURNS void LANGUAGE sql AS $$
    INSERT INTO incidents_countchange (topic_id, cell_id, bin, day, number)
    SELECT {KEY}, count(*) FROM incidents_incident WHERE {COUNTED} GROUP BY 1, 2, 3, 4 ORDER BY 4, 1
$$;
LOCK TABLE incidents_incident IN SHARE MODE;
DELETE FROM incidents_countchange;
DELETE FROM incidents_countvector;
SELECT incidents_count_all();
"""
# Blocks are read in parts.
STORAGE = """
ALTER TABLE incidents_countleaf ALTER before SET STORAGE EXTERNAL, ALTER blocks SET STORAGE EXTERNAL;
"""
# For squares and topics (none: all) what there was before two days, counted from that of leaves. `part` says what a row is: a
# square with the version and length of its order; the last change of boundaries; parts of leaves, first the sums before one,
# then a block (`one` is the sign, `two` the day); and the changes since in the tile (`zoom`, `x`, `y`): cell, bin, number.
READ = f"""
CREATE FUNCTION incidents_bins(squares bigint[], topics bigint[], since integer, until integer, zoom integer, x bigint, y bigint)
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
    SELECT 2, asked.square, edge.sign * sign(asked_series.id + 0.5)::bigint, edge.day, found.data
    FROM unnest(squares) AS asked (square) CROSS JOIN unnest(series) AS asked_series (id)
    CROSS JOIN (VALUES (-1::bigint, since::bigint), (1, until)) AS edge (sign, day)
    CROSS JOIN LATERAL (
        SELECT leaf.before || substring(leaf.blocks FROM leaf.starts[at.n] FOR leaf.starts[at.n + 1] - leaf.starts[at.n]) AS data
        FROM incidents_countleaf AS leaf
        CROSS JOIN LATERAL (SELECT width_bucket(edge.day::integer, leaf.marks) AS n) AS at
        WHERE leaf.square = asked.square AND leaf.series = abs(asked_series.id) AND leaf.first <= edge.day
        ORDER BY leaf.first DESC LIMIT 1
    ) AS found
    UNION ALL
    SELECT 3, 0, 0, 0, coalesce(string_agg(
        int8send(change.cell_id) || int8send(change.bin) || int8send(change.number), ''), '')
    FROM incidents_countchange AS change
    WHERE change.day >= date '{DAY_0}' + since AND change.day < date '{DAY_0}' + until
      AND (cardinality(topics) = 0 OR change.topic_id = ANY (topics))
      AND change.bin >> (40 - zoom) = x AND (change.bin & 1048575) >> (20 - zoom) = y;
END $$;
"""
BACK = f"""
DROP FUNCTION incidents_bins(bigint[], bigint[], integer, integer, integer, bigint, bigint);
DROP FUNCTION incidents_count_all();
{before.DROP_TRIGGERS}
{before.TRIGGERS}
{before.TAKE.partition("SELECT incidents_count_all()")[0]}
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0012_counts")]

    operations = [
        migrations.CreateModel(
            name="CountSquare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("square", models.BigIntegerField(unique=True)),
                ("version", models.BigIntegerField()),
                ("places", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="CountLeaf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("square", models.BigIntegerField()),
                ("series", models.BigIntegerField()),
                ("first", models.IntegerField()),
                ("before", models.BinaryField()),
                ("marks", ArrayField(models.IntegerField())),
                ("starts", ArrayField(models.IntegerField())),
                ("blocks", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("square", "series", "first"), name="count_leaf_once"
                    )
                ],
            },
        ),
        migrations.AddField("CountChange", "bin", models.BigIntegerField(null=True)),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS + TAKE + READ, BACK),
    ]
