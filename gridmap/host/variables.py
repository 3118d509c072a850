"""The environment that Django's processes are started with."""

import os
import secrets
from collections.abc import Mapping

from gridmap.host import databases
from gridmap.host.cluster import Cluster
from gridmap.host.project import Project, Stop, Surroundings
from gridmap.host.stamps import write_whole

SHOWN = (
    *("GRIDMAP_ENV", "GRIDMAP_VAR", "DATABASE_URL", "OWNER_DATABASE_URL", "READER_DATABASE_URL"),
    *("SECRET_KEY", "GRIDMAP_RELEASE_SECRET"),
)


def application_environment(
    project: Project,
    surroundings: Surroundings,
    cluster: Cluster | None,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """What settings.py reads: as the person has set it, completed by what is private here."""
    env = dict(environ)
    env.pop("GRIDMAP_DB_ROLE", None)
    env["DJANGO_SETTINGS_MODULE"] = "gridmap.settings"
    env["PYTHONUNBUFFERED"] = "1"
    env["GRIDMAP_VAR"] = str(project.var)
    env["GRIDMAP_ENV"] = surroundings.kind
    env["HOST"], env["PORT"] = surroundings.host, str(surroundings.port)
    if cluster is not None:
        env["DATABASE_URL"] = cluster.url(databases.APP)
        env["OWNER_DATABASE_URL"] = cluster.url(databases.OWNER)
        env["READER_DATABASE_URL"] = cluster.url(databases.READER)
    elif not env.get("OWNER_DATABASE_URL"):
        env["OWNER_DATABASE_URL"] = env["DATABASE_URL"]
    if not surroundings.is_production and not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = own_secret(project, "secret-key")
    if not env.get("GRIDMAP_RELEASE_SECRET"):
        env["GRIDMAP_RELEASE_SECRET"] = own_secret(project, "release-secret")
    return env


def as_owner(env: Mapping[str, str]) -> dict[str, str]:
    """The same for a command that changes tables."""
    return {**env, "GRIDMAP_DB_ROLE": "owner"}


def as_reader(env: Mapping[str, str]) -> dict[str, str]:
    """The same for whoever only reads through the planners' door: no way to the other roles, no key to sign with.

    Raises
    ------
    Stop
        An existing server whose reader was not named.
    """
    reader = env.get("READER_DATABASE_URL", "")
    if not reader:
        raise Stop(
            "READER_DATABASE_URL is not set: the database as the role of the planners' door;"
            " docs/deploy.md says how to make it"
        )
    kept = {name: value for name, value in env.items() if name != "OWNER_DATABASE_URL"}
    key = secrets.token_urlsafe(50)
    return {**kept, "GRIDMAP_DB_ROLE": "reader", "DATABASE_URL": reader, "SECRET_KEY": key}


def own_secret(project: Project, name: str) -> str:
    """A secret of this clone, drawn once and the same on every start."""
    file = project.var / name
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(50).encode(), mode=0o600)
    return file.read_text()


def production_check_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Stand-ins for what a city sets itself, so that Django's deployment check can run here."""
    return {
        **env,
        "GRIDMAP_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "gridmap.example",
    }
