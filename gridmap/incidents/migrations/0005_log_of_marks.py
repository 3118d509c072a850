from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

# The log begins anew with the rows as they stand: its entries had neither marks, which tell of every row
# whether it is as it was left, nor the exact place of a case (as GeoJSON it has nine decimals).
# The same values give the same words whatever a session says of times, numbers and bytes.
WORDS = """SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex'"""

RESTART = """
TRUNCATE incidents_logentry, incidents_logseal RESTART IDENTITY;
UPDATE incidents_loghead SET position = 0, hash = sha256('GridMap');
"""

# A row is marked by the hash of its words: the same for one row as for a million, and four times cheaper
# than JSON. Each statement of the function is planned once for each trigger of a connection.
# Old and new rows of an update come in the same order, and a key stays; else the update is refused.
LOG = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
{settings}
AS $$
DECLARE
    keys text[];
    marks bytea[];
    keys_before text[];
    before bytea[];
    images jsonb;
BEGIN
    SELECT array_agg(c.{key}::text), array_agg({mark}) INTO keys, marks FROM changed AS c;
    IF keys IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(c.{key}::text), array_agg({mark}) INTO keys_before, before FROM was AS c;
        IF keys_before <> keys THEN
            RAISE EXCEPTION 'the key of a row of % stays', TG_TABLE_NAME USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF cardinality(keys) <= 500 THEN
        SELECT jsonb_agg(to_jsonb(shown)) INTO images FROM {shown} AS shown;
    END IF;
    INSERT INTO incidents_logentry (xact, "table", action, at, actor, role, count, width, rows, keys, marks, before, digest)
    VALUES (pg_current_xact_id()::text::bigint, TG_TABLE_NAME, TG_OP, clock_timestamp(),
            nullif(current_setting('gridmap.user', true), '')::bigint, session_user, cardinality(keys),
            (SELECT relnatts FROM pg_class WHERE oid = TG_RELID), images, keys, marks, before,
            incidents_log_digest(images, keys, marks, before));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
"""
MARK = "sha256(convert_to(c::text, 'UTF8'))"
# What is drawn follows from where it is, and another library may draw it otherwise in the last decimal.
MARK_WITHOUT_DRAWING = (
    "sha256(convert_to(coalesce(replace(c::text, c.geom_3857::text, ''), c::text), 'UTF8'))"
)

DIGEST = """
CREATE FUNCTION incidents_log_digest(images jsonb, keys text[], marks bytea[], before bytea[]) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(coalesce(images::text, ''), 'UTF8') || array_send(keys) || array_send(marks)
                  || coalesce(array_send(before), ''))
$$;
"""

# For a migration that drops a column of a logged table or writes its values in another way: takes the
# rows over as they stand. Adding a column needs nothing.
TAKE = f"""
CREATE FUNCTION incidents_log_take(name text, key text DEFAULT 'id') RETURNS void
LANGUAGE plpgsql
{WORDS}
AS $take$
BEGIN
    EXECUTE format($$
        INSERT INTO incidents_logentry (xact, "table", action, at, role, count, width, rows, keys, marks, digest)
        SELECT pg_current_xact_id()::text::bigint, %1$L, 'TAKE', clock_timestamp(), session_user, cardinality(keys),
               (SELECT relnatts FROM pg_class WHERE oid = %1$L::regclass), images, keys, marks,
               incidents_log_digest(images, keys, marks, NULL)
        FROM (SELECT array_agg(c.%2$I::text) AS keys, array_agg(%3$s) AS marks FROM %1$I AS c) AS taken,
             (SELECT CASE WHEN count(*) <= 500 THEN jsonb_agg(to_jsonb(c)) END AS images
              FROM (SELECT * FROM %1$I LIMIT 501) AS c) AS shown
        WHERE keys IS NOT NULL
    $$, name, key, CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'geom_3857')
                        THEN $${MARK_WITHOUT_DRAWING}$$ ELSE $${MARK}$$ END);
END $take$;
REVOKE ALL ON FUNCTION incidents_log_take(text, text) FROM PUBLIC;
"""

SEAL = """
CREATE OR REPLACE FUNCTION incidents_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first bigint;
    last bigint;
    words text;
    place bigint;
    link bytea;
BEGIN
    IF EXISTS (SELECT FROM incidents_logseal WHERE xact = NEW.xact AND last_entry >= NEW.id) THEN
        RETURN NULL;  -- with another entry of the same transaction
    END IF;
    SELECT min(id), max(id), string_agg(ROW(
        id, xact, "table", action, (extract(epoch FROM at) * 1000000)::bigint, actor, role, count, width,
        encode(digest, 'hex'))::text, E'\\n' ORDER BY id)
    INTO first, last, words
    FROM incidents_logentry WHERE xact = NEW.xact AND id >= NEW.id;
    -- The last lock that a transaction takes: whoever waits for it holds nothing others wait for.
    UPDATE incidents_loghead SET position = position + 1, hash = sha256(hash || convert_to(words, 'UTF8'))
    RETURNING position, hash INTO STRICT place, link;
    INSERT INTO incidents_logseal (position, xact, first_entry, last_entry, hash)
    VALUES (place, NEW.xact, first, last, link);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION incidents_seal() FROM PUBLIC;
