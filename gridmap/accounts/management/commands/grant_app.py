from collections.abc import Mapping
from typing import Any

import dj_database_url
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
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
    help = "Grant application and reader what they need of the owner's tables; again at will."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        app, reader = role_of(settings.DATABASE_URL), role_of(settings.READER_DATABASE_URL)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (owner,) = cursor.fetchone()
            if reader in {app, owner} - {""}:
                raise CommandError(f"READER_DATABASE_URL: {reader} does more than read")
            if app not in {"", owner}:
                stated = READ_ONLY | rights_of_models("app_rights")
                grant_tables(cursor, app, stated, otherwise=ALL, sequences="USAGE, SELECT")
            if reader:
                grant_tables(cursor, reader, rights_of_models("reader_rights"))


def role_of(url: str) -> str:
    return str(dj_database_url.parse(url)["USER"]) if url else ""


def grant_tables(
    cursor: CursorWrapper,
    role: str,
    stated: Mapping[str, str],
    *,
    otherwise: str = "",
    sequences: str = "",
) -> None:
    """Every table anew, so that a right which was taken back is gone."""
    cursor.execute(OWN_TABLES)
    for name, is_sequence in cursor.fetchall():
        target = sql.SQL("{kind} {name}").format(
            kind=sql.SQL("SEQUENCE" if is_sequence else "TABLE"), name=sql.Identifier(name)
        )
        rights = sequences if is_sequence else stated.get(name, otherwise)
        names = {"target": target, "role": sql.Identifier(role)}
        cursor.execute(sql.SQL("REVOKE ALL ON {target} FROM {role}").format(**names))
        if rights:
            cursor.execute(
                sql.SQL("GRANT {rights} ON {target} TO {role}").format(
                    rights=sql.SQL(rights), **names
                )
            )


def rights_of_models(attribute: str) -> dict[str, str]:
    """Of tables whose model says so: `app_rights` where the application may do less than everything, `reader_rights`
    where the planners' door may read, in whole or some columns."""
    return {
        model._meta.db_table: str(getattr(model, attribute))
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, attribute)
    }
