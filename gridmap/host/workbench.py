"""`make notebooks`: JupyterLab on the notebooks, with the role of the planners' door and no other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gridmap.host import cluster as clusters
from gridmap.host.children import start_child
from gridmap.host.cluster import Cluster
from gridmap.host.environment import NOTEBOOKS, prepare_environment
from gridmap.host.locks import one_after_another, open_lock, try_lock
from gridmap.host.preparing import prepare_catalogues, prepare_database
from gridmap.host.project import Project, Stop, Surroundings
from gridmap.host.serving import ended, only_one_run, set_up
from gridmap.host.steps import say
from gridmap.host.variables import application_environment, as_reader

# As whom the demonstration city is looked at.
DEMONSTRATION = "planner"


def open_notebooks(project: Project, surroundings: Surroundings) -> int:
    """Serve the notebooks until Ctrl-C, beside a running city or with a cluster of one's own."""
    set_up(project, is_private=not surroundings.database_url)
    with one_after_another(project.root / "var" / "set-up.lock", "machine"):
        prepare_environment(project, NOTEBOOKS)
    with _reachable(project, surroundings) as cluster:
        env = application_environment(project, surroundings, cluster)
        prepare_catalogues(project, env)
        prepare_database(project, surroundings, cluster, env)
        env = planner_environment(project, surroundings, env)
        say("notebooks", f"as {env['GRIDMAP_PLANNER']}; Ctrl-C ends everything")
        lab = start_child("notebooks", _command(project), env=env, cwd=project.root)
        with ended(lab):
            lab.process.wait()
    raise Stop("JupyterLab ended by itself; its reason stands above")


@contextmanager
def _reachable(project: Project, surroundings: Surroundings) -> Iterator[Cluster | None]:
    """The database of a running city, or one that is started for the notebooks alone."""
    if surroundings.database_url:
        yield None
        return
    cluster = clusters.find_cluster(project)
    if _is_city_running(project):
        say("database", "that of the running city")
        yield cluster
        return
    with only_one_run(project, "make notebooks"), clusters.running(cluster):
        yield cluster


def _is_city_running(project: Project) -> bool:
    with open_lock(project.var / "run.lock") as stream:
        return not try_lock(stream)


def planner_environment(
    project: Project, surroundings: Surroundings, env: Mapping[str, str]
) -> dict[str, str]:
    """What a notebook needs to look as one account, from whatever folder it runs in.

    Raises
    ------
    Stop
        In production nobody was named, or on an existing server no role to read with.
    """
    found = as_reader(env)
    found["PYTHONPATH"] = str(project.root)
    if not found.get("GRIDMAP_PLANNER"):
        if surroundings.is_production:
            raise Stop("GRIDMAP_PLANNER is not set: the account whose areas the notebooks show")
        found["GRIDMAP_PLANNER"] = DEMONSTRATION
    return found


def _command(project: Project) -> list[str]:
    return [
        str(project.python), "-m", "jupyterlab", "--ServerApp.root_dir=notebooks",
        # Root may, as it may start everything else here.
        "--ServerApp.allow_root=True",
    ]  # fmt: skip
