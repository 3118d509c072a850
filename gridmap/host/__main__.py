"""python3 -m gridmap.host COMMAND: what the Makefile calls."""

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from gridmap.host import checking, serving, tending, workbench
from gridmap.host.children import adopt_orphans, end_orphans
from gridmap.host.project import Project, Stop, Surroundings, current_project, read_surroundings
from gridmap.host.steps import say

TESTING = {
    "test": checking.test,
    "lint": checking.lint,
    "bench": checking.bench,
    "torture": checking.torture,
}
TENDING = {
    "demo": tending.load_afresh,
    "notebooks": workbench.open_notebooks,
    "stop": tending.stop,
    "env": tending.show_environment,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="gridmap.host", description=__doc__)
    parser.add_argument("command", choices=("run", *TESTING, *TENDING))
    known, words = parser.parse_known_args()
    for sign in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(sign, _be_interrupted)
    adopt_orphans()
    try:
        return _obey(known.command, current_project(), read_surroundings(), words)
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("end", "ended; nothing of it is left running")
        return 0 if known.command in {"run", "notebooks"} else 130
    finally:
        end_orphans()


def _obey(command: str, project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    if command in TESTING:
        extra = shlex.split(os.environ.get("ARGS", ""))
        return TESTING[command](project, surroundings, [*words, *extra])
    if command in TENDING:
        return TENDING[command](project, surroundings)
    return serving.serve(project, surroundings)


def _be_interrupted(_number: int, _frame: FrameType | None) -> None:
    """Once: while everything is being ended, a second Ctrl-C must not end that."""
    for sign in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(sign, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
