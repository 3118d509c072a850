import os
import signal
import subprocess
import sys
import time

from gridmap.host.children import children_of, end_child, process_status, start_child
from gridmap.host.project import ROOT

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
# Starts a child as we do, tells its number, and waits to be killed.
PARENT = """
import os, signal, sys, time
from gridmap.host.children import start_child
from gridmap.host.project import ROOT
child = start_child("c", ["sleep", "60"], env=os.environ, cwd=ROOT)
print(child.process.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    status = process_status(pid)
    return status is not None and status[0] not in "ZX"


def test_a_child_ends_with_a_parent_that_is_killed_outright() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


def test_a_child_that_does_not_listen_is_killed() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "wb") as output, os.fdopen(read, "rb") as heard:
        child = start_child(
            "stubborn",
            [sys.executable, "-c", STUBBORN],
            env=os.environ,
            cwd=ROOT,
            output=output,
            patience_s=0.2,
        )
        heard.readline()
        assert child.process.pid in children_of(os.getpid())
        assert not end_child(child)
    assert not child.is_alive()


def test_no_process_has_no_status_and_no_children() -> None:
    assert process_status(2**22 + 1) is None
    assert children_of(2**22 + 1) == []
