from importlib import import_module

from django.db import migrations

from gridmap.recurring.states import TRANSITIONS

BEFORE = import_module("gridmap.incidents.migrations.0005_log_of_marks")

# What a check constraint cannot state, because it looks at the row before (docs/decisions/0009).
RULES = """
CREATE FUNCTION refuse_conflict_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'candidate' THEN
            RAISE EXCEPTION 'a conflict begins as a candidate, not as %', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_begins_candidate';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.code <> OLD.code OR NEW.topic_id <> OLD.topic_id THEN
        RAISE EXCEPTION 'code and topic of conflict % stay', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_identity_stays';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'conflict % cannot come from % to %', OLD.code, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'conflict_transition';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refuse_conflict_transition BEFORE INSERT OR UPDATE ON recurring_recurringconflict
FOR EACH ROW EXECUTE FUNCTION refuse_conflict_transition();
"""
DROP_RULES = """
DROP TRIGGER refuse_conflict_transition ON recurring_recurringconflict;
DROP FUNCTION refuse_conflict_transition();
"""
# What earlier runs found has been found then, and was last seen by the last of them.
TAKE_UP = """
UPDATE recurring_recurringconflict AS conflict
SET latest_id = (SELECT evidence.id FROM recurring_evidence AS evidence
                 JOIN recurring_run AS run ON run.id = evidence.run_id
                 WHERE evidence.conflict_id = conflict.id ORDER BY run.at DESC, run.id DESC LIMIT 1),
    state_since = coalesce((SELECT min(run.at) FROM recurring_evidence AS evidence
                            JOIN recurring_run AS run ON run.id = evidence.run_id
                            WHERE evidence.conflict_id = conflict.id), state_since);
INSERT INTO recurring_conflictrecord (conflict_id, act, from_state, to_state, at, note)
SELECT id, 'find', '', 'candidate', state_since, '' FROM recurring_recurringconflict;
"""
LOGGED = {
    "recurring_recurringconflict": "recurring_log_conflict",
    "recurring_conflictrecord": "incidents_log",
    "recurring_measure": "incidents_log",
}


def rules(_apps, editor):
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in sorted(TRANSITIONS))
    editor.execute(RULES.format(pairs=pairs), params=None)


def drop_rules(_apps, editor):
    editor.execute(DROP_RULES, params=None)


def watch(apps, editor):
    """Again in a migration that adds a column to the conflicts: its words are listed here."""
    columns = [
        field.column
        for field in apps.get_model("recurring", "RecurringConflict")._meta.local_concrete_fields
    ]
    shown = ", ".join(
        "c.geom::text AS geom" if column == "geom" else f'c."{column}"'
        for column in columns
        if column != "geom_3857"
    )
    editor.execute(
        BEFORE.LOG.format(
            name="recurring_log_conflict",
            settings=BEFORE.WORDS,
            key="id",
            mark=BEFORE.MARK_WITHOUT_DRAWING,
            shown=f"(SELECT {shown} FROM changed AS c)",
        ),
        params=None,
    )
    for table, function in LOGGED.items():
        for action, images in BEFORE.IMAGES.items():
            editor.execute(
                BEFORE.TRIGGER.format(table=table, function=function, action=action, images=images),
                params=None,
            )
        editor.execute("SELECT incidents_log_take(%s, %s)", [table, "id"])


def stop_watching(_apps, editor):
    for table in LOGGED:
        for action in BEFORE.IMAGES:
            editor.execute(f"DROP TRIGGER log_{action} ON {table}", params=None)
    editor.execute("DROP FUNCTION recurring_log_conflict()", params=None)


class Migration(migrations.Migration):
    dependencies = [("recurring", "0002_life")]

    operations = [
        migrations.RunSQL(TAKE_UP, migrations.RunSQL.noop),
        migrations.RunPython(rules, drop_rules),
        migrations.RunPython(watch, stop_watching),
    ]
