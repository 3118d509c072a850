"""The counts behind the page, read from the database and packed for the browser."""

from dataclasses import dataclass, replace
from math import atan, cos, exp, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from gridmap.console.command.asking import Asked
from gridmap.console.command.packed import pack
from gridmap.console.command.places import Place, cells_of, groups_of
from gridmap.console.command.steps import Steps
from gridmap.incidents.counting import UNTOLD, Chosen, count_areas_merged, count_steps
from gridmap.incidents.cubes import DAY_HOURS, WEEK_DAYS, Bins, read_marks
from layers.styles import LADDER

Ints = npt.NDArray[np.int64]

# Web-Mercator metres: in a Chinese city about 100 on the ground.
SIDE = 128
RADIUS = 6_378_137.0


@dataclass(frozen=True)
class Cube:
    """Cases by place and step (places × steps), with what else the page draws of the same steps.

    For who may not see cases `places` are communities, small ones together, over one step of whole quarters: no bins, no
    hours, and nothing of what is open. A count of `UNTOLD` may not be told.
    """

    steps: Steps
    places: list[Place]
    counts: Ints
    open: Ints
    bins: Bins
    rhythm: Ints
    totals: Ints
    is_merged: bool


def read_cube(asked: Asked) -> Cube:
    return _of_cells(asked) if asked.sees_cases else _of_areas(asked)


def _of_cells(asked: Asked) -> Cube:
    edges, chosen = asked.steps.edges, asked.chosen
    cells, counts = count_steps(asked.scope, edges, Chosen(topics=chosen.topics))
    # The index by time begins with the topic: all of them by name are a quarter of the table, or less.
    topics = chosen.topics or tuple(row["id"] for row in asked.known.topics)
    marks = read_marks(asked.scope, edges, replace(chosen, topics=topics))
    rhythm = marks.rhythm()
    return Cube(
        steps=asked.steps,
        places=cells_of(cells.tolist()),
        counts=counts if chosen.is_by_topic_only else marks.by_cell(cells),
        open=marks.open_by_cell(cells),
        bins=marks.bins(SIDE),
        rhythm=rhythm,
        totals=rhythm.sum(axis=(1, 2)),
        is_merged=False,
    )


def _of_areas(asked: Asked) -> Cube:
    found = count_areas_merged(asked.scope, asked.period, asked.chosen)
    period = Steps(asked.steps.kind, (found.window.since, found.window.until))
    none = np.zeros(0, np.int64)
    return Cube(
        steps=period,
        places=groups_of(found.groups),
        counts=found.counts[:, None],
        open=np.zeros((len(found.groups), 1), np.int64),
        bins=Bins(SIDE, none, none, np.zeros((0, 1), np.int64)),
        rhythm=np.zeros((1, WEEK_DAYS, DAY_HOURS), np.int64),
        totals=found.counts.clip(min=0).sum(keepdims=True),
        is_merged=True,
    )


def packed(cube: Cube, now: str) -> bytes:
    """The body that the browser reads (`packed.pack`)."""
    header: dict[str, Any] = {
        "step": cube.steps.kind.value,
        "starts": [day.isoformat() for day in cube.steps.starts],
        "until": cube.steps.until.isoformat(),
        "now": now,
        "cells": _told(cube),
        "merged": cube.is_merged,
        "bin_m": cube.bins.side,
        "ground_m": round(_ground(cube.bins), 2),
        "ladder": [*LADDER],
    }
    return pack(
        header,
        {
            "counts": cube.counts.clip(min=0),
            "open": cube.open,
            "bin_x": cube.bins.x,
            "bin_y": cube.bins.y,
            "bins": cube.bins.counts,
            "rhythm": cube.rhythm,
            "totals": cube.totals,
        },
    )


def _told(cube: Cube) -> list[dict[str, Any]]:
    """Of each place what the browser needs; of groups also the codes of their shapes, and whether their cases
    may not be told (sent as 0)."""
    told: list[dict[str, Any]] = [
        {"id": one.id, "code": one.code, "name": one.name, "residents": one.comparable}
        for one in cube.places
    ]
    if cube.is_merged:
        untold = (cube.counts == UNTOLD).any(axis=1).tolist()
        for one, place, is_untold in zip(told, cube.places, untold, strict=True):
            one |= {"places": [*place.codes], "untold": is_untold}
    return told


def _ground(bins: Bins) -> float:
    """The side of a bin on the ground, in the middle of all bins."""
    middle = float(bins.y.mean()) * bins.side if len(bins.y) else 0.0
    latitude = 2 * atan(exp(middle / RADIUS)) - pi / 2
    return bins.side * cos(latitude)
