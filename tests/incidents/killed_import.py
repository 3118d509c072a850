"""An import that kills itself, run by the tests as a program of its own.

python -m tests.incidents.killed_import FILE PIECE WHERE: SIGKILL while that piece is written (`inside` its
transaction, after the cases and before their reports) or `after` it; WHERE `never` lets it end.
"""

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from gridmap.incidents.bulk import writing  # noqa: E402 - after the set-up above
from gridmap.incidents.bulk.fields import Request  # noqa: E402
from gridmap.incidents.models import Incident  # noqa: E402
from gridmap.incidents.services import importing  # noqa: E402
from tests.incidents.files import NOW  # noqa: E402

ROWS_AT_ONCE = 50


def main(path: Path, piece: int, where: str) -> None:
    importing.ROWS_AT_ONCE = ROWS_AT_ONCE
    plain, pieces = writing.copy_into, 0

    def copy_into(model: type, columns: object, rows: int) -> None:
        nonlocal pieces
        pieces += model is Incident
        if where == "after" and pieces > piece:
            os.kill(os.getpid(), signal.SIGKILL)
        plain(model, columns, rows)  # type: ignore[arg-type]
        if where == "inside" and pieces == piece:
            os.kill(os.getpid(), signal.SIGKILL)

    writing.copy_into = copy_into
    report = importing.import_incidents(request=Request(path, crs="cgcs2000"), at=NOW)
    print(report.imported, report.already_there)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
