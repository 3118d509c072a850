"""Counts by cell are those of the cases that somebody may see, one by one."""

from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from geodata.querysets import BEIJING, day_of
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting import Chosen, Window, count_cells, count_steps
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.states import NOT_COUNTED
from tests.incidents.makers import NOW, make_incident
from tests.incidents.random_offices import RandomOffices
from tests.makers import appoint, make_small_city, make_user

TODAY = day_of(NOW)
EVER = Window(date(2000, 1, 1), date(2100, 1, 1))


def by_hand(held: Scope, window: Window) -> Counter[int]:
    """Case by case."""
    return Counter(
        case.cell_id
        for case in Incident.objects.visible_to(held)
        if case.state not in NOT_COUNTED
        and window.since <= case.occurred_at.astimezone(BEIJING).date() < window.until
    )


def test_everybody_is_told_the_cases_that_they_see(offices: RandomOffices) -> None:
    seeing = 0
    for user in User.objects.filter(is_active=True):
        held = scope(user, offices.day)
        found = count_cells(held, EVER, Chosen())
        counts = dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True))
        expected = by_hand(held, EVER)
        if not held.team_ids:
            assert set(expected) - {None} <= set(counts)
        assert counts == {cell: expected[cell] for cell in counts}, held
        seeing += bool(found.counts.sum())
    assert seeing > 50


@pytest.mark.django_db
def test_days_begin_at_midnight_in_beijing() -> None:
    city, chen = make_small_city(), make_user("chen")
    appoint(chen, Role.DISTRICT_COMMANDER, city.areas["x"])
    held = scope(chen, TODAY)
    for minutes in (-1, 0, 1):
        at = datetime(2026, 7, 2, tzinfo=BEIJING) + timedelta(minutes=minutes)
        make_incident(chen, occurred_at=at)
    days = [date(2026, 7, day) for day in (1, 2, 3, 4)]
    cells, counts = count_steps(held, days, Chosen())
    assert cells.tolist() == sorted(city.cells[key].pk for key in "abc")
    assert counts[cells == city.cells["a"].pk].tolist() == [[1, 2, 0]]
    whole = count_cells(held, Window(days[0], days[-1]), Chosen())
    assert (whole.counts == counts.sum(axis=1)).all()


@pytest.mark.django_db
def test_only_what_is_chosen_is_counted() -> None:
    city, chen = make_small_city(), make_user("chen")
    appoint(chen, Role.DISTRICT_COMMANDER, city.areas["x"])
    held = scope(chen, TODAY)
    first = make_incident(chen, topic="wages", urgency="urgent")
    make_incident(chen, source="hotline_12345")
    wages = Topic.objects.get(code="wages").pk
    for chosen, number in (
        (Chosen(), 2),
        (Chosen(topics=(wages,)), 1),
        (Chosen(sources=("patrol",)), 1),
        (Chosen(topics=(wages,), sources=("hotline_12345",)), 0),
        (Chosen(urgencies=("urgent",)), 1),
        (Chosen(states=("registered",)), 2),
        (Chosen(states=("closed",)), 0),
    ):
        assert count_cells(held, EVER, chosen).counts.sum() == number, chosen
    Incident.objects.filter(pk=first.pk).update(state="merged", merged_into=first)
    assert count_cells(held, EVER, Chosen()).counts.sum() == 1


@pytest.mark.django_db
def test_a_planner_is_told_of_no_cell() -> None:
    city, ning = make_small_city(), make_user("ning")
    appoint(ning, Role.PLANNER, city.areas["city"])
    make_incident(ning)
    found = count_cells(scope(ning, TODAY), EVER, Chosen())
    assert (len(found.cells), len(found.counts)) == (0, 0)


def test_an_empty_window_and_edges_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="since"):
        Window(date(2026, 7, 2), date(2026, 7, 2))
    nobody = Scope(user_id=None, day=TODAY)
    for edges in ([TODAY], [TODAY, TODAY]):
        with pytest.raises(ValueError, match="edges"):
            count_steps(nobody, edges, Chosen())
    cells, counts = count_steps(nobody, [TODAY, TODAY + timedelta(days=1)], Chosen())
    assert (cells.shape, counts.shape, counts.dtype) == ((0,), (0, 1), np.int64)
