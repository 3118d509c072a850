import re
from pathlib import Path

import numpy as np
import pytest

from layers.styles import ColourClass, Theme, classify, count_breaks, legend, tokens

CSS = Path(__file__).parents[2] / "layers" / "static" / "layers" / "gridmap.css"
BLOCK = {"light": r"^:root {(.*?)^}", "dark": r'^:root\[data-theme="dark"\] {(.*?)^}'}
# Not the durations, whose names begin with a d as well.
MAP_COLOUR = re.compile(r"--(m-[a-z0-9-]+|[hc]\d|d-\d|d0|d\dp|f-[a-z]+):\s*([^;]+);")


def custom_properties(theme: Theme) -> dict[str, str]:
    block = re.search(BLOCK[theme], CSS.read_text(encoding="utf-8"), re.S | re.M)
    assert block
    return {name: re.sub(r"\s", "", value) for name, value in MAP_COLOUR.findall(block[1])}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stylesheet_has_the_same_colours(theme: Theme) -> None:
    assert custom_properties(theme) == tokens(theme)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 1, 2, 3], (1, 2, 4, 6, 9, 14)),
        ([], (1, 2, 4, 6, 9, 14)),
        ([0, 0], (1, 2, 4, 6, 9, 14)),
        ([50] * 100, (6, 9, 14, 22, 35, 55)),
        ([10_000], (55, 85, 130, 200, 300)[-5:]),
    ],
)
def test_breaks_are_six_neighbouring_steps_up_to_the_98th_percentile(
    counts: list[int], expected: tuple[float, ...]
) -> None:
    assert count_breaks(counts)[-len(expected) :] == expected
    assert len(count_breaks(counts)) == 6


def test_a_single_outlier_does_not_lift_the_top_class() -> None:
    assert count_breaks([5] * 99 + [300]) == count_breaks([5] * 99)


def test_rates_use_the_ladder_divided_by_ten() -> None:
    assert count_breaks([5.5], per=10) == (0.6, 0.9, 1.4, 2.2, 3.5, 5.5)


def test_a_value_belongs_to_the_class_whose_edge_it_reaches() -> None:
    assert classify([0, 0.5, 1, 1.9, 2, 14, 99], (1, 2, 4, 6, 9, 14)).tolist() == [
        0,
        0,
        1,
        1,
        2,
        6,
        6,
    ]
    assert classify(np.array([]), (1, 2)).size == 0


def test_a_legend_prints_the_lower_edge_of_every_class() -> None:
    lines = legend(count_breaks([5]), "light")
    assert lines[0] == ColourClass(1, "#FBE3BC")
    assert [line.lower for line in lines] == [1, 2, 4, 6, 9, 14]
    assert legend(count_breaks([5]), "dark")[-1].colour == "#FFE6AE"
