"""The parts of an area and the teams: they add up, stand in the order of the tree, and end where a scope ends."""

import pytest
from django.utils import timezone

from gridmap.incidents.models import Incident
from gridmap.performance.comparison import Comparison, NoSuchArea, by_area, by_team, compare
from gridmap.performance.figures import Figures
from gridmap.performance.measures import Share
from gridmap.performance.situation import read_situation
from tests.performance.test_situation import GANGCHENG, XIONGGUAN, ZIXUAN, of
from tests.statements import AssertStatements

pytestmark = pytest.mark.usefixtures("demo_city")


def names(found: Comparison) -> list[str]:
    return [part.place.code if part.place else "" for part in found.parts]  # type: ignore[union-attr]


def adds_up(found: Comparison) -> bool:
    figures = Figures()
    for part in found.parts:
        figures += part.figures
    shares = {
        name: sum((part.shares[name] for part in found.parts), Share())
        for name in found.total.shares
    }
    return figures == found.total.figures and shares == found.total.shares


def test_the_parts_of_the_city_add_up_to_its_situation_with_what_lies_nowhere() -> None:
    at = timezone.now()
    found = by_area(of("city-admin"), at)
    situation = read_situation(of("city-admin"), at, every_measure=True)
    assert situation
    assert names(found) == [XIONGGUAN, GANGCHENG, "620201099000", ""]
    assert adds_up(found)
    assert found.total.figures == found.whole.figures == situation.figures
    assert found.total.shares == found.whole.shares == situation.measures
    # The control: what has no place is not lost.
    assert (
        found.parts[-1].figures.open == Incident.objects.filter(is_open=True, cell=None).count() > 0
    )


def test_one_goes_down_to_the_cells_and_each_level_adds_up() -> None:
    at = timezone.now()
    above = by_area(of("district-commander"), at)
    community = by_area(of("district-commander"), at, ZIXUAN)
    assert [area.code for area in community.path] == [GANGCHENG, ZIXUAN]
    (same,) = (part for part in above.parts if part.place and part.place.pk == community.here.pk)  # type: ignore[union-attr]
    assert community.total.figures == same.figures
    assert community.total.shares == same.shares
    assert adds_up(community)
    assert adds_up(above)
    assert names(community) == sorted(names(community))
    assert all(code.startswith(ZIXUAN) for code in names(community))


def test_what_a_commander_is_compared_with_has_nothing_of_another_s_in_it() -> None:
    at = timezone.now()
    found = by_area(of("district-commander"), at, ZIXUAN)
    mine = by_area(of("city-admin"), at, GANGCHENG)
    assert found.whole.figures == mine.total.figures
    assert found.whole.shares == mine.total.shares
    assert found.whole.figures != mine.whole.figures


@pytest.mark.parametrize("code", [XIONGGUAN, "620201000000", "nowhere"])
def test_an_area_out_of_scope_is_no_area(code: str) -> None:
    for read in (by_area, by_team):
        with pytest.raises(NoSuchArea):
            read(of("district-commander"), timezone.now(), code)


def test_teams_stand_in_their_order_with_what_none_leads_and_add_up() -> None:
    found = by_team(of("city-admin"), timezone.now(), GANGCHENG)
    ids = [part.place.pk for part in found.parts if part.place]
    assert ids == sorted(ids)
    assert adds_up(found)
    assert found.total.figures == by_area(of("city-admin"), timezone.now(), GANGCHENG).total.figures


def test_few_cases_have_no_interval_and_many_have_theirs() -> None:
    at = timezone.now()
    city, community = by_area(of("city-admin"), at), by_area(of("city-admin"), at, ZIXUAN)
    (first, *_rest) = compare(city.parts, "on_time_rate")
    assert first.value == first.share.value
    assert (first.low, first.high) == first.share.interval
    few = compare(community.parts, "on_time_rate")
    assert {(one.value, one.low, one.high) for one in few} == {(None, None, None)}


def test_a_comparison_is_three_statements_at_most(assert_statements: AssertStatements) -> None:
    person, at = of("city-admin"), timezone.now()
    with assert_statements(2):
        by_area(person, at)
    with assert_statements(3):
        by_area(person, at, ZIXUAN)
    with assert_statements(3):
        by_team(person, at)


def test_who_answers_for_no_area_compares_none() -> None:
    found = by_area(of("guide"), timezone.now())
    assert not found.parts
    assert not found.whole.figures.open
