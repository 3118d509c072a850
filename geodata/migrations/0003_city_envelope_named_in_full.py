from django.conf import settings
from django.db import migrations

# A dump is restored with nothing on the search path, and the constraints ask this function: without
# the schema in full no row with a place could be restored.
CREATE = """
CREATE OR REPLACE FUNCTION city_envelope() RETURNS {schema}.geometry LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$ SELECT {schema}.ST_GeomFromEWKT('{envelope}') $$
"""
SCHEMA = """
SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace AS schema ON schema.oid = extnamespace
WHERE extname = 'postgis'
"""


def name_in_full(_apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        (schema,) = cursor.fetchone()
    editor.execute(CREATE.format(schema=schema, envelope=settings.CITY.envelope_ewkt))


class Migration(migrations.Migration):
    dependencies = [("geodata", "0002_posts_inside_their_cell")]

    operations = [migrations.RunPython(name_in_full, migrations.RunPython.noop)]
