"""The door on the demonstration city: it gives the very list of the product."""

import json
from typing import Any

import pytest
from django.utils import timezone

from gridmap import notebook
from gridmap.recurring.services.finding import _evidence, find_recurring
from layers.hotspots.conflicts import recurring_conflicts


@pytest.fixture(autouse=True)
def _planner(demo_city: None, settings: Any) -> None:
    settings.PLANNER = "planner"


def test_the_same_function_finds_what_the_run_found_figure_for_figure() -> None:
    run = find_recurring(at=timezone.now())
    m = notebook.material(run.since, run.until)
    assert (m.digest, m.seed) == (run.digest, run.seed)
    found = recurring_conflicts(
        m.cases, m.places, m.topics, since=m.since, until=m.until, seed=m.seed, disputes=m.disputes
    )
    assert (found.tested, found.placed, found.visible) == (run.tested, run.placed, run.visible)
    rows = list(run.evidence.filter(rank__isnull=False).order_by("rank"))
    assert len(rows) > 3
    assert [one.name.zh for one in found.published] == [row.conflict.name for row in rows]
    assert [m.codes[one.topic] for one in found.published] == [
        row.conflict.topic.code for row in rows
    ]
    for one, row in zip(found.published, rows, strict=True):
        # As it comes back from the database, which knows no tuples.
        found_now = json.loads(json.dumps(_evidence(one)))
        then = {name: getattr(row, name) for name in found_now}
        for said in (found_now, then):
            # The number of a caller means nothing outside one answer.
            del said["claims"]["voices"]["busiest"]
        assert found_now == then


def test_the_frame_says_what_the_run_wrote() -> None:
    run = find_recurring(at=timezone.now())
    frame = notebook.conflicts()
    assert frame.attrs["run"] == run.pk
    rows = list(run.evidence.filter(rank__isnull=False).order_by("rank"))
    assert frame.code.tolist() == [row.conflict.code for row in rows]
    for column, field in (
        ("intense_ratio_low", "ratio_low"),
        ("avoidable", "avoidable"),
        ("q", "q"),
    ):
        assert frame[column].tolist() == [getattr(row, field) for row in rows], column
    assert frame.intense_observed.tolist() == [row.observed for row in rows]
    assert frame.crs.to_epsg() == 4490
    assert not frame.geometry.is_empty.any()
