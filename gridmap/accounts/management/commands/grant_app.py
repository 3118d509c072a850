from typing import Any

import dj_database_url
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
READ_ONLY = {"django_migrations"}


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
    cursor.execute(OWN_TABLES)
    for name, is_sequence in cursor.fetchall():
        cursor.execute(
            sql.SQL("GRANT {rights} ON {kind} {name} TO {role}").format(
                rights=sql.SQL(rights_on(name, is_sequence)),
                kind=sql.SQL("SEQUENCE" if is_sequence else "TABLE"),
                name=sql.Identifier(name),
                role=sql.Identifier(role),
            )
        )


def rights_on(name: str, is_sequence: bool) -> str:
    if is_sequence:
        return "USAGE, SELECT"
    return "SELECT" if name in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
