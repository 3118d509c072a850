"""How gunicorn serves the city; read by gunicorn itself (`-c python:gridmap.host.gunicorn_settings`)."""

import os
import signal
from pathlib import Path
from typing import Any

from gridmap.host.children import end_with_parent

_host = os.environ["HOST"]
bind = f"[{_host}]:{os.environ['PORT']}" if ":" in _host else f"{_host}:{os.environ['PORT']}"
wsgi_app = "gridmap.wsgi:application"
worker_class = "gthread"
workers = 2
threads = 4
preload_app = True
# A map asks for tiles in bursts; closing a connection after each burst costs more than keeping it.
keepalive = 75
timeout = 120
graceful_timeout = 10
control_socket_disable = True
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def post_fork(_server: Any, worker: Any) -> None:
    """A worker whose master was killed would keep the port."""
    end_with_parent(signal.SIGKILL, worker.ppid)


def post_worker_init(worker: Any) -> None:
    """The application cannot know: it is loaded once, before the workers part."""
    # Measurements serve simpler applications with these settings.
    if hasattr(worker.wsgi, "begin"):
        worker.wsgi.begin()
