from django.db import migrations

# A flag on a case must not say what no record says (docs/decisions/0012): a raw update could else
# settle a dispute by writing “settle”. What was imported had its records elsewhere.
RECORDED = """
CREATE FUNCTION refuse_unrecorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps text[] := ARRAY['', 'listen', 'investigate', 'deliberate', 'mediate', 'settle'];
BEGIN
    IF NEW.round <> OLD.round OR NEW.state = 'reopened' AND OLD.state <> 'reopened' THEN
        IF NEW.state <> 'reopened' OR OLD.state = 'reopened' OR NEW.round <> OLD.round + 1
           OR NEW.step <> '' OR NEW.outcome <> '' OR NEW.is_visited THEN
            RAISE EXCEPTION 'case % begins a new round when it is reopened, and only then', OLD.code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_round';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.step <> OLD.step AND (
        array_position(steps, NEW.step::text) < array_position(steps, OLD.step::text)
        OR NOT NEW.is_imported AND NOT EXISTS (
            SELECT FROM incidents_steprecord
            WHERE incident_id = NEW.id AND round = NEW.round AND step = NEW.step)) THEN
        RAISE EXCEPTION 'no record of step % of case %', NEW.step, OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_step_recorded';
    END IF;
    IF (NEW.is_visited OR NEW.state = 'visited') AND NOT (OLD.is_visited AND NEW.is_visited)
       AND (NOT NEW.is_visited OR NOT NEW.is_imported AND NOT EXISTS (
            SELECT FROM incidents_visit WHERE incident_id = NEW.id AND round = NEW.round)) THEN
        RAISE EXCEPTION 'no record of a visit in case %', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_visit_recorded';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refuse_unrecorded BEFORE UPDATE ON incidents_incident
FOR EACH ROW WHEN (
    NEW.state IS DISTINCT FROM OLD.state OR NEW.step IS DISTINCT FROM OLD.step
    OR NEW.round IS DISTINCT FROM OLD.round OR NEW.is_visited IS DISTINCT FROM OLD.is_visited
) EXECUTE FUNCTION refuse_unrecorded();
"""
DROP_RECORDED = """
DROP TRIGGER refuse_unrecorded ON incidents_incident;
DROP FUNCTION refuse_unrecorded();
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_log_of_marks")]

    operations = [migrations.RunSQL(RECORDED, DROP_RECORDED)]
