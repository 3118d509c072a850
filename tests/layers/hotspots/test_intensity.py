"""Where a topic has more cases than its place's other topics, residents and community explain."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from layers.hotspots.intensity import Ladder, Level, counts_of, intensity, intensity_of_counts
from layers.hotspots.ladder import level_of, pairs_of
from layers.hotspots.tails import middle_tail
from tests.layers.hotspots import city_calibration, detecting, ladders
from tests.layers.hotspots.ladders import ADDRESS, CELL, ESTATE, STREET, Plant
from tests.layers.hotspots.worlds import CELLS, RECIPES, TOPICS, draw

# A twentieth of the long runs or more, and limits to match.
NULLS = range(17)
PLANTED = range(1_000, 1_010)
MORE_PLANTED = range(1_000, 1_030)
PLANTS = [Plant(ADDRESS, 36, 3), Plant(STREET, 48, 4), Plant(ESTATE, 42, 5)]


@pytest.mark.parametrize("name", ["uniform", "exposure", "reporting"])
def test_a_city_without_hot_spots_is_seldom_flagged(name: str) -> None:
    assert city_calibration.listed(RECIPES[name], NULLS).any_flag <= 1 / 17


def test_poisson_against_residents_would_flag_every_such_city() -> None:
    world = draw(RECIPES["reporting"], 1)
    shares = world.counts.sum(axis=0) / world.counts.sum()
    usual = world.exposure[:, None] / world.exposure.sum() * world.counts.sum() * shares
    assert (world.counts > usual + 6 * np.sqrt(usual)).sum() > 20


def test_places_that_ordinarily_differ_are_seldom_flagged() -> None:
    assert city_calibration.listed(RECIPES["D"], NULLS).any_flag <= 1 / 17


def test_threefold_sites_are_found_and_little_else() -> None:
    found = city_calibration.listed(city_calibration.planted("B"), MORE_PLANTED)
    assert found.recall >= 0.85
    assert found.false_share <= 0.05


def test_fourfold_sites_are_found_under_unequal_reporting() -> None:
    found = city_calibration.listed(
        city_calibration.planted("reporting", 4.0, 4.0), PLANTED, q=0.04
    )
    assert found.recall >= 0.80
    assert found.false_share <= 0.04


@pytest.mark.parametrize("name", ["D", "G"])
def test_the_watch_list_holds_nearly_all_that_last_at_three_times_the_usual(name: str) -> None:
    found = city_calibration.watched(city_calibration.planted(name), PLANTED)
    assert found.recall >= 0.80
    assert found.false_share <= 0.07


def test_communities_that_differ_in_mix_are_not_taken_for_hot_spots() -> None:
    recipe = city_calibration.planted("H")
    assert city_calibration.listed(recipe, PLANTED).false_share <= 0.06
    assert city_calibration.watched(recipe, PLANTED).false_share <= 0.07


def test_an_unknown_exposure_changes_little() -> None:
    recipe = city_calibration.planted("B")
    known = city_calibration.listed(recipe, PLANTED)
    unknown = city_calibration.listed(replace(recipe, exposure_error=None), PLANTED)
    assert unknown.recall > known.recall - 0.05


def test_desks_are_kept_out_by_the_mask() -> None:
    world = draw(RECIPES["I"], 3)
    masked = detecting.guarded(world)
    assert masked[world.office].mean() > 0.5
    assert not detecting.flagged(world, masked)[masked].any()


def test_a_conflict_is_found_at_the_level_on_which_it_happens() -> None:
    right = []
    for seed in range(4):
        town, places = ladders.town(np.random.default_rng(seed), PLANTS)
        found = intensity(town.leaf, town.topic, TOPICS, town.ladder)
        chosen = {
            (found.level[i], found.place[i], found.topic[i]) for i in np.flatnonzero(found.chosen)
        }
        right += [
            (plant.level, place, plant.topic) in chosen
            for plant, place in zip(PLANTS, places, strict=True)
        ]
    assert np.mean(right) >= 0.75


def test_what_is_chosen_does_not_overlap_in_a_topic() -> None:
    town, _ = ladders.town(np.random.default_rng(9), PLANTS)
    found = intensity(town.leaf, town.topic, TOPICS, town.ladder)
    assert (found.q[found.chosen] <= 0.05).all()
    assert found.tested == sum(level.places for level in town.ladder.levels) * TOPICS
    assert found.chosen.sum() < (found.q <= 0.05).sum()


def test_the_answer_does_not_depend_on_the_order_of_cases() -> None:
    town, _ = ladders.town(np.random.default_rng(2), PLANTS, addresses=1_000, cases=2_000)
    order = np.random.default_rng(3).permutation(len(town.leaf))
    first = intensity(town.leaf, town.topic, TOPICS, town.ladder)
    second = intensity(town.leaf[order], town.topic[order], TOPICS, town.ladder)
    np.testing.assert_array_equal(first.p, second.p)


def small(exposure: float = np.nan) -> Ladder:
    leaves = np.arange(4)
    return Ladder(
        (Level(leaves, leaves, 4, 10.0), Level(leaves, leaves // 2, 2, 3.0)),
        np.zeros(4, int),
        np.full(4, exposure),
        np.zeros(4, int),
    )


def test_a_handful_of_cases_is_no_finding() -> None:
    found = intensity(np.array([0, 0, 1, 3]), np.array([0, 0, 1, 1]), 2, small())
    assert not found.chosen.any()
    assert found.tested == (4 + 2) * 2


def test_a_city_without_a_case_has_no_finding() -> None:
    nothing = np.empty(0, int)
    found = intensity(nothing, nothing, 3, small())
    assert not found.chosen.any()


@pytest.mark.parametrize(
    ("leaf", "topic", "topics", "named"),
    [
        ([0, 1], [0], 2, "leaf and topic"),
        ([4], [0], 2, "leaf must be numbered"),
        ([0], [2], 2, "topic must be numbered"),
        ([0], [0], 1, "topics must be 2"),
    ],
)
def test_bad_input_is_named(leaf: list, topic: list, topics: int, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        intensity(np.array(leaf), np.array(topic), topics, small())


def test_counts_of_parts_added_up_are_judged_like_the_cases() -> None:
    city, _ = ladders.town(np.random.default_rng(6), PLANTS, addresses=1_000, cases=3_000)
    leaves, part = len(city.ladder.community), np.arange(len(city.leaf)) % 3
    masked = city.leaf < 20
    counts = sum(
        counts_of(city.leaf[part == n], city.topic[part == n], leaves, TOPICS) for n in range(3)
    )
    own = counts.copy()
    own[:20] = 0
    whole = intensity(city.leaf, city.topic, TOPICS, city.ladder, masked)
    for name, values in vars(intensity_of_counts(own, counts, city.ladder)).items():
        np.testing.assert_array_equal(values, getattr(whole, name))


def test_counts_of_other_leaves_are_refused() -> None:
    counts = np.zeros((5, 2), int)
    with pytest.raises(ValueError, match="own and everything"):
        intensity_of_counts(counts, counts, small())


def test_a_level_without_places_is_refused() -> None:
    none = np.empty(0, int)
    zeros = np.zeros(4, int)
    ladder = Ladder((Level(none, none, 0, 3.0),), zeros, np.full(4, np.nan), zeros)
    with pytest.raises(ValueError, match=r"ladder\.levels"):
        intensity(np.array([0]), np.array([0]), 2, ladder)


def test_where_the_spread_is_known_to_be_mild_more_is_found() -> None:
    recipe = city_calibration.planted("D")
    usual = city_calibration.listed(recipe, PLANTED)
    milder = city_calibration.listed(recipe, PLANTED, middle_tail)
    assert milder.recall > usual.recall
    assert milder.false_share <= 0.06


def test_cells_alone_are_a_ladder() -> None:
    found = detecting.detect(draw(RECIPES["A"], 1))
    assert found.tested == CELLS * TOPICS
    assert set(found.level) == {0}
    assert CELL == 3


def test_what_lies_on_both_sides_of_a_border_is_one_finding() -> None:
    cells, of_cell = 60, 10
    leaves = np.arange(cells * of_cell)
    cell = level_of("cell", leaves // of_cell, cells)
    row = csr_array(np.eye(cells, k=1) + np.eye(cells, k=-1))
    both, pairs = pairs_of(cell, row)
    zeros, unknown = np.zeros(len(leaves), int), np.full(len(leaves), np.nan)
    ladder = Ladder((level_of("address", leaves, len(leaves)), both, cell), zeros, unknown, zeros)
    counts = np.random.default_rng(1).poisson(1.0, (len(leaves), 6))
    counts[200:220, 2] += np.random.default_rng(2).poisson(1.6, 20)
    found = intensity_of_counts(counts, counts, ladder)
    at = np.flatnonzero(found.chosen)
    assert [(found.level[i], found.topic[i]) for i in at] == [(1, 2)]
    assert pairs[found.place[at[0]]].tolist() == [20, 21]
