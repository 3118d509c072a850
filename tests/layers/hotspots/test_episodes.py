"""Episodes against a textbook ST-DBSCAN over all pairs, also where many cases share a coordinate."""

import numpy as np
import pytest

from layers.hotspots.episodes import NOISE, Bools, Episodes, Floats, Ints, find_episodes

EPS, GAP, LEAST = 60.0, 21.0, 4


def found(points: Floats, topics: Ints | None = None, least: int = LEAST) -> Episodes:
    x, y, days = points.T
    return find_episodes(x, y, days, eps=EPS, gap=GAP, min_points=least, topics=topics)


def crowd(rng: np.random.Generator, size: int = 500) -> Floats:
    """Cases of a few places, half of them on a lattice, some of them twice the very same."""
    points = np.column_stack([rng.uniform(0, 900, (size, 2)), rng.uniform(0, 200, size)])
    snapped = rng.random(size) < 0.5
    points[snapped, :2] = np.round(points[snapped, :2] / 60) * 60
    points[snapped, 2] = np.round(points[snapped, 2] / 7) * 7
    again = rng.integers(size, size=size // 10)
    points[: len(again)] = points[again]
    return points


def near(points: Floats, topics: Ints) -> Bools:
    x, y, days = (np.subtract.outer(column, column) for column in points.T)
    same = np.equal.outer(topics, topics)
    return (x * x + y * y <= EPS * EPS) & (np.abs(days) <= GAP) & same


def textbook(points: Floats, topics: Ints, least: int) -> tuple[Bools, list[set[int]]]:
    """Which cases are core and the sets of cores that hang together, by walking over all pairs."""
    pairs = near(points, topics)
    is_core = pairs.sum(axis=1) >= least
    left, sets = set(np.flatnonzero(is_core).tolist()), []
    while left:
        reached, ahead = set(), [left.pop()]
        while ahead:
            one = ahead.pop()
            reached.add(one)
            new = left & set(np.flatnonzero(pairs[one]).tolist())
            left -= new
            ahead += new
        sets.append(reached)
    return is_core, sets


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("least", [1, 2, 4, 9])
def test_cores_and_their_sets_are_those_of_the_textbook(seed: int, least: int) -> None:
    rng = np.random.default_rng(seed)
    points, topics = crowd(rng), rng.integers(2, size=500)
    episodes = found(points, topics, least)
    is_core, sets = textbook(points, topics, least)
    np.testing.assert_array_equal(episodes.is_core, is_core)
    own = [set(np.flatnonzero(is_core & (episodes.labels == n)).tolist()) for n in range(len(sets))]
    assert episodes.count == len(sets)
    assert sorted(map(sorted, own)) == sorted(map(sorted, sets))
    first = [min((points[one, 2], *points[one, :2]) for one in cores) for cores in own]
    assert first == sorted(first)


@pytest.mark.parametrize("seed", range(6))
def test_a_border_case_joins_its_nearest_core(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, topics = crowd(rng), np.zeros(500, np.int64)
    episodes, pairs = found(points, topics), near(points, topics)
    assert (~episodes.is_core & (episodes.labels != NOISE)).sum() > 20
    for one in np.flatnonzero(~episodes.is_core):
        cores = np.flatnonzero(pairs[one] & episodes.is_core)
        away = points[cores] - points[one]
        ranked = sorted(
            zip(
                away[:, 0] ** 2 + away[:, 1] ** 2,
                np.abs(away[:, 2]),
                episodes.labels[cores],
                strict=True,
            )
        )
        assert episodes.labels[one] == (ranked[0][2] if ranked else NOISE)


def test_labels_do_not_depend_on_the_order_of_the_cases() -> None:
    rng = np.random.default_rng(7)
    points = crowd(rng)
    episodes, order = found(points), rng.permutation(500)
    turned = found(points[order])
    np.testing.assert_array_equal(turned.labels, episodes.labels[order])
    np.testing.assert_array_equal(turned.is_core, episodes.is_core[order])


def test_thirty_cases_at_one_address_are_one_episode_among_very_many() -> None:
    """A well-known package calls all thirty noise as soon as there are 20,000 cases."""
    rng = np.random.default_rng(3)
    elsewhere = rng.uniform([10_000, 0, 0], [400_000, 400_000, 1800], (21_000, 3))
    address = np.column_stack([np.zeros((30, 2)), 2.0 * np.arange(30)])
    labels = found(np.vstack([elsewhere, address])).labels
    assert set(labels[-30:]) == {0}


def test_neighbours_are_exactly_eps_and_gap_apart_at_most() -> None:
    edge = np.array([[0, 0, 0], [36.0, 48.0, 21.0]])
    assert found(edge, least=2).labels.tolist() == [0, 0]
    for beyond in ([0, 1e-9, 0], [0, 0, 1e-9]):
        assert found(edge + np.array([[0, 0, 0], beyond]), least=2).labels.tolist() == [-1, -1]


def test_a_gap_is_the_same_in_both_directions() -> None:
    """Where 0.3 is not 0.1 + 0.2: the difference decides, which has no direction."""
    for days in ([0.1, 0.3], [0.3, 0.1]):
        x = np.array([0.0, 50.0])
        episodes = find_episodes(x, x * 0, np.array(days), eps=EPS, gap=0.2, min_points=2)
        assert episodes.count == int(0.3 - 0.1 <= 0.2)


def test_a_border_case_between_two_episodes_does_not_join_them() -> None:
    line = np.array([[x, 0.0, 0.0] for x in (150, 150, 150, 120, 60, 0, -30, -30, -30)])
    episodes = found(line)
    assert episodes.is_core.tolist() == [True] * 4 + [False] + [True] * 4
    assert episodes.labels.tolist() == [1] * 4 + [0] * 5


def test_shapes_without_any_extent() -> None:
    assert found(np.zeros((0, 3))).labels.tolist() == []
    assert found(np.zeros((1, 3))).labels.tolist() == [NOISE]
    assert found(np.zeros((1, 3)), least=1).labels.tolist() == [0]
    assert found(np.zeros((400, 3))).labels.tolist() == [0] * 400


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"eps": 0.0}, "eps"),
        ({"eps": 1e-300}, "eps"),
        ({"gap": -1.0}, "gap"),
        ({"gap": np.nan}, "gap"),
        ({"min_points": 0}, "min_points"),
        ({"x": np.array([0.0, np.nan])}, "finite"),
        ({"x": np.zeros(3)}, "same length"),
        ({"topics": np.array([0, -1])}, "topics"),
    ],
)
def test_bad_input_is_named(bad: dict[str, object], named: str) -> None:
    good = {"x": np.array([0.0, 1e3]), "y": np.zeros(2), "days": np.zeros(2)}
    with pytest.raises(ValueError, match=named):
        find_episodes(**{**good, "eps": EPS, "gap": GAP, "min_points": LEAST, **bad})  # type: ignore[arg-type]
