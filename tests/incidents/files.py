"""Files of cases for tests of the import."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridmap.incidents.bulk.fields import Request
from gridmap.incidents.bulk.verdicts import ImportReport
from gridmap.incidents.services.importing import import_incidents
from tests.makers import SIDE, SOUTH, WEST

# A Tuesday, twenty past nine in Beijing.
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)
Row = Mapping[str, object]


def row(column: float = 0.5, line: float = 0.5, **fields: object) -> dict[str, object]:
    """A closed case at a place of the chessboard; inside the first building of cell a by default."""
    return {
        "occurred_at": "2026-07-01 10:00",
        "topic": "water_supply",
        "lon": WEST + SIDE * column,
        "lat": SOUTH + SIDE * line,
        **fields,
    }


def write_csv(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV file with all the columns that any row has."""
    held = list(rows)
    names = list(dict.fromkeys(name for one in held for name in one))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(held)
    return path


def import_rows(folder: Path, *rows: Row, dry_run: bool = False, **options: Any) -> ImportReport:
    """What becomes of rows that come as a CSV file."""
    path = write_csv(folder / "cases.csv", rows)
    request = Request(path, **{"crs": "cgcs2000", **options})
    return import_incidents(request=request, at=NOW, dry_run=dry_run)
