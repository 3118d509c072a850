"""What a place is due by the use of its ground."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from layers.hotspots.grounds import due_of, grounds_of, usual

HOMES, WORKS = 0, 1


def test_within_a_use_cases_follow_residents() -> None:
    counts = np.array([[6], [2], [4], [30], [10]])
    use = np.array([HOMES, HOMES, HOMES, WORKS, WORKS])
    residents = np.array([1.0, 1.0, 2.0, np.nan, np.nan])
    np.testing.assert_allclose(due_of(counts, residents, use), [3, 3, 6, 20, 20])


def test_unknown_residents_share_what_the_unknown_have() -> None:
    counts = np.array([[9], [3], [6], [6]])
    residents = np.array([3.0, 1.0, np.nan, np.nan])
    np.testing.assert_allclose(due_of(counts, residents, np.zeros(4, int)), [9, 3, 6, 6])


def city(own: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Forty homes, forty works, and a place of each use whose counts are given."""
    homes, works = np.tile([8, 1], (40, 1)), np.tile([0, 9], (40, 1))
    use = np.r_[np.full(40, HOMES), np.full(40, WORKS), HOMES, WORKS]
    return np.vstack([homes, works, own, own]), use


def shares(counts: np.ndarray, use: np.ndarray, members: np.ndarray) -> np.ndarray:
    leaves, members = counts, csr_array(members)
    grounds = grounds_of(members, leaves, due_of(leaves, np.ones(len(use)), use), use)
    of_places = members @ leaves
    odds = usual(grounds, of_places, of_places.astype(float)).odds
    return odds / (1 + odds)


def test_what_is_usual_is_what_the_use_has_elsewhere() -> None:
    counts, use = city([5, 5])
    found = shares(counts, use, np.eye(len(use)))
    np.testing.assert_allclose(found[80], [8 / 9, 1 / 9], atol=0.01)
    np.testing.assert_allclose(found[81], [0, 1], atol=0.02)


def test_a_places_own_cases_do_not_make_them_usual() -> None:
    before, after = (shares(*city(own), np.eye(82))[81, 0] for own in ([0, 9], [300, 9]))
    assert after == pytest.approx(before, abs=0.01)


def test_a_place_of_two_uses_is_due_both() -> None:
    counts, use = city([0, 0])
    members = np.zeros((1, len(use)))
    members[0, [0, 40]] = 1
    found = shares(counts, use, members)[0]
    homes, works = 9 * 40 / 41, 9 * 40 / 41
    of_wages = (homes / 9 + works) / (homes + works)
    assert found[1] == pytest.approx(of_wages, abs=0.02)


def test_how_much_is_of_which_use_is_not_known_where_places_of_a_use_differ() -> None:
    rng = np.random.default_rng(1)
    use = np.r_[np.full(200, HOMES), np.full(200, WORKS)]
    mix = np.where(use[:, None] == HOMES, [0.9, 0.1], [0.05, 0.95])
    unsure = []
    for spread in (0.01, 1.0):
        counts = rng.poisson(mix * 10 * rng.gamma(1 / spread, spread, (400, 1)))
        members = csr_array(np.kron(np.ones((1, 2)), np.eye(200)))
        grounds = grounds_of(members, counts, due_of(counts, np.ones(400), use), use)
        of_places = members @ counts
        unsure.append(usual(grounds, of_places, of_places.astype(float)).variance.mean())
    assert unsure[1] > 10 * unsure[0]


def test_negative_residents_are_refused() -> None:
    with pytest.raises(ValueError, match="exposure"):
        due_of(np.ones((2, 1), int), np.array([1.0, -1.0]), np.zeros(2, int))


def test_arrays_of_differing_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        due_of(np.ones((2, 1), int), np.ones(3), np.zeros(2, int))


def test_what_is_cut_in_overlapping_places_is_cut_once() -> None:
    counts = np.tile([8, 4], (60, 1))
    use = np.zeros(60, int)
    counts[30] = [8, 100]
    windows = csr_array(sum(np.eye(60, k=shift) for shift in range(5)))
    grounds = grounds_of(windows, counts, due_of(counts, np.ones(60), use), use)
    of_places = windows @ counts
    ordinary = np.minimum(of_places.astype(float), 20.0 * np.array([2, 1]))
    odds = usual(grounds, of_places, ordinary).odds
    np.testing.assert_allclose(odds[:20, 1], 0.5, rtol=0.05)
