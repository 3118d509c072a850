import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gridmap.host import cluster as clusters
from gridmap.host import serving
from gridmap.host.children import Child, end_child, start_child
from gridmap.host.project import Stop, read_surroundings
from gridmap.host.serving import ask_health, ended, is_port_free, wait_for_port


def test_a_port_in_use_is_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PORT_PATIENCE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        here = replace(read_surroundings({}), port=port)
        with pytest.raises(Stop, match=f"PORT={port + 1} make run"):
            wait_for_port(here)
    assert is_port_free("127.0.0.1", port)
    wait_for_port(here)


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Stop, match="cannot listen"):
        is_port_free("192.0.2.1", 8000)
    with pytest.raises(Stop, match="HOST="):
        is_port_free("no such host", 8000)


def test_where_nobody_answers_there_is_no_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ask_health(replace(read_surroundings({}), port=port), {}) is None


def versions(var: Path) -> tuple[int, int]:
    """What every process on the machine compares: the version of the data, and of the rights."""
    data, access = struct.unpack("=2Q", (var / "epoch").read_bytes())
    return data, access


def the_worker_of(server: subprocess.Popen[bytes]) -> int:
    return int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_who_takes_the_place_of_a_killed_worker_makes_old_answers_worthless(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        here = replace(read_surroundings({}), port=probe.getsockname()[1])
    env = {"GRIDMAP_VAR": str(tmp_path), "HOST": "127.0.0.1", "PORT": str(here.port)}
    settings = "python:gridmap.host.gunicorn_settings"
    command = [sys.executable, "-m", "gunicorn", "-c", settings, "--workers=1"]
    server = subprocess.Popen(command, env={**os.environ, **env})
    try:
        wait_until(lambda: ask_health(here, {}) is not None)
        data, access = versions(tmp_path)
        os.kill(the_worker_of(server), signal.SIGKILL)
        wait_until(lambda: versions(tmp_path)[0] > data and versions(tmp_path)[1] > access)
    finally:
        server.terminate()
        server.wait(30)


def test_a_database_that_has_ended_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Child] = []

    @contextmanager
    def running(_: object) -> Iterator[Child]:
        started.append(start_child("database", ["sleep", "600"], env={}, cwd=Path("/")))
        with ended(started[-1]) as child:
            yield child

    monkeypatch.setattr(serving.clusters, "running", running)
    with serving.kept_running(clusters.Cluster(*[Path("/")] * 3, None, Path("/"))) as database:
        database.keep()
        assert len(started) == 1
        end_child(started[0])
        database.keep()
        assert [child.is_alive() for child in started] == [False, True]
    assert not started[1].is_alive()


@pytest.mark.parametrize("failures", [serving.STARTS_TRIED - 1, serving.STARTS_TRIED])
def test_a_database_killed_again_while_it_starts_is_tried_again_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    left = [0]

    @contextmanager
    def running(_: object) -> Iterator[Child]:
        if left[0]:
            left[0] -= 1
            raise Stop("the private cluster refused")
        with ended(start_child("database", ["sleep", "600"], env={}, cwd=Path("/"))) as child:
            yield child

    monkeypatch.setattr(serving.clusters, "running", running)
    with serving.kept_running(clusters.Cluster(*[Path("/")] * 3, None, Path("/"))) as database:
        end_child(database.server)
        left[0] = failures
        for _ in range(serving.STARTS_TRIED - 1):
            database.keep()
        if failures == serving.STARTS_TRIED:
            with pytest.raises(Stop):
                database.keep()
        else:
            database.keep()
            assert database.server.is_alive()
