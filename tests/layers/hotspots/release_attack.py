"""Cities with cases and people in them, and an attacker who subtracts every answer from every other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from layers.hotspots.release import Flags, Ints, Lattice, Release, release

SECRET = b"for tests only"
K = 5
PAIRS = 10_000
Ask = Callable[[Flags], int | None]

COMMUNITIES, CELLS_EACH, DISTRICTS, MONTHS = 9, 4, 3, 4
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
    areas: Sequence[tuple[str, ...]] = AREAS, topics: tuple[str, ...] = TOPICS, months: int = MONTHS
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


def natural_tables(made: Lattice) -> Iterator[Flags]:
    """Every area of every size, each topic or all, every window of months: windows overlap and are nested."""
    cell, topic, month = (
        np.array(part) for part in zip(*(c.split("|") for c in made.codes), strict=True)
    )
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
    told = answered_of(natural_tables(world.lattice), ask)
    tables = [atoms for atoms, _ in told]
    return told + answered_of(unions(tables, np.random.default_rng(seed), 2000), ask)


def answered_of(questions: Iterator[Flags], ask: Ask) -> list[tuple[Flags, int]]:
    answers = ((atoms, ask(atoms)) for atoms in questions)
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


SMALL_K, MOST = 3, 4
Seen = tuple[tuple[int, ...], tuple[int, ...]]


def learnt_by_who_knows_the_rule(
    ladders: Sequence[tuple[str, ...]], topics: tuple[str, ...] = ("noise",), secrets: int = 3
) -> list[tuple[Seen, list[int]]]:
    """Sets of atoms whose count is known and small, since all cities that look the same have it alike.

    Every city is tried in which each atom has up to four cases, of one person each; the ladder of each cell
    begins with its community.
    """
    made = lattice([(f"cell {n}", *ladder) for n, ladder in enumerate(ladders)], topics, 1)
    numbers = range(len(made.codes))
    possible: dict[Seen, list[tuple[int, ...]]] = {}
    for people, secret in product(product(range(MOST + 1), repeat=len(numbers)), range(secrets)):
        atoms = np.repeat(numbers, people)
        cases = np.arange(len(atoms))
        found = release(made, atoms, cases, cases, secret=bytes([secret]), k=SMALL_K)
        seen = tuple(found.blocks.tolist()), tuple(found.cases.tolist())
        possible.setdefault(seen, []).append(people)
    sets = [list(atoms) for size in numbers for atoms in combinations(numbers, size + 1)]
    return [
        (seen, chosen)
        for seen, worlds in possible.items()
        for chosen in sets
        if _were_all_tried(seen, chosen) and _is_small({sum(w[a] for a in chosen) for w in worlds})
    ]


def _were_all_tried(seen: Seen, atoms: list[int]) -> bool:
    """Of blocks with more cases than an atom was tried with, only some cities were."""
    blocks, counts = seen
    return all(blocks[atom] == -1 or counts[blocks[atom]] <= MOST for atom in atoms)


def _is_small(values: set[int]) -> bool:
    return len(values) == 1 and 0 < min(values) < SMALL_K
