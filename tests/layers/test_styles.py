import re
from pathlib import Path

import numpy as np
import pytest

from layers.styles import (
    CHANGE_BREAKS,
    DENSITY_SHARES,
    LADDER,
    ColourClass,
    Theme,
    change_legend,
    classify,
    count_breaks,
    density_breaks,
    legend,
    tokens,
)

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
        ([10_000], (1_100, 1_700, 2_600, 4_000, 6_000, 9_000)),
        ([10**9], (55_000, 85_000, 130_000, 200_000, 300_000)),
    ],
)
def test_breaks_are_six_neighbouring_steps_up_to_the_98th_percentile(
    counts: list[int], expected: tuple[float, ...]
) -> None:
    assert count_breaks(counts)[-len(expected) :] == expected
    assert len(count_breaks(counts)) == 6


def test_each_step_of_the_ladder_is_about_half_more_than_the_one_before() -> None:
    steps = np.array(LADDER)
    assert (np.diff(steps) > 0).all()
    ratios = steps[3:] / steps[2:-1]
    assert ((ratios > 1.4) & (ratios < 1.65)).all()
    assert [step // 1000 for step in LADDER if step >= 4_000] == [*LADDER[2:13]]


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


def test_what_is_not_compared_has_no_class() -> None:
    assert classify([np.nan, 3], (1, 2)).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        (205, (30, 55, 85, 115, 150, 185)),
        (1900, (285, 515, 780, 1085, 1405, 1710)),
        (28, (4.0, 7.5, 11.5, 16.0, 20.5, 25.0)),
    ],
)
def test_density_is_cut_at_shares_of_its_peak_rounded_to_fives(
    peak: float, expected: tuple[float, ...]
) -> None:
    assert density_breaks(peak) == pytest.approx(expected)


@pytest.mark.parametrize("peak", np.geomspace(1e-6, 1e6, 60))
def test_classes_of_density_never_fall_together(peak: float) -> None:
    breaks = density_breaks(peak)
    assert len(set(breaks)) == 6
    assert np.allclose(breaks, np.array(DENSITY_SHARES) * peak, atol=0.06 * peak)


def test_a_density_without_a_peak_is_refused() -> None:
    with pytest.raises(ValueError, match="peak"):
        density_breaks(0)


def test_change_is_a_ratio_and_the_same_both_ways() -> None:
    assert classify([0, 0.49, 0.9, 1, 1.1, 1.3, 2], CHANGE_BREAKS).tolist() == [1, 1, 4, 4, 4, 5, 7]
    assert np.allclose(np.array(CHANGE_BREAKS[1:]) * CHANGE_BREAKS[:0:-1], 1)
    assert change_legend("light")[0] == ColourClass(0, "#1F5C99")
    assert change_legend("dark")[-1] == ColourClass(2, "#F9BC72")


def test_a_legend_prints_the_lower_edge_of_every_class() -> None:
    lines = legend(count_breaks([5]), "light")
    assert lines[0] == ColourClass(1, "#FBE3BC")
    assert [line.lower for line in lines] == [1, 2, 4, 6, 9, 14]
    assert legend(count_breaks([5]), "dark")[-1].colour == "#FFE6AE"
