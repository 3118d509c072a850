"""The private PostGIS cluster: a server of this clone alone, on a socket, below var/."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gridmap.host import databases
from gridmap.host.children import Child, end_child, process_status, start_child
from gridmap.host.cluster_places import choose_home, choose_socket_folder, own_folder
from gridmap.host.machine import postgres_programs
from gridmap.host.project import Project, Stop
from gridmap.host.steps import run_step, say

PORT = 5432
START_S = 90.0
# Compiling queries costs more than it gains for queries of a few milliseconds.
SETTINGS = ("listen_addresses=", f"port={PORT}", "unix_socket_permissions=0700", "jit=off")
# The test cluster's data need not survive the machine; commits then cost no disk. Tests that send
# from fifty connections at once run beside others.
CARELESS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
)
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
BUSY = ("lock file", "shared memory block", "is the postmaster still running")


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lies and as whom its server runs (None: as ourselves)."""

    home: Path
    sockets: Path
    programs: Path
    user: str | None
    logs: Path
    is_careless: bool = False

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def server_log(self) -> Path:
        return self.home / "server.log"

    def url(self, role: str) -> str:
        return f"postgres://{role}@{quote(str(self.sockets), safe='')}/{databases.MAIN}"

    def psql(self, database: str, sql: str) -> str:
        """Run statements as the superuser; what they return, tuples only."""
        words = ("-h", str(self.sockets), "-p", str(PORT), "-U", "postgres", "-d", database)
        result = subprocess.run(
            [str(self.programs / "psql"), *words, "-qAtX", "-v", "ON_ERROR_STOP=1"],
            input=sql,
            capture_output=True,
            text=True,
            env={**os.environ, "PGOPTIONS": "", "PGCLIENTENCODING": "UTF8"},
            check=False,
        )
        if result.returncode != 0:
            raise Stop(f"the private cluster refused: {result.stderr.strip()}")
        return result.stdout.strip()


def find_cluster(project: Project, *, is_careless: bool = False) -> Cluster:
    programs = postgres_programs()
    if programs is None:
        raise Stop("PostgreSQL with PostGIS is not installed")
    user = server_user(project.var / "postgres")
    home = choose_home(project.var, user)
    data = home / "data"
    if (data / "PG_VERSION").exists():
        made_with = (data / "PG_VERSION").read_text().strip()
        programs = programs.parents[1] / made_with / "bin"
        if not (programs / "postgres").exists():
            raise Stop(f"{data} was made by PostgreSQL {made_with}, which is not installed")
    return Cluster(home, choose_socket_folder(home), programs, user, project.logs, is_careless)


def server_user(home: Path) -> str | None:
    """PostgreSQL refuses root: then the owner of the data, or the account of the package."""
    if os.geteuid() != 0:
        return None
    data = home / "data"
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid).pw_name
    return "postgres"


@contextmanager
def running(cluster: Cluster) -> Iterator[Child]:
    """The cluster, made where it is not there yet, up with its databases; down at the end."""
    _make(cluster)
    end_leftover(cluster)
    own_folder(cluster.sockets, cluster.user)
    server = _start(cluster)
    try:
        databases.prepare(cluster)
        yield server
    finally:
        if not end_child(server):
            say("database", "the server had to be killed; the next start recovers it")


def _make(cluster: Cluster) -> None:
    if cluster.data.exists():
        return
    own_folder(cluster.home, cluster.user)
    draft = cluster.home / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    run_step(
        "database",
        f"making a private PostGIS cluster in {cluster.home}",
        [cluster.programs / "initdb", "-D", draft, *INITDB],
        log=cluster.logs / "initdb.log",
        env=server_environment(),
        cwd=cluster.home,
        user=cluster.user,
    )
    draft.rename(cluster.data)


def server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def server_command(cluster: Cluster) -> list[str | Path]:
    settings = [*SETTINGS, *(CARELESS if cluster.is_careless else ())]
    command: list[str | Path] = [cluster.programs / "postgres", "-D", cluster.data]
    for setting in [*settings, f"unix_socket_directories={cluster.sockets}"]:
        command += ["-c", setting]
    return command


def _start(cluster: Cluster) -> Child:
    """Start the server; after a kill its dead predecessor may stand in the way for a moment."""
    say("database", "starting the private PostGIS cluster")
    deadline = time.monotonic() + START_S
    has_said = False
    while True:
        server, printed = _try_start(cluster, deadline)
        if server is not None:
            return server
        if not any(sign in printed for sign in BUSY) or time.monotonic() > deadline:
            raise Stop(f"the private cluster did not start; {cluster.server_log}:\n{printed}")
        if not has_said:
            say("database", "waiting for the rest of a killed server to end …")
            has_said = True
        time.sleep(0.3)


def _try_start(cluster: Cluster, deadline: float) -> tuple[Child | None, str]:
    with cluster.server_log.open("wb") as log:
        server = start_child(
            "database",
            server_command(cluster),
            env=server_environment(),
            cwd=cluster.home,
            output=log,
            user=cluster.user,
            ending=signal.SIGINT,
            patience_s=30.0,
        )
    try:
        while server.is_alive():
            if _is_ready(cluster):
                return server, ""
            if time.monotonic() > deadline:
                end_child(server)
            time.sleep(0.05)
    except BaseException:
        end_child(server)
        raise
    return None, cluster.server_log.read_text(errors="replace")


def _is_ready(cluster: Cluster) -> bool:
    command: Sequence[str | Path] = [
        *(cluster.programs / "pg_isready", "-q", "-h", cluster.sockets),
        *("-p", str(PORT), "-U", "postgres", "-d", "postgres"),
    ]
    return subprocess.run(command, check=False).returncode == 0


def end_leftover(cluster: Cluster) -> None:
    """End a server that outlived its start; take away the pid file of a dead one.

    The number in a dead server's pid file may be another program's by now, or a zombie's that
    nobody buries; PostgreSQL would wait for it for ever. What still uses the shared memory is
    found by PostgreSQL itself.
    """
    pid_file = cluster.data / "postmaster.pid"
    pid = read_pid(pid_file)
    if pid is None:
        return
    signs = iter((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
    patience = time.monotonic() + 3.0
    has_said = False
    while is_server(pid, cluster.data):
        if not has_said:
            say("database", "ending the server that an earlier start left behind …")
            has_said = True
        if time.monotonic() > patience:
            os.kill(pid, next(signs))
            patience = time.monotonic() + 20.0
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
    for lock in cluster.sockets.glob(f".s.PGSQL.{PORT}*"):
        lock.unlink(missing_ok=True)


def read_pid(pid_file: Path) -> int | None:
    try:
        first = pid_file.read_text().split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else 0


def is_server(pid: int, data: Path) -> bool:
    """Whether this process lives and serves these very data."""
    status = process_status(pid) if pid else None
    if status is None or status[0] in "ZX":
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return False
    return str(data).encode() in words
