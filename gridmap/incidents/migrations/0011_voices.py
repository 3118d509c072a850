from django.db import migrations

# Who is heard more than once, without saying who: a number for each caller, by telephone or name, which
# means nothing outside one answer. Runs as the owner, past the protection of the parties by row.
VOICES = """
CREATE FUNCTION case_voices() RETURNS TABLE (incident_id bigint, voice bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (party.incident_id) party.incident_id,
           dense_rank() OVER (ORDER BY coalesce(nullif(party.phone, ''), party.name))
    FROM incidents_party AS party WHERE party.role = 'reporter'
    ORDER BY party.incident_id, party.id
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0010_unrouted_at_a_level'),
    ]

    operations = [
        migrations.RunSQL(VOICES, "DROP FUNCTION case_voices()"),
    ]
