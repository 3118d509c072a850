"""Release rules: blocks of at least k people, and an attacker who subtracts everything from everything."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from layers.hotspots.release import Lattice, release
from tests.layers.hotspots.release_attack import (
    AREAS,
    PAIRS,
    SECRET,
    TOPICS,
    K,
    World,
    answering_where_k_are_asked_for,
    asked,
    determined,
    lattice,
    learnt_by_who_knows_the_rule,
    natural_tables,
    random_world,
    recovered,
)


def one_month(*people_of_cells: int) -> World:
    """Cells of one community beside each other, one topic, one month; each case with one person."""
    areas = [(f"cell {n}", "community", "city") for n in range(len(people_of_cells))]
    atoms = np.repeat(np.arange(len(people_of_cells)), people_of_cells)
    cases = np.arange(len(atoms))
    return World(lattice(areas, ("noise",), 1), atoms, cases, cases)


def told(world: World) -> list[int | None]:
    answer = world.released().answer
    return [answer(chosen) for chosen in np.eye(len(world.lattice.codes), dtype=bool)]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((7, 5, 6), [7, 5, 6]),
        ((0, 0, 0), [0, 0, 0]),
        ((7, 0, 6), [7, 0, 6]),
        # Two small ones hide each other.
        ((7, 2, 3), [7, None, None]),
        # What is not told next to something small is not told to be nothing either.
        ((7, 2, 3, 0), [7, None, None, None]),
        # Nothing but one small one: the city has no more.
        ((0, 4, 0), [None, None, None]),
        ((), []),
    ],
)
def test_a_community_is_told_as_far_as_it_can_be(
    people: tuple[int, ...], expected: list[int | None]
) -> None:
    if people:
        assert told(one_month(*people)) == expected
    else:
        nothing = np.empty(0, dtype=np.int64)
        none = Lattice((), np.empty((1, 0), dtype=np.int64), nothing)
        made = release(none, nothing, nothing, nothing, secret=SECRET)
        assert made.answer(np.empty(0, dtype=bool)) == 0


def test_a_single_small_cell_takes_another_along_but_the_total_stays() -> None:
    world = one_month(9, 2, 8)
    answers = told(world)
    assert answers.count(None) == 2
    assert answers[1] is None
    assert world.released().answer(np.ones(3, dtype=bool)) == 19


def test_which_cell_is_taken_along_only_the_secret_knows() -> None:
    taken = {
        tuple(one_month(9, 2, 8, 5).released(bytes([n])).blocks.tolist()) for n in range(1, 60)
    }
    assert len(taken) == 3


def test_a_small_community_is_merged_with_the_whole_of_another() -> None:
    """With one cell of it the shape would tell that the cell is the large part: of 6 it had 5, so the other 1."""
    areas = [("a", "A", "city"), ("b", "B", "city"), ("c", "B", "city")]
    atoms = np.repeat([0, 1, 2], [1, 5, 7])
    cases = np.arange(len(atoms))
    made = World(lattice(areas, ("noise",), 1), atoms, cases, cases).released()
    assert len(np.unique(made.blocks)) == 1
    assert made.answer(np.array([False, True, True])) is None
    assert made.answer(np.array([True, True, True])) == 13


def test_many_cases_of_the_same_few_people_are_few_people() -> None:
    world = one_month(30, 20)
    few = replace(world, parties=world.parties % (K - 1))
    assert told(world) == [30, 20]
    assert told(few) == [None, None]


def test_a_case_without_known_parties_is_nobody_to_hide_behind() -> None:
    world = one_month(9)
    nobody = np.empty(0, dtype=np.int64)
    assert told(replace(world, party_cases=nobody, parties=nobody)) == [None]


def test_every_block_holds_nobody_or_at_least_k_people_and_its_true_count() -> None:
    for seed in range(10):
        world = random_world(seed)
        made = world.released()
        for block, cases in enumerate(made.cases):
            atoms = made.blocks == block
            assert world.count(atoms) == cases
            assert world.people(atoms) >= K or cases == 0


def test_only_wholes_of_the_same_step_are_merged() -> None:
    for seed in range(5):
        world = random_world(seed)
        made = world.released()
        for block in range(len(made.cases)):
            atoms = made.blocks == block
            inside = [step for step, one in enumerate(world.lattice.steps) if _is_one(one[atoms])]
            below = world.lattice.steps[max(inside[0] - 1, 0)]
            assert np.array_equal(np.isin(below, below[atoms]), atoms)


def _is_one(groups: np.ndarray) -> bool:
    return bool(np.all(groups == groups[0]))


@pytest.mark.parametrize("communities", ["AABB", "AABC"])
def test_not_even_who_knows_the_rule_learns_a_small_count(communities: str) -> None:
    assert learnt_by_who_knows_the_rule([(community, "city") for community in communities]) == []


def test_sensitive_topics_are_never_told_below_the_community() -> None:
    for seed in range(10):
        made = random_world(seed).released()
        family = lattice().steps[1][[code.split("|")[1] == "family" for code in lattice().codes]]
        blocks = made.blocks[[code.split("|")[1] == "family" for code in lattice().codes]]
        for community in np.unique(family):
            assert len(np.unique(blocks[family == community])) == 1


def test_a_later_month_changes_nothing_about_those_before() -> None:
    whole = random_world(3, months=6)
    month = np.array([code.split("|")[2] for code in whole.lattice.codes])
    early = month < "2026-05"
    number = np.cumsum(early) - 1
    kept = early[whole.case_atoms]
    renumbered = np.cumsum(kept) - 1
    links = kept[whole.party_cases]
    part = World(
        lattice(months=4),
        number[whole.case_atoms[kept]],
        renumbered[whole.party_cases[links]],
        whole.parties[links],
    )
    assert part.lattice.codes == tuple(np.array(whole.lattice.codes)[early])
    before, after = part.released(), whole.released()
    for atoms in natural_tables(part.lattice):
        wide = np.zeros(len(early), dtype=bool)
        wide[np.flatnonzero(early)[atoms]] = True
        assert before.answer(atoms) == after.answer(wide)


def test_ten_thousand_pairs_of_tables_recover_nobody() -> None:
    world = random_world(11)
    tried, found = recovered(world, asked(world, world.released().answer, 1), 2)
    assert (tried, found) == (PAIRS, 0)


def test_without_complementary_suppression_the_same_pairs_recover_many() -> None:
    world = random_world(11)
    tried, found = recovered(world, asked(world, answering_where_k_are_asked_for(world), 1), 2)
    assert tried == PAIRS
    assert found > 100


def test_no_combination_of_all_answers_gives_a_small_count() -> None:
    world = random_world(5, cases=400, months=2)
    assert determined(world, asked(world, world.released().answer, 1)) == 0


def test_without_complementary_suppression_combinations_give_small_counts() -> None:
    world = random_world(5, cases=400, months=2)
    assert determined(world, asked(world, answering_where_k_are_asked_for(world), 1)) > 10


def test_most_of_the_cases_are_still_told_of_their_cell_or_community() -> None:
    """Discretion that tells nothing would pass every attack."""
    world = random_world(11)
    made = world.released()
    assert (made.blocks[world.case_atoms] >= 0).mean() > 0.99
    community = np.unique(world.lattice.steps[1], return_inverse=True)[1]
    within = [
        len(np.unique(community[made.blocks == block])) == 1 for block in range(len(made.cases))
    ]
    assert np.array(within)[made.blocks[world.case_atoms]].mean() > 0.6


def wrong(**changes: object) -> dict[str, object]:
    world = one_month(6, 7)
    given: dict[str, object] = {
        "lattice": world.lattice,
        "case_atoms": world.case_atoms,
        "party_cases": world.party_cases,
        "parties": world.parties,
        "secret": SECRET,
        "k": K,
    }
    return given | changes


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret": b""}, "secret"),
        ({"secret": b"x" * 65}, "secret"),
        ({"k": 2}, "k"),
        ({"case_atoms": np.array([2])}, "case_atoms"),
        ({"parties": np.array([1])}, "parties"),
        ({"party_cases": np.full(13, 13)}, "party_cases"),
    ],
)
def test_bad_input_is_named(changes: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        release(**wrong(**changes))  # type: ignore[arg-type]


def test_a_ladder_that_cuts_a_group_is_refused() -> None:
    with pytest.raises(ValueError, match="cut"):
        Lattice(("a", "b", "c"), np.array([[0, 1, 2], [0, 0, 1], [0, 1, 1]]), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="step 0"):
        Lattice(("a", "b"), np.array([[0, 0]]), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="least_step"):
        Lattice(("a", "b"), np.array([[0, 1]]), np.ones(2, np.int64))
    with pytest.raises(ValueError, match="column"):
        Lattice(("a", "b"), np.array([[0]]), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="gossip"):
        Lattice.of(AREAS, TOPICS, ["1"], sensitive=frozenset({"gossip"}), sensitive_from=1)
    with pytest.raises(ValueError, match="sensitive_from"):
        Lattice.of(AREAS, TOPICS, ["1"], sensitive=frozenset(), sensitive_from=4)


def test_a_question_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="atoms"):
        one_month(6).released().answer(np.ones(2, dtype=bool))


def mask_of(world: World, *cells: int) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(world.lattice.codes), dtype=bool)
    chosen[list(cells)] = True
    return chosen


def test_half_a_block_is_not_told() -> None:
    world = one_month(7, 2, 3)
    made = world.released()
    assert made.answer(mask_of(world, 1, 2)) == 5
    assert made.answer(mask_of(world, 0, 1, 2)) == 12
    assert made.answer(mask_of(world, 0, 1)) is None
    assert made.answer(mask_of(world)) == 0
