"""Release rules: blocks of at least k people, and an attacker who subtracts everything from everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from layers.hotspots.release import Flags, Ints, Lattice, Release, release

SECRET = b"for tests only"
K = 5
PAIRS = 10_000
Ask = Callable[[Flags], int | None]

COMMUNITIES, CELLS_EACH, DISTRICTS, MONTHS = 9, 4, 3, 6
TOPICS = ("noise", "water", "market", "family")
AREAS = [
    (f"cell {c}.{n}", f"community {c}", f"district {c // (COMMUNITIES // DISTRICTS)}", "city")
    for c in range(COMMUNITIES)
    for n in range(CELLS_EACH)
]


@dataclass(frozen=True)
class World:
    """A lattice with cases, and who is a party to which."""

    lattice: Lattice
    case_atoms: Ints
    party_cases: Ints
    parties: Ints

    def released(self, secret: bytes = SECRET) -> Release:
        return release(
            self.lattice, self.case_atoms, self.party_cases, self.parties, secret=secret, k=K
        )

    def people(self, atoms: Flags) -> int:
        inside = atoms[self.case_atoms[self.party_cases]]
        return len(np.unique(self.parties[inside]))

    def count(self, atoms: Flags) -> int:
        return int(atoms[self.case_atoms].sum())


def lattice(
    areas: list[tuple[str, ...]] = AREAS, topics: tuple[str, ...] = TOPICS, months: int = MONTHS
) -> Lattice:
    periods = [f"2026-{month + 1:02d}" for month in range(months)]
    sensitive = frozenset({"family"}) & frozenset(topics)
    return Lattice.of(areas, topics, periods, sensitive=sensitive, sensitive_from=1)


def random_world(seed: int, cases: int = 1500, months: int = MONTHS) -> World:
    """Few places have most cases, and some people come again and again."""
    rng = np.random.default_rng(seed)
    made = lattice(months=months)
    weights = rng.gamma(0.4, size=len(made.codes))
    atoms = rng.choice(len(made.codes), size=cases, p=weights / weights.sum())
    links = rng.integers(1, 4, size=cases)
    people = rng.choice(cases, size=links.sum())
    return World(made, atoms, np.repeat(np.arange(cases), links), people)


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


def test_a_small_community_goes_up_and_takes_a_block_of_its_district_along() -> None:
    areas = [("a", "A", "city"), ("b", "B", "city"), ("c", "B", "city")]
    atoms = np.repeat([0, 1, 2], [2, 6, 7])
    cases = np.arange(len(atoms))
    made = World(lattice(areas, ("noise",), 1), atoms, cases, cases).released()
    assert made.blocks[0] in made.blocks[1:]
    assert made.answer(np.array([False, True, True])) is None
    assert made.answer(np.array([True, True, True])) == 15


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


def test_sensitive_topics_are_never_told_below_the_community() -> None:
    for seed in range(10):
        made = random_world(seed).released()
        family = lattice().steps[1][[code.split("|")[1] == "family" for code in lattice().codes]]
        blocks = made.blocks[[code.split("|")[1] == "family" for code in lattice().codes]]
        for community in np.unique(family):
            assert len(np.unique(blocks[family == community])) == 1


def test_a_later_month_changes_nothing_about_those_before() -> None:
    whole = random_world(3)
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


# The attack.


def natural_tables(made: Lattice) -> Iterator[Flags]:
    """Every area of every size, each topic or all, every window of months: windows overlap and are nested."""
    cell, topic, month = (np.array(part) for part in zip(*(c.split("|") for c in made.codes)))
    around = {areas[0]: areas for areas in AREAS}
    months = np.unique(month)
    windows = [(a, b) for a in range(len(months)) for b in range(a, len(months))]
    for step in range(len(AREAS[0])):
        area = np.array([around[name][step] for name in cell])
        for name, chosen in product(np.unique(area), (None, *TOPICS)):
            inside = (area == name) & ((topic == chosen) if chosen else True)
            for first, last in windows:
                yield inside & (month >= months[first]) & (month <= months[last])


def unions(tables: list[Flags], rng: np.random.Generator, number: int) -> Iterator[Flags]:
    """What somebody may ask besides: tables put together."""
    for _ in range(number):
        chosen = rng.choice(len(tables), size=rng.integers(2, 5), replace=False)
        yield np.logical_or.reduce([tables[i] for i in chosen])


def asked(world: World, ask: Ask, seed: int) -> list[tuple[Flags, int]]:
    """All questions that got an answer."""
    tables = list(natural_tables(world.lattice))
    rng = np.random.default_rng(seed)
    questions = [*tables, *unions(tables, rng, 2000)]
    answers = [(atoms, ask(atoms)) for atoms in questions]
    return [(atoms, answer) for atoms, answer in answers if answer is not None]


def pairs_near(
    answered: list[tuple[Flags, int]], rng: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Pairs that differ in little first: those that a clever attacker subtracts."""
    matrix = np.array([atoms for atoms, _ in answered], dtype=np.float32)
    sizes = matrix.sum(axis=1)
    for one in rng.permutation(len(answered)):
        apart = sizes + sizes[one] - 2 * (matrix @ matrix[one])
        apart[one] = np.inf
        for other in np.argsort(apart, kind="stable")[:20]:
            yield int(one), int(other)


