from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection
from django.utils.translation import gettext as _

EXTENSIONS = ("postgis", "btree_gist")


class Command(BaseCommand):
    help = "See to the extensions of the database, or say what its administrator must run."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                _("数据库没有回答：%(error)s") % {"error": " ".join(str(error).split())}
            ) from error
        missing = [name for name in EXTENSIONS if not is_there(name) and not create(name)]
        if missing:
            raise CommandError(instruction(missing))


def is_there(extension: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [extension])
        return cursor.fetchone() is not None


def create(extension: str) -> bool:
    """Whether this role may create the extension; only a superuser may create PostGIS."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    except (ProgrammingError, OperationalError):
        return False
    return True


def instruction(missing: list[str]) -> str:
    """What the administrator of an existing server must run, word for word."""
    database = connection.settings_dict
    lines = [f"CREATE EXTENSION IF NOT EXISTS {name};" for name in missing]
    return "\n".join(
        [
            _("角色 %(role)s 不能在数据库 %(name)s 里建扩展。请数据库管理员运行：")
            % {"role": database["USER"], "name": database["NAME"]},
            f"  psql -d {database['NAME']} -c '{' '.join(lines)}'",
            _("然后再运行 make run。"),
        ]
    )
