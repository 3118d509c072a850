"""Days begin at midnight in Beijing, for what came in, what is due, and what the measures are about."""

from datetime import UTC, datetime, timedelta

import pytest

from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident
from gridmap.performance.situation import Situation, read_situation
from tests.incidents.makers import make_incident
from tests.incidents.town import Town

pytestmark = pytest.mark.django_db
# 14 July 2026 begins in Beijing.
MIDNIGHT = datetime(2026, 7, 13, 16, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


def seen(town: Town, at: datetime) -> Situation:
    found = read_situation(scope(town.people["he"]), at)
    assert found
    return found


def came(town: Town, *moments: datetime) -> list[Incident]:
    return [make_incident(town.people["tao"], at=at, occurred_at=at) for at in moments]


def test_what_came_in_at_midnight_is_new_today_and_a_moment_before_yesterday() -> None:
    town = Town()
    came(town, MIDNIGHT - DAY - MOMENT, MIDNIGHT - DAY, MIDNIGHT - MOMENT, MIDNIGHT)
    for at in (MIDNIGHT, MIDNIGHT + DAY - MOMENT):
        assert (seen(town, at).figures.new, seen(town, at).figures.yesterday) == (1, 2)
    # A moment before midnight it was the day before; a case of the future was none of it.
    before = seen(town, MIDNIGHT - MOMENT).figures
    assert (before.new, before.yesterday) == (2, 1)


def test_what_is_due_at_midnight_is_not_due_today() -> None:
    town = Town()
    for due_at in (MIDNIGHT + DAY - MOMENT, MIDNIGHT + DAY):
        (case,) = came(town, MIDNIGHT)
        Incident.objects.filter(pk=case.pk).update(contact_due_at=due_at, due_at=due_at)
    late = MIDNIGHT + DAY - timedelta(hours=1)
    figures = seen(town, late).figures
    assert (figures.due_today, figures.due_soon, figures.overdue) == (1, 1, 0)
    assert seen(town, late - timedelta(hours=2)).figures.due_soon == 0
    assert seen(town, MIDNIGHT + DAY).figures.overdue == 1


def test_the_measures_begin_at_midnight_84_days_ago_with_today() -> None:
    town = Town()
    first = MIDNIGHT - 83 * DAY
    came(town, first - MOMENT, first, MIDNIGHT)
    found = seen(town, MIDNIGHT + timedelta(hours=9))
    assert found.since.isoformat() == "2026-04-22"
    assert found.measures["closing_rate"].denominator == 2
    assert seen(town, first).measures["closing_rate"].denominator == 2


def test_a_city_without_a_case_has_nothing_and_nothing_is_usual() -> None:
    found = seen(Town(), MIDNIGHT)
    assert not found.figures.open
    assert found.figures.unrouted_since is None
    assert found.usual is None
    assert {(share.numerator, share.denominator) for share in found.measures.values()} == {(0, 0)}


def test_nothing_is_usual_before_there_are_eight_days_like_today() -> None:
    town = Town()
    came(town, MIDNIGHT - 49 * DAY)
    assert seen(town, MIDNIGHT).usual is None
    assert seen(town, MIDNIGHT + 7 * DAY).usual
