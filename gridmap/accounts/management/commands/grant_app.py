from typing import Any

import dj_database_url
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

# What belongs to an extension is readable by everybody already.
OWN_TABLES = """
SELECT c.relname, c.relkind = 'S'
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND c.relowner = current_user::regrole
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
ALL = "SELECT, INSERT, UPDATE, DELETE"
READ_ONLY = {"django_migrations": "SELECT"}


class Command(BaseCommand):
    help = "Grant the application's role what it needs of the owner's tables; again at will."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        role = dj_database_url.parse(settings.DATABASE_URL)["USER"]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            if role and cursor.fetchone() != (role,):
                grant_tables(cursor, role)


def grant_tables(cursor: CursorWrapper, role: str) -> None:
    """Every table anew, so that a right which was taken back is gone."""
    narrower = rights_of_models()
    cursor.execute(OWN_TABLES)
    for name, is_sequence in cursor.fetchall():
        target = sql.SQL("{kind} {name}").format(
            kind=sql.SQL("SEQUENCE" if is_sequence else "TABLE"), name=sql.Identifier(name)
        )
        rights = "USAGE, SELECT" if is_sequence else narrower.get(name, ALL)
        names = {"target": target, "role": sql.Identifier(role)}
        cursor.execute(sql.SQL("REVOKE ALL ON {target} FROM {role}").format(**names))
        if rights:
            cursor.execute(
                sql.SQL("GRANT {rights} ON {target} TO {role}").format(
                    rights=sql.SQL(rights), **names
                )
            )


def rights_of_models() -> dict[str, str]:
    """Tables whose model says in `app_rights` that the application may do less than everything."""
    stated = {
        model._meta.db_table: str(model.app_rights)
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, "app_rights")
    }
    return {**READ_ONLY, **stated}
