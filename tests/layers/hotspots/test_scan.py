"""The scan finds what trying every circle and interval finds, and its chances are honest."""

import itertools
import math

import numpy as np
import pytest

from layers.hotspots import _cylinders
from layers.hotspots.scan import (
    Circles,
    Floats,
    Ints,
    Scan,
    Windows,
    _ceilings,
    circles,
    replicate_maxima,
    scan,
)

CELLS, PERIODS, LONGEST = 14, 9, 5


def world(seed: int) -> tuple[Floats, Floats, Ints, Floats]:
    """Centroids partly on a lattice, so that distances tie; counts and expectations."""
    rng = np.random.default_rng(seed)
    x, y = np.round(rng.uniform(0, 4, CELLS)), rng.uniform(0, 3, CELLS)
    y[: CELLS // 2] = np.round(y[: CELLS // 2])
    expected = rng.uniform(0.2, 3, (CELLS, PERIODS))
    counts = rng.poisson(expected)
    counts[rng.integers(CELLS), 3:6] += 4
    return x, y, counts, expected


def every_circle(x: Floats, y: Floats, most: int) -> list[set[int]]:
    found = []
    for centre in range(len(x)):
        away = np.hypot(x - x[centre], y - y[centre])
        for radius in sorted(set(away)):
            cells = set(np.flatnonzero(away <= radius).tolist())
            if len(cells) <= most:
                found.append(cells)
    return found


def ratio(count: float, mean: float, total: float) -> float:
    if count <= mean:
        return 0.0
    rest = (total - count) * math.log((total - count) / (total - mean)) if count < total else 0
    return count * math.log(count / mean) + rest


def brute(
    counts: Ints, expected: Floats, zones: list[set[int]], windows: Windows, longest: int
) -> tuple[float, set[int], int, int]:
    total, best = counts.sum(), (0.0, set[int](), -1, -1)
    for cells in zones:
        rows = sorted(cells)
        if counts[rows].sum() + expected[rows].sum() > total:
            continue
        for first, last in itertools.combinations_with_replacement(range(counts.shape[1]), 2):
            if last - first >= longest or (
                windows == Windows.PROSPECTIVE and last < counts.shape[1] - 1
            ):
                continue
            count = counts[rows, first : last + 1].sum()
            found = ratio(count, expected[rows, first : last + 1].sum(), total)
            if found > best[0] + 1e-12:
                best = (found, cells, first, last)
    return best


def reference(counts: Ints, expected: Floats | None) -> Floats:
    if expected is None:
        return np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return expected * counts.sum() / expected.sum()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("windows", Windows)
@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_clusters_are_those_of_trying_everything(seed: int, windows: Windows, model: str) -> None:
    x, y, counts, given = world(seed)
    expected = given if model == "poisson" else None
    found = scan(
        counts,
        circles(x, y, most_cells=8),
        expected=expected,
        windows=windows,
        longest=LONGEST,
        replicates=1,
        seed=1,
        most_clusters=3,
    )
    zones = every_circle(x, y, 8)
    for cluster in found.clusters:
        truth = brute(counts, reference(counts, expected), zones, windows, LONGEST)
        assert cluster.llr == pytest.approx(truth[0], abs=1e-9)
        assert (set(cluster.cells), cluster.first, cluster.last) == truth[1:]
        period = slice(cluster.first, cluster.last + 1)
        assert cluster.observed == counts[cluster.cells, period].sum()
        zones = [cells for cells in zones if not cells & set(cluster.cells)]
    assert len(found.clusters) == 3 or brute(
        counts, reference(counts, expected), zones, windows, LONGEST
    )[0] == pytest.approx(0)


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_the_largest_ratios_of_replicates_do_not_depend_on_how_they_are_shared(model: str) -> None:
    x, y, counts, given = world(3)
    zones, expected = circles(x, y, most_cells=8), given if model == "poisson" else None
    whole = scan(counts, zones, expected=expected, longest=LONGEST, replicates=40, seed=9).maxima
    seeds = np.random.SeedSequence(9).spawn(40)
    parts = [
        replicate_maxima(counts, zones, seeds=part, expected=expected, longest=LONGEST)
        for part in (seeds[:1], seeds[1:14], seeds[14:])
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_the_largest_ratio_of_a_replicate_is_that_of_trying_everything() -> None:
    x, y, counts, expected = world(5)
    (seed,) = np.random.SeedSequence(4).spawn(1)
    (found,) = replicate_maxima(
        counts, circles(x, y, most_cells=8), seeds=[seed], expected=expected, longest=LONGEST
    )
    expected = reference(counts, expected)
    shares = expected.ravel() / expected.sum()
    drawn = np.random.default_rng(seed).multinomial(counts.sum(), shares).reshape(counts.shape)
    truth = brute(drawn, expected, every_circle(x, y, 8), Windows.RETROSPECTIVE, LONGEST)
    assert found == pytest.approx(truth[0], abs=1e-9)


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_without_clusters_small_chances_are_rare(model: str) -> None:
    rng = np.random.default_rng(11)
    x, y = rng.uniform(0, 4, (2, CELLS))
    zones = circles(x, y, most_cells=7)
    expected = np.outer(rng.uniform(0.2, 3, CELLS), rng.uniform(0.5, 1.5, PERIODS))
    chances = [
        one_scan(rng.poisson(expected), zones, None if model == "permutation" else expected, number)
        .clusters[0]
        .p_value
        for number in range(100)
    ]
    assert 0.03 < np.mean(np.array(chances) <= 0.1) < 0.19


def one_scan(counts: Ints, zones: Circles, expected: Floats | None, seed: int) -> Scan:
    return scan(
        counts, zones, expected=expected, longest=LONGEST, replicates=39, seed=seed, most_clusters=1
    )


def test_a_planted_cluster_is_found_with_a_small_chance() -> None:
    x, y, counts, _ = world(6)
    counts[[2, 3], 7:] += 12
    zones, windows = circles(x, y, most_cells=7), Windows.PROSPECTIVE
    found = scan(counts, zones, windows=windows, longest=4, replicates=199, seed=2)
    assert {2, 3} & set(found.clusters[0].cells)
    assert (found.clusters[0].first, found.clusters[0].last) == (7, 8)
    assert found.clusters[0].p_value == 1 / 200
    assert found.gumbel_p(found.clusters[0].llr) < 0.001
    assert found.gumbel_p(float(np.median(found.maxima))) == pytest.approx(0.5, abs=0.1)


def test_a_ceiling_is_the_expectation_at_which_the_ratio_reaches_the_floor() -> None:
    for total, floor in ((50, 3.0), (2000, 0.01), (2000, 25.0)):
        ceilings = _ceilings(total, floor)
        for count in range(1, total + 1):
            mean = float(ceilings[count])
            assert 0 < mean < count
            assert ratio(count, mean, total) == pytest.approx(floor, abs=1e-4)
            assert ratio(count, mean, total) <= floor
    assert _ceilings(3, 0.0).tolist() == [0, 1, 2, 3]


def test_the_bound_without_logarithms_is_one() -> None:
    rng = np.random.default_rng(2)
    for _ in range(3000):
        total = int(rng.integers(2, 500))
        count = int(rng.integers(1, total + 1))
        mean = rng.uniform(1e-6, count)
        bound = (count - mean) ** 2 * total / (mean * (total - mean))
        assert ratio(count, mean, total) <= bound * (1 + 1e-12)


def test_a_circle_ends_only_where_the_next_cell_is_farther() -> None:
    cross = circles(np.array([0.0, 1, -1, 0, 0, 3]), np.array([0.0, 0, 0, 1, -1, 0]), most_cells=5)
    assert cross.neighbours[0, 0] == 0
    assert cross.is_circle[0].tolist() == [True, False, False, False, True]
    cut = circles(np.array([0.0, 1, -1]), np.zeros(3), most_cells=2)
    assert cut.is_circle[0].tolist() == [True, False]
    assert circles(np.zeros(1), np.zeros(1), most_cells=9).is_circle.tolist() == [[True]]


def test_a_city_where_nothing_exceeds_has_no_clusters() -> None:
    zones = circles(np.arange(4.0), np.zeros(4), most_cells=2)
    found = scan(np.full((4, 3), 2), zones, longest=2, replicates=3, seed=1)
    assert found.clusters == ()


def test_one_kernel_ratio_by_hand() -> None:
    assert _cylinders.likelihood_ratio(4, 1.0, 10) == pytest.approx(
        4 * math.log(4) + 6 * math.log(6 / 9)
    )
    assert _cylinders.likelihood_ratio(10, 5.0, 10) == pytest.approx(10 * math.log(2))


def test_bad_input_is_named() -> None:
    zones = circles(np.arange(3.0), np.zeros(3), most_cells=2)
    counts = np.ones((3, 4), np.int64)
    for bad, named in (
        ({"counts": counts[:2]}, "counts"),
        ({"counts": counts * 0}, "counts"),
        ({"counts": -counts}, "counts"),
        ({"longest": 0}, "longest"),
        ({"replicates": 0}, "replicates"),
        ({"expected": np.ones((3, 3))}, "expected"),
        ({"expected": np.eye(3, 4)}, "expected"),
    ):
        with pytest.raises(ValueError, match=named):
            scan(**{"counts": counts, "zones": zones, "longest": 2, "seed": 1, **bad})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="most_cells"):
        circles(np.zeros(1), np.zeros(1), most_cells=0)
