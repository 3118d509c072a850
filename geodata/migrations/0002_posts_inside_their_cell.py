from django.db import migrations

# A rule over two tables, hence a trigger that only refuses (docs/decisions/0002). Deferred, so
# that a redraw may move cells and posts in any order inside its transaction.
CREATE = """
CREATE FUNCTION refuse_post_outside_cell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stray text;
    wanted bigint := NEW.cell_id;
BEGIN
    SELECT post.name || ' (' || post.id || ')' INTO stray
    FROM geodata_leaderpost AS post
    WHERE post.cell_id = wanted
      AND (TG_TABLE_NAME <> 'geodata_leaderpost' OR post.id = NEW.id)
      AND NOT EXISTS (
          SELECT FROM geodata_cellversion AS version
          WHERE version.cell_id = wanted
            AND version.valid_to IS NULL
            AND ST_CoveredBy(post.geom, ST_Buffer(version.geom, 1e-8))
      )
    LIMIT 1;
    IF stray IS NOT NULL THEN
        RAISE EXCEPTION 'leader post % is not inside its cell', stray
            USING ERRCODE = 'check_violation', CONSTRAINT = 'leader_post_inside_its_cell';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER leader_post_inside_its_cell
AFTER INSERT OR UPDATE ON geodata_leaderpost
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_post_outside_cell();

CREATE CONSTRAINT TRIGGER cell_holds_its_leader_posts
AFTER INSERT OR UPDATE ON geodata_cellversion
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_post_outside_cell();
"""

DROP = """
DROP TRIGGER cell_holds_its_leader_posts ON geodata_cellversion;
DROP TRIGGER leader_post_inside_its_cell ON geodata_leaderpost;
DROP FUNCTION refuse_post_outside_cell();
"""


class Migration(migrations.Migration):
    dependencies = [("geodata", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
