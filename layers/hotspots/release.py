"""Which counts may leave the house: a fixed partition into blocks of at least k people, and sums of whole blocks.

Any rule that looks at one table at a time is beaten by subtracting tables from each other. Here everything that is
ever told is a sum of blocks: of cases that involve k distinct people or more, or none at all. Whoever adds and
subtracts answers, in whatever number, gets sums and differences of blocks and never part of one.

The rule holds as long as

- a period is released once, after it has closed: the difference of two releases of it is a table of its own;
- one division of the city is released, since the difference of two divisions is a strip between them;
- the secret stays secret: it chooses what a small place is merged with, or the choice would tell about sizes.

Whoever knows the rule must not learn from the shape of a block which part of it is small, since that part is then
bounded on both sides. So only wholes of the same step of the ladder merge: cells of a community, or whole communities.

Source: primary and complementary cell suppression (Hundepool et al. 2012, Statistical Disclosure Control, 4);
attack on choices that depend on the data: Wong et al. 2007, Minimality attack in privacy preserving data publishing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEWEST_PEOPLE = 5
_OPEN = -1


@dataclass(frozen=True)
class Lattice:
    """The smallest things that can be told, and the ladder by which they merge.

    Attributes
    ----------
    codes : tuple of str
        Lasting name of each atom, the same in every release.
    steps : ndarray (steps, atoms) of int
        The group of each atom at each step; at step 0 each is a group of its own, and groups only ever merge.
    least_step : ndarray (atoms,) of int
        The lowest step at which an atom may be told.
    """

    codes: tuple[str, ...]
    steps: Ints
    least_step: Ints

    def __post_init__(self) -> None:
        count = len(self.codes)
        if (
            self.steps.ndim != 2
            or self.steps.shape[1] != count
            or self.least_step.shape != (count,)
        ):
            raise ValueError("steps, least_step: a column is needed for each of the codes")
        if not np.all((self.least_step >= 0) & (self.least_step < len(self.steps))):
            raise ValueError("least_step: each must be one of the steps")
        if len(set(self.codes)) != count or len(np.unique(self.steps[0])) != count:
            raise ValueError("codes, steps: at step 0 each atom is a group of its own")
        for lower, upper in zip(self.steps, self.steps[1:], strict=False):
            if _cuts(upper, lower):
                raise ValueError("steps: a group must not be cut by the next step")

    @classmethod
    def of(
        cls,
        areas: Sequence[Sequence[str]],
        topics: Sequence[str],
        periods: Sequence[str],
        *,
        sensitive: frozenset[str],
        sensitive_from: int,
    ) -> "Lattice":
        """Areas x topics x periods: first the area grows, then all topics of a period are one.

        Parameters
        ----------
        areas : sequence of sequences of str
            For each smallest area its code and those of the areas around it, the whole city last.
        topics, periods : sequence of str
            Distinct names.
        sensitive : frozenset of str
            Topics that are never told of a small area.
        sensitive_from : int
            Place in the ladder of areas of the smallest that sensitive topics are told of (a community's).

        Raises
        ------
        ValueError
            If a sensitive topic is not among the topics or the ladder has no such step.
        """
        if not sensitive <= set(topics):
            raise ValueError(f"sensitive: {sorted(sensitive - set(topics))} are not topics")
        names = np.array(areas, dtype=str)
        if names.ndim != 2 or not 0 <= sensitive_from < names.shape[1]:
            raise ValueError("sensitive_from: a step of the ladder of areas is needed")
        shape = (len(names), len(topics), len(periods))
        area, topic, period = (axis.ravel() for axis in np.indices(shape))
        numbers = [np.unique(column, return_inverse=True)[1] for column in names.T]
        pairs = topic * len(periods) + period
        steps = [number[area] * len(topics) * len(periods) + pairs for number in numbers]
        is_sensitive = np.array([name in sensitive for name in topics])
        codes = (
            f"{names[a, 0]}|{topics[t]}|{periods[p]}"
            for a, t, p in zip(area, topic, period, strict=True)
        )
        return cls(
            tuple(codes),
            np.array([*steps, numbers[-1][area] * len(periods) + period]),
            np.where(is_sensitive[topic], sensitive_from, 0),
        )


def _cuts(upper: Ints, lower: Ints) -> bool:
    """Whether members of one lower group are in different upper ones."""
    order = np.argsort(lower, kind="stable")
    above, below = upper[order], lower[order]
    return bool(np.any((below[1:] == below[:-1]) & (above[1:] != above[:-1])))


@dataclass(frozen=True)
class Release:
    """What may be told.

    Attributes
    ----------
    blocks : ndarray (atoms,) of int
        The block of each atom; -1 where not even the last step holds enough people.
    cases : ndarray (blocks,) of int
        How many cases each block holds.
    """

    blocks: Ints
    cases: Ints

    def answer(self, atoms: Flags) -> int | None:
        """Cases of any set of atoms, if it is made of whole blocks; None otherwise."""
        if atoms.shape != self.blocks.shape:
            raise ValueError(f"atoms: {self.blocks.shape} is needed, not {atoms.shape}")
        chosen = self.blocks[atoms]
        if np.any(chosen == _OPEN):
            return None
        told = np.bincount(chosen, minlength=len(self.cases))
        whole = np.bincount(self.blocks[self.blocks != _OPEN], minlength=len(self.cases))
        touched = told > 0
        if np.any(told[touched] != whole[touched]):
            return None
        return int(self.cases[touched].sum())


def release(
    lattice: Lattice,
    case_atoms: Ints,
    party_cases: Ints,
    parties: Ints,
    *,
    secret: bytes,
    k: int = FEWEST_PEOPLE,
) -> Release:
    """Merge atoms up the ladder until every block holds no case or at least k distinct people.

    What is too small in a group is merged into one block. Where that still holds fewer than k people, the secret chooses a
    sibling that is merged with it whole (complementary suppression); where there is none, all go a step up. That
    nothing happened is told only where nothing too small is beside it.

    Parameters
    ----------
    lattice : Lattice
    case_atoms : ndarray (cases,) of int
        The atom of each case.
    party_cases, parties : ndarray (links,) of int
        Who is a party to which case: index of a case, number of a person.
    secret : bytes
        1 to 64 bytes, the same for ever.
    k : int
        Fewest distinct people, 3 or more: with 2, a small place is always a single person.

    Returns
    -------
    Release

    Raises
    ------
    ValueError
        If an index is out of range, the secret empty or too long, or k below 3.
    """
    _check(lattice, case_atoms, party_cases, parties, secret, k)
    merging = _Merging(lattice, case_atoms, case_atoms[party_cases], parties, secret, k)
    for step in range(len(lattice.steps)):
        merging.settle(step)
    return merging.done()


def _check(
    lattice: Lattice, case_atoms: Ints, party_cases: Ints, parties: Ints, secret: bytes, k: int
) -> None:
    if case_atoms.size and not 0 <= case_atoms.min() <= case_atoms.max() < len(lattice.codes):
        raise ValueError("case_atoms: an atom of the lattice is needed for each case")
    if party_cases.shape != parties.shape:
        raise ValueError("party_cases, parties: one of each is needed for each link")
    if party_cases.size and not 0 <= party_cases.min() <= party_cases.max() < len(case_atoms):
        raise ValueError("party_cases: each must be one of the cases")
    if not 1 <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError(f"secret: 1 to {hashlib.blake2b.MAX_KEY_SIZE} bytes are needed")
    if k < 3:
        raise ValueError(f"k: 3 or more, not {k}")


class _Merging:
    def __init__(
        self,
        lattice: Lattice,
        case_atoms: Ints,
        party_atoms: Ints,
        parties: Ints,
        secret: bytes,
        k: int,
    ) -> None:
        self._lattice, self._secret, self._k = lattice, secret, k
        self._cases = np.bincount(case_atoms, minlength=len(lattice.codes))
        names, numbers = np.unique(parties, return_inverse=True)
        self._party_atoms, self._parties, self._party_count = party_atoms, numbers, len(names)
        self._blocks = np.full(len(lattice.codes), _OPEN, dtype=np.int64)

    def settle(self, step: int) -> None:
        """Close what can be told at this step."""
        groups = np.unique(self._lattice.steps[step], return_inverse=True)[1]
        count = int(groups.max(initial=-1)) + 1
        is_open = self._blocks == _OPEN
        waits = np.zeros(count, dtype=bool)
        waits[groups[is_open & (self._lattice.least_step > step)]] = True
        is_open &= ~waits[groups]
        cases = np.bincount(groups[is_open], self._cases[is_open], count)
        people = self._people(groups, is_open, count)
        self._close(is_open & (people >= self._k)[groups], groups)
        if step:
            # A group in which nothing happened hides what is small beside it, one step up.
            is_last = step == len(self._lattice.steps) - 1
            has_people = np.bincount(groups, self._cases, count) > 0
            self._close_empty(is_open & ((cases == 0) & (has_people | is_last))[groups])
            self._join(is_open & ((cases > 0) & (people < self._k))[groups], groups, step)

    def _people(self, groups: Ints, is_open: Flags, count: int) -> Ints:
        """Distinct people in what is open of each group."""
        kept = is_open[self._party_atoms]
        pairs = groups[self._party_atoms[kept]] * self._party_count + self._parties[kept]
        return np.bincount(np.unique(pairs) // max(self._party_count, 1), minlength=count)

    def _close(self, atoms: Flags, labels: Ints) -> None:
        """Blocks of the atoms with the same label."""
        first = self._blocks.max(initial=_OPEN) + 1
        self._blocks[atoms] = first + np.unique(labels[atoms], return_inverse=True)[1]

    def _close_empty(self, atoms: Flags) -> None:
        """Each as small as it may be told: there is nobody in it."""
        least, steps = self._lattice.least_step, self._lattice.steps
        self._close(atoms, steps[least, np.arange(len(atoms))] + least * (steps.max() + 1))

    def _join(self, atoms: Flags, groups: Ints, step: int) -> None:
        """Merge what is too small with a sibling; it stays open where there is none with people in it."""
        firsts, siblings = np.unique(
            self._lattice.steps[step - 1], return_index=True, return_inverse=True
        )[1:]
        closed = (self._blocks != _OPEN) & (self._cases > 0)
        beside = np.unique(siblings[closed & np.isin(groups, groups[atoms])])
        hosts: dict[int, tuple[bytes, int]] = {}
        for sibling in beside.tolist():
            drawn = (self._draw(firsts[sibling]), sibling)
            group = int(groups[firsts[sibling]])
            hosts[group] = min(hosts.get(group, drawn), drawn)
        taken = np.isin(siblings, [sibling for _, sibling in hosts.values()])
        self._close(taken | (atoms & np.isin(groups, list(hosts))), groups)

    def _draw(self, atom: int) -> bytes:
        code = self._lattice.codes[atom].encode()
        return hashlib.blake2b(code, key=self._secret, digest_size=16).digest()

    def done(self) -> Release:
        """Blocks numbered by their first atoms: the order in which they were closed would tell how."""
        closed = np.flatnonzero(self._blocks != _OPEN)
        _, firsts, numbers = np.unique(self._blocks[closed], return_index=True, return_inverse=True)
        numbers = np.argsort(np.argsort(firsts))[numbers]
        blocks = np.full_like(self._blocks, _OPEN)
        blocks[closed] = numbers
        return Release(blocks, np.bincount(numbers, self._cases[closed]).astype(np.int64))
