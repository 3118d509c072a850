"""At which level a finding lies."""

import numpy as np

from layers.hotspots.localise import Candidates, localise

LEAVES = 10


def passing_above(times: float, expected: np.ndarray):
    return lambda which, left: left > times * expected[which]


def chosen(leaves: list[list[int]], expected: list[float], counts: np.ndarray, **kinds) -> list:
    usual = np.array(expected)
    topic = np.array(kinds.get("topic", [0] * len(leaves)))
    turn = np.array(kinds.get("turn", [0] * len(leaves)))
    by_leaf = kinds.get("by_leaf", False)
    candidates = Candidates(topic, usual, turn, [np.array(one) for one in leaves], by_leaf)
    return localise(candidates, counts, passing_above(3, usual)).tolist()


def column(cases: dict[int, int]) -> np.ndarray:
    counts = np.zeros((LEAVES, 1), int)
    for leaf, number in cases.items():
        counts[leaf] = number
    return counts


def test_one_hot_address_is_not_reported_as_its_street_too() -> None:
    leaves = [[3], [2, 3, 4], list(range(LEAVES))]
    assert chosen(leaves, [0.5, 1.5, 5.0], column({3: 20, 2: 1, 4: 1})) == [0]


def test_a_street_all_along_which_it_happens_is_reported_once() -> None:
    leaves = [[2], [3], [4], [2, 3, 4]]
    assert chosen(leaves, [0.5, 0.5, 0.5, 1.5], column({2: 7, 3: 7, 4: 7})) == [3]


def test_of_two_places_that_hold_the_same_the_finer_is_reported() -> None:
    leaves = [[2, 3], [2, 3, 4]]
    # The cell's own expectation is smaller, so that its likelihood ratio is larger.
    assert chosen(leaves, [2.0, 1.8], column({2: 10, 3: 10})) == [0]


def test_a_place_is_no_finding_for_one_address_that_is_none() -> None:
    leaves = [[2, 3, 4]]
    one_address, all_along = column({3: 20, 4: 1}), column({2: 7, 3: 7, 4: 7})
    assert chosen(leaves, [1.5], one_address, by_leaf=True) == []
    assert chosen(leaves, [1.5], all_along, by_leaf=True) == [0]


def test_what_remains_beside_a_finding_is_judged_anew() -> None:
    leaves = [[1], [1, 2, 3], [3]]
    assert chosen(leaves, [0.5, 1.5, 0.5], column({1: 40, 3: 9})) == [0, 2]


def test_topics_do_not_take_from_each_other() -> None:
    counts = np.full((LEAVES, 2), 9)
    assert chosen([[1], [1]], [1.0, 1.0], counts, topic=[0, 1]) == [0, 1]


def test_a_community_is_reported_only_for_what_its_places_do_not_explain() -> None:
    whole = list(range(LEAVES))
    alone = column(dict.fromkeys(range(LEAVES), 6))
    assert chosen([whole, [4]], [10.0, 2.0], alone, turn=[2, 0]) == [0]
    within = column({4: 40})
    assert chosen([whole, [4]], [10.0, 2.0], within, turn=[2, 0]) == [1]


def test_without_candidates_nothing_is_found() -> None:
    assert chosen([], [], column({})) == []
