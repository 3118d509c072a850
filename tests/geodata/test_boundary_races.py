"""Two editors at once: the lock lets no overlap and no gap through, and without it they come.

Edits that share a cell already meet at its row; edits that share none meet only at the lock.
So the races are of both sorts: two neighbours take the cell between them, two editors move
the two borders of one cell, and two editors divide a community that has no cells yet.

GRIDMAP_RACES says how many races are run; `make torture` says a thousand.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import shapely
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from geodata import boundaries
from geodata.boundaries import BoundaryRefused, children_of, services
from geodata.models import Area, Building, Cell, CellVersion, LeaderPost
from tests.makers import make_cell, make_small_city, square

RACES = int(os.environ.get("GRIDMAP_RACES", "60"))
CONTROL_RACES = 12
EMPTY = "620201001001"
LEFT, MIDDLE, RIGHT = (f"{EMPTY}{n:03d}" for n in (1, 2, 3))
pytestmark = pytest.mark.django_db(transaction=True)

Editor = Callable[[], object]


def shape(column: float, width: float) -> shapely.Polygon:
    return shapely.from_wkt(square(column, 0, width=width, height=2).wkt)


def merge(kept: str) -> Editor:
    return lambda: boundaries.merge([kept, MIDDLE], by=kept, at=timezone.now())


def redraw(**widths: tuple[float, float]) -> Editor:
    cells = {f"{EMPTY}{code[1:]}": shape(*place) for code, place in widths.items()}
    return lambda: boundaries.redraw(cells, by="editor", at=timezone.now())


def divide(border: float, *codes: str) -> Editor:
    places = ((0.0, border), (border, 4 - border))
    frame = gpd.GeoDataFrame(
        {
            "kind": "base",
            "code": codes,
            "name": "",
            "name_en": "",
            "parent_code": EMPTY,
            "geometry": [shape(*place) for place in places],
        },
        crs=4490,
    )
    return lambda: boundaries.load(frame, by="editor", at=timezone.now())


# Each race: the cells before it, and the two editors.
THREE = {LEFT: (0.0, 2.0), MIDDLE: (2.0, 1.0), RIGHT: (3.0, 1.0)}
TAKE_THE_MIDDLE = (THREE, merge(LEFT), merge(RIGHT))
MOVE_ITS_BORDERS = (
    THREE,
    redraw(c001=(0.0, 2.6), c002=(2.6, 0.4)),
    redraw(c002=(2.0, 0.4), c003=(2.4, 1.6)),
)
DIVIDE_THE_EMPTY = (
    {},
    divide(1.0, f"{EMPTY}011", f"{EMPTY}012"),
    divide(2.0, f"{EMPTY}021", f"{EMPTY}022"),
)
KINDS = (TAKE_THE_MIDDLE, MOVE_ITS_BORDERS, DIVIDE_THE_EMPTY)


@pytest.fixture
def community() -> Area:
    city = make_small_city()
    LeaderPost.objects.all().delete()
    Building.objects.all().delete()
    return city.areas["p"]


@pytest.fixture
def editors() -> Iterator[ThreadPoolExecutor]:
    """Two editors, each with a connection of their own."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        meet = threading.Barrier(2)
        list(pool.map(lambda _n: (meet.wait(), connection.close()), range(2)))


def act(editor: Editor, start: threading.Barrier) -> bool:
    """Whether the editor was let through."""
    start.wait()
    try:
        editor()
    except (BoundaryRefused, IntegrityError, OperationalError):
        return False
    return True


def set_up(community: Area, cells: dict[str, tuple[float, float]]) -> None:
    CellVersion.objects.filter(cell__community=community).delete()
    Cell.objects.filter(community=community).delete()
    for code, (column, width) in cells.items():
        make_cell(community, code, square(column, 0, width=width, height=2))


def is_broken(community: Area) -> bool:
    """Whether the committed cells overlap or leave a gap, judged by areas alone."""
    (family,) = [f for f in children_of([community.pk]) if f.parent == community.code]
    whole = family.outline.area
    shares = shapely.area(family.boundaries).sum()
    union = shapely.union_all(np.asarray(family.boundaries)).area
    return not (np.isclose(shares, whole, rtol=1e-9) and np.isclose(union, whole, rtol=1e-9))


def run(races: int, community: Area, editors: ThreadPoolExecutor) -> tuple[int, int]:
    """How many races ended broken, and how many editors were let through."""
    broken = passed = 0
    for cells, *both in itertools.islice(itertools.cycle(KINDS), races):
        set_up(community, cells)
        start = threading.Barrier(2)
        passed += sum(editors.map(act, both, [start, start]))
        broken += is_broken(community)
    return broken, passed


def test_no_race_commits_an_overlap_or_a_gap(community, editors):
    broken, passed = run(RACES, community, editors)
    print(f"{RACES} races: {broken} broken, {passed} of {2 * RACES} edits let through")
    assert broken == 0
    assert passed >= RACES


def test_without_the_lock_the_same_races_commit_overlaps(community, editors, monkeypatch):
    monkeypatch.setattr(services, "take_lock", lambda: None)
    broken, _passed = run(CONTROL_RACES, community, editors)
    print(f"without the lock: {broken} of {CONTROL_RACES} races broken")
    assert broken > 0
