"""The product as in service, over a database of the tests: gunicorn, the application's role."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

ROOT = Path(__file__).parents[2]
# A start must not fail because the machine is busy.
PATIENCE_S = 120.0


@contextmanager
def serving(database: str, var: Path) -> Iterator[str]:
    """The address of a server over this database, whose own files lie in `var`."""
    (var / "browser").symlink_to(settings.VAR_DIR / "browser")
    env = {
        **os.environ,
        "GRIDMAP_VAR": str(var),
        "GRIDMAP_DB_ROLE": "app",
        "DATABASE_URL": _of_database(settings.DATABASE_URL, database),
        "HOST": "127.0.0.1",
        "PORT": str(_free_port()),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(collect, cwd=ROOT, env=env, check=True)
    address = f"http://{env['HOST']}:{env['PORT']}"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:gridmap.host.gunicorn_settings"]
    with (var / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            _wait(address, server, var / "server.log")
            yield address
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _of_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz/", timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer from {address}:\n{log.read_text(errors='replace')[-2000:]}")
