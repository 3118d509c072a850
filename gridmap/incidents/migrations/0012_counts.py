from django.db import migrations, models

from gridmap.incidents.states import NOT_COUNTED

# Which day it was is a matter of Beijing's clocks, whatever a session says.
COUNTED = (
    f"""cell_id IS NOT NULL AND state NOT IN ({", ".join(f"'{state}'" for state in NOT_COUNTED)})"""
)
KEY = "topic_id, cell_id, (occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day"
# One row a key and statement, so that a million cases in one statement are as many rows as they have keys.
TRIGGERS = f"""
CREATE FUNCTION incidents_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO incidents_countchange (topic_id, cell_id, day, number)
        SELECT {KEY}, count(*) FROM changed WHERE {COUNTED} GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO incidents_countchange (topic_id, cell_id, day, number)
        SELECT {KEY}, -count(*) FROM changed WHERE {COUNTED} GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO incidents_countchange (topic_id, cell_id, day, number)
        SELECT topic_id, cell_id, day, sum(number) FROM (
            SELECT {KEY}, 1 AS number FROM changed WHERE {COUNTED}
            UNION ALL
            SELECT {KEY}, -1 FROM was WHERE {COUNTED}
        ) AS told GROUP BY 1, 2, 3 HAVING sum(number) <> 0;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION incidents_count() FROM PUBLIC;

CREATE FUNCTION incidents_count_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever folds has taken changes that the vectors do not show yet.
    PERFORM pg_advisory_xact_lock(hashtext('fold_counts'));
    DELETE FROM incidents_countchange;
    DELETE FROM incidents_countvector;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION incidents_count_nothing() FROM PUBLIC;

CREATE TRIGGER count_insert AFTER INSERT ON incidents_incident
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incidents_count();
CREATE TRIGGER count_update AFTER UPDATE ON incidents_incident
REFERENCING NEW TABLE AS changed OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION incidents_count();
CREATE TRIGGER count_delete AFTER DELETE ON incidents_incident
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incidents_count();
CREATE TRIGGER count_truncate AFTER TRUNCATE ON incidents_incident
FOR EACH STATEMENT EXECUTE FUNCTION incidents_count_nothing();
"""
DROP_TRIGGERS = """
DROP TRIGGER count_truncate ON incidents_incident;
DROP TRIGGER count_delete ON incidents_incident;
DROP TRIGGER count_update ON incidents_incident;
DROP TRIGGER count_insert ON incidents_incident;
DROP FUNCTION incidents_count_nothing();
DROP FUNCTION incidents_count();
"""
# The cases that are there, as if they came now; the next minute folds them. By days, as folding is quickest.
TAKE = f"""
CREATE FUNCTION incidents_count_all() RETURNS void LANGUAGE sql AS $$
    INSERT INTO incidents_countchange (topic_id, cell_id, day, number)
    SELECT {KEY}, count(*) FROM incidents_incident WHERE {COUNTED} GROUP BY 1, 2, 3 ORDER BY 3, 1
$$;
REVOKE ALL ON FUNCTION incidents_count_all() FROM PUBLIC;
SELECT incidents_count_all();
"""
# Folded every minute: what is gone must not be read for long.
STORAGE = """
ALTER TABLE incidents_countvector ALTER counts SET COMPRESSION lz4;
ALTER TABLE incidents_countchange SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
"""
# As a function, a connection plans it once, and not anew for each window, which took as long as reading. `edges` are the
# first days of steps and the one after the last, `months` the first days of their months, each once; no topics are
# all. More than half of them are all without the rest. What comes back is said by `part`: the order of the vectors, the
# last change of boundaries, vectors of months and of days (`place` counts the months or edges from 1), and the changes
# since: cell, day since 2000, number.
READ = """
CREATE FUNCTION incidents_counts(topics bigint[], months date[], edges date[])
RETURNS TABLE (part integer, place bigint, sign integer, data bytea)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    series bigint[] := topics;
BEGIN
    IF cardinality(topics) = 0 THEN
        series := '{0}';
    ELSIF cardinality(topics) > (SELECT count(*) FROM incidents_topic) / 2 THEN
        series := 0::bigint || ARRAY(SELECT -topic.id FROM incidents_topic AS topic WHERE topic.id <> ALL (topics));
    END IF;
    RETURN QUERY
    SELECT 0, 0::bigint, 1, kept.cells FROM incidents_countorder AS kept
    UNION ALL
    (SELECT 1, 0, 1, convert_to(last.id || ' ' || last.xmin, 'UTF8')
     FROM geodata_boundarychange AS last ORDER BY last.id DESC LIMIT 1)
    UNION ALL
    SELECT 2, asked.place, CASE WHEN one < 0 THEN -1 ELSE 1 END, latest.counts
    FROM unnest(series) AS one CROSS JOIN unnest(months) WITH ORDINALITY AS asked (month, place)
    CROSS JOIN LATERAL (
        SELECT vector.counts FROM incidents_countvector AS vector
        WHERE vector.topic_id = abs(one) AND vector.is_month AND vector.day <= asked.month
        ORDER BY vector.day DESC LIMIT 1
    ) AS latest
    UNION ALL
    SELECT 3, asked.place, CASE WHEN one < 0 THEN -1 ELSE 1 END, latest.counts
    FROM unnest(series) AS one CROSS JOIN unnest(edges) WITH ORDINALITY AS asked (edge, place)
    CROSS JOIN LATERAL (
        SELECT vector.counts FROM incidents_countvector AS vector
        WHERE vector.topic_id = abs(one) AND NOT vector.is_month
          AND vector.day < asked.edge AND vector.day >= date_trunc('month', asked.edge::timestamp)::date
        ORDER BY vector.day DESC LIMIT 1
    ) AS latest
    UNION ALL
    SELECT 4, 0, 1, string_agg(
        int8send(change.cell_id) || int8send(change.day - date '2000-01-01') || int8send(change.number), '')
    FROM incidents_countchange AS change
    WHERE change.day >= edges[1] AND change.day < edges[cardinality(edges)]
      AND (cardinality(topics) = 0 OR change.topic_id = ANY (topics));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0011_voices")]

    operations = [
        migrations.CreateModel(
            name="CountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic_id", models.BigIntegerField()),
                ("cell_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("number", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CountOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cells", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="CountVector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic_id", models.BigIntegerField()),
                ("is_month", models.BooleanField()),
                ("day", models.DateField()),
                ("counts", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("topic_id", "is_month", "day"), name="count_vector_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(TAKE, "DROP FUNCTION incidents_count_all()"),
        migrations.RunSQL(
            READ,
            "DROP FUNCTION incidents_counts(bigint[], date[], date[])",
        ),
    ]
