"""Acting as the owner of the tables, for the few commands that need what the application may not."""

import dj_database_url
from django.conf import settings
from django.db import connection


def as_owner() -> None:
    """Let this process speak to the database as the owner, whatever role it was started with."""
    if settings.DATABASE_ROLE == "owner":
        return
    owner = dj_database_url.parse(settings.OWNER_DATABASE_URL)
    connection.close()
    connection.settings_dict.update(
        {name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    )
