"""What must be true before pages can be served: tables, grants, demonstration city, static files."""

from collections.abc import Mapping
from pathlib import Path

from gridmap.host import databases
from gridmap.host.cluster import Cluster
from gridmap.host.project import Project, Surroundings
from gridmap.host.stamps import digest_of, is_stamped, write_stamp, write_whole
from gridmap.host.steps import run_step, say
from gridmap.host.variables import as_owner

DATABASE_SOURCES = (
    "*/migrations/*.py",
    "gridmap/*/migrations/*.py",
    "*/management/commands/*.py",
    "gridmap/*/management/commands/*.py",
    "geodata/cities/*",
    # The calendar of working days comes with a library.
    "requirements.txt",
)
STATIC_SOURCES = ("layers/static/**/*", "gridmap/*/static/**/*", "requirements.txt")
CATALOGUES = ("gridmap/locale/*/LC_MESSAGES/*.po",)


def sources(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in root.glob(pattern) if path.is_file()]


def manage(project: Project, env: Mapping[str, str], title: str, *words: str, area: str) -> str:
    return run_step(
        area,
        title,
        [project.python, "manage.py", *words],
        log=project.logs / f"{words[0]}.log",
        env=env,
        cwd=project.root,
    )


def prepare_catalogues(project: Project, env: Mapping[str, str]) -> None:
    """Beside their sources, where Django looks for them; hence one stamp for the whole clone."""
    found = sources(project.root, CATALOGUES)
    digest = digest_of(found)
    stamp = project.root / "var" / "catalogues.stamp"
    if is_stamped(stamp, digest) and all(po.with_suffix(".mo").exists() for po in found):
        return
    manage(project, env, "compiling the translations", "compilemessages", area="pages")
    write_stamp(stamp, digest)


def prepare_static(project: Project, env: Mapping[str, str]) -> None:
    found = sources(project.root, STATIC_SOURCES) + sources(project.var, ("browser/*",))
    digest = digest_of(found)
    stamp = project.var / "static.stamp"
    if is_stamped(stamp, digest) and (project.var / "static" / "staticfiles.json").exists():
        return
    words = ("collectstatic", "--no-input", "--clear")
    manage(project, env, "collecting the static files", *words, area="pages")
    write_stamp(stamp, digest)


def prepare_database(
    project: Project, surroundings: Surroundings, cluster: Cluster | None, env: Mapping[str, str]
) -> None:
    """Bring the tables up to date; in a private cluster only where something has changed."""
    digest = digest_of(
        sources(project.root, DATABASE_SOURCES), surroundings.kind, env.get("GRIDMAP_CITY", "")
    )
    # The stamp lies in the database itself: thrown away with it, restored with it.
    if cluster is not None and read_mark(cluster) == digest:
        return
    owner = as_owner(env)
    manage(project, owner, "looking for the extensions", "prepare_database", area="database")
    manage(project, owner, "migrating", "migrate", "--no-input", area="database")
    manage(project, owner, "granting the application its rights", "grant_app", area="database")
    manage(project, owner, "loading the calendar of working days", "load_calendar", area="database")
    if not surroundings.is_production:
        load_demonstration(project, owner)
    if cluster is not None:
        write_mark(cluster, digest)


def load_demonstration(project: Project, owner: Mapping[str, str]) -> None:
    title = "loading the demonstration city, where it is not there yet"
    manage(project, owner, title, "load_demo_city", area="city")
    title = "looking for what keeps coming back, where nobody has looked yet"
    manage(project, owner, title, "find_recurring", "--first", area="city")
    title = "letting its people do something about two of them"
    manage(project, owner, title, "handle_demo_conflicts", area="city")
    accounts = manage(project, owner, "asking for its accounts", "demo_accounts", area="city")
    write_whole(project.var / "demo-accounts.txt", accounts.encode())


def read_mark(cluster: Cluster) -> str:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{}'"
    return cluster.psql("postgres", query.format(databases.MAIN))


def write_mark(cluster: Cluster, digest: str) -> None:
    cluster.psql("postgres", f"COMMENT ON DATABASE {databases.MAIN} IS '{digest}'")


def show_accounts(project: Project) -> None:
    file = project.var / "demo-accounts.txt"
    accounts = file.read_text() if file.exists() else ""
    if accounts:
        say("city", "demonstration accounts, one for each role:")
        print(accounts, flush=True)