DROP FUNCTION incidents_entry_text(incidents_logentry);
-- Hashes do not get smaller.
ALTER TABLE incidents_logentry ALTER marks SET STORAGE EXTERNAL, ALTER before SET STORAGE EXTERNAL;
"""

# Who sees the parties of a case, written out so that a statement plans it once: as a function it costs
# forty microseconds a row. Who takes a case down for another place writes its parties, and sees them no more.
IN_SCOPE = """
EXISTS (
    SELECT FROM incidents_incident AS incident
    WHERE incident.id = incidents_party.incident_id AND (
        incident.area_id = ANY ((SELECT gridmap_ids('areas'))::bigint[])
        OR incident.cell_id = ANY ((SELECT gridmap_ids('cells'))::bigint[])
        OR incident.post_id = ANY ((SELECT gridmap_ids('posts'))::bigint[])
        OR incident.lead_team_id = ANY ((SELECT gridmap_ids('teams'))::bigint[])
        OR EXISTS (SELECT FROM incidents_incident_assisting_teams AS assisting
                   WHERE assisting.incident_id = incident.id
                     AND assisting.guideteam_id = ANY ((SELECT gridmap_ids('teams'))::bigint[]))
        {or_own}
    )
)
"""
SEEN = IN_SCOPE.format(or_own="")
WRITTEN = IN_SCOPE.format(
    or_own="""OR incident.registered_by_id =
            (SELECT nullif(current_setting('gridmap.user', true), '')::bigint)"""
)
POLICIES = f"""
ALTER POLICY party_read ON incidents_party USING ({SEEN});
ALTER POLICY party_change ON incidents_party USING ({SEEN}) WITH CHECK ({SEEN});
ALTER POLICY party_add ON incidents_party WITH CHECK ({WRITTEN});
DROP FUNCTION incident_registered_by_actor(bigint);
DROP FUNCTION incident_in_scope(bigint);
"""

# Tables whose rows have a place, and those whose key is not `id`, have a function of their own.
OWN_FUNCTION = {
    "incidents_incident": "incidents_log_incident",
    "incidents_report": "incidents_log_report",
    "incidents_calendarday": "incidents_log_day",
}
IMAGES = {
    "insert": "NEW TABLE AS changed",
    "update": "NEW TABLE AS changed OLD TABLE AS was",
    "delete": "OLD TABLE AS changed",
}
TRIGGER = """
DROP TRIGGER IF EXISTS log_{action} ON {table};
CREATE TRIGGER log_{action} AFTER {action} ON {table}
REFERENCING {images} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
LOGGED = {
    **import_module("gridmap.incidents.migrations.0002_log").LOGGED,
    # Which states may follow each other: whoever opens a way leaves a trace.
    "incidents_transition": "id",
}


def write_functions(apps, editor):
    """Again in a migration that adds a column to a table with a place: its words are listed here."""

    def create(name, **parts):
        editor.execute(LOG.format(name=name, settings=WORDS, **parts), params=None)

    create("incidents_log", key="id", mark=MARK, shown="changed")
    create("incidents_log_day", key="day", mark=MARK, shown="changed")
    create(
        "incidents_log_incident",
        key="id",
        mark=MARK_WITHOUT_DRAWING,
        shown=shown_of(apps, "Incident"),
    )
    create("incidents_log_report", key="id", mark=MARK, shown=shown_of(apps, "Report"))


def shown_of(apps, model):
    """The rows with their place as PostGIS keeps it, which is exact, and quicker than GeoJSON."""
    columns = [field.column for field in apps.get_model("incidents", model)._meta.local_concrete_fields]
    shown = [
        "c.geom::text AS geom" if column == "geom" else f'c."{column}"'
        for column in columns
        if column != "geom_3857"
    ]
    return f"(SELECT {', '.join(shown)} FROM changed AS c)"


def watch(table):
    """The triggers of a table, also for the migration that adds another one."""
    function = OWN_FUNCTION.get(table, "incidents_log")
    return "".join(
        TRIGGER.format(table=table, function=function, action=action, images=images)
        for action, images in IMAGES.items()
    )


def write_triggers(_apps, editor):
    for table in LOGGED:
        editor.execute(watch(table), params=None)


def take_over(_apps, editor):
    for table, key in LOGGED.items():
        editor.execute("SELECT incidents_log_take(%s, %s)", [table, key])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_first_tables")]

    operations = [
        migrations.RunSQL(RESTART),
        migrations.AddField(
            model_name="logentry",
            name="before",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BinaryField(max_length=32), null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="logentry",
            name="keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="logentry",
            name="marks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BinaryField(max_length=32), default=list, size=None
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="logentry",
            name="width",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AlterField("logentry", "xact", models.BigIntegerField()),
        migrations.AlterField("logseal", "xact", models.BigIntegerField()),
        migrations.AddIndex(
            "logentry", models.Index(fields=["xact", "id"], name="log_entry_of_transaction")
        ),
        migrations.AddIndex(
            "logseal", models.Index(fields=["xact", "last_entry"], name="log_seal_of_transaction")
        ),
        migrations.RunSQL(DIGEST),
        migrations.RunPython(write_functions),
        migrations.RunSQL(SEAL),
        migrations.RunSQL(POLICIES),
        migrations.RunPython(write_triggers),
        migrations.RunSQL(TAKE),
        migrations.RunPython(take_over),
    ]
