"""`make run`: the city up, watched, and down again with everything that was started for it."""

import errno
import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gridmap.host import cluster as clusters
from gridmap.host.browser_files import prepare_browser_files
from gridmap.host.children import Child, end_child, start_child
from gridmap.host.environment import RUN, prepare_environment
from gridmap.host.locks import one_after_another, only_one
from gridmap.host.machine import SERVER, VENV, prepare_machine
from gridmap.host.preparing import (
    prepare_catalogues,
    prepare_database,
    prepare_static,
    show_accounts,
)
from gridmap.host.project import Project, Stop, Surroundings
from gridmap.host.steps import say
from gridmap.host.variables import application_environment

ANSWER_S = 180.0
PORT_PATIENCE_S = 10.0
TICK_S = 60
TICK_PAUSE_S = 5.0
# So often in a row a private database that ended is started, before all is ended.
STARTS_TRIED = 5


def serve(project: Project, surroundings: Surroundings) -> int:
    with ExitStack() as held:
        held.enter_context(only_one_run(project, surroundings.address))
        wait_for_port(surroundings)
        set_up(project, is_private=not surroundings.database_url)
        cluster, database = None, None
        if not surroundings.database_url:
            cluster = clusters.find_cluster(project)
            database = held.enter_context(kept_running(cluster))
        env = application_environment(project, surroundings, cluster)
        prepare_catalogues(project, env)
        prepare_static(project, env)
        prepare_database(project, surroundings, cluster, env)
        web = held.enter_context(ended(start_web(project, env)))
        wait_for_answer(surroundings, web, env)
        announce(project, surroundings)
        return watch(project, env, web, database)


@contextmanager
def only_one_run(project: Project, note: str) -> Iterator[None]:
    refusal = "“make run” is at work in this folder already; “make stop” ends it"
    with only_one(project.var / "run.lock", note, refusal):
        yield


def set_up(project: Project, *, is_private: bool) -> None:
    with one_after_another(project.root / "var" / "set-up.lock", "machine"):
        needs = [*([] if project.python.exists() else [VENV]), *([SERVER] if is_private else [])]
        prepare_machine(project, needs)
        prepare_environment(project, RUN)
        prepare_browser_files(project, with_tests=False)


def wait_for_port(surroundings: Surroundings) -> None:
    """The port of a killed start is free in a moment; another program's is not."""
    deadline = time.monotonic() + PORT_PATIENCE_S
    while not is_port_free(surroundings.host, surroundings.port):
        if time.monotonic() > deadline:
            raise Stop(
                f"another program uses port {surroundings.port} of {surroundings.host}; "
                f"choose another one: PORT={surroundings.port + 1} make run"
            )
        time.sleep(0.2)


def is_port_free(host: str, port: int) -> bool:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise Stop(f"HOST={host!r}: {error.strerror}") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Stop(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return True


def start_web(project: Project, env: Mapping[str, str]) -> Child:
    say("pages", "starting the application server")
    settings = "python:gridmap.host.gunicorn_settings"
    command: list[str | Path] = [project.python, "-m", "gunicorn", "-c", settings]
    return start_child("pages", command, env=env, cwd=project.root)


@contextmanager
def ended(child: Child) -> Iterator[Child]:
    try:
        yield child
    finally:
        end_child(child)


def wait_for_answer(surroundings: Surroundings, web: Child, env: Mapping[str, str]) -> None:
    deadline = time.monotonic() + ANSWER_S
    while (status := ask_health(surroundings, env)) != 200:
        if not web.is_alive():
            raise Stop("the application server ended; its reason stands above")
        if time.monotonic() > deadline:
            raise Stop(f"no good answer from {surroundings.address}healthz/ (last: {status})")
        time.sleep(0.1)


def ask_health(surroundings: Surroundings, env: Mapping[str, str]) -> int | None:
    """The status of /healthz/, None where nobody answers."""
    anywhere = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
    host = anywhere.get(surroundings.host, surroundings.host)
    name = env.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection(host, surroundings.port, timeout=10)
    try:
        # In production a proxy in front speaks https and says so.
        headers = {"Host": name, "X-Forwarded-Proto": "https"}
        connection.request("GET", "/healthz/", headers=headers)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def announce(project: Project, surroundings: Surroundings) -> None:
    if not surroundings.is_production:
        show_accounts(project)
    say("ready", f"{surroundings.address}   (Ctrl-C ends everything)")


class KeptDatabase:
    """The private cluster, started again when it has ended: meanwhile the pages say so and try again."""

    def __init__(self, cluster: clusters.Cluster, held: ExitStack) -> None:
        self.cluster = cluster
        self.held = held
        self.failures = 0
        self.start()

    def start(self) -> None:
        self.server = self.held.enter_context(clusters.running(self.cluster))

    def keep(self) -> None:
        if self.server.is_alive():
            self.failures = 0
            return
        say("database", f"ended with {self.server.process.returncode}; starting it again")
        self.held.close()
        try:
            self.start()
        except Stop as error:
            # It may have been killed once more while it came up.
            self.failures += 1
            if self.failures == STARTS_TRIED:
                raise
            say("database", str(error))


@contextmanager
def kept_running(cluster: clusters.Cluster) -> Iterator[KeptDatabase]:
    with ExitStack() as held:
        yield KeptDatabase(cluster, held)


def watch(
    project: Project, env: Mapping[str, str], web: Child, database: KeptDatabase | None
) -> int:
    """Until a signal comes or the application server has ended."""
    jobs = start_jobs(project, env)
    try:
        while web.is_alive():
            if database is not None:
                database.keep()
            if not jobs.is_alive():
                say("jobs", f"ended with {jobs.process.returncode}; starting them again")
                time.sleep(TICK_PAUSE_S)
                jobs = start_jobs(project, env)
            time.sleep(0.5)
    finally:
        end_child(jobs)
    raise Stop("the application server ended by itself; the rest is ended too. “make run” recovers")


def start_jobs(project: Project, env: Mapping[str, str]) -> Child:
    command: list[str | Path] = [project.python, "manage.py", "tick", "--every", str(TICK_S)]
    return start_child("jobs", command, env=env, cwd=project.root, patience_s=5.0)
