"""The generator of the demonstration: the same for a seed and a day, sound on any day."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoDbBlocker

from geodata.querysets import BEIJING
from gridmap.incidents.demo_cases.households import MEMBERS
from gridmap.incidents.demo_cases.loading import tell_demonstration
from gridmap.incidents.demo_cases.plan import MEDIATED, PARTIES, SUCCEEDED, Fate
from gridmap.incidents.demo_cases.reading import read_town
from gridmap.incidents.demo_cases.sites import SITES, spots_of
from gridmap.incidents.demo_cases.story import Story
from gridmap.incidents.demo_cases.town import NoSuchPlace, Town
from tests.conftest import connected_to

A_TUESDAY = datetime(2026, 7, 14, 9, 20, tzinfo=BEIJING)
Tell = Callable[[datetime, int], Story]


@pytest.fixture(scope="module")
def town(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    with django_db_blocker.unblock(), connected_to(demo_city_database):
        yield read_town(A_TUESDAY)


@pytest.fixture(scope="module")
def tell(town: Town) -> Tell:
    return lambda at, seed: tell_demonstration(town, at=at, seed=seed)


@pytest.fixture(scope="module")
def tuesday(tell: Tell) -> Story:
    return tell(A_TUESDAY, 7)


def fingerprint(story: Story) -> str:
    """Of every column of every part."""
    summed = sha256()
    tables = [table.whole() for table in vars(story.ledger).values()]
    parts: list[dict[str, Any]] = [
        vars(part) for part in vars(story).values() if hasattr(part, "__dict__")
    ]
    for columns in (*parts, vars(story.plan.events), vars(story.plan.due), *tables):
        for name, column in columns.items():
            if isinstance(column, np.ndarray) and column.dtype != object:
                summed.update(name.encode() + column.tobytes())
            elif isinstance(column, np.ndarray | list):
                summed.update(f"{name}{list(column)}".encode())
    return summed.hexdigest()


def test_the_same_seed_and_day_tell_the_same_story(tell: Tell, tuesday: Story) -> None:
    assert fingerprint(tell(A_TUESDAY, 7)) == fingerprint(tuesday)


def test_another_seed_tells_another_story_with_the_same_figures(tell: Tell, tuesday: Story) -> None:
    other = tell(A_TUESDAY, 8)
    assert fingerprint(other) != fingerprint(tuesday)
    assert int(other.plan.is_mediated.sum()) == MEDIATED


def test_later_the_same_day_only_what_came_since_is_new(tell: Tell, tuesday: Story) -> None:
    later = tell(A_TUESDAY.replace(hour=23, minute=59), 7)
    number = len(tuesday.plan.events)
    assert len(later.plan.events) > number
    assert set(later.plan.fate[number:].tolist()) == {Fate.TODAY}
    assert fingerprint(later.until(later.plan.events.at[number - 1])) == fingerprint(tuesday)


@pytest.mark.parametrize(
    "day",
    [
        "2026-07-18T23:59:59",  # a Saturday
        "2026-12-31T23:59:59",
        "2028-02-29T00:00:00",
    ],
)
def test_a_story_is_sound_on_any_day(tell: Tell, day: str) -> None:
    story = tell(datetime.fromisoformat(day).replace(tzinfo=BEIJING), 3)
    plan, final = story.plan, story.final
    mediated = plan.is_mediated
    assert (mediated.sum(), np.isin(story.parties.case, np.flatnonzero(mediated)).sum()) == (
        MEDIATED,
        PARTIES,
    )
    assert (final.outcome[mediated] == "no_agreement").sum() == MEDIATED - SUCCEEDED
    today = np.datetime64(day, "D").astype("datetime64[s]")
    is_open = plan.fate == Fate.OPEN
    assert (is_open & (plan.due.settle < today)).sum() == 7
    until = today + np.timedelta64(1, "D")
    assert (is_open & (plan.due.settle >= today) & (plan.due.settle < until)).sum() == 18
    for table in (story.ledger.moves, story.ledger.steps, story.ledger.visits):
        rows = table.whole()
        began = plan.events.at[rows["case"]]
        assert (rows["at"] >= began).all()
        assert ((rows["at"] < today) | (began >= today)).all()


def test_most_is_done_while_an_office_is_open(tuesday: Story) -> None:
    rows = tuesday.ledger.steps.whole()
    hour = (rows["at"] - rows["at"].astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    weekday = (rows["at"].astype("datetime64[D]").astype(int) + 3) % 7
    assert np.isin(hour, [8, 9, 10, 11, 14, 15, 16, 17]).mean() > 0.93
    assert (weekday < 5).mean() > 0.95


def test_every_site_is_planted_where_the_table_says(tuesday: Story, town: Town) -> None:
    events = tuesday.plan.events
    for number, site in enumerate(SITES):
        mine = (events.site == number) & (tuesday.plan.fate == Fate.CLOSED)
        assert mine.sum() == site.count
        assert np.isin(events.spot[mine], spots_of(site.place, town)).all()


def test_decoys_are_what_they_are_called(tuesday: Story) -> None:
    events = tuesday.plan.events
    for number, site in enumerate(SITES):
        mine = events.take((events.site == number) & (tuesday.plan.fate == Fate.CLOSED))
        if site.kind == "burst":
            assert (mine.at.max() - mine.at.min()).astype("timedelta64[D]").astype(int) <= 25
        elif site.kind == "one_voice":
            assert len(np.unique(mine.caller // MEMBERS)) == 1
        elif site.kind == "desk":
            assert len(np.unique(mine.topic)) >= 12


def test_conflicts_have_many_callers_and_come_back(tuesday: Story) -> None:
    events = tuesday.plan.events
    for number, site in enumerate(SITES):
        mine = events.take((events.site == number) & (tuesday.plan.fate == Fate.CLOSED))
        if site.kind == "conflict":
            assert len(np.unique(mine.caller)) > len(mine) / 3, site.key
            weeks = np.unique(mine.at.astype("datetime64[W]"))
            assert len(weeks) >= 7, site.key


def test_a_city_without_the_place_is_told_so(town: Town) -> None:
    gone = SITES[0].place.__class__(estate="不在这里")
    with pytest.raises(NoSuchPlace, match="不在这里"):
        spots_of(gone, town)
