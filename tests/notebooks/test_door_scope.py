"""A planner sees the own areas and nothing of others, also not by subtracting one answer from another."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.contrib.gis.geos import MultiPolygon
from django.utils import timezone

from gridmap import notebook
from gridmap.accounts.models import Role, User
from gridmap.incidents.models import Incident, Party, Topic
from gridmap.notebook import planner
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from tests.incidents.makers import NOW
from tests.makers import appoint, make_user, square
from tests.mutants import everything
from tests.notebooks.doors import PlannedCity, make_cases

pytestmark = pytest.mark.django_db
CODES = {"a": "620201001001001", "b": "620201001001002", "c": "620201001002001", "d": "620201002001001"}  # fmt: skip
MAY, JUNE, JULY = (datetime(2026, month, 10, tzinfo=UTC) for month in (5, 6, 7))


@pytest.fixture
def city() -> Iterator[PlannedCity]:
    yield PlannedCity()
    planner._DOOR.account = ""


def cells_of(frame: pd.DataFrame) -> str:
    names = {code: name for name, code in CODES.items()}
    return "".join(names[code] for code in frame.cell)


@pytest.mark.parametrize(("who", "seen"), [("whole", "aabcd"), ("west", "aabc"), ("east", "d")])
def test_cases_are_those_of_the_planners_areas(city: PlannedCity, who: str, seen: str) -> None:
    notebook.connect(as_=who)
    assert cells_of(notebook.cases()) == seen
    assert notebook.cube().counts.sum() == len(seen)
    assert notebook.cube().cells == tuple(CODES[name] for name in sorted(set(seen)))
    families = sum(case.cell.code in notebook.cube().cells for case in city.families)
    assert len(notebook.material().cases.leaf) == len(seen) + families


def test_without_the_scope_everybody_would_see_everything(
    city: PlannedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(planner, "scope", everything)
    notebook.connect(as_="east")
    assert len(notebook.cases()) == len(city.cases) + len(city.families)
    assert notebook.cube().counts.sum() == len(city.cases) + len(city.families)
    assert len(notebook.material().cases.leaf) == len(city.cases) + len(city.families)


def test_nobody_and_strangers_see_nothing(city: PlannedCity, settings: Any) -> None:
    settings.PLANNER = ""
    calls = (notebook.cases, notebook.cube, notebook.conflicts, notebook.material)
    for call in calls:
        with pytest.raises(notebook.NoPlanner, match="GRIDMAP_PLANNER"):
            call()
    for name in ("nobody", "ma"):
        with pytest.raises(notebook.NoPlanner, match=name):
            notebook.connect(as_=name)
    User.objects.filter(username="west").update(is_active=False)
    with pytest.raises(notebook.NoPlanner, match="west"):
        notebook.connect(as_="west")


def test_who_is_no_longer_appointed_sees_nothing_from_that_day_on(city: PlannedCity) -> None:
    notebook.connect(as_="west")
    User.objects.get(username="west").appointments.update(ends_on=timezone.localdate())
    with pytest.raises(notebook.NoPlanner):
        notebook.cases()


def test_the_variable_says_who_looks_unless_somebody_else_connects(
    city: PlannedCity, settings: Any
) -> None:
    settings.PLANNER = "east"
    assert cells_of(notebook.cases()) == "d"
    notebook.connect(as_="west")
    assert cells_of(notebook.cases()) == "aabc"


def test_who_may_see_the_cases_is_told_the_sensitive_ones_there(city: PlannedCity) -> None:
    commander = make_user("chen", password=None)
    appoint(commander, Role.DISTRICT_COMMANDER, city.city.areas["x"])
    notebook.connect(as_="chen")
    assert notebook.cases(topics=["family"]).topic.tolist() == ["family"] * 2
    found = notebook.cube(topics=["family"])
    assert (found.topics, found.counts.sum(), len(found.released)) == (("family",), 2, 0)
    # Who also plans elsewhere is told of that as a planner, and counts as one.
    appoint(commander, Role.PLANNER, city.city.areas["y"])
    assert len(notebook.cases(topics=["family"])) == 2
    assert notebook.cube(topics=["family"]).topics == ()
    assert cells_of(notebook.cases(topics=["water_supply"])) == "aabcd"


def found_conflicts(city: PlannedCity, *found: tuple[str, str, str]) -> None:
    """A run that lists conflicts of a topic, at a level, of an area; named after it."""
    now = timezone.now()
    run = Run.objects.create(
        at=now, since=now, until=now, seed=1, digest="", cases=1, placed=1, tested=1, listed=3
    )
    for rank, (topic, level, area) in enumerate(found, 1):
        conflict = RecurringConflict.objects.create(
            code=f"R{rank}", topic=Topic.objects.get(code=topic), level=level, key=str(rank),
            name=area, name_en=area, geom=MultiPolygon(*square(0, 0)), area=city.city.areas[area],
            state_since=NOW,
        )  # fmt: skip
        Evidence.objects.create(
            run=run, conflict=conflict, rank=rank, avoidable=1, q=0.01, observed=9, expected=1,
            ratio=9, ratio_low=5, ratio_high=12, claims=CLAIMS,
        )  # fmt: skip


def told_conflicts(who: str) -> list[str]:
    notebook.connect(as_=who)
    return list(notebook.conflicts().name)


def test_a_conflict_is_told_where_all_of_its_ground_is_in_scope(city: PlannedCity) -> None:
    found_conflicts(city, *(("water_supply", "cell", area) for area in ("p", "r", "city")))
    assert told_conflicts("whole") == ["p", "r", "city"]
    assert told_conflicts("west") == ["p"]
    assert told_conflicts("east") == ["r"]


CLAIMS = {
    "intense": {},
    "recurrent": {"p": 0.5},
    "current": {"new_p": 0.5, "ended_p": 0.5},
    "rhythmic": {"p": None},
    "burdensome": {},
}


def answers(who: str) -> list[Any]:
    """All that can be asked about cases, as bytes and text."""
    notebook.connect(as_=who)
    said: list[Any] = [notebook.cases().to_csv(), notebook.cases(topics=["wages"]).to_csv()]
    for every, since, topics in product(("day", "month"), (None, JUNE), ([], ["family"])):
        found = notebook.cube(every, since, NOW + timedelta(days=20), topics)
        said += [found.counts.tobytes(), found.cells, found.released.to_csv()]
    material = notebook.material()
    return [*said, *(values.tobytes() for values in vars(material.cases).values() if values.dtype != object)]  # fmt: skip


def test_nothing_that_happens_in_another_district_changes_an_answer(city: PlannedCity) -> None:
    make_cases(city.by, "aaaaaabbbbbb", "family", at=JUNE)
    before = answers("west")
    own = answers("east")
    make_cases(city.by, "dd", "family", at=JUNE)
    make_cases(city.by, "ddd", "water_supply", at=JUNE)
    assert answers("west") == before
    # The control: who is there sees the difference.
    assert answers("east") != own


def sensitive_past(city: PlannedCity) -> None:
    """Small and large numbers in neighbouring communities, over two topics and three months."""
    for topic, at, cells in (
        ("family", MAY, "aaaaaabcccccc"),
        ("family", JUNE, "aabbbccd"),
        ("family", JULY, "cddddddd"),
        ("wages", MAY, "aad"),
        ("wages", JUNE, "bbbbbbccc"),
    ):
        make_cases(city.by, cells, topic, at=at)


def people(month: str, communities: tuple[str, ...], topics: tuple[str, ...]) -> int:
    begins = pd.Timestamp(month, tz="Asia/Shanghai")
    cases = Incident.objects.filter(
        area__code__in=communities, topic__code__in=topics,
        occurred_at__gte=begins, occurred_at__lt=begins + pd.DateOffset(months=1),
    )  # fmt: skip
    return Party.objects.filter(incident__in=cases).values("phone").distinct().count()


def test_all_that_anybody_is_told_of_sensitive_topics_is_one_partition(city: PlannedCity) -> None:
    """Whatever is asked by whoever, two sums are the same, or share no case: nothing can be subtracted."""
    sensitive_past(city)
    told: set[tuple[Any, ...]] = set()
    for who in ("whole", "west", "east"):
        notebook.connect(as_=who)
        for every, since, until, topics in product(
            ("day", "week", "month"), (None, MAY, JUNE), (None, JULY, NOW), ([], ["family"], ["wages"])
        ):  # fmt: skip
            if since is None or until is None or since < until:
                released = notebook.cube(every, since, until, topics).released
                told |= {tuple(row) for row in released.itertuples(index=False)}
    assert sum(row[3] for row in told) > 20
    atoms: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in told:
        communities, month, topics, _cases = row
        for atom in product(communities, [month], topics):
            assert atoms.setdefault(atom, row) == row
    counts = [people(str(row[1]), row[0], row[2]) for row in told]
    assert all(count == 0 or count >= 5 for count in counts)


def test_plain_counts_would_show_single_people(city: PlannedCity) -> None:
    """The control: by community and month there are numbers below five."""
    sensitive_past(city)
    plain = [
        people(month, (city.city.areas[area].code,), (topic,))
        for month in ("2026-05-01", "2026-06-01")
        for area in "pqr"
        for topic in ("family", "wages")
    ]
    assert any(0 < count < 5 for count in plain)


def test_a_month_is_told_once_it_is_over(city: PlannedCity) -> None:
    make_cases(city.by, "aaaaaaa", "family", at=JUNE)
    notebook.connect(as_="west")
    june = np.datetime64("2026-06-01")
    released = notebook.cube(until=datetime(2026, 6, 30, tzinfo=UTC)).released
    assert june not in released.period.to_numpy()
    assert june in notebook.cube(until=datetime(2026, 7, 1, tzinfo=UTC)).released.period.to_numpy()
