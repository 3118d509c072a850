"""Roles, template and database of a private cluster; a kill between any two statements is healed."""

from typing import Protocol

MAIN = "gridmap"
TEMPLATE = "template_gridmap"
OWNER = "gridmap_owner"
APP = "gridmap_app"
READER = "gridmap_reader"
# Milliseconds.
READER_PATIENCE = 120_000

# Roles lie in the whole cluster; the owner may act as the others, which the tests do.
ROLES = f"""
DO $$ BEGIN
  IF to_regrole('{OWNER}') IS NULL THEN CREATE ROLE {OWNER} LOGIN CREATEDB; END IF;
  IF to_regrole('{APP}') IS NULL THEN CREATE ROLE {APP} LOGIN; END IF;
  IF to_regrole('{READER}') IS NULL THEN CREATE ROLE {READER} LOGIN; END IF;
END $$;
GRANT {APP}, {READER} TO {OWNER};
ALTER ROLE {READER} SET default_transaction_read_only = on;
ALTER ROLE {READER} SET statement_timeout = {READER_PATIENCE};
"""
NAMES = f"SELECT datname FROM pg_database WHERE datname IN ('{MAIN}', '{TEMPLATE}')"  # noqa: S608
DRAFT = f"{TEMPLATE}_draft"
FINISH_TEMPLATE = f"""
BEGIN;
ALTER DATABASE {DRAFT} RENAME TO {TEMPLATE};
ALTER DATABASE {TEMPLATE} IS_TEMPLATE true;
COMMIT;
"""


class Server(Protocol):
    """What can run SQL as the superuser of a cluster."""

    def psql(self, database: str, sql: str) -> str: ...


def prepare(server: Server) -> None:
    found = server.psql("postgres", NAMES).split()
    # Also where the template is there: a cluster of an earlier release has no reader yet.
    server.psql("postgres", ROLES)
    if TEMPLATE not in found:
        server.psql("postgres", f"DROP DATABASE IF EXISTS {DRAFT}")
        server.psql("postgres", f"CREATE DATABASE {DRAFT}")
        server.psql(DRAFT, "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist")
        server.psql("postgres", FINISH_TEMPLATE)
    if MAIN not in found:
        server.psql("postgres", f"CREATE DATABASE {MAIN} OWNER {OWNER} TEMPLATE {TEMPLATE}")


def recreate_main(server: Server) -> None:
    server.psql("postgres", f"DROP DATABASE IF EXISTS {MAIN} WITH (FORCE)")
    server.psql("postgres", f"CREATE DATABASE {MAIN} OWNER {OWNER} TEMPLATE {TEMPLATE}")
