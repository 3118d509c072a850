from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection
from psycopg2.errors import InsufficientPrivilege

from gridmap.incidents.counting.folding import rebuild_counts


class Command(BaseCommand):
    help = "Count all cases anew, where rows were written past the triggers; as the owner of the tables."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            rebuild_counts()
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            owner = (
                "only the owner of the tables may: GRIDMAP_DB_ROLE=owner manage.py rebuild_counts"
            )
            raise CommandError(owner) from error
        with connection.cursor() as cursor:
            # Every reader would go through millions of dead rows until somebody else clears them away.
            cursor.execute("VACUUM incidents_countchange")
