"""Cells as they lie, and as what is counted in them."""

from collections.abc import Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from layers.folium_maps.page import Page, Sheet, Step, crowded, steps
from layers.styles import (
    CHANGE_BREAKS,
    Theme,
    change_legend,
    classify,
    count_breaks,
    legend,
)

Flags = npt.NDArray[np.bool_]
Scale = Literal["count", "rate", "change"]

# Of a rate: the ladder of counts divided by ten.
RATE_PER = 10
CHANGE_EDGES = ("0", "÷2", "÷1.5", "÷1.2", "×1.2", "×1.5", "×2")
PAPER = "var(--m-urban)"
UNSURE = "斜线：区间含“与平常一样”，看不出差别 · Hatched: the interval includes no difference"
NOT_COMPARED = "无色：没有，或件数太少不比较 · Blank: none, or too few to compare"


def cells(
    cells: gpd.GeoDataFrame,
    *,
    title: str = "",
    streets: gpd.GeoDataFrame | None = None,
    theme: Theme = "light",
) -> Page:
    """Cells as outlines with their names.

    Parameters
    ----------
    cells
        Column `name`, and `code` for cells without a name; any declared coordinate system.
    streets
        Column `grade`: something to find one's way by.
    """
    sheet = Sheet(crowded(cells), title=title, theme=theme)
    sheet.areas(cells, names_of(cells))
    sheet.streets(streets)
    if title:
        sheet.card((), "", ())
    return sheet.page()


def choropleth(
    cells: gpd.GeoDataFrame,
    values: npt.ArrayLike,
    *,
    scale: Scale = "count",
    unit: str = "",
    title: str = "",
    unsure: Flags | None = None,
    streets: gpd.GeoDataFrame | None = None,
    theme: Theme = "light",
) -> Page:
    """Cells in the colours of what is counted in them.

    Parameters
    ----------
    cells
        As of `cells`.
    values : array_like
        One for each cell; NaN where there is nothing to compare.
    scale
        What the values are, which settles the classes (`layers.styles`): counts in six neighbouring steps of one
        ladder, up to the step nearest to their 98th percentile; rates in the same ladder divided by ten; change
        as a ratio in ÷2, ÷1.5, ÷1.2, ×1.2, ×1.5, ×2.
    unit
        What is counted and in which period: the legend prints it.
    unsure : array_like of bool
        Cells whose interval includes “no difference”: they are hatched.

    Raises
    ------
    ValueError
        Not one value for each cell.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.shape != (len(cells),):
        raise ValueError(f"values: one for each of the {len(cells)} cells is needed")
    fills, key = _paint(numbers, scale, theme)
    sheet = Sheet(crowded(cells), title=title, theme=theme)
    sheet.areas(cells, _with_values(names_of(cells), numbers), fills)
    notes = [NOT_COMPARED]
    if unsure is not None:
        sheet.over(cells[np.asarray(unsure, dtype=bool)], "url(#unsure)")
        notes.append(UNSURE)
    sheet.streets(streets)
    sheet.card(key, unit, notes)
    return sheet.page()


def names_of(cells: gpd.GeoDataFrame) -> list[str]:
    """What each cell is called: its code where it has no name."""
    named = cells["name"].fillna("").to_numpy()
    return [str(name) for name in np.where(named == "", cells.get("code", named), named)]


def _paint(
    numbers: npt.NDArray[np.float64], scale: Scale, theme: Theme
) -> tuple[list[str], list[Step]]:
    """The paint of each cell, and the legend."""
    if scale == "change":
        breaks: Sequence[float] = CHANGE_BREAKS
        palette = change_legend(theme)
        key = [(line.colour, edge) for line, edge in zip(palette, CHANGE_EDGES, strict=True)]
    else:
        breaks = count_breaks(numbers, per=RATE_PER if scale == "rate" else 1)
        palette = legend(breaks, theme)
        key = steps(palette)
    paints = [PAPER, *(line.colour for line in palette)]
    return [paints[number] for number in classify(numbers, breaks)], key


def _with_values(names: Sequence[str], numbers: Any) -> list[str]:
    return [
        name if np.isnan(number) else f"{name} · {number:.3g}"
        for name, number in zip(names, numbers, strict=True)
    ]
