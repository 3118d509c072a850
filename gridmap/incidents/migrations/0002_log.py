from django.db import migrations

# One entry per statement, whatever road it takes, and a chain over them that is made at commit. The
# functions run as the owner of the tables; the application has no right on the log (decision 10 of
# the architecture). Times and numbers are written in one form, whatever the session says.
LOG = """
CREATE FUNCTION incidents_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET extra_float_digits = 1
AS $$
DECLARE
    written bigint;
    images jsonb;
    fingerprint bytea;
    key text := TG_ARGV[0];
BEGIN
    EXECUTE format(
        'SELECT count(*), CASE WHEN count(*) <= 500 THEN jsonb_agg(image ORDER BY image->>%1$L) END,'
        ' sha256(convert_to(coalesce(string_agg(image::text, E''\\n'' ORDER BY image->>%1$L), ''''), ''UTF8''))'
        ' FROM (SELECT to_jsonb(changed) - ''geom_3857'' AS image FROM changed) AS images', key)
    INTO written, images, fingerprint;
    IF written > 0 THEN
        INSERT INTO incidents_logentry (xact, "table", action, at, actor, role, count, rows, digest)
        VALUES (pg_current_xact_id()::text::bigint, TG_TABLE_NAME, TG_OP, clock_timestamp(),
                nullif(current_setting('gridmap.user', true), '')::bigint, session_user,
                written, images, fingerprint);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION incidents_entry_text(entry incidents_logentry) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
    SELECT concat_ws('|', entry.id, entry.xact, entry."table", entry.action,
        (extract(epoch FROM entry.at) * 1000000)::bigint, coalesce(entry.actor::text, ''), entry.role, entry.count,
        encode(entry.digest, 'hex'))
$$;

CREATE FUNCTION incidents_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sealed bigint;
    head incidents_loghead;
    first bigint;
    last bigint;
    words text;
    link bytea;
BEGIN
    SELECT max(last_entry) INTO sealed FROM incidents_logseal WHERE xact = NEW.xact;
    IF NEW.id <= sealed THEN
        RETURN NULL;  -- with another entry of the same transaction
    END IF;
    SELECT min(entry.id), max(entry.id), string_agg(incidents_entry_text(entry), E'\\n' ORDER BY entry.id)
    INTO first, last, words
    FROM incidents_logentry AS entry WHERE entry.xact = NEW.xact AND entry.id > coalesce(sealed, 0);
    -- The last lock that a transaction takes: whoever waits for it holds nothing others wait for.
    SELECT * INTO head FROM incidents_loghead FOR UPDATE;
    link := sha256(head.hash || convert_to(words, 'UTF8'));
    INSERT INTO incidents_logseal (position, xact, first_entry, last_entry, hash)
    VALUES (head.position + 1, NEW.xact, first, last, link);
    UPDATE incidents_loghead SET position = head.position + 1, hash = link;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER seal_at_commit AFTER INSERT ON incidents_logentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION incidents_seal();

INSERT INTO incidents_loghead (position, hash) VALUES (0, sha256('GridMap'));
"""
DROP_LOG = """
DROP TRIGGER seal_at_commit ON incidents_logentry;
DROP FUNCTION incidents_seal();
DROP FUNCTION incidents_entry_text(incidents_logentry);
DROP FUNCTION incidents_log();
"""

# Table and its key; notices and saved views are nobody's business but the reader's.
LOGGED = {
    "incidents_incident": "id",
    "incidents_incident_assisting_teams": "id",
    "incidents_report": "id",
    "incidents_reportconflict": "id",
    "incidents_party": "id",
    "incidents_partylook": "id",
    "incidents_photo": "id",
    "incidents_moverecord": "id",
    "incidents_steprecord": "id",
    "incidents_handover": "id",
    "incidents_visit": "id",
    "incidents_extension": "id",
    "incidents_supervision": "id",
    "incidents_clockevent": "id",
    "incidents_topic": "id",
    "incidents_unit": "id",
    "incidents_routingrule": "id",
    "incidents_routingrule_assisting_teams": "id",
    "incidents_timelimit": "id",
    "incidents_calendarday": "day",
}
IMAGES = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
TRIGGER = """
CREATE TRIGGER log_{action} AFTER {action} ON {table}
REFERENCING {image} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incidents_log('{key}');
"""
DROP_TRIGGER = "DROP TRIGGER log_{action} ON {table};\n"


def for_all(template: str) -> str:
    return "".join(
        template.format(table=table, key=key, action=action, image=image)
        for table, key in LOGGED.items()
        for action, image in IMAGES.items()
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.RunSQL(LOG, DROP_LOG),
        migrations.RunSQL(for_all(TRIGGER), for_all(DROP_TRIGGER)),
    ]
