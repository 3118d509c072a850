"""The whole pipeline over imagined cities: few of the runs; all of them are a matter of `make torture`."""

import numpy as np

from gridmap.incidents.demo_cases.sites import SITES
from tests.recurring.imagined import everything, imagine, nothing, only_three
from tests.recurring.lists import RIGHT_LEVELS, SOURCE, tally

CONFLICTS = [site for site in SITES if site.kind == "conflict"]


def test_what_is_planted_is_listed_at_the_right_level_and_next_to_nothing_else(
    demo_city: None,
) -> None:
    found = tally(range(8000, 8003), everything)
    assert np.mean(found.false) <= 0.03
    assert found.decoys == []
    assert found.could_be_decoys == 3 * 10
    assert len(found.right) >= 0.9 * len(found.listed)
    assert len(found.listed) >= 0.75 * 3 * len(CONFLICTS)


def test_of_the_source_documents_conflicts_alone_all_are_on_top(demo_city: None) -> None:
    found = tally(range(8500, 8502), only_three)
    for key in SOURCE:
        for names in (found.listed, found.right, found.named, found.in_top_five):
            assert found.share_of(key, names) == 1.0, key


def test_where_nothing_is_planted_nothing_is_listed(demo_city: None) -> None:
    assert tally(range(9000, 9005), nothing).any_false == 0.0


def test_the_measure_notices_a_list_that_is_wrong(demo_city: None) -> None:
    """The control: of cases that are moved elsewhere by chance, what is listed is not what was planted."""
    city = imagine(8000)
    shuffled = np.random.default_rng(1).permutation(city.site)
    published = city.found().published
    assert all(city.site_of(one) for one in published)
    city.site[:] = shuffled
    assert not any(city.site_of(one) for one in published)


def test_every_conflict_has_its_right_level_written_down() -> None:
    assert {site.key for site in CONFLICTS} == set(RIGHT_LEVELS)
