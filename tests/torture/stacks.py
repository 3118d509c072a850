"""The real stack (gunicorn, PostGIS) of a torture, and the killing of its processes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from gridmap.host import cluster as clusters
from gridmap.host.children import Child, children_of
from gridmap.host.project import ROOT, Project, Surroundings
from gridmap.host.serving import TICK_S
from gridmap.host.variables import application_environment, as_owner
from tests.torture.starts import free_port

PATIENCE_S = 90.0


@dataclass
class Stack:
    """One private cluster and one gunicorn over it; either may be killed and comes again."""

    project: Project
    cluster: clusters.Cluster
    env: dict[str, str]
    port: int
    held: ExitStack = field(default_factory=ExitStack)
    database: Child | None = None
    web: subprocess.Popen[bytes] | None = None
    clock: subprocess.Popen[bytes] | None = None

    def start_database(self) -> None:
        self.database = self.held.enter_context(clusters.running(self.cluster))

    def start_web(self) -> None:
        self.web = self._start("-m", "gunicorn", "-c", "python:gridmap.host.gunicorn_settings")

    def start_clock(self) -> None:
        """What is periodic, as often as in service."""
        self.clock = self._start("manage.py", "tick", "--every", str(TICK_S))

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.project.var / "processes.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def kill_database(self) -> None:
        assert self.database is not None
        os.kill(self.database.process.pid, signal.SIGKILL)
        assert self.database.process.wait() == -signal.SIGKILL
        self.start_database()

    def kill_worker(self, draw: random.Random) -> None:
        """One that lives; where all are just being replaced, the next one."""
        pid = draw.choice(self.workers())
        os.kill(pid, signal.SIGKILL)
        while pid in self._children():
            time.sleep(0.001)

    def workers(self) -> list[int]:
        """The living workers, as soon as there is one."""
        until = time.monotonic() + PATIENCE_S
        while not (found := self._children()):
            assert time.monotonic() < until, "no worker comes again"
            time.sleep(0.01)
        return found

    def _children(self) -> list[int]:
        assert self.web is not None
        assert self.web.poll() is None, "the master has ended"
        return children_of(self.web.pid)

    def run(self, *command: str, owner: bool = False) -> str:
        env = as_owner(self.env) if owner else self.env
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def execute(self, sql: str) -> None:
        """As the superuser, whom nothing stops."""
        self.cluster.psql("gridmap", sql)

    def rows(self, sql: str) -> list[list[Any]]:
        listed = f"SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM ({sql}) AS r"
        found: list[dict[str, Any]] = json.loads(self.cluster.psql("gridmap", listed))
        return [list(row.values()) for row in found]

    def count(self, sql: str) -> int:
        ((number,),) = self.rows(f"SELECT count(*) FROM ({sql}) AS found")
        return int(number)


@contextmanager
def stack(var: Path) -> Iterator[Stack]:
    """Up with empty tables; down at the end."""
    project = Project(ROOT, var)
    port = free_port()
    surroundings = Surroundings("development", "127.0.0.1", port, "")
    cluster = clusters.find_cluster(project)
    env = application_environment(project, surroundings, cluster)
    one = Stack(project, cluster, env, port)
    with one.held:
        one.start_database()
        one.run("manage.py", "migrate", "--no-input", owner=True)
        one.run("manage.py", "grant_app", owner=True)
        # Pages need the files of the browser.
        (var / "browser").symlink_to(settings.VAR_DIR / "browser")
        one.run("manage.py", "collectstatic", "--no-input", "-v0")
        one.start_web()
        try:
            yield one
        finally:
            for process in (one.clock, one.web):
                if process is not None:
                    process.terminate()
                    process.wait()
