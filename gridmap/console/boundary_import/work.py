"""The heavy part of an import, as run in a process of its own."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils.translation import gettext as _

from geodata import frames
from geodata.boundaries.services import take_lock
from geodata.errors import ImportRefused
from geodata.findings import FaultDict, Findings, look_at
from geodata.importing import Report, Request, run_import
from geodata.models import BoundaryChange
from gridmap.console.boundary_import import jobs
from gridmap.console.boundary_import.changes import changes_of, codes_in
from gridmap.console.boundary_import.findings import of_registry
from gridmap.console.boundary_import.labels import Label, label_places
from gridmap.console.boundary_import.picture import draw, draw_change
from gridmap.console.boundary_import.rows import Rows, read_rows
from gridmap.console.boundary_import.stages import Stage, keep_picture
from gridmap.console.boundary_import.wording import KINDS

Outcome = dict[str, Any]

# A longer list helps nobody.
MOST_LISTED = 2_000


def work(stage: Stage, name: str, *, by: str, at: datetime) -> Outcome:
    """Do what was asked for and say what came of it."""
    return check(stage, by=by, at=at) if name == jobs.CHECK else write(stage, by=by, at=at)


def check(stage: Stage, *, by: str, at: datetime) -> Outcome:
    """Read, check, and where nothing is wrong try what would change; nothing is written."""
    basis = newest_change()
    try:
        rows = read_rows(request_of(stage))
    except ImportRefused as error:
        return unread(error)
    if rows.missing:
        return {"state": "unread", "code": "columns", **rows.as_dict()}
    jobs.tell_step(stage, "checking")
    found = look_at_all(rows, replace=stage.reading.replace, at=at)
    report = None
    if not found.faults:
        jobs.tell_step(stage, "previewing")
        report = run(stage, by=by, at=at, dry_run=True)
        found.faults += of_registry(report.refused)
    return conclude(stage, rows, found, report, basis=basis.pk if basis else None, at=at)


def unread(error: ImportRefused) -> Outcome:
    """Why the file cannot be read, and the layers that it offers if that is the question."""
    said = error.refusals[0].reason
    layers = said.params["layers"].split("、") if error.code == "which_layer" else []
    reasons = error.said(_).splitlines()
    return {"state": "unread", "code": error.code, "reasons": reasons, "layers": layers}


def write(stage: Stage, *, by: str, at: datetime) -> Outcome:
    """Write what was previewed, unless somebody changed a boundary since."""
    previewed: Outcome = stage.outcome or {}
    with transaction.atomic():
        take_lock()
        newest = newest_change()
        if newest is not None and newest.pk != previewed["basis"]:
            first = {"by": newest.made_by, "at": newest.made_at.isoformat()}
            return {**previewed, "state": "overtaken", "first": first}
        report = run(stage, by=by, at=at, dry_run=False)
    if report.ok:
        return {**previewed, "state": "written", "written_at": at.isoformat()}
    # The registry changed below the preview (a new post, say): the check finds out where.
    return check(stage, by=by, at=at)


def newest_change() -> BoundaryChange | None:
    return BoundaryChange.objects.order_by("pk").last()


def request_of(stage: Stage) -> Request:
    reading = stage.reading
    return Request(
        path=stage.path,
        target="areas",
        kind=reading.kind,
        columns=reading.columns,
        crs=reading.crs,
        layer=reading.layer,
    )


def run(stage: Stage, *, by: str, at: datetime, dry_run: bool) -> Report:
    """Let the registry prove what `check` found to tile; never a second look under the lock."""
    replace = stage.reading.replace
    request = request_of(stage)
    return run_import(request, by=by, at=at, replace=replace, dry_run=dry_run, is_looked_at=True)


def look_at_all(rows: Rows, *, replace: bool, at: datetime) -> Findings:
    """Rows that break a rule by themselves, then what does not tile."""
    if rows.is_misplaced:
        return Findings(list(rows.refused))
    broken = frozenset(row for fault in rows.refused for row in fault["rows"])
    found = look_at(rows.frame, replace=replace, at=at, refused=broken)
    return dataclasses.replace(found, faults=[*rows.refused, *found.faults])


def conclude(
    stage: Stage,
    rows: Rows,
    found: Findings,
    report: Report | None,
    *,
    basis: int | None,
    at: datetime,
) -> Outcome:
    """The outcome for the pages, and the picture for their map."""
    faults = numbered(found.faults)
    is_good = report is not None and report.ok
    change = changes_of(report.result) if report is not None and is_good else None
    labels = labels_of(rows, found, at)
    picture = draw(rows.frame, found.parents, faults, labels)
    if change:
        picture |= draw_change(rows.frame, pd.concat([frames.areas(at), frames.cells(at)]), change)
    keep_picture(stage, picture)
    spoken = {*names_in(faults), *(name for name, _parts in found.in_parts)}
    spoken |= set(codes_in(change)) if change else set()
    return {
        "state": "preview" if is_good else "faults",
        "basis": basis,
        **rows.as_dict(),
        "reason": report.reason if report else "",
        "total": len(faults),
        "faults": [listed(fault) for fault in faults[:MOST_LISTED]],
        "spared": {"holes": found.holes, "in_parts": found.in_parts, "tolerated": found.tolerated},
        "change": change,
        "labels": {name: labels[name] for name in spoken if name in labels},
    }


def numbered(faults: Iterable[FaultDict]) -> list[FaultDict]:
    """Kind by kind, the largest first, with the number that list and map share."""
    order = list(KINDS)

    def place(fault: FaultDict) -> tuple[int, float]:
        return order.index(fault["kind"]), -(fault["area_m2"] or 0)

    return [{"number": n, **fault} for n, fault in enumerate(sorted(faults, key=place), start=1)]


def listed(fault: FaultDict) -> FaultDict:
    """A fault without its shape, which only the map needs."""
    return {key: value for key, value in fault.items() if key != "geometry"}


def names_in(faults: Iterable[FaultDict]) -> set[str]:
    return {name for fault in faults for name in fault["cells"]}


def labels_of(rows: Rows, found: Findings, at: datetime) -> dict[str, Label]:
    """What every place of the file and of the registry is called."""
    areas = frames.areas(at)
    stored = label_places(pd.concat([areas, frames.cells(at)]), areas)
    parents = pd.concat([areas, *found.parents]).drop_duplicates("code", keep="last")
    mine = [label_places(family, parents) for family in found.rows]
    unnamed = {
        f"#{row}": (_("第 {row} 行").format(row=row), f"row {row}") for row in rows.frame.index
    }
    return {**unnamed, **stored, **{code: label for part in mine for code, label in part.items()}}
