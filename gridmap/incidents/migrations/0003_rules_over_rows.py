from django.db import migrations

from gridmap.incidents.states import TRANSITIONS

# What a check constraint cannot state, because it looks at the row before (docs/decisions/0009). The
# trigger only refuses; the services check the same first and say it in words.
TRANSITION = """
CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'registered' AND NOT NEW.is_imported THEN
            RAISE EXCEPTION 'a case begins as registered, not as %', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_begins_registered';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.code <> OLD.code OR NEW.is_imported <> OLD.is_imported OR NEW.is_dispute <> OLD.is_dispute
       OR NEW.registered_at <> OLD.registered_at THEN
        RAISE EXCEPTION 'code, kind, origin and time of registration of case % stay', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_identity_stays';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT EXISTS (SELECT FROM incidents_transition
                       WHERE from_state = OLD.state AND to_state = NEW.state) THEN
            RAISE EXCEPTION 'case % cannot come from % to %', OLD.code, OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_transition';
        END IF;
        -- What was imported had its past elsewhere; what is done here is done by our rules.
        IF NEW.state = 'closed' AND NOT (NEW.is_visited OR NEW.no_visit_reason <> '')
           OR NEW.state IN ('handled', 'closed') AND NEW.is_dispute AND NEW.step <> 'settle' THEN
            RAISE EXCEPTION 'case % is not ready to be %', OLD.code, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_ready';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refuse_transition BEFORE INSERT OR UPDATE ON incidents_incident
FOR EACH ROW EXECUTE FUNCTION refuse_transition();
"""
DROP_TRANSITION = """
DROP TRIGGER refuse_transition ON incidents_incident;
DROP FUNCTION refuse_transition();
"""

# Personal data are seen within scope, also by a statement that forgets to ask. On the case itself such
# a policy would switch the spatial index off. The settings are made with the request's first statement.
SCOPE = """
CREATE FUNCTION gridmap_ids(name text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('gridmap.' || name, true), ''), ',')::bigint[]
$$;

CREATE FUNCTION incident_in_scope(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM incidents_incident AS incident
        WHERE incident.id = wanted AND (
            incident.area_id = ANY (gridmap_ids('areas'))
            OR incident.cell_id = ANY (gridmap_ids('cells'))
            OR incident.post_id = ANY (gridmap_ids('posts'))
            OR incident.lead_team_id = ANY (gridmap_ids('teams'))
            OR EXISTS (SELECT FROM incidents_incident_assisting_teams AS assisting
                       WHERE assisting.incident_id = incident.id
                         AND assisting.guideteam_id = ANY (gridmap_ids('teams')))
        )
    )
$$;

-- Who takes down a report for another place writes its parties, and sees them no more.
CREATE FUNCTION incident_registered_by_actor(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM incidents_incident AS incident
        WHERE incident.id = wanted
          AND incident.registered_by_id = nullif(current_setting('gridmap.user', true), '')::bigint
    )
$$;

ALTER TABLE incidents_party ENABLE ROW LEVEL SECURITY;
CREATE POLICY party_read ON incidents_party FOR SELECT USING (incident_in_scope(incident_id));
CREATE POLICY party_change ON incidents_party FOR UPDATE
    USING (incident_in_scope(incident_id)) WITH CHECK (incident_in_scope(incident_id));
CREATE POLICY party_add ON incidents_party FOR INSERT
    WITH CHECK (incident_in_scope(incident_id) OR incident_registered_by_actor(incident_id));
"""
DROP_SCOPE = """
DROP POLICY party_add ON incidents_party;
DROP POLICY party_change ON incidents_party;
DROP POLICY party_read ON incidents_party;
ALTER TABLE incidents_party DISABLE ROW LEVEL SECURITY;
DROP FUNCTION incident_registered_by_actor(bigint);
DROP FUNCTION incident_in_scope(bigint);
DROP FUNCTION gridmap_ids(text);
"""

# Minutes count on working days only, all hours of them; a year without a calendar goes by the week. A span
# that ends at midnight ends with its working day.
DEADLINE = """
CREATE FUNCTION working_deadline(begins timestamptz, minutes integer) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    WITH start AS (
        SELECT begins AT TIME ZONE 'Asia/Shanghai' AS at, (begins AT TIME ZONE 'Asia/Shanghai')::date AS day
    ),
    working AS (
        SELECT series.day::date AS day, row_number() OVER (ORDER BY series.day) - 1 AS n
        FROM start
        CROSS JOIN generate_series(start.day, start.day + 30 + minutes / 1440 * 2, interval '1 day') AS series (day)
        LEFT JOIN incidents_calendarday AS calendar ON calendar.day = series.day::date
        WHERE coalesce(calendar.is_working, extract(isodow FROM series.day) < 6)
    ),
    span AS (
        SELECT minutes + CASE WHEN first.day = start.day
                              THEN extract(epoch FROM start.at - start.day) / 60 ELSE 0 END AS total
        FROM start CROSS JOIN (SELECT day FROM working WHERE n = 0) AS first
    )
    SELECT (working.day + (span.total - working.n * 1440) * interval '1 minute') AT TIME ZONE 'Asia/Shanghai'
    FROM span JOIN working ON working.n = greatest(ceil(span.total / 1440) - 1, 0)
$$;
"""
DROP_DEADLINE = "DROP FUNCTION working_deadline(timestamptz, integer);"

# The first contact and the settling of a case that is registered, or reopened, at a moment; no row where
# the table of limits has none for it.
DEADLINES = """
CREATE FUNCTION case_deadlines(topic bigint, wanted text, begins timestamptz)
RETURNS TABLE (contact_due_at timestamptz, due_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN is_working_time THEN working_deadline(begins, contact_minutes)
                ELSE begins + contact_minutes * interval '1 minute' END,
           CASE WHEN is_working_time THEN working_deadline(begins, settle_minutes)
                ELSE begins + settle_minutes * interval '1 minute' END
    FROM (
        SELECT span.* FROM incidents_timelimit AS span
        WHERE span.valid_from <= (begins AT TIME ZONE 'Asia/Shanghai')::date
          AND (span.valid_to > (begins AT TIME ZONE 'Asia/Shanghai')::date OR span.valid_to IS NULL)
          AND (span.topic_id = topic OR span.topic_id IS NULL)
          AND span.urgency IN (wanted, '')
        ORDER BY span.topic_id IS NULL, span.urgency = '', span.id
        LIMIT 1
    ) AS chosen
$$;
"""
DROP_DEADLINES = "DROP FUNCTION case_deadlines(bigint, text, timestamptz);"


def fill_transitions(apps, _editor):
    transition = apps.get_model("incidents", "Transition")
    pairs = sorted((source.value, target.value) for source, target in TRANSITIONS)
    transition.objects.bulk_create(
        transition(from_state=source, to_state=target) for source, target in pairs
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_log")]

    operations = [
        migrations.RunPython(fill_transitions, migrations.RunPython.noop),
        migrations.RunSQL(TRANSITION, DROP_TRANSITION),
        migrations.RunSQL(SCOPE, DROP_SCOPE),
        migrations.RunSQL(DEADLINE, DROP_DEADLINE),
        migrations.RunSQL(DEADLINES, DROP_DEADLINES),
    ]
