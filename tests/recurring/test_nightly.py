"""The search of the night: once, after two in Beijing, and nothing else waits for it."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gridmap.recurring.models import Night, Run
from gridmap.recurring.services import nightly
from gridmap.recurring.services.nightly import find_nightly
from tests.incidents.makers import make_incident
from tests.makers import make_small_city, make_user
from tests.recurring.makers import make_run

pytestmark = pytest.mark.django_db
# Two and a little in Beijing.
NIGHT = datetime(2026, 7, 14, 18, 5, tzinfo=UTC)


class Search:
    """Stands for the statistics; fails as often as it is told to."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.fails: list[BaseException] = []

    def __call__(self, at: datetime) -> Run:
        self.asked.append(at)
        if self.fails:
            raise self.fails.pop(0)
        return make_run(at)


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Search:
    make_small_city()
    make_incident(make_user("ma"))
    found = Search()
    monkeypatch.setattr(nightly, "_search", found)
    return found


def minutes(count: int) -> datetime:
    return NIGHT + timedelta(minutes=count)


def test_it_is_searched_once_a_night_and_not_before_two(search: Search) -> None:
    for at in (minutes(-10), NIGHT, minutes(1), minutes(600), minutes(24 * 60 - 10)):
        assert find_nightly(at) == []
    assert search.asked == [NIGHT]
    find_nightly(minutes(24 * 60))
    assert len(search.asked) == 2
    assert Night.objects.filter(run__isnull=False).count() == 2


def test_what_somebody_asked_for_since_two_is_the_search_of_the_night(search: Search) -> None:
    make_run(minutes(1))
    find_nightly(minutes(2))
    assert search.asked == []
    # A search of one topic is none of the night.
    make_run(minutes(24 * 60), topics=["wages"])
    find_nightly(minutes(24 * 60 + 1))
    assert len(search.asked) == 1


def test_a_failure_is_noted_and_tried_again_a_little_later_three_times_at_most(
    search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    search.fails = [MemoryError(), ValueError("bad"), OSError()]
    with caplog.at_level(logging.ERROR):
        told = [find_nightly(minutes(n)) for n in (0, 1, 19, 21, 42, 63, 84)]
    assert [bool(one) for one in told] == [True, False, False, True, True, False, False]
    assert "the search of the night failed, try 3" in caplog.text
    assert Night.objects.get().run is None


def test_one_that_ended_with_its_process_is_tried_again(search: Search) -> None:
    search.fails = [SystemExit()]
    with pytest.raises(SystemExit):
        find_nightly(NIGHT)
    # What a kill leaves behind: the try, and no run.
    assert (Night.objects.get().tries, Night.objects.get().run) == (1, None)
    find_nightly(minutes(1))
    assert len(search.asked) == 1
    find_nightly(minutes(21))
    assert Night.objects.get().run == Run.objects.get()


def test_a_city_without_cases_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_at: datetime) -> Run:
        raise AssertionError("searched")

    unused: Callable[[datetime], Run] = never
    monkeypatch.setattr(nightly, "_search", unused)
    assert find_nightly(NIGHT) == []