def recovered(world: World, answered: list[tuple[Flags, int]], seed: int) -> tuple[int, int]:
    """How many pairs were subtracted, and how many gave the count of some people, but fewer than k."""
    empty = np.zeros(len(world.lattice.codes), dtype=bool)
    for atoms, answer in answered:
        if answer == 0:
            empty |= atoms
    tried = found = 0
    for one, other in pairs_near(answered, np.random.default_rng(seed)):
        if tried == PAIRS:
            break
        tried += 1
        (wide, more), (narrow, less) = answered[one], answered[other]
        if np.any(narrow & ~wide & ~empty):
            continue
        rest = wide & ~narrow & ~empty
        assert more - less == world.count(rest)
        found += 0 < world.people(rest) < K
    return tried, found


def answering_where_k_are_asked_for(world: World) -> Ask:
    """The rule without complementary suppression: a table is told if it holds k people or none."""

    def ask(atoms: Flags) -> int | None:
        count = world.count(atoms)
        return count if count == 0 or world.people(atoms) >= K else None

    return ask


def test_ten_thousand_pairs_of_tables_recover_nobody() -> None:
    world = random_world(11)
    tried, found = recovered(world, asked(world, world.released().answer, 1), 2)
    assert (tried, found) == (PAIRS, 0)


def test_without_complementary_suppression_the_same_pairs_recover_many() -> None:
    world = random_world(11)
    tried, found = recovered(world, asked(world, answering_where_k_are_asked_for(world), 1), 2)
    assert tried == PAIRS
    assert found > 100


def determined(world: World, answered: list[tuple[Flags, int]]) -> int:
    """Tables of fewer than k people that some sum and difference of any number of answers gives exactly."""
    matrix = np.unique(np.array([atoms for atoms, _ in answered], dtype=np.float64), axis=0)
    _, sizes, directions = np.linalg.svd(matrix, full_matrices=False)
    space = directions[sizes > 1e-9 * sizes[0]]
    small = [t for t in natural_tables(world.lattice) if 0 < world.people(t) < K]
    assert small
    targets = np.array(small, dtype=np.float64)
    outside = targets - (targets @ space.T) @ space
    return int((np.abs(outside).max(axis=1) < 1e-6).sum())


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
        ({"k": 1}, "k"),
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
        Lattice(
            ("a", "b", "c"), np.array([[0, 1, 2], [0, 0, 1], [0, 1, 1]]), np.zeros(3, np.int64)
        )
    with pytest.raises(ValueError, match="step 0"):
        Lattice(("a", "b"), np.array([[0, 0]]), np.zeros(2, np.int64))
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
