"""Two editors at once: the lock lets no overlap and no gap through, and without it they come.

GRIDMAP_RACES says how many races are run; `make torture` runs a thousand.
"""

import os
import threading
import time
from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely
from django.db import connection
from django.utils import timezone

from geodata import boundaries
from geodata.boundaries import BoundaryRefused, children_of, services
from geodata.models import CellVersion, LeaderPost
from tests.makers import make_cell, make_small_city, square

RACES = int(os.environ.get("GRIDMAP_RACES", "40"))
CONTROL_RACES = 10
LEFT, MIDDLE, RIGHT = "620201001001001", "620201001001002", "620201001001003"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def community():
    """One community of three cells side by side: left, middle, right."""
    city = make_small_city()
    LeaderPost.objects.all().delete()
    CellVersion.objects.filter(cell=city.cells["b"]).update(geom=square(2, 0, height=2))
    make_cell(city.areas["p"], RIGHT, square(3, 0, height=2))
    return city.areas["p"]


def edit(start: threading.Barrier, kept: str, refused: list[str]) -> None:
    """One editor gives the middle cell to a neighbour."""
    start.wait()
    try:
        boundaries.merge([kept, MIDDLE], by=kept, at=timezone.now())
    except BoundaryRefused as error:
        refused.append(str(error))
    finally:
        connection.close()


def race() -> list[str]:
    """Both neighbours take the middle cell at the same moment; returns who was refused."""
    start, refused = threading.Barrier(2), []
    editors = [threading.Thread(target=edit, args=(start, kept, refused)) for kept in (LEFT, RIGHT)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    return refused


def put_back(community, moment: datetime) -> None:
    """The three cells as they were, for the next race."""
    CellVersion.objects.filter(cell__community=community).exclude(
        opened_by__made_by="maker"
    ).delete()
    CellVersion.objects.filter(cell__community=community).update(
        valid_to=None, closed_by=None, valid_from=moment - timedelta(days=1)
    )


def broken(community) -> bool:
    """Whether the committed cells overlap or leave a gap, judged by areas alone."""
    (family,) = [f for f in children_of([community.pk]) if f.parent == community.code]
    shares = shapely.area(family.boundaries).sum()
    union = shapely.union_all(np.asarray(family.boundaries)).area
    whole = family.outline.area
    return not (np.isclose(shares, whole, rtol=1e-9) and np.isclose(union, whole, rtol=1e-9))


def run(races: int, community) -> tuple[int, int]:
    """How many races ended broken, and how many editors were refused."""
    broken_races = refusals = 0
    for _number in range(races):
        refusals += len(race())
        broken_races += broken(community)
        put_back(community, timezone.now())
    return broken_races, refusals


@pytest.fixture
def slow_writers(monkeypatch):
    """Editors pause between reading and writing, so that the races are really close."""
    write = services.close_versions

    def pause_and_write(versions, change):
        time.sleep(0.005)
        write(versions, change)

    monkeypatch.setattr(services, "close_versions", pause_and_write)


@pytest.mark.usefixtures("slow_writers")
def test_no_race_commits_an_overlap_or_a_gap(community):
    broken_races, refusals = run(RACES, community)
    print(f"{RACES} races: {broken_races} broken, {refusals} editors refused")
    assert broken_races == 0
    assert refusals == RACES


@pytest.mark.usefixtures("slow_writers")
def test_without_the_lock_the_same_races_commit_overlaps(community, monkeypatch):
    monkeypatch.setattr(services, "take_lock", lambda: None)
    broken_races, _refusals = run(CONTROL_RACES, community)
    print(f"without the lock: {broken_races} of {CONTROL_RACES} races broken")
    assert broken_races > 0
