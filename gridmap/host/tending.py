"""The small commands beside `run` and `test`."""

import os
import shlex
import signal

from gridmap.host import cluster as clusters
from gridmap.host import databases
from gridmap.host.locks import open_lock, read_note, try_lock, wait_until_free
from gridmap.host.preparing import prepare_catalogues, prepare_database, show_accounts
from gridmap.host.project import Project, Stop, Surroundings
from gridmap.host.serving import only_one_run, set_up
from gridmap.host.steps import say
from gridmap.host.variables import SHOWN, application_environment

STOP_S = 60.0


def load_afresh(project: Project, surroundings: Surroundings) -> int:
    """Replace the private database by a new one with the demonstration city."""
    if surroundings.database_url or surroundings.is_production:
        raise Stop("“make demo” throws a database away; it does so to a private one only")
    with only_one_run(project, "make demo"):
        set_up(project, is_private=True)
        cluster = clusters.find_cluster(project)
        with clusters.running(cluster):
            databases.recreate_main(cluster)
            env = application_environment(project, surroundings, cluster)
            prepare_catalogues(project, env)
            prepare_database(project, surroundings, cluster, env)
    show_accounts(project)
    return 0


def stop(project: Project, _surroundings: Surroundings) -> int:
    """End the run that holds this folder, if there is one."""
    file = project.var / "run.lock"
    with open_lock(file) as stream:
        if try_lock(stream):
            say("end", "nothing is running in this folder")
            return 0
    pid = read_note(file).split(" ", 1)[0]
    say("end", f"ending process {pid} and what it started")
    os.kill(int(pid), signal.SIGTERM)
    if not wait_until_free(file, STOP_S):
        raise Stop(f"process {pid} has not ended within {STOP_S:.0f} s")
    return 0


def show_environment(project: Project, surroundings: Surroundings) -> int:
    """Print what a shell needs for `python manage.py …` beside a running city."""
    cluster = None if surroundings.database_url else clusters.find_cluster(project)
    env = application_environment(project, surroundings, cluster)
    for name in SHOWN:
        if name in env:
            print(f"export {name}={shlex.quote(env[name])}")
    print("export DJANGO_SETTINGS_MODULE=gridmap.settings")
    return 0
